"""Paragraphs, headings, lists and tables of a PDF, rebuilt from where its lines stand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from discourse.extract.hyphens import mend
from discourse.extract.pdfpages import Fragment
from discourse.records import BlockType

_BULLET = re.compile(r"^[•◼■▪●○◦‣⁃∙·\uf000-\uf8ff–—-](?:\s+|$)|^o\s+(?=[a-zA-Z])")
_NUMBER = re.compile(
    r"^(?:(?:\(?\d{1,3}[.)]|\(?[a-z]\)|\(?[ivx]{1,4}\)|\d{1,2}(?:\.\d{1,2}){1,3}\.?)(?:\s+|$)|\d{1,3}\.(?=[A-Z‘“]))"
)
_ENDS = re.compile(r"[.!?:;][”\"’')\]]*\d{0,2}$")
_LIGATURES = str.maketrans(
    {
        "ﬀ": "ff",
        "ﬁ": "fi",
        "ﬂ": "fl",
        "ﬃ": "ffi",
        "ﬄ": "ffl",
        "ﬅ": "st",
        "ﬆ": "st",
        "\u00ad": "",
        "\ufffe": "",
        "\uffff": "",
    }
)
_PRIVATE = re.compile("[\uf000-\uf8ff]")
_LABEL = re.compile(r"[A-Z][\w ]{2,30}: ")
_SAME_SIZE = 0.2
_LONGEST_HEADING = 200


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together, the cells of one table row kept apart."""

    cells: list[list[Fragment]]
    marker: str | None = None
    """bullet, number or None: what stood before the first line."""
    page: int = 0
    text: str = ""
    type: BlockType = "paragraph"
    lines: list[Fragment] = field(default_factory=list)

    @property
    def last(self) -> Fragment:
        return self.cells[-1][-1]

    @property
    def height(self) -> float:
        return median(line.height for line in self.cells[0])


def build(pages: Iterable[tuple[int, list[list[Fragment]]]]) -> list[Paragraph]:
    """The paragraphs of a document in reading order from its pages' flows, with text and type."""
    flows = [(number, flow) for number, page in pages for flow in page]
    body = body_height(flow for _, flow in flows)
    pitch = _pitch(flow for _, flow in flows)
    found: list[Paragraph] = []
    for number, flow in flows:
        own = _paragraphs(flow, number, pitch)
        if found and own and _runs_on(found[-1], own[0]):
            found[-1].cells[0].extend(own[0].cells[0])
            own = own[1:]
        found.extend(own)
    mend_text(found)
    for paragraph in found:
        paragraph.type = _type(paragraph, body)
    return [paragraph for paragraph in found if paragraph.text]


def body_height(flows: Iterable[list[Fragment]]) -> float:
    """The height in points of the lines that hold most of the characters."""
    counted: Counter[float] = Counter()
    for flow in flows:
        for fragment in flow:
            counted[round(fragment.height * 2) / 2] += len(fragment.text)
    return counted.most_common(1)[0][0] if counted else 0.0


def _pitch(flows: Iterable[list[Fragment]]) -> float:
    """The usual distance of a line from the one before, as a multiple of its height."""
    steps = [
        (before.middle - after.middle) / max(after.height, 1.0)
        for flow in flows
        for before, after in pairwise(flow)
        if 0.7 * after.height < before.middle - after.middle < 2.2 * after.height
    ]
    return median(steps) if steps else 1.25


def _marked(flow: list[Fragment]) -> list[tuple[Fragment, str | None]]:
    """The fragments with the bullet or number before them taken off."""
    found: list[tuple[Fragment, str | None]] = []
    waiting: tuple[Fragment, str] | None = None
    for fragment in flow:
        if waiting is not None:
            beside = (
                abs(waiting[0].middle - fragment.middle) < 0.6 * fragment.height and fragment.left > waiting[0].left
            )
            found.append((fragment, waiting[1]) if beside else (waiting[0], None))
            kind = waiting[1]
            waiting = None
            if beside:
                continue
        kind, rest = _marker(fragment.text)
        if kind and not rest:
            waiting = (fragment, kind)
        else:
            found.append((fragment._replace(text=rest), kind or None))
    if waiting is not None and waiting[1] == "number":
        found.append((waiting[0], None))
    return found


def _marker(text: str) -> tuple[str, str]:
    bullet, number = _BULLET.match(text), _NUMBER.match(text)
    if bullet:
        return "bullet", text[bullet.end() :].strip()
    if number and (number.end() == len(text) or not text[number.end() :][:1].islower()):
        return "number", text[number.end() :].strip()
    return "", text


