"""Candidates for a search by words, filtered before anything is ranked, and what they have in common."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from discourse.records import digest
from discourse.store.filters import STATEMENT_AND_DOCUMENT, Filter
from discourse.store.map import Map

_MARKS_AT_ONCE = 500


def word_hits(store: Map, expression: str, where: Filter, limit: int) -> list[tuple[int, float]]:
    """Statement numbers that match an FTS5 expression, best first, with their BM25 score (lower is better)."""
    return store.connection.word_hits(expression, None if where.asks_nothing else where.numbers(), limit)


def without_stance(store: Map) -> list[int]:
    """The numbers of statements that take a side on no topic, surely or not."""
    sql = "SELECT n FROM statement s WHERE hidden = 0 AND NOT EXISTS (SELECT 1 FROM stance WHERE statement_id = s.id)"
    return [row[0] for row in store.connection.execute(f"{sql} ORDER BY n")]


def grouped_from(store: Map, topic: str) -> str:
    """A digest of what the arguments of a topic are grouped from, and of what they are: the same as long as neither the
    stances shown on it nor what people said of its points has changed since."""
    shown = "SELECT n, statement_id, stance FROM shown WHERE topic = ? ORDER BY n, stance"
    members = (
        "SELECT a.id, a.key_statement, m.statement_id FROM argument a JOIN member m ON m.argument_id = a.id"
        " WHERE a.topic = ? ORDER BY 1, 3"
    )
    said = (
        "SELECT id FROM correction WHERE field LIKE '%-point' AND undone IS NULL"
        " AND anchor IN (SELECT statement_id FROM shown WHERE topic = ?) ORDER BY id"
    )
    return digest(json.dumps([store.connection.tuples(sql, (topic,)).fetchall() for sql in (shown, members, said)]))


def vector_of(store: Map, statement: str) -> bytes | None:
    """The vector of one statement (float16), or None."""
    row = store.connection.execute(
        "SELECT data FROM vector WHERE n = (SELECT n FROM statement WHERE id = ?)", (statement,)
    ).fetchone()
    return None if row is None else bytes(row[0])


def facets(store: Map, numbers: Sequence[int]) -> dict[str, dict[str, int]]:
    """How many of these statements there are by topic and side, stakeholder, group, publisher, kind and so on."""
    shown: list[tuple[Any, ...]] = []
    said: list[tuple[Any, ...]] = []
    for first in range(0, len(numbers), _MARKS_AT_ONCE):
        chunk = numbers[first : first + _MARKS_AT_ONCE]
        among = f"n IN ({', '.join('?' * len(chunk))})"
        shown += store.connection.tuples(f"SELECT n, topic, stance, confidence FROM shown WHERE {among}", chunk)
        said += store.connection.tuples(
            "SELECT s.whose, d.publisher, d.kind, s.kind, substr(d.published, 1, 4), g.grp"
            f" {STATEMENT_AND_DOCUMENT} LEFT JOIN stakeholder g ON g.id = s.whose WHERE s.{among}",
            chunk,
        )
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
        f"SELECT s.id {STATEMENT_AND_DOCUMENT} JOIN stance t ON t.statement_id = s.id WHERE {condition}"
        " AND t.confidence < (SELECT CAST(value AS DOUBLE PRECISION) FROM meta WHERE key = 'threshold')"
        " AND NOT EXISTS (SELECT 1 FROM verdict v WHERE v.statement_id = s.id AND v.topic = t.topic)"
        " ORDER BY d.published NULLS FIRST, d.id, s.start",
        values,
    )
    return list(dict.fromkeys(row[0] for row in rows))
