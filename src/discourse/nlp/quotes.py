"""Quotation marks: which of them open, which close, which are apostrophes, and what lies between them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MARK = re.compile(r"``|''(?!')|[“”„‟«»‹›‘’‚'\"″]")
_FAMILY = {
    **dict.fromkeys("“”„‟", "curly"),
    **dict.fromkeys('"″', "straight"),
    **dict.fromkeys(("``", "''"), "tex"),
    **dict.fromkeys("‘’‚", "single"),
    "'": "prime",
    **dict.fromkeys("«»", "guillemet"),
    **dict.fromkeys("‹›", "small guillemet"),
}
_SINGLES = {"single", "prime"}
_OPENING_ONLY = set("“„‟‘‚") | {"``"}
# Words that begin with an apostrophe: 'tis, '90s, 'em.
_ELISION = re.compile(r"(?:\d\ds?\b|(?:tis|twas|em|til|till|cause|cos|n|bout|un|ello)\b)", re.IGNORECASE)
_BEFORE_OPENING = set(" \t\n\r\u00a0([{—–-/“‘\"'«‹„…")
_AFTER_CLOSING = set(" \t\n\r\u00a0)]}.,;:!?—–-/”’\"'»›…")


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation in a paragraph: with its marks from start to end, without them from inner_start to inner_end."""

    start: int
    end: int
    inner_start: int
    inner_end: int
    depth: int = 0
    """0 outermost, 1 a quotation in a quotation, and so on."""
    closed: bool = True
    """False where the closing mark is missing."""

    def holds(self, position: int) -> bool:
        return self.start <= position < self.end


@dataclass(slots=True)
class _Open:
    start: int
    after: int
    family: str
    children: list[Quote]


def find_quotes(text: str) -> list[Quote]:
    """The quotations of one paragraph in order of place, outer before inner; time linear in its length.

    An opening mark without a partner counts only where the quotation can run to the paragraph's end: at the
    paragraph's beginning (the convention for a quotation that goes on in the next paragraph) or after a colon
    or comma. Everything else without a partner is passed over, so a lost mark costs at most its paragraph.
    """
    marks = [(m.start(), m.end(), m.group()) for m in _MARK.finditer(text)]
    closers = _later_closers(text, marks)
    stack: list[_Open] = []
    found: list[Quote] = []
    for index, (start, end, mark) in enumerate(marks):
        family = _FAMILY[mark]
        opens, closes = _roles(text, start, end, mark)
        if family in _SINGLES and not closes and not (opens and closers[index]):
            continue
        holder = _innermost(stack, family, mark)
        if closes and holder is not None and not (opens and mark in _OPENING_ONLY):
            if mark in "’'" and _is_possessive(text, start, end) and closers[index]:
                continue
            _close(stack, holder, start, end, found)
        elif opens and (mark != "’"):
            if holder is not None and family not in _SINGLES and not _balanced_after(marks, index, family):
                del stack[holder:]
            if len(stack) < 6:
                stack.append(_Open(start, end, family, []))
    _close_unfinished(text, stack, found)
    return _nested(found)


def _roles(text: str, start: int, end: int, mark: str) -> tuple[bool, bool]:
    """Whether a mark can open and whether it can close, from its shape and its neighbours."""
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    can_open = (before in _BEFORE_OPENING) and not after.isspace()
    can_close = not before.isspace() and (after in _AFTER_CLOSING or not after.isalnum())
    family = _FAMILY[mark]
    if family in _SINGLES and can_open and _ELISION.match(text, end):
        can_open = False
    if mark == "»":
        return False, True
    if mark == "«":
        return True, False
    if mark in _OPENING_ONLY:
        return True, can_close and not can_open
    if mark == "”":
        return can_open and not can_close, True
    if mark in '"″':
        if before.isdigit() and mark == "″":
            return False, False
        if before.isspace() and after.isspace():
            return True, True
        return can_open or not can_close, can_close or not can_open
    return can_open, can_close


def _later_closers(text: str, marks: list[tuple[int, int, str]]) -> list[bool]:
    """For each mark: does a single mark that can close, and is no plural's apostrophe, come later before an opener?"""
    later = False
    answers = [False] * len(marks)
    for index in range(len(marks) - 1, -1, -1):
        start, end, mark = marks[index]
        answers[index] = later
        if _FAMILY[mark] not in _SINGLES:
            continue
        opens, closes = _roles(text, start, end, mark)
        if closes and not (opens and mark != "’"):
            later = True
        elif opens and mark != "’":
            later = False
    return answers


def _is_possessive(text: str, start: int, end: int) -> bool:
    """An apostrophe after s before a word in small letters: councils' children."""
    return (
        start > 0 and text[start - 1] in "sS" and end + 1 < len(text) and text[end] == " " and text[end + 1].islower()
    )


def _innermost(stack: list[_Open], family: str, mark: str) -> int | None:
    for index in range(len(stack) - 1, -1, -1):
        opened = stack[index].family
        if opened == family or (mark in '"”' and {opened, family} == {"curly", "straight"}):
            return index
        if {opened, family} == _SINGLES or (opened == "tex" and mark in {"''", '"'}):
            return index
    return None


def _balanced_after(marks: list[tuple[int, int, str]], index: int, family: str) -> bool:
    """Whether closing marks enough follow for one more opening mark inside an open quotation (at most 40 looked at)."""
    depth = 1
    for _, _, mark in marks[index : index + 40]:
        if _FAMILY[mark] == family:
            depth += 1 if mark in _OPENING_ONLY or mark == "«" else -1
        if depth == 0:
            return True
    return False


def _close(stack: list[_Open], holder: int, start: int, end: int, found: list[Quote]) -> None:
    opened = stack[holder]
    del stack[holder:]
    if start > opened.after:
        found.append(Quote(opened.start, end, opened.after, start))


def _close_unfinished(text: str, stack: list[_Open], found: list[Quote]) -> None:
    for opened in stack:
        before = text[: opened.start].rstrip()
        if opened.family in _SINGLES or not (before == "" or before[-1] in ":,"):
            continue
        end = len(text.rstrip())
        if end > opened.after:
            found[:] = [q for q in found if q.end <= opened.start or q.start > opened.start]
            found.append(Quote(opened.start, end, opened.after, end, closed=False))
            return


def _nested(found: list[Quote]) -> list[Quote]:
    """The quotations in order of place with their depth."""
    ordered = sorted(found, key=lambda q: (q.start, -q.end))
    result: list[Quote] = []
    enclosing: list[Quote] = []
    for quote in ordered:
        while enclosing and enclosing[-1].end <= quote.start:
            enclosing.pop()
        inner_start, inner_end = quote.inner_start, quote.inner_end
        result.append(Quote(quote.start, quote.end, inner_start, inner_end, len(enclosing), quote.closed))
        enclosing.append(quote)
    return result
