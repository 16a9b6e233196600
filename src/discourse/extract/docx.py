"""Word documents (.docx)."""

from __future__ import annotations

import zipfile
from io import BytesIO

from lxml import etree

from discourse.errors import PageError
from discourse.extract.dates import iso_day
from discourse.extract.draft import Draft, Part, compose
from discourse.extract.markup import parse_xml, squeeze
from discourse.extract.names import authors_from
from discourse.records import BlockType, Page

_MOST_UNPACKED = 60_000_000
_MOST_RATIO = 200
"""Limits against archives made to burst: unpacked bytes, and how many times the packed ones."""


def read_docx(page: Page) -> Draft:
    """The draft of a Word document, its paragraphs typed by their styles."""
    body = _part(page.content, "word/document.xml")
    if body is None:
        raise PageError("a Word file without a document in it, perhaps damaged")
    parts = [part for element in _blocks(parse_xml(body)) if (part := _read(element)).text]
    if not parts:
        raise PageError("empty: a Word document without text")
    title = next((part.text for part in parts if part.type == "title"), None)
    properties = _properties(page.content)
    text, blocks = compose(parts)
    return Draft(
        text=text,
        blocks=blocks,
        title=title or properties.get("title"),
        authors=authors_from(properties.get("creator", "")),
        published=iso_day(properties.get("modified")),
    )


def _part(content: bytes, name: str) -> str | None:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            try:
                info = archive.getinfo(name)
            except KeyError:
                return None
            if info.flag_bits & 1:
                raise PageError("a Word file protected by a password: save a copy without one")
            with archive.open(info) as stream:
                data = stream.read(_MOST_UNPACKED + 1)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, ValueError, zipfile.zlib.error) as error:  # type: ignore[attr-defined]
        raise PageError(f"a Word file that is damaged or cut short ({error})") from None
    if len(data) > _MOST_UNPACKED or (len(data) > 5_000_000 and len(data) > _MOST_RATIO * max(info.compress_size, 1)):
        raise PageError("too large: a Word file that unpacks to more than is read")
    return data.decode("utf-8", "replace")


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _blocks(root: etree._Element) -> list[etree._Element]:
    """Paragraphs outside tables, and table rows, in order."""
    found = []
    inside: etree._Element | None = None
    for element in root.iter():
        name = _local(element)
        if name == "tr" or (name == "p" and (inside is None or inside not in element.iterancestors())):
            if name == "tr":
                if inside is not None and inside in element.iterancestors():
                    continue
                inside = element
            found.append(element)
    return found


def _text(element: etree._Element) -> str:
    pieces = []
    for node in element.iter():
        name = _local(node)
        if name == "t":
            pieces.append(node.text or "")
        elif name in ("tab", "br", "cr"):
            pieces.append(" ")
    return squeeze("".join(pieces))


def _read(element: etree._Element) -> Part:
    if _local(element) == "tr":
        cells = [_text(cell) for cell in element if _local(cell) == "tc"]
        return Part(" | ".join(cell for cell in cells if cell), "table")
    style, listed = "", False
    for node in element.iter():
        name = _local(node)
        if name == "pStyle":
            style = next((value for key, value in node.attrib.items() if str(key).endswith("}val")), "").lower()
        elif name == "numPr":
            listed = True
    kind: BlockType = "paragraph"
    if style == "title":
        kind = "title"
    elif style.startswith("heading") or style == "subtitle":
        kind = "heading"
    elif "quote" in style:
        kind = "quotation"
    elif style == "caption":
        kind = "caption"
    elif listed or style.startswith("list"):
        kind = "list"
    return Part(_text(element), kind)


def _properties(content: bytes) -> dict[str, str]:
    core = _part(content, "docProps/core.xml")
    if core is None:
        return {}
    return {
        _local(element): (element.text or "").strip() for element in parse_xml(core) if (element.text or "").strip()
    }
