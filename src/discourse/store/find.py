"""Candidates for a search: by words, by vectors; filtered before anything is ranked."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from discourse.errors import QueryError
from discourse.store.filters import STATEMENT_AND_DOCUMENT, Filter
from discourse.store.map import Map

_KEPT_BYTES = 500_000_000


def word_hits(store: Map, expression: str, where: Filter, limit: int) -> list[tuple[int, float]]:
    """Statement numbers that match an FTS5 expression, best first, with their BM25 score (lower is better)."""
    query, values = where.numbers()
    # The plus keeps SQLite from asking the word index once for each candidate, which costs more than all its matches.
    condition = f"+words.rowid IN ({query})"
    if where.asks_nothing:
        condition = "NOT (SELECT hidden FROM statement WHERE n = words.rowid)"
    sql = f"SELECT rowid, rank FROM words WHERE words MATCH ? AND {condition} ORDER BY rank, rowid LIMIT ?"
    try:
        return [(row[0], row[1]) for row in store.connection.execute(sql, [expression, *values, limit])]
    except sqlite3.OperationalError as error:
        raise QueryError(f'"{expression}" cannot be searched ({error}): put phrases in double quotes') from None


def vectors(store: Map, where: Filter) -> tuple[list[int], bytes]:
    """The numbers of the statements that match, and their vectors (float16, one row each, joined)."""
    query, values = where.numbers()
    rows = store.connection.execute(f"SELECT n, data FROM vector WHERE n IN ({query}) ORDER BY n", values).fetchall()
    return [row[0] for row in rows], b"".join([row[1] for row in rows])


def matrix(store: Map, where: Filter) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The numbers of the statements that match, ascending, and their vectors, one row each.

    Once all were asked for, an open map keeps them in memory (up to a bound) until somebody writes to it.
    """
    version = store.connection.execute("PRAGMA data_version").fetchone()[0]
    kept = store.kept.get("matrix")
    if kept is not None and kept[0] == (version, store.connection.total_changes):
        _, numbers, rows = kept
        if where.asks_nothing:
            return numbers, rows
        query, values = where.numbers()
        wanted = np.array([row[0] for row in store.connection.execute(query, values)], dtype=np.int64)
        places = np.flatnonzero(np.isin(numbers, wanted, assume_unique=True))
        return numbers[places], rows[places]
    listed, packed = vectors(store, where)
    numbers = np.array(listed, dtype=np.int64)
    rows = np.frombuffer(packed, dtype="<f2").reshape(len(listed), -1 if listed else 0).astype(np.float32)
    if where.asks_nothing and rows.nbytes <= _KEPT_BYTES:
        store.kept["matrix"] = ((version, store.connection.total_changes), numbers, rows)
    return numbers, rows


def without_stance(store: Map) -> list[int]:
    """The numbers of statements that take a side on no topic, surely or not."""
    sql = "SELECT n FROM statement s WHERE hidden = 0 AND NOT EXISTS (SELECT 1 FROM stance WHERE statement_id = s.id)"
    return [row[0] for row in store.connection.execute(f"{sql} ORDER BY n")]


def vector_of(store: Map, statement: str) -> bytes | None:
    """The vector of one statement (float16), or None."""
    row = store.connection.execute(
        "SELECT data FROM vector WHERE n = (SELECT n FROM statement WHERE id = ?)", (statement,)
    ).fetchone()
    return None if row is None else bytes(row[0])


def facets(store: Map, numbers: Sequence[int]) -> dict[str, dict[str, int]]:
    """How many of these statements there are by topic and side, stakeholder, group, publisher, kind and so on."""
    listed = json.dumps(list(numbers))
    cursor = store.connection.cursor()
    cursor.row_factory = None
    shown = cursor.execute(
        "SELECT n, topic, stance, confidence FROM shown WHERE n IN (SELECT value FROM json_each(?))", (listed,)
    ).fetchall()
    said = cursor.execute(
        "SELECT s.whose, d.publisher, d.kind, s.kind, substr(d.published, 1, 4), g.grp"
        f" {STATEMENT_AND_DOCUMENT} LEFT JOIN stakeholder g ON g.id = s.whose"
        " WHERE s.n IN (SELECT value FROM json_each(?))",
        (listed,),
    ).fetchall()
    found = {"topic": _tally(row[1] for row in shown), "stance": _tally(f"{row[1]} {row[2]}" for row in shown)}
    for place, name in enumerate(("stakeholder", "publisher", "kind", "attribution", "year", "group")):
        found[name] = _tally(row[place] for row in said)
    found["confidence"] = {str(least): len({row[0] for row in shown if row[3] >= least}) for least in (0.9, 0.7)}
    return found


def _tally(values: Iterable[str | None]) -> dict[str, int]:
    """How often each value occurs, the most frequent first; none and "" are left out."""
    counted = Counter(value for value in values if value)
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def unclear_statements(store: Map, where: Filter) -> list[str]:
    """Statements that bear on the filter's topic (or any), none of whose stances on it reaches the threshold."""
    condition, values = where.of_statements()
    if where.topic is not None:
        condition, values = f"{condition} AND t.topic = ?", [*values, where.topic]
    rows = store.connection.execute(
        f"SELECT DISTINCT s.id {STATEMENT_AND_DOCUMENT} JOIN stance t ON t.statement_id = s.id WHERE {condition}"
        " AND t.confidence < (SELECT CAST(value AS REAL) FROM meta WHERE key = 'threshold')"
        " AND NOT EXISTS (SELECT 1 FROM verdict v WHERE v.statement_id = s.id AND v.topic = t.topic)"
        " ORDER BY d.published, d.id, s.start",
        values,
    )
    return [row[0] for row in rows]
