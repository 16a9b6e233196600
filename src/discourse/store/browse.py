"""What a reader leafs through: counts, pages of a listing, one document, what the model gave one statement."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from typing import Literal

from discourse.store.filters import STATEMENT_AND_DOCUMENT, Filter, Row
from discourse.store.map import Map

Order = Literal["newest", "oldest"]

_DIRECTIONS = {"newest": "DESC NULLS LAST", "oldest": "ASC NULLS FIRST"}
_DOCUMENT = (
    "SELECT d.id, d.source, d.url, d.title, d.authors, d.author_role, d.published, d.publisher, d.kind, d.kind_reason,"
    " d.language, d.event, p.captured, p.digest, (SELECT count(*) FROM statement s WHERE s.document_id = d.id"
    " AND s.hidden = 0) AS statements FROM document d LEFT JOIN page p ON p.canonical = d.page"
)


def time_limit(store: Map, seconds: float) -> AbstractContextManager[None]:
    """Stops what is asked of a map inside it after so many seconds; a QueryError says so."""
    return store.connection.limited(seconds)


def count(store: Map, where: Filter) -> int:
    """How many statements match."""
    query, values = where.numbers()
    found: int = store.connection.execute(f"SELECT count(*) FROM ({query}) found", values).fetchone()[0]
    return found


def numbers(store: Map, where: Filter, limit: int, offset: int = 0, order: Order = "newest") -> list[int]:
    """The numbers of the statements that match, by date and place; those without a date are last among the newest."""
    query, values = where.numbers()
    tables, condition = STATEMENT_AND_DOCUMENT, f"s.n IN ({query})"
    if where.asks_nothing:  # in the order of the index on dates, so that the rest need not be looked at
        tables, condition = "FROM document d CROSS JOIN statement s ON s.document_id = d.id", "s.hidden = 0"
    way = _DIRECTIONS[order]
    rows = store.connection.execute(
        f"SELECT s.n {tables} WHERE {condition} ORDER BY d.published {way}, d.id, s.start LIMIT ? OFFSET ?",
        [*values, limit, offset],
    )
    return [row[0] for row in rows]


def document(store: Map, name: str) -> Row | None:
    """One document without its text, with when its page was captured and how many statements it has; or None."""
    row = store.connection.execute(f"{_DOCUMENT} WHERE d.id = ?", (name,)).fetchone()
    return None if row is None else dict(row) | {"authors": json.loads(row["authors"])}


def documents(store: Map, limit: int, offset: int = 0) -> list[Row]:
    """Documents as `document` gives them, newest first."""
    sql = f"{_DOCUMENT} ORDER BY d.published DESC NULLS LAST, d.id LIMIT ? OFFSET ?"
    return [
        dict(row) | {"authors": json.loads(row["authors"])} for row in store.connection.execute(sql, (limit, offset))
    ]


def statements_in(store: Map, document_id: str, limit: int, offset: int = 0) -> list[int]:
    """The numbers of a document's statements in order of place."""
    rows = store.connection.execute(
        "SELECT n FROM statement WHERE document_id = ? AND hidden = 0 ORDER BY start LIMIT ? OFFSET ?",
        (document_id, limit, offset),
    )
    return [row[0] for row in rows]


def stances_given(store: Map, statement: str) -> list[Row]:
    """Every stance that the model gave a statement, shown or not, surest first, and what a person made of it."""
    rows = store.connection.execute(
        "SELECT t.topic, t.stance, t.confidence, v.stance AS corrected_to,"
        " EXISTS (SELECT 1 FROM shown h WHERE h.statement_id = t.statement_id AND h.topic = t.topic) AS shown"
        " FROM stance t LEFT JOIN verdict v ON v.statement_id = t.statement_id AND v.topic = t.topic"
        " WHERE t.statement_id = ? ORDER BY t.confidence DESC, t.topic",
        (statement,),
    )
    return [dict(row) for row in rows]


def corrections_of(store: Map, statement: str) -> list[Row]:
    """What people said of a statement, in order, undone or not."""
    rows = store.connection.execute(
        "SELECT batch, field, value, was, who, at, why, undone, undone_by FROM correction WHERE anchor = ? ORDER BY id",
        (statement,),
    )
    return [dict(row) for row in rows]


def coverage(store: Map) -> Row:
    """What a map covers: documents by kind, publisher and year, the first and last date, statements, inputs refused."""
    one = store.connection.execute(
        "SELECT (SELECT count(*) FROM document) AS documents, (SELECT min(substr(published, 1, 10)) FROM document)"
        " AS first, (SELECT max(substr(published, 1, 10)) FROM document) AS last,"
        " (SELECT count(*) FROM document WHERE published IS NULL) AS undated,"
        " (SELECT count(*) FROM statement WHERE hidden = 0) AS statements,"
        " (SELECT count(DISTINCT n) FROM shown) AS with_stance,"
        " (SELECT count(*) FROM statement WHERE hidden = 0 AND whose IS NULL) AS speaker_unknown,"
        " (SELECT count(*) FROM stakeholder) AS stakeholders,"
        " (SELECT count(*) FROM page WHERE outcome = 'refused') AS refused"
    ).fetchone()
    found: Row = dict(one)
    for name, column in (("kinds", "kind"), ("publishers", "publisher"), ("years", "substr(published, 1, 4)")):
        order = "1" if name == "years" else "2 DESC, 1"
        sql = f"SELECT {column}, count(*) FROM document WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY {order}"
        found[name] = [{"value": row[0], "documents": row[1]} for row in store.connection.execute(sql)]
    sql = "SELECT DISTINCT grp FROM stakeholder WHERE grp IS NOT NULL AND grp != '' ORDER BY 1"
    found["groups"] = [row[0] for row in store.connection.execute(sql)]
    return found


def by_year(store: Map, where: Filter) -> list[Row]:
    """How many statements are for and against in each year from the first to the last, in order."""
    tables, condition, values = where.of_shown()
    rows = store.connection.execute(
        "SELECT substr(h.published, 1, 4) AS year, count(CASE WHEN h.stance = 'favour' THEN 1 END) AS favour,"
        f" count(CASE WHEN h.stance = 'against' THEN 1 END) AS against FROM {tables}"
        f" WHERE {condition} AND h.published IS NOT NULL GROUP BY 1 ORDER BY 1",
        values,
    )
    found = {int(row["year"]): dict(row) for row in rows}
    every = range(min(found), max(found) + 1) if found else range(0)
    return [found.get(year, {"year": str(year), "favour": 0, "against": 0}) for year in every]


def sides(store: Map, topic: str, limit: int) -> list[Row]:
    """Who takes a side of a topic, those with most statements first: `holder`, `name`, `stance` (never mixed)."""
    rows = store.connection.execute(
        "SELECT p.holder, p.stance, COALESCE(st.label, st.name) AS name FROM position p"
        " JOIN stakeholder st ON st.id = p.holder WHERE p.topic = ? AND p.stance != 'mixed'"
        " ORDER BY p.said DESC, p.confidence DESC, p.holder LIMIT ?",
        (topic, limit),
    )
    return [dict(row) for row in rows]
