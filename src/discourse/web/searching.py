"""The search page, what it shows as CSV, JSON and an Atom feed."""

from __future__ import annotations

from contextlib import AbstractContextManager

from fastapi import APIRouter, Request, Response

from discourse.query import more_like, resolve_statement
from discourse.query.browse import Listing, hits, listing
from discourse.store import browse
from discourse.store.map import Map
from discourse.web.asked import ORDERS, PAGE, Asked, parse
from discourse.web.feed import atom
from discourse.web.site import Site, answer, as_file

_FACETS = {
    "topic": ("topic", "Topic", 12),
    "stakeholder": ("stakeholder", "Stakeholder", 12),
    "group": ("group", "Group", 10),
    "confidence": ("min_confidence", "Confidence", 2),
    "kind": ("kind", "Kind of document", 8),
    "attribution": ("attribution", "How it was said", 5),
    "publisher": ("publisher", "Publisher", 10),
}
"""Facets that are links: the parameter, the heading, how many values are shown."""
_FILE = 1000
"""Statements in a file to keep."""


def routes(site: Site) -> APIRouter:
    """The routes of the search."""
    router = APIRouter(include_in_schema=False, default_response_class=Response)

    @router.get("/search")
    def search(request: Request) -> Response:
        with _store(site, request) as store:
            asked = parse(store, request.query_params)
            found = run(site, store, asked)
        return site.page(
            request,
            "search.html",
            asked=asked,
            found=found,
            facets=[
                (parameter, heading, list(found.facets.get(name, {}).items())[:most])
                for name, (parameter, heading, most) in _FACETS.items()
            ],
            names=site.names(),
            coverage=site.maps.kept("coverage", browse.coverage),
            orders=ORDERS,
            more=asked.offset + len(found.rows) < found.total,
        )

    @router.get("/search.{form}")
    def keep(request: Request, form: str) -> Response:
        with _store(site, request) as store:
            asked = parse(store, request.query_params)
            if form == "atom":
                newest = parse(store, {**request.query_params, "sort": "newest", "page": "1"})
                rows = run(site, store, newest, 50).rows
                return answer(request, atom(rows, asked, str(request.base_url)), "application/atom+xml; charset=utf-8")
            if form not in ("csv", "json"):
                form = "json"
            return as_file(request, run(site, store, asked, _FILE).rows, form, "statements")

    return router


def _store(site: Site, request: Request) -> AbstractContextManager[Map]:
    """The map with vectors in memory for a search by meaning, any other for a listing."""
    by_meaning = any(request.query_params.get(name, "").strip() for name in ("q", "like"))
    return site.maps.searching() if by_meaning else site.maps.reading()


def run(site: Site, store: Map, asked: Asked, limit: int = PAGE) -> Listing:
    """What a search finds: a page of it, or the first `limit` where that is more than a page."""
    offset = asked.offset if limit == PAGE else 0
    if asked.like:
        rows = more_like(store, resolve_statement(store, asked.like)["id"], asked.where, 100)
        return Listing(len(rows), rows[offset : offset + limit], {})
    if asked.words:
        return hits(store, asked.words, site.embedder(store), asked.where, limit, offset, asked.order)
    return listing(store, asked.where, limit, offset, "oldest" if asked.order == "oldest" else "newest")
