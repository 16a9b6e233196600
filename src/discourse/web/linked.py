"""The page that lists which statements give reasons for which, and who answers whom."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from discourse.errors import QueryError
from discourse.query import linked, on_topic
from discourse.query.linked import with_ends
from discourse.records import EVIDENCE, LINK_KINDS
from discourse.store import links
from discourse.store.links import Which
from discourse.store.map import Map
from discourse.store.read import Row
from discourse.web.asked import DEEPEST, PAGE, filter_from, page_number, stakeholder_id
from discourse.web.site import Site

ANSWERS = 20
"""Pairs told on the page of a topic."""
_FILTERS = ("topic", "stakeholder", "group", "since", "until", "publisher")


def routes(site: Site) -> APIRouter:
    """The route of this page."""
    router = APIRouter(include_in_schema=False, default_response_class=Response)

    @router.get("/links")
    def show_links(request: Request) -> Response:
        parameters = request.query_params
        given = {name: parameters[name].strip()[:300] for name in (*_FILTERS, "link", "evidence", "from", "to")
                 if parameters.get(name, "").strip()}  # fmt: skip
        number = page_number(parameters.get("page") or "1")
        if number * PAGE > DEEPEST:
            raise QueryError(f"a listing ends after {DEEPEST:,} links: narrow it, say by date")
        with site.maps.reading() as store:
            which = which_from(store, given)
            total, rows = listed(site, store, which, PAGE, (number - 1) * PAGE)
            complete = not links.due(store, 1)
        return site.page(
            request, "links.html", given=given, which=which, rows=rows, total=total, page=number, names=site.names(),
            more=number * PAGE < min(total, DEEPEST), kinds=LINK_KINDS, evidence=(*EVIDENCE, "none"), complete=complete,
        )  # fmt: skip

    return router


def which_from(store: Map, given: Mapping[str, str]) -> Which:
    """The links that these parameters ask for, with names turned into ids."""
    for name, allowed in (("link", LINK_KINDS), ("evidence", (*EVIDENCE, "none"))):
        if name in given and given[name] not in allowed:
            raise QueryError(f'{name} "{given[name][:40]}" is none of {", ".join(allowed)}')
    ends = [stakeholder_id(store, given[end]) if end in given else None for end in ("from", "to")]
    narrowed = {name: given[name] for name in _FILTERS if name in given}
    return Which(filter_from(store, narrowed), given.get("link"), given.get("evidence"), *ends)


def listed(site: Site, store: Map, which: Which, limit: int, offset: int) -> tuple[int, list[Row]]:
    """How many links match, and a page of them. To put all links in order takes long: that is kept."""
    if which != Which() or offset + limit > DEEPEST:
        return links.count(store, which), linked(store, which, limit, offset)
    total, rows = surest(site)
    return total, with_ends(store, rows[offset : offset + limit])


def surest(site: Site) -> tuple[int, list[Row]]:
    """How many links there are, and those that can be leafed through, in order; made anew when the map changes."""
    found: tuple[int, list[Row]] = site.maps.kept(
        "links", lambda store: (links.count(store, Which()), links.listed(store, Which(), DEEPEST))
    )
    return found


def told_on(site: Site, topic: str) -> Row:
    """The evidence used on a topic and who answers whom; made anew when the map changes."""
    found: Row = site.maps.kept(f"links {topic}", lambda store: on_topic(store, topic, ANSWERS))
    return found
