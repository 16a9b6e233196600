"""Statements and arguments of a map, as the contract lays them out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from discourse.store import corrections, former, read
from discourse.store import links as stored_links
from discourse.store.map import Map
from discourse.store.read import Filter, Row


def statements(store: Map, where: Filter | None = None, limit: int | None = None) -> list[Row]:
    """Statements with document, stances shown and argument, in order of date and place; the latest `limit` of them."""
    return dress(store, list(read.statements(store, where, limit)))


def gone_from_pages(store: Map) -> list[Row]:
    """Statements that changed pages no longer have, with their words' surroundings and when they went; newest first."""
    return former.gone(store)


def arguments(store: Map, topic: str | None = None, limit: int | None = None) -> list[Row]:
    """Arguments, those with most statements first on each side; at most `limit` on each. `name` is a person's."""
    names = ("id", "topic", "stance", "key_point", "key_statement", "terms", "statements", "stakeholders", "stability")
    called = corrections.point_names(store)
    return [
        {name: row[name] for name in names}
        | {"name": next((called[s] for s in row["statements"] if s in called), None) if called else None}
        for row in read.arguments(store, topic, limit)
    ]


def dress(store: Map, rows: Sequence[Row]) -> list[Row]:
    """Rows of the store as the contract lays out statements."""
    ids = [row["id"] for row in rows]
    stances, members = read.stances_of(store, ids), read.arguments_of(store, ids)
    known = read.stakeholders_by_id(store, [row["whose"] for row in rows if row["whose"]])
    linked = stored_links.of_statements(store, ids)
    return [
        statement_fields(
            row, known[row["whose"]]["name"] if row["whose"] in known else None, stances.get(row["id"], [])
        )
        | {"argument": members.get(row["id"]), "links": [link_fields(link) for link in linked.get(row["id"], ())]}
        for row in rows
    ]


def link_fields(row: Row) -> Row:
    """A link as it stands beside a statement: `from` supports or answers `to`."""
    about = {name: row[name] for name in ("kind", "confidence", "evidence")}
    return about | {"from": row["source"], "to": row["target"]}


def statement_fields(row: Row, speaker: str | None, stances: Iterable[Row]) -> Row:
    """A statement as the contract lays it out, without its argument; `corrected` names what a person has changed."""
    document = {
        "id": row["document_id"],
        **{key: row[key] for key in ("source", "title", "url", "published", "publisher")},
        "kind": row["document_kind"],
    }
    fields: dict[str, Any] = {"id": row["id"], "document": document}
    fields |= {key: row[key] for key in ("start", "end", "text")}
    fields |= {
        "speaker": speaker or (row["speaker"] if row["whose"] == row["speaker_id"] else None),
        "speaker_id": row["whose"],
    }
    fields |= {key: row[key] for key in ("speaker_text", "role", "organisation", "kind", "cue", "quoted_by")}
    listed = list(stances)
    fields["stances"] = [
        {"topic": s["topic"], "stance": s["stance"], "confidence": round(s["confidence"], 4)} for s in listed
    ]
    corrected = ["speaker"] * (row["whose"] != row["speaker_id"]) + [s["topic"] for s in listed if s["corrected"]]
    return fields | {"corrected": corrected}
