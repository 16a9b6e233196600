"""The JSON interface, under /api/v1: what the pages show, a page at a time, each answer with its ETag."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel

from discourse.changes import changes
from discourse.errors import QueryError
from discourse.query import arguments, positions, resolve_statement, topics_of
from discourse.query.browse import by_number
from discourse.records import Evidence, LinkKind
from discourse.store import browse
from discourse.store.map import Map
from discourse.store.read import Filter, Row
from discourse.summary import summarise
from discourse.web.asked import DEEPEST, filter_from, parse
from discourse.web.errors import NotHere
from discourse.web.linked import listed, told_on, which_from
from discourse.web.relations import SUMMARISED, bounded
from discourse.web.searching import run
from discourse.web.site import Site, answer, as_json
from discourse.web.templating import UNREVIEWED

PREFIX = "/api/v1"
MOST = 200
"""Items of one answer."""

Name = Annotated[str | None, Query(max_length=300)]
Day = Annotated[str | None, Query(max_length=10, description="2016, 2016-05 or 2016-05-10; included.")]
Limit = Annotated[int, Query(ge=1, le=MOST, description="Items of one answer.")]
Offset = Annotated[int, Query(ge=0, le=DEEPEST, description="Items before the first one given.")]
RollUp = Literal["person", "organisation", "group"]


class Items(BaseModel):
    """A page of a listing."""

    note: str
    total: int | None
    limit: int
    offset: int
    next: str | None
    items: list[dict[str, Any]]


class Fault(BaseModel):
    """What was wrong, and for an unknown name the nearest that there are."""

    error: str
    nearest: list[dict[str, str]] = []


_FAULTS: dict[int | str, dict[str, Any]] = {
    status: {"model": Fault, "description": why}
    for status, why in (
        (400, "The question cannot be answered as asked."), (404, "There is no such thing in the map."),
        (503, "Too much is being asked at the moment."),
    )
}  # fmt: skip


def wanted(
    stakeholder: Annotated[str | None, Query(max_length=300, description="A name, an alias or an id.")] = None,
    group: Name = None,
    topic: Annotated[str | None, Query(max_length=300, description="A name or an id.")] = None,
    stance: Literal["favour", "against"] | None = None,
    kind: Annotated[str | None, Query(max_length=20, description="Kind of document.")] = None,
    attribution: Annotated[str | None, Query(max_length=20, description="How it was said: direct, indirect...")] = None,
    publisher: Name = None,
    since: Day = None,
    until: Day = None,
    min_confidence: Annotated[float | None, Query(ge=0, le=1)] = None,
) -> dict[str, str]:
    """The filters that an address gives."""
    given = {
        "stakeholder": stakeholder, "group": group, "topic": topic, "stance": stance, "kind": kind,
        "attribution": attribution, "publisher": publisher, "since": since, "until": until,
        "min_confidence": min_confidence,
    }  # fmt: skip
    return {name: str(value).strip() for name, value in given.items() if value is not None and str(value).strip()}


Wanted = Annotated[dict[str, str], Depends(wanted)]


def routes(site: Site) -> APIRouter:
    """The routes of the interface."""
    router = APIRouter(prefix=PREFIX, responses=_FAULTS)
    for add in (_sources, _people_and_topics, _questions, _relations):
        add(site, router)
    return router


def _sources(site: Site, router: APIRouter) -> None:
    @router.get("", summary="What this map covers", response_model=dict[str, Any])
    def root(request: Request) -> Response:
        return _one(request, site.maps.kept("coverage", browse.coverage))

    @router.get("/documents", response_model=Items)
    def documents(request: Request, limit: Limit = 50, offset: Offset = 0) -> Response:
        """Documents without their texts, newest first."""
        with site.maps.reading() as store:
            rows = browse.documents(store, limit, offset)
        return _items(request, rows, limit, offset, site.maps.kept("coverage", browse.coverage)["documents"])

    @router.get("/documents/{name}", response_model=dict[str, Any])
    def document(request: Request, name: str) -> Response:
        """One document without its text."""
        with site.maps.reading() as store:
            found = browse.document(store, name)
        if found is None:
            raise NotHere("document", name)
        return _one(request, found)

    @router.get("/statements", response_model=Items)
    def statements(request: Request, given: Wanted, limit: Limit = 50, offset: Offset = 0) -> Response:
        """Statements that match, newest first."""
        with site.maps.reading() as store:
            where = filter_from(store, given)
            rows = by_number(store, browse.numbers(store, where, limit, offset))
            total = browse.count(store, where)
        return _items(request, rows, limit, offset, total)

    @router.get("/statements/{name}", response_model=dict[str, Any])
    def statement(request: Request, name: str) -> Response:
        """One statement, with every stance that the model gave it and what people corrected."""
        with site.maps.reading() as store:
            try:
                row = resolve_statement(store, name)
            except QueryError:
                raise NotHere("statement", name) from None
            found = by_number(store, [row["n"]])[0]
            more = {"reason": row["reason"], "stances_given": browse.stances_given(store, row["id"])}
            more["corrections"] = browse.corrections_of(store, row["id"])
        return _one(request, found | more)


def _people_and_topics(site: Site, router: APIRouter) -> None:
    @router.get("/topics", response_model=Items)
    def topics(request: Request, limit: Limit = 50, offset: Offset = 0) -> Response:
        """Topics with their propositions and how many statements are for and against."""
        return _part(request, site.maps.kept("topic counts", topics_of), limit, offset)

    @router.get("/topics/{name:path}", response_model=dict[str, Any])
    def topic(request: Request, name: str) -> Response:
        """One topic, with what evidence is given on it and who answers whom."""
        for found in site.maps.kept("topic counts", topics_of):
            if found["id"] == name:
                return _one(request, found | told_on(site, name))
        raise NotHere("topic", name)

    @router.get("/stakeholders", response_model=Items)
    def stakeholders(request: Request, limit: Limit = 50, offset: Offset = 0) -> Response:
        """Stakeholders, most statements first."""
        return _part(request, [_holder(row) for row in site.stakeholders().values()], limit, offset)

    @router.get("/stakeholders/{name:path}", response_model=dict[str, Any])
    def stakeholder(request: Request, name: str) -> Response:
        """One stakeholder."""
        found = site.stakeholders().get(name)
        if found is None:
            raise NotHere("stakeholder", name)
        return _one(request, _holder(found))


def _questions(site: Site, router: APIRouter) -> None:
    @router.get("/positions", response_model=Items)
    def ask_positions(
        request: Request, given: Wanted, by: RollUp | None = None, limit: Limit = 50, offset: Offset = 0
    ) -> Response:
        """Where each stakeholder stands on each topic, most statements first."""
        with site.maps.reading() as store:
            rows = positions(store, filter_from(store, given), by, offset + limit + 1)
        return _items(request, rows[offset : offset + limit], limit, offset, None, len(rows) > offset + limit)

    @router.get("/arguments", response_model=Items)
    def ask_arguments(
        request: Request,
        topic: Annotated[str, Query(max_length=300, description="A name or an id.")],
        limit: Limit = 20,
        offset: Offset = 0,
    ) -> Response:
        """The points made for and against a topic, those that most statements make first on each side."""
        with site.maps.reading() as store:
            where = filter_from(store, {"topic": topic})
            rows = arguments(store, where.topic, MOST)
        return _part(request, rows, limit, offset)

    @router.get("/search", response_model=Items)
    def search(
        request: Request,
        given: Wanted,
        q: Annotated[str, Query(max_length=300, description='Words, "phrases", prefix*, AND, OR, NOT.')],
        limit: Limit = 20,
        offset: Offset = 0,
    ) -> Response:
        """Statements nearest to a query by words and by meaning together; `total` counts the candidates."""
        with site.maps.searching() as store:
            found = run(site, store, parse(store, given | {"q": q}), DEEPEST)
        return _part(request, found.rows, limit, offset)


def _relations(site: Site, router: APIRouter) -> None:
    @router.get("/changes", response_model=Items)
    def ask_changes(request: Request, limit: Limit = 50, offset: Offset = 0) -> Response:
        """Who took one side of a topic and later the other, surest first."""
        return _part(request, site.maps.kept("changes", changes), limit, offset)

    @router.get("/links", response_model=Items)
    def ask_links(
        request: Request,
        link: LinkKind | None = None,
        evidence: Annotated[Evidence | Literal["none"] | None, Query(description="Of support.")] = None,
        from_: Annotated[
            str | None, Query(alias="from", max_length=300, description="Who supports or answers.")
        ] = None,
        to: Annotated[str | None, Query(max_length=300, description="Who is supported or answered.")] = None,
        topic: Annotated[str | None, Query(max_length=300, description="Either statement's: a name or an id.")] = None,
        stakeholder: Annotated[str | None, Query(max_length=300, description="Either statement's.")] = None,
        group: Name = None,
        publisher: Name = None,
        since: Day = None,
        until: Day = None,
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> Response:
        """Which statements give a reason for which, and who answers whom, surest first."""
        given = {
            "link": link, "evidence": evidence, "from": from_, "to": to, "topic": topic, "stakeholder": stakeholder,
            "group": group, "publisher": publisher, "since": since, "until": until,
        }  # fmt: skip
        with site.maps.reading() as store:
            which = which_from(store, {name: value.strip() for name, value in given.items() if value and value.strip()})
            total, rows = listed(site, store, which, limit, offset)
        return _items(request, rows, limit, offset, total)

    @router.get("/network", response_model=dict[str, Any])
    def ask_network(
        request: Request,
        given: Wanted,
        tie: Literal["congruence", "conflict", "subtract", "affiliation"] = "subtract",
    ) -> Response:
        """Who agrees with whom, among those who say most."""
        with site.maps.reading() as store:
            found, least = bounded(store, filter_from(store, given), tie)
        return _one(request, found.as_row() | {"least": least})

    @router.get("/summary", response_model=dict[str, Any])
    def ask_summary(request: Request, given: Wanted) -> Response:
        """A summary in which every sentence carries the ids of the statements it rests on."""
        with site.maps.reading() as store:
            where = filter_from(store, given)
            _check_size(store, where)
            found = summarise(store, where)
        return _one(request, found)


def _check_size(store: Map, where: Filter) -> None:
    if browse.count(store, where) > SUMMARISED:
        raise QueryError(f"a summary here rests on {SUMMARISED:,} statements at most: narrow it")


def _holder(row: Row) -> Row:
    names = ("id", "name", "kind", "grp", "aliases", "roles", "url", "statements", "origin")
    return {"group" if name == "grp" else name: row[name] for name in names}


def _part(request: Request, rows: list[Row], limit: int, offset: int) -> Response:
    return _items(request, rows[offset : offset + limit], limit, offset, len(rows))


def _items(
    request: Request, rows: list[Row], limit: int, offset: int, total: int | None, further: bool = False
) -> Response:
    """A page of a listing, with the address of the next one."""
    more = further if total is None else offset + len(rows) < total
    following = None
    if more and rows and offset + limit <= DEEPEST:
        there = request.url.include_query_params(limit=limit, offset=offset + limit)
        following = f"{there.path}?{there.query}"
    body = Items(note=UNREVIEWED, total=total, limit=limit, offset=offset, next=following, items=rows)
    return answer(request, as_json(body.model_dump()), "application/json")


def _one(request: Request, row: Row) -> Response:
    return answer(request, as_json({"note": UNREVIEWED} | row), "application/json")
