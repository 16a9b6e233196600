"""Statements that a text attributes to others: what is quoted and reported in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from discourse.attribute.resolve import Resolver
from discourse.attribute.speaker import Speaker
from discourse.nlp.lexicon import load_lexicon
from discourse.nlp.passage import Passage, Place, Report
from discourse.nlp.patterns import source_before
from discourse.nlp.quotes import Quote
from discourse.records import Attribution

_DEPENDENT = 3
"""A paragraph that is one quotation without a cue belongs to the speaker at most this many paragraphs before."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One statement to be: where in which paragraph, of which kind, whose."""

    paragraph: int
    content: Place
    kind: Attribution
    speaker: Speaker
    cue: Place | None
    report: Report
    quoted_by: Speaker | None = None


class Reporter:
    """Goes through paragraphs in order and says who said what in each."""

    def __init__(self, resolver: Resolver, passages: list[Passage]) -> None:
        self.resolver = resolver
        self.passages = passages
        self._last: tuple[int, Speaker] | None = None
        self._lead: tuple[int, Speaker, Place] | None = None

    def findings(self, paragraph: int) -> list[Finding]:
        """What is quoted or reported in one paragraph, in order of place; of two that overlap, the outer."""
        found = _without_overlaps(self.reported(paragraph))
        spoken = [f for f in found if f.report.manner == "says" and f.speaker.sayable]
        if spoken:
            self._last = (paragraph, spoken[-1].speaker)
        return found

    def reported(self, paragraph: int) -> list[Finding]:
        """Everything that is quoted or reported in one paragraph, also within what somebody else is reported to say."""
        passage = self.passages[paragraph]
        events = sorted(
            [(r.cue.start, 1, r) for r in settle(passage.reports)]
            + [(n.start, 0, n) for n in passage.names if n.subject],
            key=lambda e: (e[0], e[1]),
        )
        found: list[Finding] = []
        if passage.text.rstrip().endswith(":"):
            # What comes next is announced, and not by whoever spoke before.
            self._last = None
        for _, order, event in events:
            if order == 0:
                if not any(q.holds(event.start) for q in passage.quotes):  # type: ignore[union-attr]
                    self.resolver.see_name(paragraph, event)  # type: ignore[arg-type]
            else:
                found.extend(self._of_report(paragraph, event))  # type: ignore[arg-type]
        return found

    def block(self, paragraph: int) -> Speaker | None:
        """Whose words a paragraph set as a quotation is: announced before it, or of whoever has just been quoted."""
        last = self._last
        if self._lead is not None and self._lead[0] == paragraph - 1:
            return self._continuing(paragraph) if self._lead[1].sayable else None
        return self._continuing(paragraph) if last is not None and last[0] == paragraph - 1 else None

    def _of_report(self, paragraph: int, report: Report) -> Iterator[Finding]:
        passage = self.passages[paragraph]
        if report.rule == "lead":
            speaker = self.resolver.resolve(paragraph, report.source) if report.source else None
            self._lead = (paragraph, speaker, report.cue) if speaker else None
            return
        if report.rule == "open":
            speaker = self._continuing(paragraph)
            if speaker is None:
                return
        elif report.source is None:
            speaker = Speaker(None, reason="the cue names no speaker")
        elif any(q.start < report.source.start and report.source.end < q.end for q in passage.quotes):
            return
        else:
            speaker = self.resolver.resolve(paragraph, report.source)
        cue = report.cue if report.cue.end > report.cue.start else None
        for content in report.content:
            yield Finding(paragraph, content, report.kind, speaker, cue, report)

    def _continuing(self, paragraph: int) -> Speaker | None:
        """Whose quotation it is that opens a paragraph without a cue."""
        if self._lead is not None and self._lead[0] == paragraph - 1:
            speaker = self._lead[1]
            self._lead = (paragraph, speaker, self._lead[2])
            reason = "announced in the paragraph before"
        elif self._last is not None and paragraph - self._last[0] <= _DEPENDENT:
            speaker, reason = self._last[1], "goes on from the paragraph before"
        else:
            return None
        self._last = (paragraph, speaker)
        return Speaker(
            speaker.name,
            speaker.id,
            speaker.kind,
            None,
            speaker.role,
            speaker.organisation,
            reason,
            True,
            speaker.entity,
        )


