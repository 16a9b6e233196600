"""Statements in a document's own voice: sentences of an author, a publisher, or a speaker on the record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from discourse.attribute.quoted import Finding
from discourse.attribute.units import trim
from discourse.nlp.passage import Passage, Place

_WORD = re.compile(r"[^\W\d_]{2,}")
_FEWEST_WORDS = 2
_FEWEST_LEFT = 5
_VERBLIKE = re.compile(
    r"\b(?:is|are|was|were|be|been|am|has|have|had|do|does|did|will|would|can|could|should|must|may|might|need|needs|"
    r"\w+n[’']t|\w+[’'](?:s|re|ve|ll|m)|\w{2,}(?:ed|ing|es|s))\b",
    re.IGNORECASE,
)
_HANGING = re.compile(
    r"\b(?:that|when|where|who|which|and|but|or|as|if|to|of|for|in|on|by|with|from|how|what|why|does|do|did|is|was|were|are|"
    r"has|have|had|the|a|an|because|said|says|than|not|about)$",
    re.IGNORECASE,
)
"""A piece that ends in such a word was cut from what it needs."""
_CONTINUES = re.compile(r"(?:and|but|so|yet|because|although|though|while|which|or)\b", re.IGNORECASE)
_SUBORDINATE = re.compile(
    r"(?:when|while|as|after|before|since|if|although|though|because|once|until)\b", re.IGNORECASE
)
"""Such a clause before what another says belongs to the frame."""
_FRAME = re.compile(r"^(?:and|but|as|so|or|that|which|who|because|,|;|:|–|—|-|\s)+", re.IGNORECASE)


def sentences_of(passage: Passage) -> Iterator[Place]:
    """The sentences of a paragraph; a break inside brackets or before a small letter is none."""
    text = passage.text
    pending: Place | None = None
    opening: int | None = None
    for sentence in _with_opening_marks(text, passage.sentences):
        place = trim(text, sentence.start, sentence.end)
        if place.end <= place.start:
            continue
        if text[place.start : place.end].strip("“‘\"'([«‹") == "":
            opening = place.start if opening is None else opening
            continue
        place, opening = Place(place.start if opening is None else opening, place.end), None
        if pending is not None and not _ends(text, pending, place):
            pending = Place(pending.start, place.end)
            continue
        if pending is not None:
            yield from _split(text, pending)
        pending = place
    if pending is not None:
        yield from _split(text, pending)


_CLOSING = re.compile(r"[”’\"'»)\]]+(?=\s)")
_OPENING = re.compile(r"\s+[“‘\"'«‹(\[]+\s*$")


def _with_opening_marks(text: str, sentences: Iterable[Place]) -> Iterator[Place]:
    """The sentences, with a mark that opens a quotation at the end of one given to the next."""
    start: int | None = None
    for sentence in sentences:
        begin = sentence.start if start is None else start
        closing = _CLOSING.match(text, begin, sentence.end)
        if closing and begin and not text[begin - 1].isspace():
            begin = closing.end()
        opening = _OPENING.search(text, max(begin, sentence.end - 8), sentence.end)
        start = opening.start() if opening and sentence.end < len(text) and opening.start() > begin else None
        yield Place(begin, sentence.end if start is None else start)


_BREAK = re.compile(
    r"(?<!\bMr)(?<!\bMs)(?<!\bDr)(?<!\bMrs)(?<!\bSt)(?<!\bNo)(?<!\bhon)(?<!\bHon)(?<!\bRev)(?<!\bSen)(?<!\bGen)"
    r"(?<!\bCllr)(?<!\bProf)(?<!\betc)(?<!\bvs)(?<!\be\.g)(?<!\bi\.e)(?<!\b[A-HJ-Z])[.!?][”’\"')]*(?P<gap>\s+)(?=[“‘\"']?[A-Z])"
)
"""A sentence end that the parser may have missed: a stop and a capital, no abbreviation or initial before it."""


def _split(text: str, sentence: Place) -> Iterator[Place]:
    start = sentence.start
    for match in _BREAK.finditer(text, sentence.start, sentence.end):
        if text.count("(", start, match.end()) <= text.count(")", start, match.end()):
            yield Place(start, match.start("gap"))
            start = match.end()
    yield Place(start, sentence.end)


_ABBREVIATED = re.compile(r"\b(?:Mr|Ms|Mrs|Dr|St|[Hh]on|Rt|Rev|Cllr|Prof|Sen|Rep|Gen|Sgt|vs|e\.g|i\.e)\.$")


def _ends(text: str, sentence: Place, following: Place) -> bool:
    words = text[sentence.start : sentence.end].rstrip("”’\"')]» ")
    first = text[following.start : following.end].lstrip("“‘\"'([« ")[:1]
    if not first or first in ".,;:!?)]”’":
        return False
    if not words.endswith((".", "!", "?", "…", ":")):
        return (first.isupper() and "\n" in text[sentence.end : following.start]) or first in "•*–-"
    if words.endswith(":") or first.islower() or _ABBREVIATED.search(words):
        return False
    return text.count("(", sentence.start, sentence.end) <= text.count(")", sentence.start, sentence.end)


def own_words(passage: Passage, sentence: Place, others: list[Finding]) -> Iterator[Place]:
    """What of a sentence is its author's own: without what is quoted from others and the frame that says so."""
    text = passage.text
    foreign = sorted(_foreign(passage, sentence, others))
    if not foreign:
        yield sentence
        return
    start, whole = sentence.start, False
    pieces: list[Place] = []
    for place in [*foreign, Place(sentence.end, sentence.end)]:
        piece = trim(text, start, max(start, place.start))
        cut_off = piece.start > sentence.start and text[piece.start : piece.start + 1].islower()
        start = max(start, place.end)
        words = text[piece.start : piece.end]
        if cut_off and not _CONTINUES.match(words):
            continue
        if place.start < sentence.end and _SUBORDINATE.match(words) and not re.search(r"[,;:]\s", words):
            continue
        frame = _FRAME.match(words)
        piece = Place(piece.start + (frame.end() if frame else 0), piece.end)
        words = text[piece.start : piece.end].rstrip(" ,;:–—-“‘\"'")
        if len(_WORD.findall(words)) < _FEWEST_LEFT or not _VERBLIKE.search(words):
            continue
        whole = whole or _HANGING.search(words) is not None
        pieces.append(Place(piece.start, piece.start + len(words)))
    # What cannot stand without the words it introduces is kept with them.
    yield from [sentence] if whole else pieces


def _foreign(passage: Passage, sentence: Place, others: list[Finding]) -> Iterator[Place]:
    for finding in others:
        if not finding.content.overlaps(sentence):
            continue
        start, end = finding.content
        for quote in passage.quotes:
            if quote.inner_start == start or quote.inner_end == end:
                start, end = min(start, quote.start), max(end, quote.end)
        parts = [Place(start, end)]
        if finding.cue is not None and finding.cue.overlaps(sentence):
            parts.append(finding.cue)
            if finding.report.source is not None:
                parts.append(finding.report.source)
        yield from _joined(passage.text, parts)


def _joined(text: str, parts: list[Place]) -> Iterator[Place]:
    """The parts, joined where only a few words without a verb of their own stand between."""
    ordered = sorted(parts)
    current = ordered[0]
    for part in ordered[1:]:
        if part.start - current.end < 60 and len(text[current.end : part.start].split()) <= 6:
            current = Place(current.start, max(current.end, part.end))
        else:
            yield current
            current = part
    yield current


def says_something(text: str) -> bool:
    """Whether a sentence has words enough to be a statement."""
    return len(_WORD.findall(text)) >= _FEWEST_WORDS
