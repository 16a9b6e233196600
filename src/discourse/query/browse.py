"""Listings to leaf through, and the matrix of stakeholders and topics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from discourse.query.rows import dress
from discourse.query.search import ranked
from discourse.store import browse, find, read, tally
from discourse.store.browse import Order
from discourse.store.map import Map
from discourse.store.read import Filter, Row

if TYPE_CHECKING:
    from discourse.embed import Embedder

FACETED = 1000
"""Statements of a listing that its counts by topic, stakeholder and so on are made from: the newest."""
_ROLES = 8


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a listing of statements: how many there are in all, those of the page, and counts of the whole."""

    total: int
    rows: list[Row]
    facets: dict[str, dict[str, int]]


def listing(store: Map, where: Filter, limit: int, offset: int = 0, order: Order = "newest") -> Listing:
    """The statements that match a filter, by date; `facets` count the newest FACETED of them."""
    total = browse.count(store, where)
    newest = browse.numbers(store, where, FACETED)
    if order == "newest" and offset + limit <= FACETED:
        numbers = newest[offset : offset + limit]
    else:
        numbers = browse.numbers(store, where, limit, offset, order)
    return Listing(total, by_number(store, numbers), find.facets(store, newest))


def hits(
    store: Map, text: str, embedder: Embedder | None, where: Filter, limit: int, offset: int = 0, order: str = "best"
) -> Listing:
    """The candidates of a search, nearest first or by date, with counts of all of them."""
    scored = ranked(store, text, embedder, where)
    numbers = [number for number, _ in scored]
    facets = find.facets(store, numbers)
    if order == "best":
        rows = by_number(store, numbers[offset : offset + limit])
    else:
        dated = sorted(by_number(store, numbers), key=lambda row: row["document"]["published"] or "")
        rows = (dated if order == "oldest" else dated[::-1])[offset : offset + limit]
    ids = read.statement_ids(store, numbers)
    scores = {ids[number]: score for number, score in scored if number in ids}
    return Listing(len(numbers), [row | {"score": round(scores[row["id"]], 6)} for row in rows], facets)


def by_number(store: Map, numbers: Sequence[int]) -> list[Row]:
    """Statements as the contract lays them out, in the order of the numbers."""
    ids = read.statement_ids(store, numbers)
    rows = read.statements_by_id(store, list(ids.values()))
    return dress(store, [rows[ids[number]] for number in numbers if number in ids])


def matrix(store: Map, where: Filter | None = None, most: int = 40) -> Row:
    """Positions of the stakeholders with most evidence: `{holders, cells, left_out}`, cells by holder and topic."""
    sums = tally.positions(store, where or Filter())
    said: Counter[str] = Counter()
    for row in sums:
        said[row["holder"]] += row["said"]
    kept = [holder for holder, _ in sorted(said.items(), key=lambda item: (-item[1], item[0]))[:most]]
    known = read.stakeholders_by_id(store, kept)
    holders = [known[name] | {"statements": said[name]} for name in kept if name in known]
    wanted = set(kept)
    cells = {(row["holder"], row["topic"]): row for row in sums if row["holder"] in wanted}
    return {"holders": holders, "cells": cells, "left_out": max(0, len(said) - len(kept))}


def roles_over_time(rows: Sequence[Row]) -> list[Row]:
    """Roles and organisations that statements give their speaker, each with its first and last date; oldest first."""
    found: dict[tuple[str | None, str | None], Row] = {}
    for row in rows:
        key, day = (row["role"], row["organisation"]), row["document"]["published"]
        if not any(key):
            continue
        held = found.setdefault(key, {"role": key[0], "organisation": key[1], "first": day, "last": day, "times": 0})
        held["times"] += 1
        if day:
            held["first"] = min(held["first"] or day, day)
            held["last"] = max(held["last"] or day, day)
    frequent = sorted(found.values(), key=lambda held: -held["times"])[:_ROLES]
    return sorted(frequent, key=lambda held: held["first"] or "9999")
