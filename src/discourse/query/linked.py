"""Which statements give a reason for which, and who answers whom."""

from __future__ import annotations

from collections.abc import Sequence

from discourse.query.rows import dress
from discourse.store import links as stored
from discourse.store import read
from discourse.store.links import Which
from discourse.store.map import Map
from discourse.store.read import Filter, Row


def links(
    store: Map,
    where: Filter | None = None,
    *,
    kind: str | None = None,
    evidence: str | None = None,
    limit: int | None = None,
) -> list[Row]:
    """Which statements support or answer which, surest first: those of which either statement matches a filter.

    `from` and `to` are statements with `id`, `speaker`, `text` and `stances`; both stand in `document`.
    """
    return linked(store, Which(where or Filter(), kind, evidence), limit)


def linked(store: Map, which: Which, limit: int | None = None, offset: int = 0) -> list[Row]:
    """Links as `links` gives them, a page at a time."""
    return with_ends(store, stored.listed(store, which, limit, offset))


def links_of(store: Map, statement: str, limit: int) -> list[Row]:
    """The links that one statement is part of, as `links` gives them, surest first."""
    rows = stored.of_statements(store, [statement]).get(statement, [])
    hidden = read.hidden(store, [row[end] for row in rows for end in ("source", "target")])
    return with_ends(store, [row for row in rows if not hidden & {row["source"], row["target"]}][:limit])


def on_topic(store: Map, topic: str, most: int) -> Row:
    """What evidence is given on a topic, who answers whom (at most so many), and whether all documents were read."""
    names = ("source", "target")
    answers = stored.answers_on(store, topic, most)
    known = read.stakeholders_by_id(store, list({row[end] for row in answers for end in names}))
    for row in answers:
        row |= {f"{end}_name": known[row[end]]["name"] if row[end] in known else row[end] for end in names}
    return {
        "evidence": stored.evidence_on(store, topic),
        "answers": answers,
        "complete": not stored.due(store, 1),
    }


def with_ends(store: Map, rows: Sequence[Row]) -> list[Row]:
    """Stored links as `links` gives them; those of which a statement is no longer in the map are left out."""
    ids = list(dict.fromkeys(row[end] for row in rows for end in ("source", "target")))
    held = read.statements_by_id(store, ids)
    dressed = {row["id"]: row for row in dress(store, list(held.values()))}
    found = []
    for row in rows:
        if not {row["source"], row["target"]} <= dressed.keys():
            continue
        ends = {
            name: {key: dressed[row[end]][key] for key in ("id", "speaker", "speaker_id", "text", "stances")}
            for name, end in (("from", "source"), ("to", "target"))
        }
        about = {key: row[key] for key in ("kind", "confidence", "evidence", "rule", "cue")}
        found.append(about | ends | {"document": dressed[row["source"]]["document"]})
    return found
