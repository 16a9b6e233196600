"""HTML elements to blocks of text."""

from __future__ import annotations

from lxml import etree

from discourse.extract.draft import Part
from discourse.extract.markup import DEEPEST, squeeze
from discourse.records import BlockType

_SKIPPED = {
    "script", "style", "noscript", "template", "svg", "math", "iframe", "object", "embed", "form", "button", "input",
    "select", "textarea", "canvas", "audio", "video", "nav", "meta", "link", "title",
}  # fmt: skip
_INLINE = {
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "dfn", "em", "font", "hi", "i",
    "img", "ins", "kbd",
    "label", "mark", "q", "ref", "ruby", "s", "samp", "small", "span", "strong", "sub", "sup", "time",
    "tt", "u", "var", "wbr",
    "del", "graphic",
}  # fmt: skip
_TYPES: dict[str, BlockType] = {
    "h1": "heading", "h2": "heading", "h3": "heading", "h4": "heading", "h5": "heading", "h6": "heading",
    "head": "heading",
    "li": "list", "dt": "list", "dd": "list", "item": "list", "tr": "table", "row": "table", "blockquote": "quotation",
    "quote": "quotation", "figcaption": "caption", "caption": "caption",
}  # fmt: skip


def html_parts(root: etree._Element) -> list[Part]:
    """The parts of an HTML tree in reading order: a part per paragraph, heading, list item and table row."""
    builder = _Builder()
    builder.element(root, "paragraph", 0)
    builder.close()
    return builder.parts


class _Builder:
    """Collects inline text until a block ends."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.inline: list[str] = []
        self.blank = True
        self.type: BlockType = "paragraph"

    def close(self) -> None:
        if not self.blank:
            self.parts.append(Part(squeeze("".join(self.inline)), self.type))
        self.inline, self.blank = [], True

    def text(self, text: str | None, kind: BlockType) -> None:
        if text:
            if self.blank:
                self.type, self.blank = kind, text.isspace()
            self.inline.append(text)

    def element(self, element: etree._Element, kind: BlockType, depth: int) -> None:
        tag = element.tag
        tag = tag.lower() if isinstance(tag, str) else ""
        if not tag or tag in _SKIPPED or depth > DEEPEST:
            return
        if tag in ("br", "lb"):
            # Two line breaks in a row are how old pages end a paragraph.
            self.text("\n", kind)
            following = element.getnext()
            if following is not None and following.tag == element.tag and not (element.tail or "").strip():
                self.close()
            return
        if tag in ("tr", "row"):
            self.close()
            cells = [" ".join(part.text for part in html_parts(cell)) for cell in element if isinstance(cell.tag, str)]
            if any(cells):
                self.parts.append(Part(" | ".join(cell for cell in cells if cell), "table"))
            return
        block = tag not in _INLINE
        own = _TYPES.get(tag, kind)
        if block:
            self.close()
        self.text(element.text, own)
        for child in element:
            self.element(child, own, depth + 1)
            self.text(child.tail, own)
        if block:
            self.close()
