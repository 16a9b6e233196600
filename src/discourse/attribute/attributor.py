"""Document to statements: reads its paragraphs, meets its people, and goes through it from top to bottom."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from discourse.attribute.aliases import with_known_names, without_places
from discourse.attribute.authored import own_words, says_something, sentences_of
from discourse.attribute.cast import Cast
from discourse.attribute.keep import is_others, is_statement
from discourse.attribute.pulled import pull_quotes
from discourse.attribute.quoted import Finding, Reporter, split_nested
from discourse.attribute.resolve import Resolver
from discourse.attribute.speaker import Speaker
from discourse.attribute.spoken import turns_of
from discourse.attribute.units import Unit, context_of, trim, units_of
from discourse.attribute.voice import author_entity, footer_of, is_byline, voice_of
from discourse.codebook import Codebook
from discourse.nlp.passage import Passage, Place
from discourse.nlp.pipeline import EnglishPipeline
from discourse.records import Attribution, Document, Statement, Turn, identify

_VERSION = "3"
_ALL = 1 << 40
"""A place's end that means the end of its paragraph."""
_FEWEST_IN_BLOCK = 5
"""Fewer words in a block are a credit: the name of whoever is quoted."""
_BLOCK_MARK = re.compile(r"(?:\s*>)+\s*")
_DEPENDENT_START = re.compile(
    r"[“‘\"']?(?:this|that|these|those|it|they|he|she|such|so|but|and|however|nor|yet)\b", re.I
)


class Attributor:
    """Finds who said what in documents; built once, used for many."""

    def __init__(self, codebook: Codebook, pipeline: str | None = None) -> None:
        self.codebook = codebook
        self.pipeline = EnglishPipeline(pipeline)
        self.name = self.pipeline.name

    @property
    def fingerprint(self) -> str:
        """Changes with the pipeline, the cues, the codebook's stakeholders and this code's version."""
        return f"{_VERSION}-{self.pipeline.fingerprint}-{self.codebook.stakeholders_fingerprint}"

    def attribute(self, document: Document) -> list[Statement]:
        """The document's statements with ids, in order of place; none where it is not in English."""
        if document.language not in (None, "en") and not str(document.language).startswith("en-"):
            return []
        reading = self.read(document)
        statements = reading.record() if document.turns else reading.statements()
        return identify(_sound(document, statements))

    def read(self, document: Document) -> _Reading:
        """The document with everything found in its paragraphs."""
        units = units_of(document)
        if document.turns:
            units = _within_turns(units, document.turns)
        passages = list(self.pipeline.read(document.text[u.start : u.end] for u in units))
        passages = with_known_names(without_places(passages), self.codebook)
        return _Reading(document, units, passages, self.codebook)


def attribute(documents: Iterable[Document], attributor: Attributor) -> Iterator[Statement]:
    """The statements of many documents, document by document."""
    for document in documents:
        yield from attributor.attribute(document)


def _within_turns(units: list[Unit], turns: tuple[Turn, ...]) -> list[Unit]:
    """The units cut at the turns' limits; what lies in no turn is left out."""
    cut: list[Unit] = []
    ordered = sorted(turns, key=lambda t: t.start)
    position = 0
    for unit in units:
        while position < len(ordered) and ordered[position].end <= unit.start:
            position += 1
        for turn in ordered[position:]:
            if turn.start >= unit.end:
                break
            cut.append(Unit(max(unit.start, turn.start), min(unit.end, turn.end), unit.type))
    return cut


def _sound(document: Document, statements: Iterable[Statement]) -> Iterator[Statement]:
    """Statements that are not empty, each place once."""
    seen: set[tuple[int, int]] = set()
    for statement in statements:
        if (statement.start, statement.end) not in seen and any(c.isalpha() for c in statement.text):
            seen.add((statement.start, statement.end))
            yield statement


