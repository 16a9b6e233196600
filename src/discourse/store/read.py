"""Reading a map: rows as dictionaries, filtered in SQL before anything is ranked or counted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from discourse.records import PageEntry
from discourse.store.connection import EVERY
from discourse.store.derive import merges
from discourse.store.filters import STATEMENT_AND_DOCUMENT as _FROM
from discourse.store.filters import Filter, Row
from discourse.store.map import Map

__all__ = ["Filter", "Row"]
_MARKS_AT_ONCE = 500


_STATEMENT = (
    "s.n, s.id, s.start, s.end, s.text, s.speaker, s.whose, s.speaker_id, s.speaker_kind, s.speaker_text, s.role,"
    " s.organisation, s.kind, s.cue, s.quoted_by, s.reason, s.context, s.event, d.id AS document_id, d.source, d.title,"
    " d.url, d.published, d.publisher, d.kind AS document_kind"
)


def page_entry(store: Map, canonical: str) -> PageEntry | None:
    """What the map remembers of an input, or None."""
    row = store.connection.execute("SELECT * FROM page WHERE canonical = ?", (canonical,)).fetchone()
    return None if row is None else PageEntry(**dict(row))


def page_entries(store: Map) -> list[PageEntry]:
    """Every input that the map remembers, in order of name."""
    return [PageEntry(**dict(row)) for row in store.connection.execute("SELECT * FROM page ORDER BY canonical")]


def statements(store: Map, where: Filter | None = None, limit: int | None = None) -> Iterator[Row]:
    """Statements with their document, in order of date and place; with a stance filter, those that match it.

    With a limit, the latest.
    """
    query, values = (where or Filter()).numbers()
    if limit is not None:
        latest = "ORDER BY d.published DESC NULLS LAST, d.id DESC, s.start DESC LIMIT ?"
        query, values = f"SELECT s.n {_FROM} WHERE s.n IN ({query}) {latest}", [*values, limit]
    sql = f"SELECT {_STATEMENT} {_FROM} WHERE s.n IN ({query}) ORDER BY d.published NULLS FIRST, d.id, s.start"
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


def hidden(store: Map, ids: Sequence[str]) -> set[str]:
    """Those of the named statements that a person has called none."""
    found: set[str] = set()
    for chunk in _chunks(ids):
        marks = ", ".join("?" * len(chunk))
        sql = f"SELECT id FROM statement WHERE hidden = 1 AND id IN ({marks})"
        found |= {row[0] for row in store.connection.execute(sql, chunk)}
    return found


def statements_like(store: Map, start: str) -> list[Row]:
    """Statements (three at most) whose id begins like this."""
    sql = f"SELECT {_STATEMENT} {_FROM} WHERE s.id >= ? AND s.id < ? ORDER BY s.id LIMIT 3"
    return [dict(row) for row in store.connection.execute(sql, (start, start + "~"))]


def shown_stances(store: Map, where: Filter | None = None) -> list[Row]:
    """Every shown stance with whose it is, when and where it was said, in order of date."""
    tables, condition, values = (where or Filter()).of_shown()
    sql = (
        "SELECT h.*, x.start, x.role, x.organisation, x.speaker_kind, st.kind AS stakeholder_kind, st.grp,"
        f" COALESCE(st.label, st.name) AS name FROM {tables} JOIN statement x ON x.n = h.n"
        f" LEFT JOIN stakeholder st ON st.id = h.whose WHERE {condition}"
        " ORDER BY h.published NULLS FIRST, h.document_id, x.start, h.topic"
    )
    return [dict(row) for row in store.connection.execute(sql, values)]


def topic_counts(store: Map) -> dict[str, dict[str, int]]:
    """How many statements are shown for and against, by topic."""
    found: dict[str, dict[str, int]] = {}
    for topic, side, count in store.connection.execute("SELECT topic, stance, count(*) FROM shown GROUP BY 1, 2"):
        found.setdefault(topic, {"favour": 0, "against": 0})[side] = count
    return found


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
            store.connection.tuples(
                f"SELECT statement_id, argument_id FROM member WHERE statement_id IN ({marks}) ORDER BY argument_id",
                chunk,
            ).fetchall()
        )
    return found


def arguments(store: Map, topic: str | None = None, limit: int | None = None) -> list[Row]:
    """Arguments with their members and who makes them, largest first; at most `limit` on each side of a topic."""
    condition, values = ("WHERE topic = ?", [topic]) if topic else ("", [])
    rows = store.connection.execute(
        "SELECT * FROM (SELECT a.*, row_number() OVER (PARTITION BY topic, stance ORDER BY size DESC, id) AS place FROM"
        " (SELECT *, (SELECT count(*) FROM member m WHERE m.argument_id = argument.id) AS size FROM argument"
        f" {condition}) a) placed WHERE place <= ? ORDER BY topic, stance, place",
        [*values, EVERY if limit is None else limit],
    ).fetchall()
    names = ("id", "topic", "stance", "key_point", "key_statement", "stability", "centroid")
    members = _members(store, [row["id"] for row in rows])
    return [
        {name: row[name] for name in names}
        | {"terms": json.loads(row["terms"]), "statements": [member for member, _ in members[row["id"]]]}
        | {"stakeholders": sorted({whose for _, whose in members[row["id"]] if whose})}
        for row in rows
    ]


def _members(store: Map, arguments: Sequence[str]) -> dict[str, list[tuple[str, str | None]]]:
    """The statements of each argument in order of number, each with whose it is."""
    found: dict[str, list[tuple[str, str | None]]] = {argument: [] for argument in arguments}
    for chunk in _chunks(arguments):
        marks = ", ".join("?" * len(chunk))
        # Left to itself SQLite takes the index on ids alone, and then reads each statement with its text.
        for argument, statement, whose in store.connection.tuples(
            "SELECT m.argument_id, s.id, s.whose FROM member m JOIN statement s INDEXED BY statement_brief"
            f" ON s.id = m.statement_id WHERE m.argument_id IN ({marks}) AND s.hidden = 0 ORDER BY s.n",
            chunk,
        ):
            found[argument].append((statement, whose))
    return found


def statement_ids(store: Map, numbers: Sequence[int]) -> dict[int, str]:
    """The ids of statements by their numbers."""
    found: dict[int, str] = {}
    for chunk in _chunks(numbers):
        marks = ", ".join("?" * len(chunk))
        found.update(store.connection.tuples(f"SELECT n, id FROM statement WHERE n IN ({marks})", chunk).fetchall())
    return found


def stakeholders(store: Map) -> list[Row]:
    """Every stakeholder with how many statements count as theirs, most first; one merged into another is its alias."""
    final = merges(store.connection)
    rows = store.connection.execute(
        "SELECT id, COALESCE(label, name) AS name, name AS said, kind, grp, aliases, roles, url, origin, label,"
        " (SELECT count(*) FROM statement s WHERE s.whose = st.id AND s.hidden = 0) AS statements"
        " FROM stakeholder st ORDER BY statements DESC, name"
    ).fetchall()
    found = {
        row["id"]: dict(row) | {"aliases": json.loads(row["aliases"]), "roles": json.loads(row["roles"])}
        for row in rows
    }
    for gone, into in final.items():
        if gone in found and into in found and gone != into:
            merged = found.pop(gone)
            found[into]["aliases"] += [merged["name"], gone, *merged["aliases"]]
    for row in found.values():
        said = row.pop("said")
        if row.pop("label"):
            row["aliases"].append(said)
    return list(found.values())


def stakeholders_by_id(store: Map, ids: Sequence[str]) -> dict[str, Row]:
    """Name and kind of the named stakeholders, by id."""
    found: dict[str, Row] = {}
    for chunk in _chunks(sorted(set(ids))):
        marks = ", ".join("?" * len(chunk))
        sql = f"SELECT id, COALESCE(label, name) AS name, kind FROM stakeholder WHERE id IN ({marks})"
        found.update({row["id"]: dict(row) for row in store.connection.execute(sql, chunk)})
    return found


def standing(store: Map, numbers: Sequence[int]) -> dict[int, tuple[str | None, str | None]]:
    """Role and organisation of the speaker at the time of each numbered statement."""
    found: dict[int, tuple[str | None, str | None]] = {}
    for chunk in _chunks(numbers):
        marks = ", ".join("?" * len(chunk))
        sql = f"SELECT n, role, organisation FROM statement WHERE n IN ({marks})"
        found.update({row[0]: (row[1], row[2]) for row in store.connection.execute(sql, chunk)})
    return found


def documents(store: Map) -> list[Row]:
    """Every document without its text, in order of date."""
    rows = store.connection.execute(
        "SELECT d.id, d.page, d.version, d.source, d.url, d.title, d.authors, d.author_role, d.published, d.publisher,"
        " d.kind, d.kind_reason, d.language, d.event, d.facts, length(d.text) AS characters,"
        " (SELECT count(*) FROM statement s WHERE s.document_id = d.id AND s.hidden = 0) AS statements"
        " FROM document d ORDER BY d.published NULLS FIRST, d.id"
    )
    return [dict(row) | {"authors": json.loads(row["authors"]), "facts": json.loads(row["facts"])} for row in rows]


def text_of(store: Map, document_id: str) -> str | None:
    """The text of a document, or None."""
    row = store.connection.execute("SELECT text FROM document WHERE id = ?", (document_id,)).fetchone()
    return None if row is None else str(row[0])


def page_statements(store: Map, canonical: str) -> list[Row]:
    """The statements of one page with vectors, in the order they were written."""
    rows = store.connection.execute(
        "SELECT s.*, v.data AS vector FROM statement s JOIN document d ON d.id = s.document_id"
        " LEFT JOIN vector v ON v.n = s.n WHERE d.page = ? ORDER BY s.n",
        (canonical,),
    )
    return [dict(row) | {"vector": row["vector"] or b""} for row in rows]


def runs(store: Map) -> list[Row]:
    """Every run in order: when it started and ended, with what, and what it did."""
    rows = store.connection.execute("SELECT started, ended, made_with, counts FROM run ORDER BY id")
    return [dict(row) | {"counts": json.loads(row["counts"] or "{}")} for row in rows]


def newest_fingerprint(store: Map) -> str | None:
    """What the page that was worked last was made with."""
    row = store.connection.execute(
        "SELECT p.fingerprint FROM page p JOIN document d ON d.page = p.canonical ORDER BY d.rowid DESC LIMIT 1"
    ).fetchone()
    return None if row is None else str(row[0])


def counts(store: Map) -> dict[str, int]:
    """How many rows each table of records holds."""
    tables = ("page", "document", "stakeholder", "statement", "stance", "argument", "correction")
    return {name: store.connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}


def _chunks(items: Sequence[Any]) -> Iterator[list[Any]]:
    for first in range(0, len(items), _MARKS_AT_ONCE):
        yield list(items[first : first + _MARKS_AT_ONCE])
