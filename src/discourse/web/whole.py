"""Whole texts and captured pages: other people's work, shown only where whoever runs the server said so."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fastapi import APIRouter, Request, Response

from discourse.collect.archive import Archive
from discourse.errors import QueryError
from discourse.query.browse import by_number
from discourse.store import browse, read
from discourse.store.ledger import Ledger
from discourse.store.ledger_records import Capture
from discourse.store.read import Row
from discourse.web.errors import NotHere
from discourse.web.settings import Settings
from discourse.web.site import Site

PORTION = 40_000
"""Characters of a text on one page, about."""
_STATEMENTS = 2000
CAPTURED = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'"
"""The policy of a captured page: it is looked at, and does nothing and asks for nothing."""

Piece = tuple[str, Row | None]


def routes(site: Site, settings: Settings) -> APIRouter:
    """The routes of these pages; only what is switched on."""
    router = APIRouter(prefix="/documents", include_in_schema=False, default_response_class=Response)
    if settings.full_texts:
        _texts(site, router)
    if settings.full_texts and settings.archive is not None:
        _captures(site, router, settings.archive)
    return router


def _texts(site: Site, router: APIRouter) -> None:
    @router.get("/{name}/text")
    def text(request: Request, name: str, page: str = "1") -> Response:
        with site.maps.reading() as store:
            document = browse.document(store, name)
            if document is None:
                raise NotHere("document", name)
            whole = read.text_of(store, name) or ""
            rows = by_number(store, browse.statements_in(store, name, _STATEMENTS))
        parts = portions(whole)
        if not (page.isascii() and page.isdigit() and len(page) < 6 and 1 <= int(page) <= len(parts)):
            raise QueryError(f"this text has pages 1 to {len(parts)}")
        start, end = parts[int(page) - 1]
        return site.page(
            request, "text.html", document=document, pieces=pieces(whole, start, end, rows), page=int(page),
            more=int(page) < len(parts),
        )  # fmt: skip


def _captures(site: Site, router: APIRouter, folder: Path) -> None:
    with Ledger.open(folder):
        pass  # so that a wrong folder is told when the server starts

    @router.get("/{name}/captured")
    def captured(name: str) -> Response:
        with site.maps.reading() as store:
            document = browse.document(store, name)
        with Ledger.open(folder) as ledger:
            capture = ledger.with_digest(document["digest"]) if document and document["digest"] else None
        if capture is None:
            raise NotHere("captured page", name)
        return _as_captured(capture, Archive(folder, {}).read(capture))


def _as_captured(capture: Capture, content: bytes) -> Response:
    """HTML to look at; anything else to keep, for a browser would run or refuse it."""
    headers = {"content-security-policy": CAPTURED, "cache-control": "no-store"}
    kind = (capture.media_type or "").partition(";")[0].strip().casefold()
    if kind in ("text/html", "application/xhtml+xml"):
        return Response(content, 200, headers, "text/html")
    headers["content-disposition"] = f'attachment; filename="{capture.digest[:16]}"'
    return Response(content, 200, headers, "application/octet-stream")


def portions(text: str) -> list[tuple[int, int]]:
    """Where each page of a text begins and ends: at the end of a paragraph, if one is near."""
    found, start = [], 0
    while len(text) - start > PORTION:
        end = text.rfind("\n\n", start + PORTION // 2, start + PORTION)
        end = end + 2 if end > 0 else start + PORTION
        found.append((start, end))
        start = end
    return [*found, (start, len(text))]


def pieces(text: str, start: int, end: int, rows: Sequence[Row]) -> list[Piece]:
    """A stretch of a text, cut where statements begin and end; each piece with the statement that it is of."""
    found: list[Piece] = []
    here = start
    for row in sorted(rows, key=lambda row: (row["start"], -row["end"])):
        first, last = max(row["start"], here), min(row["end"], end)
        if first >= last:
            continue
        found += [(text[here:first], None)] if first > here else []
        found.append((text[first:last], row))
        here = last
    return [*found, (text[here:end], None)] if here < end else found
