"""Whole tables of a map, for exports, notebooks and review queues: what the questions of `read` leave out."""

from __future__ import annotations

import json

from discourse.store.map import Map
from discourse.store.read import Row


def texts(store: Map) -> list[Row]:
    """Every document with its text, in order of id."""
    rows = store.connection.each(
        "SELECT id, version, source, url, title, authors, published, publisher, kind, language, text"
        " FROM document ORDER BY id"
    )
    return [dict(row) | {"authors": json.loads(row["authors"])} for row in rows]


def stances(store: Map) -> list[Row]:
    """Every stance that the model gave, above and below the display threshold, whether it is shown, and a person's
    correction of it if there is one."""
    sql = (
        "SELECT t.statement_id, t.topic, t.stance, t.confidence,"
        " h.statement_id IS NOT NULL AS shown, v.stance AS corrected_to, c.who AS corrected_by, c.at AS corrected_at"
        " FROM stance t JOIN statement s ON s.id = t.statement_id"
        " LEFT JOIN shown h ON h.statement_id = t.statement_id AND h.topic = t.topic"
        " LEFT JOIN verdict v ON v.statement_id = t.statement_id AND v.topic = t.topic"
        " LEFT JOIN correction c ON c.id = v.correction WHERE s.hidden = 0"
        " ORDER BY s.n, t.topic"
    )
    return [dict(row) for row in store.connection.execute(sql)]


def verdicts(store: Map) -> list[Row]:
    """Every stance that a person gave, "none" included, with who and when."""
    sql = (
        "SELECT v.statement_id, v.topic, v.stance, c.who, c.at, c.why FROM verdict v"
        " LEFT JOIN correction c ON c.id = v.correction ORDER BY v.statement_id, v.topic"
    )
    return [dict(row) for row in store.connection.execute(sql)]


def statement_vectors(store: Map) -> list[tuple[str, bytes]]:
    """The id and the vector (float16, little-endian) of every statement that has one, in order of number."""
    rows = store.connection.each(
        "SELECT s.id, v.data FROM vector v JOIN statement s ON s.n = v.n WHERE s.hidden = 0 ORDER BY s.n"
    )
    return [(row[0], row[1]) for row in rows]


def threshold(store: Map) -> float:
    """The confidence from which a stance is shown."""
    return float(store.setting("threshold") or 0)
