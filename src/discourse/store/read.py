"""Reading a map: rows as dictionaries, filtered in SQL before anything is ranked or counted."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from discourse.errors import QueryError
from discourse.records import PageEntry
from discourse.store.map import Map

Row = dict[str, Any]
_MARKS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Filter:
    """Which statements a question is about; None asks nothing. Ids, not names; dates ISO, both ends included."""

    stakeholder: str | None = None
    group: str | None = None
    topic: str | None = None
    stance: str | None = None
    since: str | None = None
    until: str | None = None
    publisher: str | None = None
    kind: str | None = None
    """Kind of document."""
    attribution: str | None = None
    min_confidence: float | None = None

    def of_statements(self) -> tuple[str, list[Any]]:
        """An SQL condition on statement s and document d, with its values."""
        conditions, values = ["s.hidden = 0"], []
        for condition, value in (
            ("s.whose = ?", self.stakeholder),
            ("s.whose IN (SELECT id FROM stakeholder WHERE grp = ? COLLATE NOCASE)", self.group),
            ("substr(d.published, 1, 10) >= ?", self.since),
            ("d.published < ? || '~'", self.until),
            ("d.publisher = ? COLLATE NOCASE", self.publisher),
            ("d.kind = ?", self.kind),
            ("s.kind = ?", self.attribution),
        ):
            if value is not None:
                conditions.append(condition)
                values.append(value)
        return " AND ".join(conditions), values

    def of_stances(self) -> tuple[str, list[Any]]:
        """An SQL condition on a shown stance h, with its values."""
        conditions, values = ["1"], []
        for condition, value in (
            ("h.topic = ?", self.topic),
            ("h.stance = ?", self.stance),
            ("h.confidence >= ?", self.min_confidence),
        ):
            if value is not None:
                conditions.append(condition)
                values.append(value)
        return " AND ".join(conditions), values

    @property
    def asks_stance(self) -> bool:
        return self.topic is not None or self.stance is not None or self.min_confidence is not None


_STATEMENT = (
    "s.n, s.id, s.start, s.end, s.text, s.speaker, s.whose, s.speaker_id, s.speaker_kind, s.speaker_text, s.role,"
    " s.organisation, s.kind, s.cue, s.quoted_by, s.reason, s.context, d.id AS document_id, d.source, d.title, d.url,"
    " d.published, d.publisher, d.kind AS document_kind"
)
_FROM = "FROM statement s JOIN document d ON d.id = s.document_id"


def page_entry(store: Map, canonical: str) -> PageEntry | None:
    """What the map remembers of an input, or None."""
    row = store.connection.execute("SELECT * FROM page WHERE canonical = ?", (canonical,)).fetchone()
    return None if row is None else PageEntry(**dict(row))


def page_entries(store: Map) -> list[PageEntry]:
    """Every input that the map remembers, in order of name."""
    return [PageEntry(**dict(row)) for row in store.connection.execute("SELECT * FROM page ORDER BY canonical")]


def statements(store: Map, where: Filter | None = None) -> Iterator[Row]:
    """Statements with their document, in order of document and place; with a stance filter, those that match it."""
    where = where or Filter()
    condition, values = where.of_statements()
    if where.asks_stance:
        stance_condition, stance_values = where.of_stances()
        condition += f" AND s.id IN (SELECT h.statement_id FROM shown h WHERE {stance_condition})"
        values += stance_values
    sql = f"SELECT {_STATEMENT} {_FROM} WHERE {condition} ORDER BY d.published, d.id, s.start"
    for row in store.connection.execute(sql, values):
        yield dict(row)


def statements_by_id(store: Map, ids: Sequence[str]) -> dict[str, Row]:
    """The named statements with their document, by id; unknown ids are left out."""
    found: dict[str, Row] = {}
    for chunk in _chunks(ids):
        marks = ", ".join("?" * len(chunk))
        for row in store.connection.execute(f"SELECT {_STATEMENT} {_FROM} WHERE s.id IN ({marks})", chunk):
            found[row["id"]] = dict(row)
    return found


def shown_stances(store: Map, where: Filter | None = None) -> list[Row]:
    """Every shown stance with whose it is, when and where it was said, in order of date."""
    where = where or Filter()
    condition, values = where.of_statements()
    stance_condition, stance_values = where.of_stances()
    sql = (
        "SELECT h.statement_id, h.topic, h.stance, h.confidence, h.corrected, s.n, s.whose, s.role, s.organisation,"
        " s.speaker_kind, s.document_id, d.published, d.publisher, s.start,"
        " st.name, st.kind AS stakeholder_kind, st.grp"
        " FROM shown h JOIN statement s ON s.id = h.statement_id JOIN document d ON d.id = s.document_id"
        " LEFT JOIN stakeholder st ON st.id = s.whose"
        f" WHERE {stance_condition} AND {condition} ORDER BY d.published, d.id, s.start, h.topic"
    )
    return [dict(row) for row in store.connection.execute(sql, stance_values + values)]


def stances_of(store: Map, ids: Sequence[str]) -> dict[str, list[Row]]:
    """The shown stances of the named statements, by statement id, surest first."""
    found: dict[str, list[Row]] = {}
    for chunk in _chunks(ids):
        marks = ", ".join("?" * len(chunk))
        sql = f"SELECT * FROM shown WHERE statement_id IN ({marks}) ORDER BY statement_id, confidence DESC, topic"
        for row in store.connection.execute(sql, chunk):
            found.setdefault(row["statement_id"], []).append(dict(row))
    return found


def arguments_of(store: Map, ids: Sequence[str]) -> dict[str, str]:
    """The argument that each named statement belongs to; those in none are left out."""
    found: dict[str, str] = {}
    for chunk in _chunks(ids):
        marks = ", ".join("?" * len(chunk))
        found.update(
            store.connection.execute(
                f"SELECT statement_id, argument_id FROM member WHERE statement_id IN ({marks}) ORDER BY argument_id",
                chunk,
            ).fetchall()
        )
    return found


def arguments(store: Map, topic: str | None = None) -> list[Row]:
    """Arguments with their members and who makes them, largest first."""
    condition, values = ("WHERE topic = ?", (topic,)) if topic else ("", ())
    members: dict[str, list[tuple[str, str | None]]] = {}
    for row in store.connection.execute(
        "SELECT m.argument_id, m.statement_id, s.whose FROM member m JOIN statement s ON s.id = m.statement_id"
        " WHERE s.hidden = 0 ORDER BY s.n"
    ):
        members.setdefault(row[0], []).append((row[1], row[2]))
    rows = []
    for row in store.connection.execute(f"SELECT * FROM argument {condition}", values):
        argument = dict(row) | {"terms": json.loads(row["terms"])}
        argument["statements"] = [statement for statement, _ in members.get(row["id"], [])]
        argument["stakeholders"] = sorted({whose for _, whose in members.get(row["id"], []) if whose})
        rows.append(argument)
    return sorted(rows, key=lambda a: (a["topic"], a["stance"], -len(a["statements"]), a["id"]))


def word_hits(store: Map, expression: str, where: Filter, limit: int) -> list[tuple[int, float]]:
    """Statement numbers that match an FTS5 expression, best first, with their BM25 score (lower is better)."""
    condition, values = where.of_statements()
    if where.asks_stance:
        stance_condition, stance_values = where.of_stances()
        condition += f" AND s.id IN (SELECT h.statement_id FROM shown h WHERE {stance_condition})"
        values += stance_values
    sql = (
        f"SELECT s.n, bm25(words) AS rank {_FROM} JOIN words ON words.rowid = s.n"
        f" WHERE words MATCH ? AND {condition} ORDER BY rank, s.n LIMIT ?"
    )
    try:
        return [(row[0], row[1]) for row in store.connection.execute(sql, [expression, *values, limit])]
    except sqlite3.OperationalError as error:
        raise QueryError(f'"{expression}" cannot be searched ({error}): put phrases in double quotes') from None


def vectors(store: Map, where: Filter) -> tuple[list[int], bytes]:
    """The numbers of the statements that match, and their vectors (float16, one row each, joined)."""
    condition, values = where.of_statements()
    if where.asks_stance:
        stance_condition, stance_values = where.of_stances()
        condition += f" AND s.id IN (SELECT h.statement_id FROM shown h WHERE {stance_condition})"
        values += stance_values
    rows = store.connection.execute(
        f"SELECT s.n, s.vector {_FROM} WHERE {condition} AND length(s.vector) > 0 ORDER BY s.n", values
    ).fetchall()
    return [row[0] for row in rows], b"".join(row[1] for row in rows)


def statement_ids(store: Map, numbers: Sequence[int]) -> dict[int, str]:
    """The ids of statements by their numbers."""
    found: dict[int, str] = {}
    for chunk in _chunks(numbers):
        marks = ", ".join("?" * len(chunk))
        found.update(store.connection.execute(f"SELECT n, id FROM statement WHERE n IN ({marks})", chunk).fetchall())
    return found


def stakeholders(store: Map) -> list[Row]:
    """Every stakeholder with how many statements count as theirs, most first."""
    rows = store.connection.execute(
        "SELECT st.*, (SELECT count(*) FROM statement s WHERE s.whose = st.id AND s.hidden = 0) AS statements"
        " FROM stakeholder st ORDER BY statements DESC, st.name"
    )
    return [dict(row) | {"aliases": json.loads(row["aliases"]), "roles": json.loads(row["roles"])} for row in rows]


def documents(store: Map) -> list[Row]:
    """Every document without its text, in order of date."""
    rows = store.connection.execute(
        "SELECT d.id, d.page, d.version, d.source, d.url, d.title, d.authors, d.author_role, d.published, d.publisher,"
        " d.kind, d.kind_reason, d.language, d.facts, length(d.text) AS characters,"
        " (SELECT count(*) FROM statement s WHERE s.document_id = d.id AND s.hidden = 0) AS statements"
        " FROM document d ORDER BY d.published, d.id"
    )
    return [dict(row) | {"authors": json.loads(row["authors"]), "facts": json.loads(row["facts"])} for row in rows]


def text_of(store: Map, document_id: str) -> str | None:
    """The text of a document, or None."""
    row = store.connection.execute("SELECT text FROM document WHERE id = ?", (document_id,)).fetchone()
    return None if row is None else str(row[0])


def page_statements(store: Map, canonical: str) -> list[Row]:
    """The statements of one page with vectors, in the order they were written."""
    rows = store.connection.execute(
        "SELECT s.* FROM statement s JOIN document d ON d.id = s.document_id WHERE d.page = ? ORDER BY s.n",
        (canonical,),
    )
    return [dict(row) for row in rows]


def unclear_statements(store: Map, where: Filter) -> list[str]:
    """Statements that bear on the filter's topic, none of whose stances on it reaches the display threshold."""
    condition, values = where.of_statements()
    rows = store.connection.execute(
        f"SELECT s.id {_FROM} JOIN stance t ON t.statement_id = s.id WHERE t.topic = ? AND {condition}"
        " AND t.confidence < (SELECT CAST(value AS REAL) FROM meta WHERE key = 'threshold')"
        " AND NOT EXISTS (SELECT 1 FROM verdict v WHERE v.statement_id = s.id AND v.topic = t.topic)"
        " ORDER BY d.published, d.id, s.start",
        [where.topic, *values],
    )
    return [row[0] for row in rows]


def counts(store: Map) -> dict[str, int]:
    """How many rows each table of records holds."""
    tables = ("page", "document", "stakeholder", "statement", "stance", "argument", "correction")
    return {name: store.connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}


def _chunks(items: Sequence[Any]) -> Iterator[list[Any]]:
    for first in range(0, len(items), _MARKS_AT_ONCE):
        yield list(items[first : first + _MARKS_AT_ONCE])
