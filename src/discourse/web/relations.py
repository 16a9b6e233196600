"""The pages that set stakeholders beside one another: the network, a comparison, a summary."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from fastapi import APIRouter, Request, Response

from discourse.errors import QueryError
from discourse.network import KINDS, Kind, Network, Normalisation, network, windows
from discourse.query import compare, compare_sets
from discourse.query.browse import matrix
from discourse.query.rows import dress
from discourse.store import browse, read, tally
from discourse.store.map import Map
from discourse.store.read import Filter, Row
from discourse.summary import as_markdown, summarise
from discourse.web.asked import filter_from, stakeholder_id
from discourse.web.site import Site, answer, as_file, as_json

ACTORS = 100
"""Stakeholders in a network: those who say most."""
SUMMARISED = 20_000
"""Statements that a summary on a page may rest on."""
NOTED = 20
"""Statements named in one note of a summary."""
COMPARED = {
    "stakeholders": ("stakeholder", "stakeholder"),
    "groups": ("group", "group"),
    "publishers": ("publisher", "publisher"),
    "periods": ("since", "period (2016, or 2014..2016)"),
}
"""What may be set side by side: the filter's parameter and what one of them is called."""
_WINDOWS = 40
_TIES = 60
_FILTERS = ("topic", "group", "since", "until", "publisher", "min_confidence", "stakeholder")


def routes(site: Site) -> APIRouter:
    """The routes of these pages."""
    router = APIRouter(include_in_schema=False, default_response_class=Response)
    for add in (_network, _compare, _summary):
        add(site, router)
    return router


def _network(site: Site, router: APIRouter) -> None:

    @router.get("/network")
    def show_network(request: Request) -> Response:
        with site.maps.reading() as store:
            given = _given(request)
            where, kind = filter_from(store, given), _kind(request.query_params.get("kind"))
            days = _days(request.query_params.get("window"))
            found, least = bounded(store, where, kind)
            parts = _windows(store, where, kind, days, least) if days else []
        form = request.query_params.get("format", "")
        if form == "json":
            rows = [part.as_row() for part in parts or [found]]
            return answer(request, as_json(rows if parts else rows[0]), "application/json", name="network.json")
        ties = _ties(found)
        if form == "csv":
            return as_file(request, ties, "csv", "network")
        return site.page(
            request,
            "network.html",
            given=given,
            kind=kind,
            kinds=KINDS,
            days=days or "",
            found=found,
            ties=ties[:_TIES],
            tie_count=len(ties),
            camps=_camps(found),
            windows=[(part, _camps(part)) for part in parts],
            least=least,
            names=site.names(),
            coverage=site.maps.kept("coverage", browse.coverage),
        )


def _compare(site: Site, router: APIRouter) -> None:
    @router.get("/compare")
    def show_compare(request: Request) -> Response:
        given = _given(request)
        what = request.query_params.get("what") or "stakeholders"
        if what not in COMPARED:
            raise QueryError(f'what "{what[:40]}" is none of {", ".join(COMPARED)}')
        asked = [request.query_params.get(end, "").strip()[:300] for end in ("a", "b")]
        with site.maps.reading() as store:
            ends, rows = _compared(store, what, asked, filter_from(store, given))
        if request.query_params.get("format") in ("csv", "json") and all(ends):
            return as_file(request, rows, request.query_params["format"], "compare")
        best: Row = site.maps.kept("matrix", matrix)
        names = site.names() if what == "stakeholders" else {}
        return site.page(
            request,
            "compare.html",
            rows=rows,
            what=what,
            kinds=COMPARED,
            ends=ends,
            labels=[names.get(end, end) for end in ends],
            given=given,
            known=_known(what, best, site.maps.kept("coverage", browse.coverage)),
            narrow=[_narrow(what, end) for end in ends],
        )


def _compared(store: Map, what: str, asked: list[str], where: Filter) -> tuple[list[str], list[Row]]:
    """What the two names come to, and where they agree and differ; nothing where one is missing."""
    if what == "stakeholders":
        ends = [stakeholder_id(store, end) if end else "" for end in asked]
        return ends, compare(store, ends[0], ends[1], where) if all(ends) else []
    if not all(asked):
        return asked, []
    one, other = (filter_from(store, _narrow(what, end)) for end in asked)
    held = {name: getattr(where, name) for name in Filter.__slots__ if getattr(where, name) is not None}
    return asked, compare_sets(store, replace(one, **held), replace(other, **held))


