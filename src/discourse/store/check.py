"""Whether a map is sound: every offset, digest, link and derived row, told one problem a line."""

from __future__ import annotations

import json
import math
import struct
from collections import Counter
from collections.abc import Iterator

from discourse.records import SIDES, digest, make_id
from discourse.store import former
from discourse.store.map import Map

_SHOWN = 20
"""Problems of one sort that are told one by one; more are counted."""

_LINKS = (
    ("stances of statements that are not there", "stance t",
     "NOT EXISTS (SELECT 1 FROM statement WHERE id = t.statement_id)"),
    ("statements that count for a stakeholder that is not there", "statement t",
     "whose IS NOT NULL AND NOT EXISTS (SELECT 1 FROM stakeholder WHERE id = t.whose)"),
    ("statements whose event is unknown", "statement t", "event = ''"),
    ("vectors of statements that are not there", "vector t", "NOT EXISTS (SELECT 1 FROM statement WHERE n = t.n)"),
    ("arguments whose key point is not one of their statements, verbatim", "argument t",
     "NOT EXISTS (SELECT 1 FROM member m JOIN statement s ON s.id = m.statement_id WHERE m.argument_id = t.id"
     " AND s.id = t.key_statement AND s.text = t.key_point)"),
    ("positions that wait to be added up", "stale t", "TRUE"),
    ("arguments that wait for a key point", "bereft t", "TRUE"),
)  # fmt: skip
_DERIVED = (("stances shown", "shown", "showable"), ("positions", "position", "tally"))


def problems(store: Map) -> Iterator[str]:
    """Everything in the map that does not hold; nothing when it is sound."""
    yield from store.connection.damage()
    for check in (_texts, _links, _vectors, _stances, _derived, former.problems):
        told = 0
        for problem in check(store):
            told += 1
            if told <= _SHOWN:
                yield problem
        if told > _SHOWN:
            yield f"and {told - _SHOWN} more of this sort"


def _texts(store: Map) -> Iterator[str]:
    for document in store.connection.each("SELECT id, version, source, text, blocks, turns FROM document"):
        text = document["text"]
        if digest(text) != document["version"]:
            yield f"{document['source']}: the text is not the one whose digest is stored"
        for name in ("blocks", "turns"):
            for start, end, *_ in json.loads(document[name]):
                if not 0 <= start <= end <= len(text):
                    yield f"{document['source']}: one of its {name} lies outside the text"
        seen: Counter[str] = Counter()
        rows = store.connection.execute(
            "SELECT id, start, end, text FROM statement WHERE document_id = ? ORDER BY start, end", (document["id"],)
        )
        for row in rows:
            if text[row["start"] : row["end"]] != row["text"]:
                yield f"{document['source']}: statement {row['id']} is not at its offsets"
            if row["id"] != make_id("statement", document["id"], row["text"], seen[row["text"]]):
                yield f"{document['source']}: statement {row['id']} has not the id that its text gives"
            seen[row["text"]] += 1


def _links(store: Map) -> Iterator[str]:
    for said, table, condition in _LINKS:
        count = store.connection.execute(f"SELECT count(*) FROM {table} WHERE {condition}").fetchone()[0]
        if count:
            yield f"{count} {said}"


def _vectors(store: Map) -> Iterator[str]:
    lengths = set()
    for n, data in store.connection.each("SELECT n, data FROM vector"):
        lengths.add(len(data))
        norm = math.hypot(*struct.unpack(f"<{len(data) // 2}e", data))
        if not (norm == 0 or 0.98 < norm < 1.02):
            yield f"the vector of statement number {n} is not of length 1"
    if len(lengths) > 1:
        yield f"vectors of {len(lengths)} different lengths"


def _stances(store: Map) -> Iterator[str]:
    known = {topic["id"] for topic in json.loads(store.setting("topics") or "[]")}
    for table in ("stance", "shown", "argument"):
        for (topic,) in store.connection.execute(f"SELECT DISTINCT topic FROM {table} ORDER BY topic"):
            if topic not in known:
                yield f"{table} rows on topic {topic}, which the map's codebook does not have"
    rows = store.connection.execute(
        "SELECT statement_id, topic, stance, confidence FROM stance"
        " WHERE NOT confidence BETWEEN 0 AND 1 OR stance NOT IN (?, ?)",
        SIDES,
    )
    for row in rows:
        yield f"statement {row[0]}: stance {row[2]} with confidence {row[3]} on {row[1]}"


def _derived(store: Map) -> Iterator[str]:
    for said, table, source in _DERIVED:
        columns = [column[0] for column in store.connection.execute(f"SELECT * FROM {table} LIMIT 0").description]
        listed = ", ".join(columns)
        for one, other, what in (
            (table, source, "stored, but not derived"),
            (source, table, "derived, but not stored"),
        ):
            sql = f"SELECT count(*) FROM (SELECT {listed} FROM {one} EXCEPT SELECT {listed} FROM {other}) found"
            count = store.connection.execute(sql).fetchone()[0]
            if count:
                yield f"{count} {said} {what}: run `discourse run` on the map's pages again"