def settle(reports: tuple[Report, ...]) -> list[Report]:
    """One report per content: what the words beside a quotation tell goes before what the parse tells."""
    beside = [
        r
        for r in reports
        if r.rule in ("before", "after", "goes on", "according", "signed", "label", "open", "follows")
    ]
    taken = [place for r in beside for place in r.content]
    kept = list(beside)
    for report in reports:
        if report in beside:
            continue
        if report.kind == "direct" and any(p.overlaps(report.content[0]) for p in taken if report.content):
            continue
        kept.append(report)
    return kept


def _without_overlaps(found: list[Finding]) -> list[Finding]:
    """Quotations first, then the widest reported stretch; what lies in another's content belongs to that."""
    ordered = sorted(found, key=lambda f: (f.kind != "direct", -(f.content.end - f.content.start)))
    kept: list[Finding] = []
    for finding in ordered:
        clash = [k for k in kept if k.content.overlaps(finding.content)]
        if not clash:
            kept.append(finding)
        elif all(_inside(k.content, finding.content) and k.report.cue.start >= finding.content.start for k in clash):
            # A quotation with its own cue inside a reported clause: the clause is the statement.
            kept = [k for k in kept if k not in clash]
            kept.append(finding)
    return sorted(kept, key=lambda f: f.content)


def _inside(inner: Place, outer: Place) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def split_nested(
    passage: Passage, content: Place, speaker: Speaker, resolver: Resolver, paragraph: int
) -> Iterator[tuple[Place, Speaker, Speaker | None, Place | None]]:
    """A quotation cut at the quotations in it that are somebody else's words: place, speaker, outer speaker, cue."""
    start = content.start
    for quote in passage.quotes:
        if quote.start < start or quote.end > content.end or quote.depth == 0:
            continue
        inner = _inner_speaker(passage, quote, Place(start, quote.start), resolver, paragraph)
        if inner is None:
            continue
        yield Place(start, quote.start), speaker, None, None
        yield Place(quote.inner_start, quote.inner_end), inner[0], speaker, inner[1]
        start = quote.end
    yield Place(start, content.end), speaker, None, None


_IN_DOCUMENT = re.compile(
    r"[\[(]?\b(?:in|from)\s+(?P<np>(?:the|its|their|an?)\s+[^\[\]():,]{3,80})[\])]?[\s:,]*$", re.I
)


def _inner_speaker(
    passage: Passage, quote: Quote, before: Place, resolver: Resolver, paragraph: int
) -> tuple[Speaker, Place | None] | None:
    """Who is quoted within a quotation, or None where the inner marks only set words apart."""
    words = passage.text[quote.inner_start : quote.inner_end]
    lead = passage.text[before.start : before.end]
    sentence = re.split(r"(?<=[.!?])\s+", lead)[-1]
    offset = before.end - len(sentence)
    lexicon = load_lexicon()
    cues = [
        m
        for m in re.finditer(r"[\w’']+", sentence)
        if "quote" in lexicon.verbs.get(lexicon.forms.get(m.group().lower(), ""), {})
    ]
    if not cues or len(words.split()) < 3 or not sentence.rstrip().endswith((":", ",", cues[-1].group())):
        return None
    cue = Place(offset + cues[-1].start(), offset + cues[-1].end())
    document = _IN_DOCUMENT.search(sentence)
    if document is not None:
        place = Place(offset + document.start("np"), offset + document.end("np"))
    else:
        found = source_before(passage.text, offset, cue.start)
        if found is None:
            return None
        place = found
    named = passage.text[place.start : place.end]
    if named.lower() in ("i", "we"):
        return None
    if named.lower() in ("he", "she", "they", "it", "who"):
        return Speaker(None, text=named, reason="a pronoun inside a quotation"), cue
    return resolver.resolve(paragraph, place), cue
