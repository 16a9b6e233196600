"""Sheets that people code in a spreadsheet: pairs of statement and topic without the machine's answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from discourse.annotations import Annotation, Text, mark
from discourse.errors import DiscourseError
from discourse.formats.flat import read_csv, write_csv
from discourse.records import make_id
from discourse.store import read, tables
from discourse.store.map import Map

ANSWERS = ("favour", "against", "none")
AROUND = 300
"""How many characters before and after a statement a coder sees."""

Pair = tuple[str, str]
"""Ids of a statement and a topic."""


def case_of(statement: str, topic: str) -> str:
    """The id of a case that no audit drew."""
    return make_id("case", statement, topic)


def write_sheet(store: Map, cases: Sequence[tuple[str, str, str]], sheet: Path) -> None:
    """Writes cases (id, statement, topic) with what stands around them, columns "answer" and "note" empty."""
    topics = {topic["id"]: topic for topic in json.loads(store.setting("topics") or "[]")}
    statements = read.statements_by_id(store, [statement for _, statement, _ in cases])
    texts = {row["id"]: row["text"] for row in tables.texts(store)}
    rows = []
    for case, statement, topic in cases:
        row = statements[statement]
        text, start, end = texts[row["document_id"]], row["start"], row["end"]
        rows.append(
            {
                "case": case, "published": row["published"] or "", "title": row["title"] or "",
                "speaker": row["speaker"] or "", "before": text[max(0, start - AROUND) : start],
                "statement": row["text"], "after": text[end : end + AROUND], "statement_id": statement, "topic": topic,
                "proposition": topics[topic]["proposition"], "answer": "", "note": "",
            }
        )  # fmt: skip
    write_csv(rows, sheet)


def read_sheet(store: Map, sheet: Path, coder: str) -> list[Annotation]:
    """The answers of one coder as annotations of the layers "stance:TOPIC" in the map's texts, "none" included; blank
    answers are left out. A DiscourseError names the line of an answer that is none, or of a case that is not the map's.
    """
    places: dict[Pair, str] = {}
    given: dict[Pair, tuple[str, str]] = {}
    for place, row in read_csv(sheet, ("statement_id", "topic", "answer")):
        pair, answer = (row["statement_id"], row["topic"]), row["answer"].strip().casefold()
        if pair in places:
            raise DiscourseError(f"{place}: the same statement and topic as in {places[pair]}: keep one of them")
        places[pair] = place.rpartition(", ")[2]
        if answer and answer not in ANSWERS:
            raise DiscourseError(f'{place}: answer "{answer:.40}" is none of {", ".join(ANSWERS)}')
        if answer:
            given[pair] = answer, row.get("note", "").strip()
    if not given:
        raise DiscourseError(f'{sheet}: no answers yet: fill in the column "answer" with {", ".join(ANSWERS)}')
    topics = {topic["id"] for topic in json.loads(store.setting("topics") or "[]")}
    unknown = next((pair for pair in given if pair[1] not in topics), None)
    if unknown:
        raise DiscourseError(f'{sheet}, {places[unknown]}: no topic "{unknown[1]:.40}" in {store.path}')
    return in_texts(store, {pair: (answer, note or None) for pair, (answer, note) in given.items()}, coder)


def in_texts(store: Map, given: dict[Pair, tuple[str, str | None]], coder: str) -> list[Annotation]:
    """Answers and notes of one coder, by statement and topic, as annotations of the map's texts."""
    statements = read.statements_by_id(store, [statement for statement, _ in given])
    texts = {row["id"]: Text(row["id"], row["text"]) for row in tables.texts(store)}
    found = []
    for (statement, topic), (answer, note) in given.items():
        row = statements.get(statement)
        if row is None:
            raise DiscourseError(f"{store.path}: no statement {statement:.40} any more: draw the sheet from this map")
        place = (row["start"], row["end"], f"stance:{topic}", answer, coder)
        attributes = (("statement", statement),)
        found.append(mark(texts[row["document_id"]], *place, note=note, attributes=attributes))
    return found
