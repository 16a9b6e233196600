"""A search as an Atom feed (RFC 4287): what is new in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from discourse.store.read import Row
from discourse.web.asked import Asked
from discourse.web.links import path

_ATOM = "http://www.w3.org/2005/Atom"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNDATED = "1970-01-01"


def atom(rows: Sequence[Row], asked: Asked, base: str) -> bytes:
    """The feed of a search's statements; `base` is the server's own address."""
    register_namespace("", _ATOM)
    base = base.rstrip("/")
    feed = Element(f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "en-GB"})
    _text(feed, "title", f"Statements: {asked.words or 'all that match'} (coded by machine, not reviewed)")
    own = path("search.atom", **{name: value for name, value in asked.given.items() if name != "page"})
    _text(feed, "id", base + own)
    _text(feed, "updated", _time(max((row["document"]["published"] or "" for row in rows), default="")))
    SubElement(feed, f"{{{_ATOM}}}link", {"rel": "self", "href": _clean(base + own)})
    SubElement(feed, f"{{{_ATOM}}}link", {"rel": "alternate", "href": _clean(base + asked.url())})
    for row in rows:
        entry = SubElement(feed, f"{{{_ATOM}}}entry")
        where = row["document"]["title"] or row["document"]["source"]
        _text(entry, "title", f"{row['speaker'] or 'Speaker unknown'}: {where}")
        _text(entry, "id", f"urn:discourse:statement:{row['id']}")
        _text(entry, "updated", _time(row["document"]["published"]))
        author = SubElement(entry, f"{{{_ATOM}}}author")
        _text(author, "name", row["speaker"] or "Speaker unknown")
        SubElement(entry, f"{{{_ATOM}}}link", {"rel": "alternate", "href": base + path("statements", row["id"])})
        _text(entry, "summary", row["text"])
    written: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, f"{{{_ATOM}}}{name}").text = _clean(text)


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


def _time(published: str | None) -> str:
    match = re.match(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", published or "") or re.match(r"(.{4})-(..)-(..)", _UNDATED)
    assert match is not None
    return f"{match[1]}-{match[2] or '01'}-{match[3] or '01'}T00:00:00Z"
