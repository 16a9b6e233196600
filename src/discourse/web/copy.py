"""The whole of the pages as files: a folder that can be put anywhere, or opened from a disk."""

from __future__ import annotations

import hashlib
import html
import os
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import parse_qsl, unquote, urlsplit

from discourse.errors import DiscourseError
from discourse.formats.base import writing_folder
from discourse.store.map import Map
from discourse.web.app import create_app
from discourse.web.inside import get
from discourse.web.settings import Settings

_PLAIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
_FORM = re.compile(rb"<form\b.*?</form>", re.S)
_LIVE = re.compile(rb'<(a|p|span) class="(?:live|download)"[^>]*>.*?</\1>', re.S)
"""What the templates mark as of no use without a server; it holds no element of its own kind."""
_LINK = re.compile(rb' (href|src)="([^"]*)"')
_PAGES: dict[str, set[str]] = {
    "": set(), "topics": set(), "stakeholders": {"page"}, "documents": {"page"}, "statements": set(), "changes": set(),
    "about": set(), "responsible-use": set(), "static": set(), "search": {"stakeholder", "topic", "page"},
    "links": {"topic", "link", "evidence", "from", "to", "page"}, "network": {"topic"},
    "summary": {"topic", "stakeholder"},
}  # fmt: skip
"""What is copied: the first part of an address, and the parameters that it may have."""


def write_site(store: Map, folder: Path) -> None:
    """Writes every page of a map that can be reached from the first one; what asks the server (search boxes, filters,
    downloads, the JSON interface) is left out. The folder must not be there, or be empty."""
    app = create_app(store.path, Settings(hosts=("localhost",), requests_per_second=1e9, burst=10**9, seconds=600.0))
    wanted: deque[str] = deque(["/"])
    seen = {"/"}

    def following() -> Iterator[str]:
        while wanted:
            yield wanted.popleft()

    with writing_folder(folder) as part:
        for address, answer in get(app, following()):
            if answer.status != 200:
                raise DiscourseError(f"{address} could not be written: the page itself failed ({answer.status})")
            body = answer.body
            if answer.media_type == "text/html":
                for link in links_of(body):
                    if link not in seen and kept(link):
                        seen.add(link)
                        wanted.append(link)
                body = detached(body, file_of(address))
            place = part / file_of(address)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(body)


def kept(address: str) -> bool:
    """Whether an address of the pages is one that is copied."""
    parts = urlsplit(address)
    first, *rest = parts.path.lstrip("/").split("/")
    given = {name for name, _ in parse_qsl(parts.query)}
    if not address.startswith("/") or address.startswith("//") or first not in _PAGES:
        return False
    if first in ("search", "summary") and not given & {"stakeholder", "topic"}:
        return False
    return given <= ({"page"} if rest else _PAGES[first])


def file_of(address: str) -> str:
    """The file of an address inside the folder; addresses that differ have files that differ."""
    parts = urlsplit(address)
    if parts.path == "/":
        return "index.html"
    names = [_safe(unquote(name)) for name in parts.path.lstrip("/").split("/")]
    if names[0] == "static":
        return "/".join(names)
    if parts.query:
        names[-1] += "--" + _safe("-".join(value for _, value in parse_qsl(parts.query)), parts.query)
    citation = names[0] == "statements" and len(names) == 3
    return "/".join(names) + ("" if citation else ".html")


def links_of(body: bytes) -> list[str]:
    """The addresses of the pages that a page leads to, without what follows #."""
    found = [html.unescape(value.decode()).partition("#")[0] for _, value in _LINK.findall(_still(body))]
    return list(dict.fromkeys(link for link in found if link.startswith("/") and not link.startswith("//")))


def detached(body: bytes, file: str) -> bytes:
    """A page whose links lead to files beside it; what needs the server is taken out, and so are links to it."""
    here = str(PurePosixPath(file).parent)

    def moved(found: re.Match[bytes]) -> bytes:
        name, address = found[1].decode(), html.unescape(found[2].decode())
        place, mark, fragment = address.partition("#")
        if not place.startswith("/") or place.startswith("//"):
            return found[0]
        if not kept(place):
            return b""
        there = os.path.relpath(file_of(place), here) + mark + fragment
        return f' {name}="{html.escape(there)}"'.encode()

    return _LINK.sub(moved, _still(body))


def _still(body: bytes) -> bytes:
    return _LIVE.sub(b"", _FORM.sub(b"", body))


def _safe(name: str, whole: str | None = None) -> str:
    """A name of a file that holds no path, and differs where the names differ (also where letters' case is lost)."""
    if whole is None and _PLAIN.fullmatch(name) and not name.endswith("."):
        return name
    short = re.sub(r"[^a-z0-9]+", "-", name.casefold())[:40].strip("-")
    return f"{short}-{hashlib.sha256((whole or name).encode('utf-8', 'surrogatepass')).hexdigest()[:10]}"
