"""What stands where on the pages of a PDF: fragments of lines with their boxes."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any, NamedTuple

from discourse.errors import PageError

MOST_PAGES = 1000
MOST_CHARACTERS = 5_000_000
"""Limits on what is read of one PDF; a page past them is left out, which the document's facts say."""

_PASSWORD_ERROR = 4
_SECURITY_ERROR = 5
HYPHEN = "\x02"
"""pdfium's mark for a hyphen at the end of a line."""
_GAP = 1.2
"""Gaps wider than this many line heights part two fragments: columns, cells of a table."""


class Fragment(NamedTuple):
    """A piece of one line: text and box in points, the origin at the bottom left of the page."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    bold: bool
    words: tuple[tuple[int, float, float], ...] = ()
    """For each word after the first: its place in the text, its left edge, and the right edge of the word before."""

    @property
    def height(self) -> float:
        return self.top - self.bottom

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page: its size in points and its fragments in the order in which the file draws them."""

    width: float
    height: float
    fragments: list[Fragment]


@dataclass(frozen=True, slots=True)
class Pdf:
    """The pages of a PDF and its metadata fields (Title, Author, CreationDate and so on)."""

    sheets: list[Sheet]
    metadata: dict[str, str]
    pages: int


def open_pdf(content: bytes) -> Pdf:
    """The fragments and metadata of a PDF.

    Raises PageError for a file that is protected by a password, damaged, or without text on any page.
    """
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code in (_PASSWORD_ERROR, _SECURITY_ERROR) or "password" in str(error).lower():
            raise PageError("a PDF protected by a password: save a copy without one") from None
        raise PageError("a PDF that is damaged or cut short") from None
    try:
        pages = len(document)
        sheets: list[Sheet] = []
        seen = 0
        for number in range(min(pages, MOST_PAGES)):
            sheet, count = _sheet(document, number)
            seen += count
            sheets.append(sheet)
            if seen > MOST_CHARACTERS:
                break
        metadata = {str(key): str(value) for key, value in document.get_metadata_dict().items() if value}
    finally:
        document.close()
    if not pages:
        raise PageError("a PDF without pages, perhaps damaged or cut short")
    if not any(fragment.text.strip() for sheet in sheets for fragment in sheet.fragments):
        raise PageError("a PDF of images without text: run text recognition (OCR) on it first")
    return Pdf(sheets, metadata, pages)


def _sheet(document: Any, number: int) -> tuple[Sheet, int]:
    import pypdfium2 as pdfium

    try:
        page = document[number]
    except pdfium.PdfiumError:  # A damaged page among sound ones.
        return Sheet(0, 0, []), 0
    try:
        text_page = page.get_textpage()
        width, height = page.get_size()
        count = text_page.count_chars()
        fragments = _fragments(text_page.raw, min(count, MOST_CHARACTERS))
        text_page.close()
        return Sheet(width, height, fragments), count
    except pdfium.PdfiumError:
        return Sheet(0, 0, []), 0
    finally:
        page.close()


class _Line:
    """The characters of a fragment as they come in."""

    def __init__(self) -> None:
        self.characters: list[str] = []
        self.left = self.bottom = float("inf")
        self.right = self.top = float("-inf")
        self.first = -1
        self.words: list[tuple[int, float, float]] = []

    def add(self, character: str, index: int, box: tuple[float, float, float, float] | None) -> None:
        self.characters.append(character)
        if box is not None:
            left, bottom, right, top = box
            if len(self.characters) > 1 and self.characters[-2].isspace() and self.first >= 0:
                self.words.append((len(self.characters) - 1, left, self.right))
            self.left, self.right = min(self.left, left), max(self.right, right)
            self.bottom, self.top = min(self.bottom, bottom), max(self.top, top)
            if self.first < 0:
                self.first = index


def _fragments(raw_page: Any, count: int) -> list[Fragment]:
    import pypdfium2.raw as raw

    fragments: list[Fragment] = []
    line = _Line()
    rect = raw.FS_RECTF()
    pointer = ctypes.byref(rect)
    high = 0
    for index in range(count):
        code = raw.FPDFText_GetUnicode(raw_page, index)
        if code in (10, 13):
            _finish(raw_page, line, fragments)
            line = _Line()
            continue
        if 0xD800 <= code < 0xDC00:  # The first half of a surrogate pair.
            high = code
            continue
        if 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0xFFFD
        high = 0
        character = chr(code) if 0 < code < 0x110000 else ""
        box = None
        if character.strip() and raw.FPDFText_GetLooseCharBox(raw_page, index, pointer):
            box = (rect.left, rect.bottom, rect.right, rect.top)
            if line.first >= 0 and _apart(line, box):
                _finish(raw_page, line, fragments)
                line = _Line()
        line.add(character, index, box)
    _finish(raw_page, line, fragments)
    return fragments


def _apart(line: _Line, box: tuple[float, float, float, float]) -> bool:
    height = max(line.top - line.bottom, 1.0)
    left, bottom, _, top = box
    aside = left - line.right > _GAP * height or left < line.left - _GAP * height
    above_or_below = bottom > line.top or top < line.bottom
    return aside or above_or_below


def _finish(raw_page: Any, line: _Line, fragments: list[Fragment]) -> None:
    import pypdfium2.raw as raw

    whole = "".join(line.characters)
    text = whole.strip(" \t\u00a0")
    if line.first < 0 or not text:
        return
    # Text set at an angle is a watermark or the legend of a chart.
    if abs(raw.FPDFText_GetCharAngle(raw_page, line.first)) % 3.1416 > 0.2:
        return
    bold = raw.FPDFText_GetFontWeight(raw_page, line.first) >= 600
    cut = len(whole) - len(whole.lstrip(" \t\u00a0"))
    words = tuple((place - cut, left, before) for place, left, before in line.words)
    fragments.append(Fragment(text, line.left, line.bottom, line.right, line.top, bold, words))
