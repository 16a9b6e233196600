"""Judges the paragraphs of copied text: title, byline, body, and the site furniture around them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from discourse.extract.dates import date_line
from discourse.extract.furniture import furniture
from discourse.extract.lines import Paragraph
from discourse.extract.names import (
    Byline,
    byline,
    closes_letter,
    is_person_name,
    name_and_role,
    plain_name,
    signature,
    written_by,
)
from discourse.extract.repeats import repeated
from discourse.records import BlockType

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_SENTENCE_END = re.compile(r"[.!?…][”\"’')\]]*(?:\[\^?\w{1,4}\]|\d{1,2})?\s*$")
_FIRST_PERSON = re.compile(r"\b(?:I|I['’](?:m|ve|d|ll)|my)\b")
_QUOTED = re.compile(r"“[^”\n]{0,2000}”|\"[^\"\n]{0,2000}\"")
_TITLE_NAME = re.compile(r"^(?P<name>[^:|–—]{4,50}?)\s*:\s+\S")
_TITLE_LABEL = re.compile(r"^(?:title|headline)\s*:\s+", re.I)
_COMMENT_SHAPE = re.compile(
    r"^\W*(?:reply|report(?: (?:abuse|this|comment))?|flag|like|upvote|\d+ (?:likes?|replies|votes?)|permalink)\W*$|"
    r"\b\d+ (?:minutes?|hours?|days?|weeks?|months?|years?) ago\b|\b(?:says|said|wrote|commented|posted)\s*:\s*$|"
    r"\bat \d{1,2}[:.]\d\d ?(?:am|pm)?\W*$|^anonymous\b",
    re.I,
)
_PROSE_WORDS = 12
_LONG_WORDS = 28
_FEWEST_BODY_WORDS = 25
_LONGEST_SIGNATURE = 8
"""Lines below a letter among which its signature is looked for."""


@dataclass(slots=True)
class Reading:
    """A type for each paragraph, and what bylines and title say."""

    types: list[BlockType]
    title: str | None = None
    authors: tuple[str, ...] = ()
    author_role: str | None = None
    has_body: bool = True


@dataclass(slots=True)
class _Item:
    text: str
    declared: BlockType
    type: BlockType | None = None
    label: str | None = None
    words: int = 0
    prose: bool = False
    byline: Byline | None = field(default=None)

    @property
    def free(self) -> bool:
        """Not judged yet, and no furniture."""
        return self.type is None and self.label is None


def read(text: str, pieces: Sequence[Paragraph]) -> Reading:
    """The reading of a text's paragraphs; types stand in the order of the paragraphs."""
    items = [_item(text[piece.start : piece.end], piece.type) for piece in pieces]
    _mark_comments(items)
    _mark_related(items)
    if not _mark_prose(items):
        return Reading([item.type or "boilerplate" for item in items], has_body=False)
    title = _mark_title(items)
    found = _mark_bylines(items, title)
    _mark_repeats(items)
    _mark_rest(items)
    return Reading(
        types=[item.type or "paragraph" for item in items],
        title=title,
        authors=found.authors if found else (),
        author_role=found.role if found else None,
    )


def _item(text: str, declared: BlockType) -> _Item:
    item = _Item(text, declared, label=furniture(text), words=len(_WORD.findall(text[:4000])))
    if declared == "boilerplate" or (item.label is None and date_line(text)):
        item.label = "line"
    return item


def _mark_comments(items: list[_Item]) -> None:
    """Readers' comments: from the line that opens them to the end."""
    marks = [i for i, item in enumerate(items) if item.label == "comments"]
    words_before = [0, *accumulate(item.words if item.label is None else 0 for item in items)]
    for number, start in enumerate(marks):
        before = words_before[start]
        end = marks[number + 1] if number + 1 < len(marks) else len(items)
        stretch = items[start + 1 : end]
        shaped = sum(bool(_COMMENT_SHAPE.search(item.text[:200])) or is_person_name(item.text) for item in stretch)
        talk = any(item.label is None and item.words >= _PROSE_WORDS for item in stretch)
        counted = bool(re.search(r"\d|\breaders\b", items[start].text, re.I))
        if before >= _FEWEST_BODY_WORDS and ((shaped and talk) or (counted and talk)):
            for item in items[start:]:
                item.type = "boilerplate"
            return
        if not talk and before >= _FEWEST_BODY_WORDS:
            for item in stretch:
                if not _footer(item):
                    item.type = "boilerplate"


