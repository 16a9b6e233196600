"""Links between statements of one document: which documents wait for theirs, what is stored, what is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from typing import Any

from discourse.records import Link
from discourse.store.connection import EVERY
from discourse.store.filters import Filter, Row
from discourse.store.map import Map

_MARKS_AT_ONCE = 500
_BETWEEN = "link k JOIN statement s ON s.id = k.source JOIN statement b ON b.id = k.target"
_DOCUMENT = "JOIN document d ON d.id = s.document_id"
_ON_TOPIC = (
    "WITH side AS MATERIALIZED (SELECT statement_id, stance FROM shown WHERE topic = ?), near AS MATERIALIZED ("
    "SELECT source, target FROM link WHERE source IN (SELECT statement_id FROM side)"
    " UNION SELECT source, target FROM link WHERE target IN (SELECT statement_id FROM side))"
)
"""The sides shown on a topic, and the links of which either statement takes one."""
_SIDED = (
    "near CROSS JOIN link k ON k.source = near.source AND k.target = near.target"
    " JOIN statement a ON a.id = k.source AND a.hidden = 0 JOIN statement b ON b.id = k.target AND b.hidden = 0"
    " LEFT JOIN side o ON o.statement_id = k.source LEFT JOIN side t ON t.statement_id = k.target"
)


def due(store: Map, limit: int = EVERY) -> list[str]:
    """Documents whose statements, speakers or stances changed since their links were told."""
    rows = store.connection.execute(
        "SELECT u.document_id FROM unlinked u JOIN document d ON d.id = u.document_id ORDER BY 1 LIMIT ?", (limit,)
    )
    return [row[0] for row in rows]


def told(store: Map) -> list[str]:
    """Documents whose links are up to date."""
    sql = "SELECT id FROM document WHERE id NOT IN (SELECT document_id FROM unlinked) ORDER BY id"
    return [row[0] for row in store.connection.execute(sql)]


def said(store: Map, document_id: str) -> tuple[str, list[Row]]:
    """The text of a document and its statements in order of place, each with the sides that it is shown to take."""
    text = store.connection.execute("SELECT text FROM document WHERE id = ?", (document_id,)).fetchone()[0]
    sides: dict[int, dict[tuple[str, str], float]] = {}
    for n, topic, side, sure in store.connection.execute(
        "SELECT h.n, h.topic, h.stance, h.confidence FROM statement s JOIN shown h ON h.n = s.n"
        " WHERE s.document_id = ?",
        (document_id,),
    ):
        sides.setdefault(n, {})[topic, side] = sure
    rows = store.connection.execute(
        "SELECT n, id, start, end, text, kind, whose AS speaker FROM statement"
        " WHERE document_id = ? AND hidden = 0 ORDER BY start, end",
        (document_id,),
    )
    found = [dict(row) for row in rows]
    return text, [row | {"sides": sides.get(row.pop("n"), {})} for row in found]


def write(store: Map, links: Mapping[str, Iterable[Link]]) -> None:
    """Replaces the links of these documents."""
    with store.transaction() as connection:
        for document, found in links.items():
            connection.execute(
                "DELETE FROM link WHERE source IN (SELECT id FROM statement WHERE document_id = ?)", (document,)
            )
            connection.executemany("INSERT INTO link VALUES (?, ?, ?, ?, ?, ?, ?)", map(astuple, found))
            connection.execute("DELETE FROM unlinked WHERE document_id = ?", (document,))
        connection.execute("DELETE FROM unlinked WHERE document_id NOT IN (SELECT id FROM document)")


def of_document(store: Map, document_id: str) -> list[Link]:
    """The links stored of one document, in order of their statements' ids."""
    rows = store.connection.execute(
        "SELECT k.* FROM link k JOIN statement s ON s.id = k.source WHERE s.document_id = ?"
        " ORDER BY k.source, k.target",
        (document_id,),
    )
    return [Link(*row) for row in rows]


def of_statements(store: Map, ids: Sequence[str]) -> dict[str, list[Row]]:
    """The links that the named statements are part of, by statement id, surest first."""
    found: dict[str, list[Row]] = {}
    for first in range(0, len(ids), _MARKS_AT_ONCE):
        chunk = list(ids[first : first + _MARKS_AT_ONCE])
        marks = ", ".join("?" * len(chunk))
        for end in ("source", "target"):
            for row in store.connection.execute(f"SELECT * FROM link WHERE {end} IN ({marks})", chunk):
                found.setdefault(row[end], []).append(dict(row))
    for rows in found.values():
        rows.sort(key=lambda row: (-row["confidence"], row["source"], row["target"]))
    return found