def _narrow(what: str, end: str) -> dict[str, str]:
    """The filter that one end of a comparison is."""
    if what == "periods" and end:
        since, _, until = end.partition("..")
        return {name: value for name, value in (("since", since), ("until", until or since)) if value}
    return {COMPARED[what][0]: end} if end else {}


def _known(what: str, best: Row, coverage: Row) -> list[str]:
    """What may be filled in."""
    if what == "stakeholders":
        return [row["name"] for row in best["holders"]]
    if what == "groups":
        return list(coverage["groups"])
    return [row["value"] for row in coverage["publishers" if what == "publishers" else "years"]]


def _summary(site: Site, router: APIRouter) -> None:
    @router.get("/summary")
    def show_summary(request: Request) -> Response:
        given = _given(request)
        with site.maps.reading() as store:
            where = filter_from(store, given)
            if browse.count(store, where) > SUMMARISED:
                if given:
                    raise QueryError(f"a summary here rests on {SUMMARISED:,} statements at most: narrow it")
                found: Row | None = None
            else:
                found = summarise(store, where)
            notes = _notes(store, found) if found else []
        form = request.query_params.get("format", "")
        if found and form == "json":
            return answer(request, as_json(found), "application/json", name="summary.json")
        if found and form == "md":
            text = as_markdown(found).encode("utf-8", "replace")
            return answer(request, text, "text/markdown; charset=utf-8", name="summary.md")
        names = site.names()
        return site.page(request, "summary.html", summary=found, given=given, names=names, notes=notes, noted=NOTED)


def _notes(store: Map, summary: Row) -> list[list[list[Row]]]:
    """The statements that each sentence of a summary rests on, those of one speaker in one document together."""
    wanted = [sentence["statements"][:NOTED] for sentence in summary["sentences"]]
    held = read.statements_by_id(store, [name for names in wanted for name in names])
    rows = {row["id"]: row for row in dress(store, list(held.values()))}
    notes = []
    for names in wanted:
        together: dict[tuple[str | None, str], list[Row]] = {}
        for row in (rows[name] for name in names if name in rows):
            together.setdefault((row["speaker"], row["document"]["id"]), []).append(row)
        notes.append(list(together.values()))
    return notes


def bounded(store: Map, where: Filter, kind: Kind) -> tuple[Network, int]:
    """The network of at most ACTORS stakeholders, and how many statements each of them has at least."""
    said: Counter[str] = Counter()
    for row in tally.positions(store, where):
        said[row["holder"]] += row["said"]
    ranked = sorted(said.values(), reverse=True)
    least = ranked[ACTORS] + 1 if len(ranked) > ACTORS else 1
    return network(store, where, kind=kind, normalisation=_normalisation(kind), least=least), least


def _windows(store: Map, where: Filter, kind: Kind, days: int, least: int) -> list[Network]:
    cover = browse.coverage(store)
    years = int((where.until or cover["last"] or "0")[:4]) - int((where.since or cover["first"] or "0")[:4]) + 1
    if years * 366 / days > _WINDOWS:
        raise QueryError(f"that makes more than {_WINDOWS} windows: choose longer ones or a shorter period")
    return windows(store, where, days, kind=kind, normalisation=_normalisation(kind), least=min(least, 5))


def _normalisation(kind: Kind) -> Normalisation:
    return "none" if kind == "affiliation" else "average"


def _ties(found: Network) -> list[Row]:
    rows = found.as_row()
    names = {node["id"]: node["name"] for node in rows["nodes"]}
    ties = [
        {
            "source": names[e["source"]], "source_id": e["source"], "target": names[e["target"]],
            "target_id": e["target"], "weight": e["weight"],
        }
        for e in rows["edges"]
    ]  # fmt: skip
    return sorted(ties, key=lambda tie: (-abs(tie["weight"]), tie["source"], tie["target"]))


def _camps(found: Network) -> list[list[Row]]:
    """Coalitions of two or more, those who say most first."""
    camps = [[{"id": name} | found.nodes[name] for name in camp] for camp in found.coalitions if len(camp) > 1]
    return [sorted(camp, key=lambda node: (-node["statements"], node["name"])) for camp in camps]


def _given(request: Request) -> dict[str, str]:
    held = {name: request.query_params.get(name, "").strip()[:300] for name in _FILTERS}
    return {name: value for name, value in held.items() if value}


def _kind(text: str | None) -> Kind:
    for kind in KINDS:
        if kind == (text or "subtract"):
            return kind
    raise QueryError(f'kind "{text}" is none of {", ".join(KINDS)}')


def _days(text: str | None) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 5 or int(text) < 7:
        raise QueryError("a time window is a number of days, from 7 on")
    return int(text)