def _footer(item: _Item) -> bool:
    return item.label is None and bool(byline(item.text) or name_and_role(item.text) or written_by(item.text))


def _mark_related(items: list[_Item]) -> None:
    """Lists of other stories: the headlines that follow a line such as "Related stories"."""
    listing = False
    for item in items:
        if item.label == "related":
            listing = True
        elif listing and item.label is None:
            headline = item.words <= 20 and not _SENTENCE_END.search(item.text) and not _footer(item)
            listing = headline
            if headline:
                item.type = "boilerplate"


def _mark_prose(items: list[_Item]) -> bool:
    """Marks the paragraphs that are running text; False when there is nothing to read."""
    free = [item for item in items if item.free]
    for item in free:
        ends = bool(_SENTENCE_END.search(item.text[-12:]))
        item.prose = (item.words >= _PROSE_WORDS and ends) or item.words >= _LONG_WORDS
    if not any(item.prose for item in free):
        for item in free:
            item.prose = item.words >= 4 and bool(_SENTENCE_END.search(item.text[-12:]))
    return any(item.prose for item in free) or sum(item.words for item in free) >= 3 * _FEWEST_BODY_WORDS


def _bounds(items: list[_Item]) -> tuple[int, int]:
    """The indices of the first and last paragraph of running text (of all, when there is none)."""
    prose = [i for i, item in enumerate(items) if item.prose]
    return (prose[0], prose[-1]) if prose else (0, len(items) - 1)


def _mark_title(items: list[_Item]) -> str | None:
    declared = next((item for item in items if item.declared == "title" and item.free), None)
    if declared is not None:
        declared.type = "title"
        for item in items[: items.index(declared)]:
            if item.free and not item.prose:
                item.type = "boilerplate"
        return declared.text
    first, _ = _bounds(items)
    candidates = [
        i
        for i in range(first)
        if items[i].free
        and not is_person_name(items[i].text)
        and not byline(items[i].text)
        and not name_and_role(items[i].text)
    ]
    if not candidates:
        opening = items[first]
        follows = any(item.prose and item.words > opening.words for item in items[first + 1 :])
        if opening.prose and opening.words <= 16 and follows and "“" not in opening.text[:1]:
            opening.type, opening.prose = "title", False
            return opening.text
        return None
    body = {
        word.lower()
        for item in items[first : first + 8]
        if item.prose
        for word in _WORD.findall(item.text)
        if len(word) > 3
    }
    best = max(candidates, key=lambda i: (_title_score(items[i], body), -i))
    items[best].type = "title"
    for i in range(best):
        if items[i].free and not _footer(items[i]) and not is_person_name(items[i].text):
            items[i].type = "boilerplate"
    return _TITLE_LABEL.sub("", items[best].text)


def _title_score(item: _Item, body: set[str]) -> float:
    """How much a line looks like the title: the length of one, and words that the opening paragraphs use."""
    if item.declared == "heading":
        return 2.0
    if _TITLE_LABEL.match(item.text):
        return 3.0
    words = {word.lower() for word in _WORD.findall(item.text) if len(word) > 3}
    shared = len(words & body) / len(words) if words else 0.0
    length = 1.0 if 4 <= item.words <= 22 else 0.5 if item.words == 3 else 0.0
    return length + (0.5 if shared >= 0.3 else 0.0)


