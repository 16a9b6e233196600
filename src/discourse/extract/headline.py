"""What stands by the headline of a web page, as its readers see it: byline and date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement

from discourse.extract.dates import date_line, find_date, published_date
from discourse.extract.markup import squeeze
from discourse.extract.names import Byline, byline

_INLINE = {"a", "abbr", "b", "cite", "em", "font", "i", "small", "span", "strong", "sub", "sup", "time", "u", "wbr"}
_SKIPPED = {"script", "style", "noscript", "template", "svg", "form", "nav", "aside", "button", "select", "figure"}
_FARTHEST = 1_200
"""Characters after the headline within which its byline and date stand."""
_BYLINE = 12
"""Words of a byline with a date, at most."""
_PARAGRAPH = 25
"""Words: the first line of so many may be the standfirst; with the second the text itself has begun."""
_SEPARATOR = re.compile(r"\s*[|·•⋅∙/]\s*|\s+[–—]\s+")
_BY = re.compile(r"^(?:by|words|words by|written by|published|posted|updated|last updated|date)\s*:?$", re.I)
_PUBLISHED = re.compile(r"^(?:first )?(?:published|posted)\b", re.I)
_ADDRESS_DAY = re.compile(r"/(?P<year>(?:19|20)\d\d)/(?P<month>0?[1-9]|1[0-2])/(?P<day>0?[1-9]|[12]\d|3[01])(?:/|$)")


class Headline:
    """The lines after a page's headline, up to its first paragraph."""

    def __init__(self, tree: HtmlElement, title: str | None) -> None:
        self.lines = _joined(_lines(tree, title))

    @property
    def byline(self) -> Byline | None:
        """The authors that a line beginning with "By" names."""
        return next((found for line in self.lines for piece in _pieces(line) if (found := byline(piece))), None)

    @property
    def day(self) -> str | None:
        """The first date that has a line, or a part of one between separators, to itself or with a byline alone."""
        return next((day for line in self.lines for piece in _pieces(line) if (day := _day(piece))), None)

    @property
    def published(self) -> str | None:
        """The date that a line calls that of publication."""
        return next((day for line in self.lines if _PUBLISHED.match(line) and (day := published_date(line))), None)

    def local(self, day: str, address: str | None) -> str:
        """The day of a time stamp as the page gives it where it was published: next to it, if readers see that one."""
        seen = next((other for other in (address_day(address), self.day) if other and _next_to(day, other)), None)
        return seen or day


def _day(piece: str) -> str | None:
    return date_line(piece) or (find_date(piece) if byline(piece) and len(piece.split()) <= _BYLINE else None)


def address_day(address: str | None) -> str | None:
    """The day in an address such as https://example.org/2031/05/10/title, or None."""
    match = _ADDRESS_DAY.search(urlsplit(address).path) if address else None
    try:
        return date(int(match["year"]), int(match["month"]), int(match["day"])).isoformat() if match else None
    except ValueError:
        return None


def _next_to(one: str, other: str) -> bool:
    try:
        return abs((date.fromisoformat(one) - date.fromisoformat(other)).days) == 1
    except ValueError:
        return False


def _pieces(line: str) -> list[str]:
    return [line, *(pieces if len(pieces := [p for p in _SEPARATOR.split(line) if p]) > 1 else [])]


def _joined(lines: Iterator[str]) -> list[str]:
    """The lines, a label such as "By" that has a line to itself put before the next one."""
    joined: list[str] = []
    for line in lines:
        if joined and _BY.match(joined[-1]):
            joined[-1] = f"{joined[-1]} {line}"
        else:
            joined.append(line)
    return joined


def _lines(tree: HtmlElement, title: str | None) -> Iterator[str]:
    start = _headline(tree, title)
    if start is None:
        return
    pieces = [start.tail or ""]
    length, paragraphs = 0, 0
    for text, inline in _after(start):
        if not inline:
            line = squeeze("".join(pieces)).replace(" ,", ",")
            pieces = []
            length += len(line)
            paragraphs += len(line.split()) >= _PARAGRAPH
            if length > _FARTHEST or paragraphs > 1:
                return
            if line:
                yield line
        pieces.append(f"{text or ''} ")


def _after(start: HtmlElement) -> Iterator[tuple[str | None, bool]]:
    """The texts that follow an element, each with whether it stands on the line of the one before it."""
    while start is not None:
        for element in start.itersiblings(etree.Element):
            yield from _within(element)
        start = start.getparent()
        if start is not None:
            yield start.tail, start.tag in _INLINE


def _within(top: HtmlElement) -> Iterator[tuple[str | None, bool]]:
    walk = etree.iterwalk(top, events=("start", "end"))
    for event, element in walk:
        tag = element.tag if isinstance(element.tag, str) else ""
        skipped = not tag or tag in _SKIPPED
        if event == "start" and skipped:
            walk.skip_subtree()
        text = (element.text if not skipped else "") if event == "start" else element.tail
        yield text, tag in _INLINE


def _headline(tree: HtmlElement, title: str | None) -> HtmlElement | None:
    """The heading that holds the title; else the only one of the first level."""
    wanted = squeeze(title or "").lower()
    first = list(tree.iter("h1"))[:8]
    for heading in first:
        if wanted and squeeze(heading.text_content()).lower() == wanted:
            return heading
    return first[0] if len(first) == 1 else None
