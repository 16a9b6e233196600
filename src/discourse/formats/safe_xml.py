"""XML from outside without entities, and text that XML can hold."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from discourse.formats.base import FormatError

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def parse(content: bytes, place: str) -> Any:
    """The root element; FormatError for what is not well formed or declares a document type, where entities hide."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise FormatError(f"{place}: not XML ({' '.join(str(error).split())}): is the file whole?") from None
    if root.getroottree().docinfo.doctype:
        raise FormatError(f"{place}: declares a document type, which is not read: remove the <!DOCTYPE ...>")
    return root


def clean(value: str) -> str:
    """The text with what XML cannot hold (control characters) replaced by U+FFFD."""
    return _FORBIDDEN.sub("\ufffd", value)


def holds(value: str) -> bool:
    """Whether XML gives the text back as it is."""
    return not _FORBIDDEN.search(value) and "\r" not in value


def local(element: Any) -> str:
    """The name of an element without its namespace; "" for comments and instructions."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
