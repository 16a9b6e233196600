"""XML and HTML trees, parsed without following anything they point to."""

from __future__ import annotations

import re

from lxml import etree
from lxml import html as lxml_html

from discourse.errors import PageError
from discourse.extract.decode import encodable

_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.S | re.I)
_PROLOGUE = re.compile(r"\A\s*<\?xml[^>]*\?>")
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)(#?\w{1,32});")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
DEEPEST = 400
"""Levels of nesting that are followed; what lies deeper is no page that a person wrote."""


def _character(match: re.Match[str]) -> str:
    import html

    found = html.unescape(match.group())
    return "" if found == match.group() else found.replace("&", "&amp;").replace("<", "&lt;")


def parse_xml(text: str) -> etree._Element:
    """The root of an XML text; named HTML characters are known, declared entities and outside parts are not.

    Raises PageError where the text is not well formed (cut short, for instance).
    """
    text = _PROLOGUE.sub("", text.lstrip("\ufeff"))
    text = _CONTROLS.sub(" ", _ENTITY.sub(_character, _DOCTYPE.sub("", text, count=1)))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        raise PageError(f"XML that is not well formed, perhaps cut short: {str(error).splitlines()[0]}") from None


def parse_fragment(markup: str) -> lxml_html.HtmlElement | None:
    """The tree of a piece of HTML, or None when there is none in it."""
    # The parser would end at a lone surrogate, and lose what follows.
    markup = encodable(_CONTROLS.sub(" ", markup))
    if not markup.strip():
        return None
    try:
        return lxml_html.fromstring(f"<div>{markup}</div>")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def squeeze(text: str) -> str:
    """The text with every run of white space as one space."""
    return " ".join(text.split())
