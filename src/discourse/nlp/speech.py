"""Direct speech: which quotation is said by whom, told from the words beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from spacy.tokens import Token

from discourse.nlp.credit import DASHES, credited_before, signed
from discourse.nlp.lexicon import Sense
from discourse.nlp.passage import Place, Report
from discourse.nlp.patterns import source_after, source_before
from discourse.nlp.quotes import Quote
from discourse.nlp.regions import SENTENCE_END, after_quote, before_quote, sentence_like
from discourse.nlp.syntax import Reading, cue_place, first_child, noun_phrase, subject_of

_LABEL = re.compile(
    r"[\s•*–—-]*([A-Z][\w.’'-]*(?:\s+(?:[A-Z][\w.’'-]*|of|the|for)){0,5}(?:\s*\([^()]{2,60}\)|,\s[^:“”\"]{3,110})?):$"
)
"""A name, perhaps with an apposition, and a colon before a quotation, as in headlines, lists and transcripts."""
_NAMED = re.compile(
    r"[\s•*–—-]*([A-Z][\w.’'-]*(?:\s+(?:[A-Z][\w.’'-]*|of|the|for|and|&)){1,7}"
    r"(?:\s*\([^()]{2,60}\)|,\s[^:“”\"]{3,110})?):$"
)
"""A paragraph that is a name of two words at least and a colon: the next paragraph is what that person says."""
_FAR = 14
_NOT_AFTER = frozenset(
    [
        "and",
        "but",
        "or",
        "because",
        "that",
        "which",
        "who",
        "of",
        "in",
        "on",
        "at",
        "with",
        "for",
        "to",
        "as",
        "is",
        "was",
        "are",
        "were",
        "by",
        "from",
        "about",
        "than",
    ]
)


@dataclass(frozen=True, slots=True)
class _Cue:
    token: Token
    sense: Sense


def find_speech(reading: Reading, reports: list[Report]) -> list[Report]:
    """The direct and mixed speech of one paragraph, beside the reports that the parse gave.

    A quotation without a cue that could be a sentence is reported with no source when it begins the paragraph
    (rule "open"): the paragraphs before it may tell. Any other quotation without a cue is nobody's.
    """
    found: list[Report] = []
    previous: Report | None = None
    for index, quote in enumerate(reading.outer):
        before = before_quote(reading, index)
        after = after_quote(reading, index)
        report = (
            _from_before(reading, quote, before, reports)
            or _from_after(reading, quote, before, after, reports)
            or _covered(quote, reports)
            or _goes_on(reading, quote, before, previous)
            or _unannounced(reading, quote, before)
            or _opens(reading, quote, before)
        )
        if report is not None and report.rule != "covered":
            found.append(report)
        previous = report or previous
    lead = _lead(reading)
    return [*found, lead] if lead is not None else found


def _tokens(reading: Reading, place: Place) -> list[Token]:
    span = reading.doc.char_span(place.start, place.end, alignment_mode="contract")
    return [t for t in span if not reading.in_quote(t)] if span is not None else []


def _as_cue(reading: Reading, token: Token, *, any_verb: bool = False) -> _Cue | None:
    lexicon = reading.lexicon
    parsed = reading.doc.has_annotation("DEP")
    lemma = token.lemma_ if parsed and token.pos_ == "VERB" else lexicon.forms.get(token.lower_, "")
    if parsed and token.pos_ not in ("VERB", "AUX") and token.lower_ not in ("said", "says", "added", "told", "wrote"):
        return None
    if parsed and token.dep_ == "amod":
        return None
    senses = lexicon.verbs.get(lemma) or {}
    sense = senses.get("quote") or (next(iter(senses.values())) if senses and any_verb else None)
    if (
        sense is None
        and any_verb
        and parsed
        and token.pos_ == "VERB"
        and token.tag_ in ("VBD", "VBZ", "VBP", "VBG", "VBN")
    ):
        sense = Sense()
    return _Cue(token, sense) if sense is not None else None


def _from_before(reading: Reading, quote: Quote, before: Place, reports: list[Report]) -> Report | None:
    """She said: "..." and she told the council on Tuesday, "..."."""
    text = reading.text[before.start : before.end].rstrip()
    if not text:
        return None
    tokens = _tokens(reading, before)
    cues = [c for c in (_as_cue(reading, t) for t in tokens) if c is not None and not _denied(c.token)]
    label = _LABEL.match(text)
    if label is not None and ("," not in label.group(1) or not cues):
        place = Place(before.start + label.start(1), before.start + label.end(1))
        colon = Place(before.start + len(text) - 1, before.start + len(text))
        return Report(place, colon, (Place(quote.inner_start, quote.inner_end),), "direct", rule="label")
    mark = text[-1]
    if mark == ":":
        cues = cues or [c for c in (_as_cue(reading, t, any_verb=True) for t in tokens) if c is not None]
        cues = cues or [_Cue(t, Sense()) for t in tokens if t.pos_ == "AUX" and t.dep_ == "ROOT" and not _denied(t)]
        labelled = credited_before(reading, before, quote) if not cues else None
        if labelled is not None:
            return labelled
    elif mark == ",":
        by = credited_before(reading, before, quote)
        if by is not None:
            return by
        cues = [c for c in cues if _reaches(reading, c.token, quote)]
        holder = _covered(quote, reports)
        if cues and holder is not None and holder.kind == "mixed" and holder.cue.overlaps(_place(cues[-1].token)):
            return None
    else:
        word = tokens[-1] if tokens else None
        cues = [
            c
            for c in cues
            if word is not None
            and c.token.i == word.i
            and sentence_like(reading.text[quote.inner_start : quote.inner_end])
        ]
    if not cues:
        return None
    cue = cues[-1]
    source = _source(reading, cue.token, before, inverted_end=before.end)
    return _direct(reading, source, cue, quote, "before")


def _place(token: Token) -> Place:
    return Place(token.idx, token.idx + len(token))


def _denied(token: Token) -> bool:
    return any(child.dep_ == "neg" for child in token.children)


def _reaches(reading: Reading, cue: Token, quote: Quote) -> bool:
    """Whether a cue before a comma still waits for what was said: no clause of its own stands in between."""
    if len(reading.text[cue.idx : quote.start].split()) > _FAR:
        return False
    return not any(
        c.dep_ in ("ccomp", "xcomp") and c.i > cue.i and not reading.in_quote(c) and c.idx < quote.start
        for c in cue.children
    )


def _from_after(reading: Reading, quote: Quote, before: Place, after: Place, reports: list[Report]) -> Report | None:
    """ "...," she said and "..." said Alan Wood, president of the association."""
    text = reading.text
    tail = text[after.start : after.end]
    words = re.findall(r"[\w’'-]+", tail[:60])
    if not words or words[0].lower() in _NOT_AFTER:
        return None
    last = text[quote.inner_end - 1]
    joined = (
        last in ",!?—–-…"
        or tail.lstrip()[:1] in "," + DASHES
        or words[0][0].islower()
        or words[0] in reading.lexicon.forms
    )
    if not joined:
        return None
    cue = None
    for token in _tokens(reading, after)[:45]:
        cue = _as_cue(reading, token, any_verb=last == "," and _is_close(reading, after, token))
        if cue is not None and not _denied(token):
            break
        cue = None
    if cue is None or not _near(reading, cue.token, after):
        return signed(reading, quote, after)
    source = _source(reading, cue.token, after, inverted_end=after.end)
    if source is None:
        return None
    opening = reading.trim(before.start, before.end)
    if opening.end > opening.start and (
        any(q.end == before.start for q in reading.outer) or _covered(quote, reports) is not None
    ):
        return None
    if (
        opening.end > opening.start
        and text[before.start : before.end].rstrip()[-1:] not in ":—–"
        and not sentence_like(text[quote.inner_start : quote.inner_end])
    ):
        place = reading.trim(before.start, quote.end)
        return Report(
            source, cue_place(reading, cue.token), (place,), "mixed", cue.sense.manner, cue.sense.attitude, rule="after"
        )
    return _direct(reading, source, cue, quote, "after")


def _is_close(reading: Reading, after: Place, token: Token) -> bool:
    """Nothing but a pronoun or a name of three words at most stands between the quotation and the token."""
    between = reading.text[after.start : token.idx].strip(" ,")
    return token.tag_ in ("VBD", "VBZ") and re.fullmatch(r"(?:he|she|(?:[A-Z][\w.’'-]+\s*){1,3})", between) is not None


def _near(reading: Reading, cue: Token, after: Place) -> bool:
    """Only the speaker, with appositions, may stand between a quotation and its cue."""
    between = reading.text[after.start : cue.idx]
    if len(between.split()) <= 4:
        return True
    subject = subject_of(cue) if reading.doc.has_annotation("DEP") else None
    return len(between.split()) <= 30 and (
        subject is None or (subject.idx >= after.start and len(between.split(",")[0].split()) <= 8)
    )


def _source(reading: Reading, cue: Token, region: Place, *, inverted_end: int) -> Place | None:
    if reading.doc.has_annotation("DEP"):
        subject = subject_of(cue)
        if (
            subject is not None
            and not reading.in_quote(subject)
            and subject.pos_ in ("NOUN", "PROPN", "PRON", "NUM", "DET", "X", "ADJ")
        ):
            limit = Place(cue.idx, cue.idx + len(cue))
            place = noun_phrase(reading, subject, limit=limit)
            if place is not None:
                return place
    return source_before(reading.text, region.start, cue.idx) or source_after(
        reading.text, cue.idx + len(cue), inverted_end
    )


def _direct(reading: Reading, source: Place | None, cue: _Cue, quote: Quote, rule: str) -> Report:
    content = Place(quote.inner_start, quote.inner_end)
    return Report(
        source, cue_place(reading, cue.token), (content,), "direct", cue.sense.manner, cue.sense.attitude, rule=rule
    )


def _covered(quote: Quote, reports: list[Report]) -> Report | None:
    """The report of the parse whose content holds the quotation."""
    for report in reports:
        if any(p.start <= quote.inner_start and quote.inner_end <= p.end for p in report.content):
            return Report(report.source, report.cue, report.content, report.kind, report.manner, rule="covered")
    return None


def _goes_on(reading: Reading, quote: Quote, before: Place, previous: Report | None) -> Report | None:
    """ "...," she said. "...": a new sentence of the same speaker."""
    if previous is None or previous.source is None or previous.rule == "open":
        return None
    if reading.trim(before.start, before.end).end > reading.trim(before.start, before.end).start:
        return None
    if not sentence_like(reading.text[quote.inner_start : quote.inner_end]):
        return None
    content = Place(quote.inner_start, quote.inner_end)
    return Report(previous.source, previous.cue, (content,), "direct", previous.manner, rule="goes on")


def _unannounced(reading: Reading, quote: Quote, before: Place) -> Report | None:
    """She was unmoved. "It has to go.": whole sentences in quotation marks after one about a person, who says them."""
    if reading.text[before.start : before.end].strip() or not reading.doc.has_annotation("DEP"):
        return None
    if not sentence_like(reading.text[quote.inner_start : quote.inner_end]):
        return None
    tokens = _tokens(reading, Place(max(0, before.start - 400), before.start))
    root = next((t.sent.root for t in reversed(tokens) if not t.is_punct and not t.is_space), None)
    subject = first_child(root, "nsubj", "nsubjpass") if root is not None else None
    if subject is None or reading.in_quote(subject):
        return None
    if subject.lower_ not in ("he", "she") and (subject.pos_ != "PROPN" or subject.ent_type_ not in ("PERSON", "")):
        return None
    place = noun_phrase(reading, subject)
    content = Place(quote.inner_start, quote.inner_end)
    return Report(place, Place(quote.start, quote.start), (content,), "direct", rule="follows") if place else None


def _opens(reading: Reading, quote: Quote, before: Place) -> Report | None:
    if reading.text[: quote.start].strip():
        return None
    if not sentence_like(reading.text[quote.inner_start : quote.inner_end]) and quote.closed:
        return None
    content = Place(quote.inner_start, quote.inner_end)
    return Report(None, Place(quote.start, quote.start), (content,), "direct", rule="open")


def _lead(reading: Reading) -> Report | None:
    """A paragraph that ends with a cue and a colon: what it announces stands in the next one."""
    text = reading.text.rstrip()
    if not text.endswith(":"):
        return None
    start = max((m.end() for m in SENTENCE_END.finditer(text[:-1])), default=0)
    region = Place(start, len(text))
    cues = [c for c in (_as_cue(reading, t) for t in _tokens(reading, region)) if c is not None]
    if not cues:
        named = _NAMED.match(text)
        place = Place(named.start(1), named.end(1)) if named else None
        return Report(place, Place(len(text) - 1, len(text)), (), "direct", rule="lead") if place else None
    source = _source(reading, cues[-1].token, region, inverted_end=region.end)
    return Report(source, cue_place(reading, cues[-1].token), (), "direct", rule="lead") if source else None
