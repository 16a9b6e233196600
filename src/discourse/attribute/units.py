"""Which stretches of a document can hold statements, and small matters of their text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from discourse.nlp.passage import Place
from discourse.records import BlockType, Document

_READ: frozenset[BlockType] = frozenset({"paragraph", "list", "quotation"})
_PARAGRAPH = re.compile(r"[^\n]+(?:\n(?![ \t]*\n)[^\n]+)*")
_CONTEXT = 300
_LONGEST = 40_000
"""Longer paragraphs are read in pieces, so that the work stays linear; a quotation of 5,000 words fits."""
_SENTENCE_END = re.compile(r"[.!?…][”’\"')\]]*\s")


class Unit(NamedTuple):
    """A paragraph of a document."""

    start: int
    end: int
    type: BlockType

    @property
    def holds_statements(self) -> bool:
        return self.type in _READ


def units_of(document: Document) -> list[Unit]:
    """The document's blocks, except boilerplate; without blocks, what stands between empty lines."""
    text = document.text
    if document.blocks:
        blocks = [Unit(b.start, b.end, b.type) for b in document.blocks if b.type != "boilerplate"]
    else:
        blocks = [Unit(m.start(), m.end(), "paragraph") for m in _PARAGRAPH.finditer(text)]
    return sorted(piece for u in blocks if text[u.start : u.end].strip() for piece in _pieces(text, u))


def _pieces(text: str, unit: Unit) -> Iterator[Unit]:
    start = unit.start
    while unit.end - start > _LONGEST:
        ends = [m.end() for m in _SENTENCE_END.finditer(text, start + _LONGEST // 2, start + _LONGEST)]
        blank = text.rfind(" ", start + _LONGEST // 2, start + _LONGEST)
        cut = ends[-1] if ends else (blank + 1 if blank > 0 else start + _LONGEST)
        yield unit._replace(start=start, end=cut)
        start = cut
    yield unit._replace(start=start)


def trim(text: str, start: int, end: int) -> Place:
    """The stretch without blanks at its ends; an end behind the text's means the text's."""
    end = min(end, len(text))
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Place(start, end)


def context_of(text: str, previous: str) -> str:
    """The words before a statement, the last 300 characters at most, from a word's beginning."""
    words = " ".join(previous.split())
    if len(words) > _CONTEXT:
        words = words[-_CONTEXT:].partition(" ")[2]
    return words if words != text else ""
