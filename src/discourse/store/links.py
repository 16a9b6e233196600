"""Links between statements of one document: which documents wait for theirs, what is stored, what is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple

from discourse.records import Link
from discourse.store.filters import Filter, Row
from discourse.store.map import Map

_MARKS_AT_ONCE = 500


def due(store: Map, limit: int = -1) -> list[str]:
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


def listed(
    store: Map, where: Filter, kind: str | None = None, evidence: str | None = None, limit: int | None = None
) -> list[Row]:
    """Links of which either statement matches a filter, surest first, then the latest."""
    query, values = where.numbers()
    conditions, asked = ["1"], []
    if not where.asks_nothing:
        conditions.append(f"(a.n IN ({query}) OR b.n IN ({query}))")
        asked += [*values, *values]
    for column, value in (("kind", kind), ("evidence", evidence)):
        if value is not None:
            conditions.append(f"k.{column} = ?")
            asked.append(value)
    rows = store.connection.execute(
        "SELECT k.* FROM link k JOIN statement a ON a.id = k.source JOIN statement b ON b.id = k.target"
        f" JOIN document d ON d.id = a.document_id WHERE {' AND '.join(conditions)}"
        " ORDER BY k.confidence DESC, d.published DESC, d.id, a.start, b.start LIMIT ?",
        [*asked, -1 if limit is None else limit],
    )
    return [dict(row) for row in rows]
