"""The pages about one thing: the map, a topic, a stakeholder, a statement, a document."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import APIRouter, Request, Response

from discourse import reviewing
from discourse.changes import changes
from discourse.errors import DiscourseError, QueryError
from discourse.query import arguments, links_of, positions, resolve_statement, topics_of
from discourse.query.browse import by_number, matrix, roles_over_time
from discourse.store import browse, corrections, read, vectors
from discourse.store.map import Map
from discourse.store.read import Filter, Row
from discourse.web import citation, wording
from discourse.web.asked import page_number
from discourse.web.errors import NotHere
from discourse.web.linked import surest, told_on
from discourse.web.site import Site, answer, as_file, as_json

_log = logging.getLogger(__name__)
_CHANGES = 6
"""Changes told on the first page."""
_POINTS = 8
"""Arguments told on each side of a topic."""
_HOLDERS = 60
"""Stakeholders told on each side of a topic."""
_LISTED = 50
"""Documents or stakeholders on one page of a list."""
_QUOTED = 200
"""Statements read for a stakeholder's timeline and roles: the newest."""
_COMPANY = 12
_LINKS = 30
"""Links told on the page of a statement: the surest."""


def routes(site: Site) -> APIRouter:
    """The routes of these pages."""
    router = APIRouter(include_in_schema=False, default_response_class=Response)
    for add in (_overviews, _topics, _stakeholders, _statements, _documents):
        add(site, router)
    return router


def _overviews(site: Site, router: APIRouter) -> None:

    @router.get("/")
    def home(request: Request) -> Response:
        return site.page(
            request,
            "home.html",
            coverage=site.maps.kept("coverage", browse.coverage),
            matrix=site.maps.kept("matrix", matrix),
            changes=site.maps.kept("changes", changes)[:_CHANGES],
            info=site.maps.kept("settings", _settings),
        )

    @router.get("/changes")
    def changed(request: Request, format: str = "") -> Response:
        found: list[Row] = site.maps.kept("changes", changes)
        if format in ("csv", "json"):
            return as_file(request, found, format, "changes")
        return site.page(request, "changes.html", changes=found[:200], total=len(found))

    @router.get("/about")
    def about(request: Request) -> Response:
        info = site.maps.kept("settings", _settings)
        return site.page(request, "about.html", info=info, coverage=site.maps.kept("coverage", browse.coverage))

    @router.get("/responsible-use")
    def responsible_use(request: Request) -> Response:
        return site.page(request, "responsible-use.html")


def _topics(site: Site, router: APIRouter) -> None:
    @router.get("/topics")
    def topics(request: Request) -> Response:
        return site.page(request, "topics.html", counted_topics=site.maps.kept("topic counts", topics_of))

    @router.get("/topics/{name:path}")
    def topic(request: Request, name: str) -> Response:
        found = next((t for t in site.maps.kept("topic counts", topics_of) if t["id"] == name), None)
        if found is None:
            raise NotHere("topic", name)
        where = Filter(topic=name)
        with site.maps.reading() as store:
            return site.page(
                request,
                "topic.html",
                topic=found,
                arguments=_by_side(arguments(store, name, _POINTS)),
                positions=_by_side(positions(store, where, limit=3 * _HOLDERS)),
                years=browse.by_year(store, where),
                changes=[c for c in site.maps.kept("changes", changes) if c["topic"] == name],
                names=site.names(),
                picture=site.picture(name),
                links=told_on(site, name),
                points=_POINTS,
                most=_HOLDERS,
            )


def _stakeholders(site: Site, router: APIRouter) -> None:
    @router.get("/stakeholders")
    def stakeholders(request: Request, page: str = "1") -> Response:
        rows = [row for row in site.stakeholders().values() if row["statements"]]
        number = page_number(page)
        shown = rows[(number - 1) * _LISTED : number * _LISTED]
        return site.page(
            request, "stakeholders.html", rows=shown, total=len(rows), page=number, more=number * _LISTED < len(rows)
        )

    @router.get("/stakeholders/{name:path}")
    def stakeholder(request: Request, name: str) -> Response:
        found = site.stakeholders().get(name)
        if found is None:
            raise NotHere("stakeholder", name)
        with site.maps.reading() as store:
            return site.page(request, "stakeholder.html", holder=found, **_holder(site, store, name))


def _statements(site: Site, router: APIRouter) -> None:
    @router.get("/statements/{name}")
    def statement(request: Request, name: str) -> Response:
        with site.maps.reading() as store:
            try:
                identity = resolve_statement(store, name)["id"]
            except QueryError:
                raise NotHere("statement", name) from None
            return site.page(request, "statement.html", **_statement(site, store, identity))

    @router.get("/statements/{name}/citation.{form}")
    def cite(request: Request, name: str, form: str) -> Response:
        with site.maps.reading() as store:
            rows = read.statements_by_id(store, [name])
            if not rows or form not in ("bib", "json"):
                raise NotHere("statement", name)
            row = by_number(store, [rows[name]["n"]])[0]
        if form == "bib":
            body = citation.bibtex(row).encode("utf-8", "replace")
            return answer(request, body, "text/plain; charset=utf-8", name=f"{name}.bib")
        return answer(request, as_json(citation.csl(row)), "application/json", name=f"{name}.json")


