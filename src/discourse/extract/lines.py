"""The paragraphs of plain text: which lines belong together."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import NamedTuple

from discourse.records import BlockType

_LINE = re.compile(r"[^\r\n\u2028\u2029\x0b\x0c\x85]+")
_LIST = re.compile(r"(?:[•·‣▪●○◦*–—-]|\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})[.)])[ \t\u00a0]+(?=\S)")
_ENDS = tuple(".!?:;…”\"’')]")
_NARROWEST, _WIDEST = 40, 120
"""Characters: text is wrapped by hand (or by a mailer) at widths between these."""
_LEAST_FULL = 0.6
"""Share of lines that must fill the width for a text to count as wrapped."""


class Paragraph(NamedTuple):
    """A stretch of text, without the white space around it and the list marker before it."""

    start: int
    end: int
    type: BlockType
    """What its mark-up says: list or paragraph in plain text; heading, quotation, table and title in Markdown."""


class _Line(NamedTuple):
    start: int
    end: int
    text: str
    blank_before: bool


def _lines(text: str) -> list[_Line]:
    lines: list[_Line] = []
    last_end = 0
    for match in _LINE.finditer(text):
        stripped = match.group().strip()
        if not stripped:
            continue
        start = match.start() + match.group().index(stripped)
        between = text[last_end : match.start()]
        blank = not lines or between.replace("\r\n", "\n").count("\n") + between.replace("\r\n", "").count("\r") > 1
        lines.append(_Line(start, start + len(stripped), stripped, blank))
        last_end = match.end()
    return lines


def wrap_width(text: str) -> int | None:
    """The width in characters at which a text is wrapped by line breaks, or None if its lines are paragraphs.

    Wrapped text has many lines that another line follows at once, that end in mid-sentence, and that could not
    have held the next line's first word.
    """
    lines = _lines(text)
    followed = [line for line, after in pairwise(lines) if not after.blank_before]
    lengths = [len(line.text) for line in followed]
    if len(followed) < 3:
        return None
    counted = Counter(min(length, _WIDEST + 1) for length in lengths)
    common = sorted(length for length in counted.elements() if length >= _NARROWEST)
    if not common:
        return None
    width = common[int(0.97 * (len(common) - 1))]
    if width > _WIDEST:
        return None
    long_ones = [line for line in followed if len(line.text) >= 0.7 * width]
    cut = sum(not line.text.endswith(_ENDS) for line in long_ones)
    over = sum(len(line.text) > _WIDEST for line in lines)
    full = len(long_ones) / len(followed)
    if full < _LEAST_FULL or cut < 0.5 * len(long_ones) or cut < 3 or over > 0.05 * len(lines):
        return None
    return width


def paragraphs(text: str) -> list[Paragraph]:
    """The paragraphs of a text in order: its non-blank lines, or in wrapped text the lines that belong together."""
    width = wrap_width(text)
    found: list[Paragraph] = []
    previous: _Line | None = None
    for line in _lines(text):
        marker = _LIST.match(line.text)
        continues = (
            width is not None
            and previous is not None
            and not line.blank_before
            and marker is None
            # The next word would not have fitted: the line was broken by the wrapping, not by the writer.
            and len(previous.text) + 1 + len(line.text.split(None, 1)[0]) >= width - 2
        )
        if continues:
            found[-1] = found[-1]._replace(end=line.end)
        else:
            start = line.start + (marker.end() if marker else 0)
            found.append(Paragraph(start, line.end, "list" if marker else "paragraph"))
        previous = line
    return found