def _paragraphs(flow: list[Fragment], page: int, pitch: float) -> list[Paragraph]:
    right = max((fragment.right for fragment in flow), default=0.0)
    found: list[Paragraph] = []
    for fragment, marker in _marked(flow):
        current = found[-1] if found else None
        if current is not None and marker is None and _is_cell(current, fragment):
            current.cells.append([fragment])
        elif current is not None and marker is None and _continues(current, fragment, pitch, right):
            current.cells[-1].append(fragment)
        else:
            found.append(Paragraph([[fragment]], marker, page))
    return found


def _is_cell(paragraph: Paragraph, fragment: Fragment) -> bool:
    """Whether the fragment stands to the right of the paragraph, at its height: the next cell of a table row."""
    cell = paragraph.cells[-1]
    top, bottom = cell[0].top, cell[-1].bottom
    return fragment.left > max(line.right for line in cell) and bottom - 3 <= fragment.middle <= top + 3


def _continues(paragraph: Paragraph, fragment: Fragment, pitch: float, right: float) -> bool:
    last = paragraph.last
    step = (last.middle - fragment.middle) / max(fragment.height, 1.0)
    if not 0.5 < step <= 1.3 * pitch or not _same_size(last, fragment):
        return False
    first = paragraph.cells[-1][0]
    if fragment.bold and _LABEL.match(fragment.text):
        return False
    if len(paragraph.cells) > 1:  # Inside a table's cell.
        return abs(fragment.left - first.left) < 3 and step <= 1.15 * pitch
    ended = bool(_ENDS.search(last.text))
    if last.bold != fragment.bold and (last.bold or fragment.bold) and not (first.bold and ":" in first.text[:60]):
        if last.bold and not ended and len(last.text) < _LONGEST_HEADING:
            return False
        if fragment.bold and ended:
            return False
    indent = fragment.left - min(line.left for line in paragraph.cells[-1])
    if paragraph.marker is None and indent > 0.8 * fragment.height and ended and len(paragraph.cells[-1]) > 1:
        return False
    if fragment.left < first.left - 2.5 * fragment.height and paragraph.marker is None:
        return False
    # A last line that had room for the next word ended the paragraph.
    word = fragment.text.split(None, 1)[0]
    width = (fragment.right - fragment.left) / max(len(fragment.text), 1) * (len(word) + 1)
    return not (ended and last.text[-1] != ":" and last.right + width < right - fragment.height)


def _same_size(before: Fragment, after: Fragment) -> bool:
    # One symbol of another font makes a line taller; a change of weight with the size is a heading.
    tolerance = _SAME_SIZE if before.bold == after.bold else _SAME_SIZE / 2
    return abs(before.height - after.height) <= tolerance * before.height


def _runs_on(before: Paragraph, after: Paragraph) -> bool:
    """Whether a paragraph goes on at the top of the next column or page."""
    if len(before.cells) > 1 or len(after.cells) > 1 or after.marker is not None:
        return False
    last, first = before.last, after.cells[0][0]
    if not _same_size(last, first) or last.bold != first.bold:
        return False
    return not _ENDS.search(last.text) and (first.text[:1].islower() or (not first.bold and len(last.text) > 30))


def mend_text(paragraphs: list[Paragraph]) -> None:
    """Sets each paragraph's text: its lines joined, hyphens at line ends mended, cells parted by " | "."""
    rows = [[[_clean(line.text) for line in cell] for cell in paragraph.cells] for paragraph in paragraphs]
    mended = mend([cell for row in rows for cell in row])
    place = 0
    for paragraph, row in zip(paragraphs, rows, strict=True):
        cells = mended[place : place + len(row)]
        place += len(row)
        paragraph.text = " | ".join(" ".join(cell.split()) for cell in cells if cell.strip())


def _clean(text: str) -> str:
    return _PRIVATE.sub("", text.translate(_LIGATURES))


def _type(paragraph: Paragraph, body: float) -> BlockType:
    if len(paragraph.cells) > 1:
        return "table"
    bold = all(line.bold for line in paragraph.cells[0])
    large = paragraph.height > 1.08 * body
    ended = paragraph.text.endswith((".", ";", ","))
    if (bold or large) and not ended and len(paragraph.text) <= _LONGEST_HEADING:
        return "heading"
    return "list" if paragraph.marker == "bullet" else "paragraph"