@dataclass(frozen=True, slots=True)
class Which:
    """Which links a question is about; None asks nothing."""

    where: Filter = field(default_factory=Filter)
    """Of which either statement matches."""
    kind: str | None = None
    evidence: str | None = None
    """A kind of evidence, or "none" where a reason is given without."""
    source: str | None = None
    """The id of whose statement supports or answers,"""
    target: str | None = None
    """and of whose is supported or answered."""

    def asked(self) -> tuple[str, str, list[Any]]:
        """What a query begins with, its condition on link k from statement s to b of document d, and their values."""
        first, matching = "", "s.hidden = 0"
        values: list[Any] = []
        if self.where.asks_of_document:
            matching, values = self.where.of_statements()
        elif not self.where.asks_nothing:
            query, values = self.where.numbers()
            first = f"WITH asked AS MATERIALIZED (SELECT id FROM statement WHERE n IN ({query})) "
            matching = "s.hidden = 0 AND (k.source IN (SELECT id FROM asked) OR k.target IN (SELECT id FROM asked))"
        conditions = [matching, "b.hidden = 0"]
        if self.evidence == "none":
            conditions.append("k.evidence IS NULL AND k.kind = 'supports'")
        for column, value in (
            ("k.kind", self.kind),
            ("k.evidence", None if self.evidence == "none" else self.evidence),
            ("s.whose", self.source),
            ("b.whose", self.target),
        ):
            if value is not None:
                conditions.append(f"{column} = ?")
                values = [*values, value]
        return first, " AND ".join(conditions), values


def listed(store: Map, which: Which, limit: int | None = None, offset: int = 0) -> list[Row]:
    """Links that match, surest first, then the latest."""
    first, condition, values = which.asked()
    rows = store.connection.execute(
        f"{first}SELECT k.* FROM {_BETWEEN} {_DOCUMENT} WHERE {condition}"
        " ORDER BY k.confidence DESC, d.published DESC NULLS LAST, d.id, s.start, b.start LIMIT ? OFFSET ?",
        [*values, EVERY if limit is None else limit, offset],
    )
    return [dict(row) for row in rows]


def count(store: Map, which: Which) -> int:
    """How many links match."""
    first, condition, values = which.asked()
    tables = f"{_BETWEEN} {_DOCUMENT}" if which.where.asks_of_document else _BETWEEN
    sql = f"{first}SELECT count(*) FROM {tables} WHERE {condition}"
    found: int = store.connection.execute(sql, values).fetchone()[0]
    return found


def evidence_on(store: Map, topic: str) -> list[Row]:
    """How many reasons are given on a topic by kind of evidence, and how many of them for a claim on either side; a
    claim that takes no side counts for that of its reason."""
    rows = store.connection.execute(
        f"{_ON_TOPIC} SELECT k.evidence, count(*) AS times,"
        " count(CASE WHEN coalesce(t.stance, o.stance) = 'favour' THEN 1 END) AS favour,"
        f" count(CASE WHEN coalesce(t.stance, o.stance) = 'against' THEN 1 END) AS against FROM {_SIDED}"
        " WHERE k.kind = 'supports' GROUP BY k.evidence ORDER BY k.evidence IS NULL, times DESC, k.evidence",
        (topic,),
    )
    return [dict(row) for row in rows]


def answers_on(store: Map, topic: str, limit: int) -> list[Row]:
    """Who answers whom on a topic, most often first: ids, how often, on how many occasions, how often across sides."""
    rows = store.connection.execute(
        f"{_ON_TOPIC} SELECT a.whose AS source, b.whose AS target, count(*) AS times,"
        f" count(DISTINCT a.event) AS events, count(CASE WHEN o.stance != t.stance THEN 1 END) AS opposed"
        f" FROM {_SIDED} WHERE k.kind = 'responds_to'"
        " AND a.whose IS NOT NULL AND b.whose IS NOT NULL GROUP BY 1, 2"
        " ORDER BY times DESC, opposed DESC, 1, 2 LIMIT ?",
        (topic, limit),
    )
    return [dict(row) for row in rows]
