"""The reading order of a PDF page: running heads off, columns one after another."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from discourse.extract.pdfpages import Fragment, Sheet

_MARGIN = 0.09
"""Share of the page's height, at top and bottom, in which running heads and page numbers stand."""
_PAGE_NUMBER = re.compile(r"^\W*(?:page|p\.)?\s*\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?\W*$|^\W*[ivxl]{1,7}\W*$", re.I)
_DIGITS = re.compile(r"\d+")
_SENTENCE = re.compile(r"[.!?][”\"’)]?(?:\s|$)")
_ENDS = re.compile(r"[.!?:;][”\"’')\]]*\d{0,2}$")
_WIDE_GAP = 0.6
"""Gaps between words wider than this many line heights are no spaces of running text."""
_TALL = 1.15
"""Times the usual height that a line of a heading has."""
_UNEVEN = 0.25
"""Share of a column's width that may be free at the end of a line of running text."""
_FEWEST_COLUMN_LINES = 5
_FEWEST_COLUMN_CHARACTERS = 20
"""Mean length of line below which side-by-side fragments are a table's cells, not columns of prose."""


def running_heads(sheets: Sequence[Sheet]) -> list[str]:
    """The texts, digits as #, that stand in the top or bottom margin of several pages."""
    counted: Counter[str] = Counter()
    for sheet in sheets:
        counted.update({_key(fragment.text) for fragment in sheet.fragments if _in_margin(fragment, sheet)})
    fewest = max(2, min(4, len(sheets) // 3))
    opening = " ".join(_key(fragment.text) for sheet in sheets[:1] for fragment in sheet.fragments[:8])
    # The head of a short report may stand on one page only: it says again what the first page says.
    echoes = {
        _key(f.text)
        for sheet in sheets[1:]
        for f in sheet.fragments
        if _in_margin(f, sheet) and _key(f.text) in opening
    }
    return [
        text
        for text, count in counted.most_common()
        if (count >= fewest and len(sheets) > 1) or (text in echoes and len(text) > 12)
    ]


def _key(text: str) -> str:
    return _DIGITS.sub("#", " ".join(text.split()))


def _in_margin(fragment: Fragment, sheet: Sheet) -> bool:
    return fragment.middle < _MARGIN * sheet.height or fragment.middle > (1 - _MARGIN) * sheet.height


def flows(sheet: Sheet, heads: Sequence[str]) -> list[list[Fragment]]:
    """The page's fragments without heads and numbers, as flows of text: columns, and what spans them."""
    known = set(heads)
    kept = [
        fragment
        for fragment in sheet.fragments
        if not (
            _in_margin(fragment, sheet) and (_key(fragment.text) in known or _PAGE_NUMBER.match(fragment.text.strip()))
        )
    ]
    return _split(_parted(kept), 0) if kept else []


def _parted(fragments: list[Fragment]) -> list[Fragment]:
    """The fragments, those cut in two in which a table's cells ran together.

    A cell begins where the cells of the rows around it begin: at a left edge that three or more fragments share.
    """
    heights: dict[int, list[float]] = {}
    for fragment in fragments:
        wide = [left for _, left, before in fragment.words if left - before > _WIDE_GAP * fragment.height]
        for left in (fragment.left, *wide):
            heights.setdefault(round(left), []).append(fragment.middle)
    page_left = min(fragment.left for fragment in fragments)
    spans = {
        edge: (min(own), max(own)) for edge, own in heights.items() if 3 <= len(own) <= 60 and edge > page_left + 100
    }
    found: list[Fragment] = []
    for fragment in fragments:
        for place, left, before in fragment.words:
            low, high = spans.get(round(left), (1.0, 0.0))
            if low <= fragment.middle <= high:
                head, tail = fragment.text[:place].rstrip(), fragment.text[place:]
                found.append(fragment._replace(text=head, right=before, words=()))
                found.append(fragment._replace(text=tail, left=left, words=()))
                break
        else:
            found.append(fragment)
    return found


def _split(fragments: list[Fragment], depth: int) -> list[list[Fragment]]:
    """Flows in reading order: above the columns, left column, right column, below."""
    gutter = _gutter(fragments) if depth < 3 else None
    if gutter is None:
        return [_ordered(fragments)]
    left_edge, top, bottom = gutter
    above = [f for f in fragments if f.middle > top]
    below = [f for f in fragments if f.middle < bottom]
    inside = [f for f in fragments if bottom <= f.middle <= top]
    right = [f for f in inside if f.left >= left_edge]
    left, foot = _without_foot([f for f in inside if f.left < left_edge], right)
    below = [*foot, *below]
    # A box beside the text, which goes on below it: the box is read first, so that the text stays whole.
    beside = _goes_on(left, below) and not _goes_on(left, right) and not _goes_on(above, left)
    found: list[list[Fragment]] = []
    for part in (above, right, left, below) if beside else (above, left, right, below):
        if part:
            found.extend(_split(part, depth + 1))
    return found


def _without_foot(left: list[Fragment], right: list[Fragment]) -> tuple[list[Fragment], list[Fragment]]:
    """A left-hand column, and what stands below both columns without reaching over to the right one.

    That is a heading, which ends no column, or what stands apart below the line that the right column goes on from.
    """
    bottom = min(fragment.bottom for fragment in right)
    usual = median(fragment.height for fragment in left)
    left_edge, right_edge = min(fragment.left for fragment in left), max(fragment.right for fragment in left)
    rows = sorted(left, key=lambda f: -f.middle)
    for place in (place for place in range(1, len(rows)) if rows[place].top <= bottom):
        headed = all(fragment.height > _TALL * usual for fragment in rows[place:])
        apart = rows[place - 1].middle - rows[place].middle > 1.5 * usual
        # A line that goes on fills its column; one that does not is a heading.
        full = rows[place - 1].right > right_edge - _UNEVEN * (right_edge - left_edge)
        if headed or (apart and full and _goes_on(rows[:place], right)):
            foot = {id(fragment) for fragment in rows[place:]}
            return [f for f in left if id(f) not in foot], [f for f in left if id(f) in foot]
    return left, []


def _goes_on(one: Sequence[Fragment], other: Sequence[Fragment]) -> bool:
    """Whether the last line of one stretch is no end of a sentence and the first of the other begins inside one."""
    if not one or not other:
        return False
    last, first = min(one, key=lambda f: f.middle), max(other, key=lambda f: f.middle)
    return not _ENDS.search(last.text) and first.text[:1].islower()


def _gutter(fragments: list[Fragment]) -> tuple[float, float, float] | None:
    """The left edge of a right-hand column of prose with the top and bottom of the columns, or None."""
    page_left = min(fragment.left for fragment in fragments)
    page_right = max(fragment.right for fragment in fragments)
    edges = Counter(round(fragment.left / 3) for fragment in fragments)
    candidates = sorted(
        (
            (count, edge * 3 - 3.0)
            for edge, count in edges.items()
            if count >= _FEWEST_COLUMN_LINES and edge * 3 > page_left + 0.2 * (page_right - page_left)
        ),
        reverse=True,
    )
    for _, edge in candidates[:4]:
        region = _region(fragments, edge)
        if region is not None:
            return edge, *region
    return None


def _region(fragments: list[Fragment], edge: float) -> tuple[float, float] | None:
    """Top and bottom of the longest stretch that nothing crosses the edge in, if it holds two columns of prose."""
    rows = sorted(fragments, key=lambda f: -f.middle)
    best: list[Fragment] = []
    current: list[Fragment] = []
    tall = _TALL * median(fragment.height for fragment in fragments)
    right = [fragment for fragment in fragments if fragment.left >= edge]
    for fragment in rows:
        crosses = fragment.left < edge - 1 < edge + 1 < fragment.right
        if crosses or (fragment.height > tall and fragment.left < edge and _parts(fragment, right)):
            current = []
        else:
            current.append(fragment)
            if len(current) > len(best):
                best = list(current) if fragment is rows[-1] else current
    best = _dense(best)
    left = [f for f in best if f.left < edge]
    right = [f for f in best if f.left >= edge]
    if not (_is_prose(left) and _is_prose(right)):
        return None
    top = min(max(f.top for f in left), max(f.top for f in right))
    bottom = max(min(f.bottom for f in left), min(f.bottom for f in right))
    overlap = top - bottom
    shorter = min(max(f.top for f in side) - min(f.bottom for f in side) for side in (left, right))
    if overlap < 0.6 * shorter or (not 0.5 <= len(left) / len(right) <= 2.0 and overlap < 0.9 * shorter):
        return None
    return max(f.top for f in best), min(f.bottom for f in best)


def _parts(heading: Fragment, right: Sequence[Fragment]) -> bool:
    """Whether a heading is one of the whole width, though too short to show it: the right column leaves its height."""
    beside = any(other.top > heading.bottom and other.bottom < heading.top for other in right)
    return not beside and any(other.top <= heading.bottom for other in right)


def _dense(rows: list[Fragment]) -> list[Fragment]:
    """The longest stretch of rows without a band of empty space across the page."""
    stretches: list[list[Fragment]] = [[]]
    lowest = float("inf")
    for fragment in rows:
        if stretches[-1] and lowest - fragment.top > 1.5 * fragment.height:
            stretches.append([])
        stretches[-1].append(fragment)
        lowest = min(lowest, fragment.bottom)
    return max(stretches, key=len)


def _is_prose(side: list[Fragment]) -> bool:
    if len(side) < _FEWEST_COLUMN_LINES:
        return False
    characters = sum(len(fragment.text) for fragment in side) / len(side)
    sentences = sum(bool(_SENTENCE.search(fragment.text)) for fragment in side)
    return characters >= _FEWEST_COLUMN_CHARACTERS and sentences >= 2


def _ordered(fragments: list[Fragment]) -> list[Fragment]:
    """The fragments as the file draws them, or from top to bottom where the drawing order jumps about."""
    jumps = sum(after.middle > before.middle + 2 * before.height for before, after in pairwise(fragments))
    if jumps <= max(2, 0.1 * len(fragments)):
        return fragments
    rows: list[list[Fragment]] = []
    for fragment in sorted(fragments, key=lambda f: -f.middle):
        if rows and abs(rows[-1][0].middle - fragment.middle) < 0.5 * fragment.height:
            rows[-1].append(fragment)
        else:
            rows.append([fragment])
    return [fragment for row in rows for fragment in sorted(row, key=lambda f: f.left)]
