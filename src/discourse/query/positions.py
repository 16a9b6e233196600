"""Where stakeholders stand, derived from the stances shown."""

from __future__ import annotations

from typing import Literal

from discourse.store import find, read, tally
from discourse.store.map import Map
from discourse.store.read import Filter, Row

RollUp = Literal["person", "organisation", "group"]


def positions(store: Map, where: Filter | None = None, by: RollUp | None = None, limit: int | None = None) -> list[Row]:
    """Where each stakeholder stands on each topic, derived from the stances shown; most statements first.

    `sources` counts documents and `events` what they go back to (one speech that five papers report is one event);
    `single_source` warns where there is but one event.
    """
    where = where or Filter()
    sums = tally.positions(store, where, by, limit)
    said = tally.evidence(store, where, by, sums)
    last = {key: statements[-1][1] for key, statements in said.items() if statements}
    known = read.stakeholders_by_id(store, [row["holder"] for row in sums])
    standing = read.standing(store, list(last.values()))
    found = []
    for row in sums:
        key = (row["holder"], row["topic"])
        holder = known.get(row["holder"], {"name": row["holder"], "kind": by})
        person = holder["kind"] == "person"
        role, organisation = standing[last[key]] if person and key in last else (None, None)
        found.append(
            {"stakeholder": holder["name"], "stakeholder_id": row["holder"], "kind": holder["kind"]}
            | {"role": role, "organisation": organisation, "topic": row["topic"], "stance": row["stance"]}
            | {"confidence": round(row["confidence"], 4)}
            | {name: row[name] for name in ("favour", "against", "sources", "events", "first", "last")}
            | {"single_source": row["events"] == 1, "statements": [statement for statement, _ in said[key]]}
        )
    return found


def no_evidence(store: Map, where: Filter) -> str:
    """The answer where no position is found: one sentence, with how many statements bear on the topic unclearly."""
    unclear = len(find.unclear_statements(store, where))
    said = "no evidence found: no statement that matches takes a side"
    if unclear:
        statements = "1 statement bears" if unclear == 1 else f"{unclear} statements bear"
        said += f"; {statements} on it, the side unclear"
    return said
