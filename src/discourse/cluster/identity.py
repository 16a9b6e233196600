"""Ids that live on: which earlier argument a cluster continues, and what became of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import linear_sum_assignment

from discourse.records import Argument, make_id

OVERLAP = 0.3
"""An argument keeps its id when it shares at least this much (Jaccard) of its statements with the earlier one."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of an argument when its topic was clustered again."""

    argument: str
    kind: Literal["appeared", "split", "merged", "gone"]
    others: tuple[str, ...] = ()


def carry_ids(
    found: Sequence[tuple[str, Sequence[str]]], earlier: Sequence[Argument]
) -> tuple[list[str], list[Change]]:
    """An id for each cluster (its own id and its statements), taken from the earlier argument it continues (Hungarian
    matching on shared statements), and what changed."""
    if not earlier:
        return [name for name, _ in found], [Change(name, "appeared") for name, _ in found]
    shared = _overlaps(found, earlier)
    matched = {
        int(new): earlier[old].id
        for old, new in zip(*linear_sum_assignment(-shared), strict=True)
        if shared[old, new] >= OVERLAP
    }
    used = set(matched.values())
    names = []
    for number, (own, statements) in enumerate(found):
        name = matched.get(number, own)
        if number not in matched and name in used:
            name = make_id("argument", name, *statements)
        names.append(name)
    return names, _changes(names, [statements for _, statements in found], set(matched), earlier)


def _overlaps(found: Sequence[tuple[str, Sequence[str]]], earlier: Sequence[Argument]) -> np.ndarray:
    """Jaccard similarity of each earlier argument (row) and each cluster (column)."""
    home = {statement: row for row, argument in enumerate(earlier) for statement in argument.statements}
    common = np.zeros((len(earlier), len(found)))
    for column, (_, statements) in enumerate(found):
        for statement in statements:
            if statement in home:
                common[home[statement], column] += 1
    sizes = np.add.outer([len(e.statements) for e in earlier], [len(statements) for _, statements in found])
    return common / np.maximum(sizes - common, 1)


def _changes(
    names: Sequence[str], members: Sequence[Sequence[str]], matched: set[int], earlier: Sequence[Argument]
) -> list[Change]:
    home = {statement: e.id for e in earlier for statement in e.statements}
    heirs: dict[str, list[str]] = {e.id: [] for e in earlier}
    changes = []
    for number, (name, statements) in enumerate(zip(names, members, strict=True)):
        origins = [home[s] for s in statements if s in home]
        parents = tuple(sorted({o for o in origins if origins.count(o) >= 2}))
        for parent in parents:
            heirs[parent].append(name)
        if number not in matched and not parents:
            changes.append(Change(name, "appeared"))
        if len(parents) > 1:
            changes.append(Change(name, "merged", parents))
    for e in earlier:
        if len(heirs[e.id]) > 1:
            changes.append(Change(e.id, "split", tuple(heirs[e.id])))
        elif e.id not in names and not heirs[e.id]:
            changes.append(Change(e.id, "gone"))
    return changes
