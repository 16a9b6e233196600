"""Where two stakeholders, or two sets of statements, agree and differ."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from discourse.query.names import known_topics
from discourse.query.positions import positions
from discourse.store import read, tally
from discourse.store.map import Map
from discourse.store.read import Filter, Row

Relation = Literal["agree", "differ", "partly", "only"]
_ORDER = ("differ", "partly", "agree", "only")


def compare(store: Map, one: str, other: str, where: Filter | None = None) -> list[Row]:
    """Topics on which either stakeholder (by id) stands, differences first: both positions, each with a quotation.

    `relation` is agree, differ, partly (one of them is mixed) or only (one of them says nothing that takes a side).
    """
    held = [
        {p["topic"]: p for p in positions(store, replace(where or Filter(), stakeholder=who))} for who in (one, other)
    ]
    wanted = [s for positions_ in held for p in positions_.values() for s in p["statements"]]
    texts = {name: row["text"] for name, row in read.statements_by_id(store, wanted).items()}
    sides = read.stances_of(store, wanted)
    found = []
    for topic in [topic["id"] for topic in known_topics(store)]:
        first, second = held[0].get(topic), held[1].get(topic)
        if first or second:
            ends = [_end(p, texts, sides) if p else None for p in (first, second)]
            found.append({"topic": topic, "relation": _relation(first, second), "a": ends[0], "b": ends[1]})
    return sorted(found, key=lambda row: _ORDER.index(row["relation"]))


def compare_sets(store: Map, one: Filter, other: Filter) -> list[Row]:
    """Topics on which either of two sets of statements (groups, periods, publishers) takes a side, differences first.

    Each set is added up as if one holder had said it all; `relation` is as in `compare`.
    """
    sums = [{row["topic"]: row for row in tally.together(store, where)} for where in (one, other)]
    found = []
    for topic in [topic["id"] for topic in known_topics(store)]:
        ends: list[Row | None] = []
        for where, held in zip((one, other), sums, strict=True):
            row = held.get(topic)
            side = row["stance"] if row and row["stance"] != "mixed" else None
            quote = tally.surest(store, where, topic, side) if row else None
            ends.append(_summed(row, quote) if row and quote else None)
        if any(ends):
            found.append({"topic": topic, "relation": _relation(*ends), "a": ends[0], "b": ends[1]})
    return sorted(found, key=lambda row: _ORDER.index(row["relation"]))


def _summed(row: Row, quote: Row) -> Row:
    names = ("stance", "favour", "against", "sources", "events", "first", "last")
    return {name: row[name] for name in names} | {"confidence": round(row["confidence"], 4), "quote": quote}


def _relation(one: Row | None, other: Row | None) -> Relation:
    if one is None or other is None:
        return "only"
    if one["stance"] == other["stance"]:
        return "agree"
    return "partly" if "mixed" in (one["stance"], other["stance"]) else "differ"


def _end(position: Row, texts: dict[str, str], sides: dict[str, list[Row]]) -> Row:
    names = ("stakeholder", "stance", "confidence", "favour", "against", "events", "first", "last", "statements")

    def sureness(statement: str) -> float:
        return max(
            (
                s["confidence"]
                for s in sides.get(statement, ())
                if s["topic"] == position["topic"] and position["stance"] in ("mixed", s["stance"])
            ),
            default=0.0,
        )

    best = max(position["statements"], key=lambda s: (sureness(s), -abs(len(texts[s]) - 120)))
    return {name: position[name] for name in names} | {"quote": {"statement": best, "text": texts[best]}}