def _documents(site: Site, router: APIRouter) -> None:
    @router.get("/documents")
    def documents(request: Request, page: str = "1") -> Response:
        number = page_number(page)
        with site.maps.reading() as store:
            rows = browse.documents(store, _LISTED + 1, (number - 1) * _LISTED)
        total = site.maps.kept("coverage", browse.coverage)["documents"]
        more = len(rows) > _LISTED
        return site.page(request, "documents.html", rows=rows[:_LISTED], total=total, page=number, more=more)

    @router.get("/documents/{name}")
    def document(request: Request, name: str, page: str = "1") -> Response:
        number = page_number(page)
        with site.maps.reading() as store:
            found = browse.document(store, name)
            if found is None:
                raise NotHere("document", name)
            numbers = browse.statements_in(store, name, _LISTED + 1, (number - 1) * _LISTED)
            rows = by_number(store, numbers[:_LISTED])
        more = len(numbers) > _LISTED
        return site.page(request, "document.html", document=found, rows=rows, page=number, more=more)


def prepare(site: Site) -> None:
    """Makes what takes long on a large map before anybody asks for it; what cannot be made now is made when asked."""
    try:
        site.stakeholders()
        for name, make in (("coverage", browse.coverage), ("matrix", matrix), ("changes", changes)):
            site.maps.kept(name, make)
        site.maps.warm(lambda store: vectors.keep(store) if site.embedder(store) else None)
        surest(site)
        for topic in site.maps.kept("topic counts", topics_of):
            site.picture(topic["id"])
            told_on(site, topic["id"])
    except DiscourseError as error:
        _log.warning("not made beforehand: %s", error)


def _settings(store: Map) -> Row:
    names = ("version", "pipeline", "stance_model", "embedder", "threshold")
    runs = read.runs(store)
    ended = next((run["ended"] for run in reversed(runs) if run["ended"]), None)
    return {name: store.setting(name) for name in names} | {"updated": ended}


def _by_side(rows: list[Row]) -> dict[str, list[Row]]:
    return {side: [row for row in rows if row["stance"] == side] for side in ("favour", "against", "mixed")}


def _holder(site: Site, store: Map, name: str) -> dict[str, Any]:
    """What the page of a stakeholder tells."""
    where = Filter(stakeholder=name)
    rows = by_number(store, browse.numbers(store, where, _QUOTED))
    timeline: dict[str, list[Row]] = {}
    for row in rows:
        for stance in row["stances"]:
            timeline.setdefault(stance["topic"], []).append(row | {"side": stance})
    return {
        "positions": positions(store, where),
        "changes": [c for c in site.maps.kept("changes", changes) if c["stakeholder_id"] == name],
        "timeline": {topic: said[::-1] for topic, said in timeline.items()},
        "roles": roles_over_time(rows),
        "company": _company(store, name),
        "rows": rows[:20],
        "total": browse.count(store, where),
        "read_most": _QUOTED,
    }


def _company(store: Map, name: str) -> list[Row]:
    """Other stakeholders by on how many topics they take the same side, and the opposite one."""
    own = {p["topic"]: p["stance"] for p in positions(store, Filter(stakeholder=name)) if p["stance"] != "mixed"}
    found: dict[str, Row] = {}
    for topic, side in list(own.items())[:30]:
        for other in browse.sides(store, topic, 200):
            if other["holder"] != name:
                held = found.setdefault(other["holder"], other | {"with_": 0, "against_": 0})
                held["with_" if other["stance"] == side else "against_"] += 1
    order = sorted(found.values(), key=lambda row: (-abs(row["with_"] - row["against_"]), -row["with_"], row["name"]))
    return order[:_COMPANY]


def _statement(site: Site, store: Map, name: str) -> dict[str, Any]:
    """What the page of a statement tells."""
    raw = read.statements_by_id(store, [name])[name]
    row = by_number(store, [raw["n"]])[0]
    text = read.text_of(store, raw["document_id"]) or ""
    before, after = wording.around(text, raw["start"], raw["end"])
    return {
        "row": row,
        "raw": raw,
        "before": before,
        "after": after,
        "given": browse.stances_given(store, name),
        "links": links_of(store, name, _LINKS),
        "corrections": browse.corrections_of(store, name),
        "threshold": float(store.setting("threshold") or 0),
        "document": browse.document(store, raw["document_id"]),
        "plain": citation.plain(row),
        "bibtex": citation.bibtex(row),
        "names": site.names(),
        "reviewers": reviewing.reviewed_by(
            reviewing.of(corrections.on_statement(store, name)),
            name,
            ["speaker", *(f"stance:{stance['topic']}" for stance in row["stances"])],
        ),
    }
