"""Positions as the map adds them up: from the table kept up to date where that answers, else from the stances shown."""

from __future__ import annotations

from typing import Any

from discourse.store.connection import EVERY
from discourse.store.filters import Filter, Row
from discourse.store.map import Map
from discourse.store.schema import TALLY

_COLUMNS = (
    "p.holder, p.topic, p.stance, p.confidence, p.said, p.favour, p.against, p.sources, p.events, p.first, p.last"
)
_FEW = 400
"""Up to this many positions their statements are looked up one position after the other."""
_HOLDERS = {
    None: ("h.whose", ""),
    "person": ("h.whose", " JOIN stakeholder st ON st.id = h.whose AND st.kind = 'person'"),
    "group": ("st.grp", " JOIN stakeholder st ON st.id = h.whose"),
    "organisation": (
        "CASE st.kind WHEN 'person' THEN COALESCE(o.id, r.organisation) ELSE h.whose END",
        " JOIN stakeholder st ON st.id = h.whose JOIN statement r ON r.n = h.n"
        " LEFT JOIN stakeholder o ON o.name = r.organisation AND o.kind = 'organisation'",
    ),
}
"""Whose position a stance counts for under each roll-up, and the tables that tell."""


def positions(store: Map, where: Filter, by: str | None = None, limit: int | None = None) -> list[Row]:
    """Sums by holder and topic, most statements first; `stance` of the filter asks for positions of that stance."""
    narrowed = (where.since, where.until, where.publisher, where.kind, where.attribution, where.min_confidence)
    if by is None and all(value is None for value in narrowed):
        source: str = "position p"
        values: list[Any] = []
        conditions, asked = _on_positions(where)
    else:
        stances, values = _stances(where, by)
        source = f"({TALLY.format(stances)}) p"
        conditions, asked = (["p.stance = ?"], [where.stance]) if where.stance else ([], [])
    sql = (
        f"SELECT {_COLUMNS} FROM {source} WHERE {' AND '.join(['TRUE', *conditions])}"
        " ORDER BY p.said DESC, p.confidence DESC, p.holder, p.topic LIMIT ?"
    )
    found = store.connection.execute(sql, [*values, *asked, EVERY if limit is None else limit])
    return [dict(row) for row in found]


def together(store: Map, where: Filter) -> list[Row]:
    """Sums by topic of everything that matches, whoever said it, as if one holder had; the holder is ""."""
    tables, condition, values = where.of_shown()
    stances = f"SELECT h.*, '' AS holder FROM {tables} WHERE {condition} AND h.whose IS NOT NULL"
    rows = store.connection.execute(f"SELECT {_COLUMNS} FROM ({TALLY.format(stances)}) p ORDER BY p.topic", values)
    return [dict(row) for row in rows]


def surest(store: Map, where: Filter, topic: str, side: str | None) -> Row | None:
    """The surest statement that matches on a topic, on this side or any: id and text; of equals, the newest."""
    tables, condition, values = Filter(**{**_as_dict(where), "topic": topic, "stance": side}).of_shown()
    row = store.connection.execute(
        f"SELECT h.statement_id AS statement, (SELECT text FROM statement WHERE n = h.n) AS text FROM {tables}"
        f" WHERE {condition} AND h.whose IS NOT NULL"
        " ORDER BY h.confidence DESC, h.published DESC NULLS LAST, h.n LIMIT 1",
        values,
    ).fetchone()
    return None if row is None else dict(row)


def evidence(
    store: Map, where: Filter, by: str | None, found: list[Row]
) -> dict[tuple[str, str], list[tuple[str, int]]]:
    """The statements (id and number) that each of these positions rests on, in order of date."""
    stances, values = _stances(where, by)
    order = "ORDER BY h.published NULLS FIRST, h.document_id, h.n"
    kept: dict[tuple[str, str], list[tuple[str, int]]] = {(row["holder"], row["topic"]): [] for row in found}
    if by is None and len(found) <= _FEW:
        sql = f"SELECT h.statement_id, h.n FROM ({stances}) h WHERE h.whose = ? AND h.topic = ? {order}"
        for holder, topic in kept:
            kept[holder, topic] = store.connection.tuples(sql, [*values, holder, topic]).fetchall()
        return kept
    for holder, topic, statement, n in store.connection.tuples(
        f"SELECT h.holder, h.topic, h.statement_id, h.n FROM ({stances}) h {order}", values
    ):
        if (holder, topic) in kept:
            kept[holder, topic].append((statement, n))
    return kept


def _stances(where: Filter, by: str | None) -> tuple[str, list[Any]]:
    tables, condition, values = Filter(**{**_as_dict(where), "stance": None}).of_shown()
    holder, joined = _HOLDERS[by]
    sql = f"SELECT h.*, {holder} AS holder FROM {tables}{joined} WHERE {condition} AND {holder} IS NOT NULL"
    return sql, values


def _on_positions(where: Filter) -> tuple[list[str], list[Any]]:
    asked = [
        (condition, value)
        for condition, value in (
            ("p.holder = ?", where.stakeholder),
            ("p.topic = ?", where.topic),
            ("p.stance = ?", where.stance),
            ("p.holder IN (SELECT id FROM stakeholder WHERE grp = ? COLLATE NOCASE)", where.group),
        )
        if value is not None
    ]
    return [condition for condition, _ in asked], [value for _, value in asked]


def _as_dict(where: Filter) -> dict[str, Any]:
    return {name: getattr(where, name) for name in Filter.__slots__}