def _mark_bylines(items: list[_Item], title: str | None) -> Byline | None:
    """Bylines under the title and after the text; the author is taken from them, else from "NAME: ..." titles."""
    first, last = _bounds(items)
    free = [i for i, item in enumerate(items) if item.free]
    head = [i for i in free if i < first or (i - first < 2 and items[i].words <= 25)]
    tail = [i for i in free if i >= last - 1][-6:]
    named = _TITLE_NAME.match(title or "")
    subject = plain_name(named["name"]) if named and is_person_name(named["name"]) else None
    singular = _first_person(items)
    found: list[Byline] = []
    for i in head + [i for i in tail if i not in head]:
        item = items[i]
        line = byline(item.text) or written_by(item.text)
        if line is None and (i in head and i < first) and is_person_name(item.text):
            line = Byline((plain_name(item.text),))
        if line is None:
            line = _role_line(item, i in head, singular, subject, found)
        if line is not None:
            item.type, item.prose = "byline", False
            found.append(line)
    found = found or _signed(items, last, singular)
    if not found:
        return Byline((subject,)) if subject and singular else None
    names = tuple(dict.fromkeys(name for line in found for name in line.authors))
    return Byline(names, next((line.role for line in found if line.role), None))


def _signed(items: list[_Item], last: int, singular: bool) -> list[Byline]:
    """Who signs a letter below its text: names under a closing such as "Yours", or a name over its role."""
    tail = [item for item in items[last + 1 :] if item.type is None][:_LONGEST_SIGNATURE]
    closed = any(closes_letter(item.text) for item in tail)
    found: list[Byline] = []
    for place, item in enumerate(tail):
        below = tail[place + 1] if place + 1 < len(tail) else None
        line = signature(item.text, below.text if below else None)
        # A bare name may be anybody's; a closing above it or a role below it says that it signs.
        if line is None or not (closed or (singular and line.role)):
            continue
        found.append(line)
        item.type = "byline"
        if below is not None and line.role:
            below.type = "byline"
    return found


def _role_line(item: _Item, head: bool, singular: bool, subject: str | None, found: list[Byline]) -> Byline | None:
    line = name_and_role(item.text)
    if line is None or item.words > 60:
        return None
    known = {name for other in found for name in other.authors} | {subject}
    sentence = bool(re.search(r" (?:is|was) ", item.text[: len(line.authors[0]) + 12]))
    # A sentence about somebody is the author's footer only where the text is theirs.
    if line.authors[0] in known or not sentence or singular:
        bare = not _SENTENCE_END.search(item.text) or item.words <= 30
        return line if bare or line.authors[0] in known else None
    return None


def _first_person(items: list[_Item]) -> bool:
    body = "\n".join(item.text for item in items if item.prose)[:40_000]
    outside = _QUOTED.sub("", body)
    return len(_FIRST_PERSON.findall(outside)) >= max(2, 0.002 * len(outside.split()))


def _mark_repeats(items: list[_Item]) -> None:
    """Pull quotes, and the bare name that stands under one."""
    places = [i for i, item in enumerate(items) if item.free]
    for index in repeated([items[i].text for i in places]):
        item = items[places[index]]
        item.type, item.prose = "boilerplate", False
        after = places[index] + 1
        if after < len(items) and items[after].free and is_person_name(items[after].text):
            items[after].type = "boilerplate"


def _mark_rest(items: list[_Item]) -> None:
    first, last = _bounds(items)
    for i, item in enumerate(items):
        if item.type is not None:
            continue
        if item.label is not None:
            dated = i <= first + 2 and date_line(item.text)
            item.type = "byline" if dated else "boilerplate"
        elif item.declared in ("heading", "quotation", "table", "list"):
            item.type = "list" if item.declared == "list" else item.declared
            if i < first and item.declared == "list" and item.words <= 6:
                item.type = "boilerplate"
        elif item.prose:
            item.type = "paragraph"
        elif i < first:
            item.type = "paragraph" if item.words >= 6 else "heading" if i == first - 1 else "boilerplate"
        elif i > last:
            item.type = "paragraph" if _SENTENCE_END.search(item.text) or item.words >= 12 else "boilerplate"
        elif item.words <= 12 and not _SENTENCE_END.search(item.text) and item.text[-1] not in ":,;—-":
            item.type = "heading"
        else:
            item.type = "paragraph"