@dataclass(slots=True)
class _Reading:
    """One document on its way to statements."""

    document: Document
    units: list[Unit]
    passages: list[Passage]
    codebook: Codebook
    at_hand: tuple[int, list[Place]] | None = None

    def cast(self) -> Cast:
        cast = Cast(self.codebook, self.document.published)
        cast.meet(self.passages)
        return cast

    def statements(self) -> Iterator[Statement]:
        """Of everything but an official record."""
        cast = self.cast()
        voice = voice_of(self.document, cast, self._own_text())
        resolver = Resolver(cast, self.passages)
        reporter = Reporter(resolver, self.passages)
        turns = turns_of(self.document, self.units, self.passages, cast)
        skipped = self._bylines(voice) | pull_quotes(self.passages, self.units) | turns.unspoken
        if turns.labelled:
            # What stands outside the turns of an interview or debate is narration.
            voice = None
        for number, unit in enumerate(self.units):
            if not unit.holds_statements or number in skipped:
                continue
            if number in turns.spoken:
                speaker, start = turns.spoken[number]
                yield self._make(number, Place(start, _ALL), "direct", speaker, None, None)
            elif unit.type == "quotation" and not self.passages[number].quotes:
                yield from self._block(number, reporter, voice)
            else:
                yield from self._paragraph(number, reporter, resolver, voice, "authored")

    def _block(self, number: int, reporter: Reporter, voice: Speaker | None) -> Iterator[Statement]:
        """A paragraph set as a quotation, without marks: the words of whoever was announced or quoted before it."""
        speaker = reporter.block(number)
        if speaker is not None:
            mark = _BLOCK_MARK.match(self.passages[number].text)
            start = mark.end() if mark else 0
            if len(self.passages[number].text[start:].split()) < _FEWEST_IN_BLOCK:
                return
            yield self._make(number, Place(start, _ALL), "direct", speaker, None, voice.name if voice else None)

    def record(self) -> Iterator[Statement]:
        """Of an official record: every turn's sentences, and what is quoted in them."""
        cast = self.cast()
        resolver = Resolver(cast, self.passages)
        reporter = Reporter(resolver, self.passages)
        turns = sorted(self.document.turns, key=lambda t: t.start)
        position = 0
        for number, unit in enumerate(self.units):
            while position + 1 < len(turns) and turns[position].end <= unit.start:
                position += 1
            if unit.holds_statements:
                yield from self._paragraph(number, reporter, resolver, _turn_speaker(turns[position], cast), "record")

    def reported(self) -> Iterator[Finding]:
        """What is quoted and reported, paragraph by paragraph, whether it becomes a statement or not."""
        resolver = Resolver(self.cast(), self.passages)
        reporter = Reporter(resolver, self.passages)
        for number, unit in enumerate(self.units):
            if unit.holds_statements:
                yield from reporter.reported(number)
                reporter.findings(number)

    def _paragraph(
        self, number: int, reporter: Reporter, resolver: Resolver, voice: Speaker | None, kind: Attribution
    ) -> Iterator[Statement]:
        passage = self.passages[number]
        found = [f for f in reporter.findings(number) if is_statement(f, voice)]
        if voice is not None:
            found = [f for f in found if is_others(f, voice)]
            for sentence in self._sentences(number):
                own = own_words(passage, sentence, found)
                for place in (p for p in own if says_something(passage.text[p.start : p.end])):
                    yield self._make(number, place, kind, voice, None, None)
        for finding in found:
            yield from self._quoted(finding, resolver, voice)

    def _quoted(self, finding: Finding, resolver: Resolver, voice: Speaker | None) -> Iterator[Statement]:
        passage = self.passages[finding.paragraph]
        pieces = split_nested(passage, finding.content, finding.speaker, resolver, finding.paragraph)
        for place, speaker, outer, cue in pieces:
            place = _tidied(passage.text, place)
            cut = place != _tidied(passage.text, finding.content)
            trivial = cut and outer is None and not says_something(passage.text[place.start : place.end])
            if place.end <= place.start or trivial:
                continue
            quoted_by = outer or voice
            yield self._make(
                finding.paragraph,
                place,
                finding.kind,
                speaker,
                cue or finding.cue,
                quoted_by.name if quoted_by else None,
            )

    def _make(
        self, number: int, place: Place, kind: Attribution, speaker: Speaker, cue: Place | None, quoted_by: str | None
    ) -> Statement:
        passage, unit = self.passages[number], self.units[number]
        place = trim(passage.text, *place)
        start, end = place.start + unit.start, place.end + unit.start
        text = self.document.text[start:end]
        return Statement(
            id="",
            document_id=self.document.id,
            start=start,
            end=end,
            text=text,
            kind=kind,
            speaker=speaker.name,
            speaker_id=speaker.id,
            speaker_kind=speaker.kind,
            speaker_text=speaker.text,
            role=speaker.role,
            organisation=speaker.organisation,
            cue=" ".join(passage.text[cue.start : cue.end].split()) if cue else None,
            quoted_by=quoted_by,
            reason=speaker.reason or None,
            context=self._context(number, place, text),
        )

    def _context(self, number: int, place: Place, text: str) -> str:
        passage = self.passages[number]
        sentences = self._sentences(number)
        position = bisect_left(sentences, place)
        before = [s for s in sentences[max(0, position - 2) : position] if s.end <= place.start]
        if before:
            return context_of(text, passage.text[before[-1].start : before[-1].end])
        if number and self.units[number - 1].holds_statements and _DEPENDENT_START.match(text):
            last = self._sentences(number - 1)[-1:]
            return context_of(text, self.passages[number - 1].text[last[0].start : last[0].end]) if last else ""
        return ""

    def _sentences(self, number: int) -> list[Place]:
        """A paragraph's sentences, those of the last paragraph asked for kept at hand."""
        if self.at_hand is None or self.at_hand[0] != number:
            self.at_hand = (number, list(sentences_of(self.passages[number])))
        return self.at_hand[1]

    def _own_text(self) -> str:
        return "\n".join(p.text for p, u in zip(self.passages, self.units, strict=True) if u.type != "title")

    def _bylines(self, voice: Speaker | None) -> set[int]:
        names = set(self.document.authors)
        footer = footer_of(self._own_text()) if voice is not None else None
        if footer is not None:
            names.add(footer[0])
        return {i for i, p in enumerate(self.passages) if p.text.strip() in names or is_byline(p.text, names)}


def _tidied(text: str, place: Place) -> Place:
    """The stretch without the punctuation that a cut left at its beginning, or the colon at its end."""
    place = trim(text, place.start, place.end)
    start, end = place
    while start < end and text[start] in ".,;:)]”’ ":
        start += 1
    while end > start and text[end - 1] in ":([“‘ ":
        end -= 1
    return Place(start, end)


def _turn_speaker(turn: Turn, cast: Cast) -> Speaker:
    if not turn.speaker:
        return Speaker(None, reason="the record names no speaker")
    entity = author_entity(turn.speaker, cast)
    role, organisation = entity.role_at(cast.published)
    return Speaker(
        entity.name,
        entity.id,
        entity.kind,
        turn.speaker,
        turn.role or role,
        organisation,
        "the record names the speaker",
        True,
        entity,
    )
