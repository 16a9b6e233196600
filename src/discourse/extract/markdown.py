"""The paragraphs of a Markdown text, with what their mark-up says they are."""

from __future__ import annotations

import re

from discourse.extract.lines import Paragraph
from discourse.records import BlockType

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_HEADING = re.compile(r"(#{1,6})[ \t]+(?P<text>\S.*?)[ \t]*#*[ \t]*$")
_ITEM = re.compile(r"[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?")
_QUOTE = re.compile(r"[ \t]{0,3}(?:>[ \t]?)+")
_UNDERLINE = re.compile(r"[ \t]{0,3}(=+|-+)[ \t]*$")
_RULE = re.compile(r"[ \t]{0,3}(?:[-*_][ \t]*){3,}$")
_FENCE = re.compile(r"[ \t]{0,3}(```|~~~)")
_COMMENT_ONLY = re.compile(r"[ \t]*<!--.*-->[ \t]*$")
_LINK_ONLY = re.compile(r"!\[[^\]]*\]\([^)]*\)[ \t]*$|\[(?!\^)[^\]]*\]:\s*\S+.*$")


class _Divider:
    """Collects paragraphs line by line."""

    def __init__(self) -> None:
        self.found: list[Paragraph] = []
        self.open: BlockType | None = None
        """The type of the paragraph that the next line may continue."""
        self.fenced = False
        self.titled = False

    def add(self, start: int, end: int, kind: BlockType, *, stays_open: bool) -> None:
        self.found.append(Paragraph(start, end, kind))
        self.open = kind if stays_open else None

    def extend(self, end: int) -> None:
        self.found[-1] = self.found[-1]._replace(end=end)

    def line(self, start: int, line: str) -> None:
        body = line.rstrip()
        if _FENCE.match(body):
            self.fenced = not self.fenced
            self.open = None
        elif self.fenced or not body.strip() or _COMMENT_ONLY.match(body):
            self.open = None
        elif heading := _HEADING.match(body):
            self.heading(start + heading.start("text"), start + heading.end("text"), len(heading[1]))
        elif self.open == "paragraph" and _UNDERLINE.match(body):
            last = self.found.pop()
            self.heading(last.start, last.end, 1 if "=" in body else 2)
        elif _RULE.match(body):
            self.open = None
        else:
            self.content(start, body)

    def heading(self, start: int, end: int, level: int) -> None:
        first = level == 1 and not self.titled
        self.titled = self.titled or first
        self.add(start, end, "title" if first else "heading", stays_open=False)

    def content(self, start: int, body: str) -> None:
        end = start + len(body)
        first = start + len(body) - len(body.lstrip())
        if quote := _QUOTE.match(body):
            if quote.end() == len(body):
                self.open = None
            elif self.open == "quotation":
                self.extend(end)
            else:
                self.add(start + quote.end(), end, "quotation", stays_open=True)
        elif item := _ITEM.match(body):
            self.add(start + item.end(), end, "list", stays_open=True)
        elif body.lstrip().startswith("|"):
            if set(body) - set("|-: \t"):
                self.add(first, end, "table", stays_open=False)
        elif _LINK_ONLY.match(body.lstrip()):
            self.add(first, end, "boilerplate", stays_open=False)
        elif self.open in ("paragraph", "list", "quotation"):
            self.extend(end)
        else:
            self.add(first, end, "paragraph", stays_open=not line_broken(body))


def line_broken(body: str) -> bool:
    """Whether the line ends with Markdown's hard break."""
    return body.endswith("\\")


def markdown_paragraphs(text: str) -> list[Paragraph]:
    """The paragraphs of a Markdown text in order, without their markers; code blocks and rules are left out."""
    divider = _Divider()
    for match in _LINE.finditer(text):
        if match.group():
            divider.line(match.start(), match.group())
    return [paragraph for paragraph in divider.found if text[paragraph.start : paragraph.end].strip()]
