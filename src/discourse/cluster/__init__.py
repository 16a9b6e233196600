"""Statements of one topic and side into arguments: clusters that make the same point, with a verbatim key point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from discourse.cluster.grouping import Vectors, group, stability
from discourse.cluster.identity import Change, carry_ids
from discourse.cluster.said import Said, as_said
from discourse.cluster.telling import key_point, terms
from discourse.records import Argument, Side, make_id

__all__ = ["Change", "Cluster", "Said", "cluster", "group"]


@dataclass(frozen=True, slots=True)
class Cluster:
    """An argument and where its statements lie."""

    argument: Argument
    centroid: Vectors


def cluster(
    topic: str,
    side: Side,
    ids: Sequence[str],
    texts: Sequence[str],
    vectors: Vectors,
    earlier: Sequence[Argument] = (),
    said: Sequence[Said] = (),
) -> tuple[list[Cluster], list[Change]]:
    """The arguments among statements (normalised vectors, one row each), with the ids of earlier ones where they live
    on, and what changed; statements that make no common point are in none. What a person has said of them holds."""
    labels = as_said(group(vectors), ids, said)
    groups = [np.flatnonzero(labels == label).tolist() for label in range(labels.max(initial=-1) + 1)]
    steady = stability(vectors, labels)
    found = []
    for members, share, telling in zip(groups, steady, terms(texts, groups), strict=True):
        centroid = _normalised(vectors[members].mean(axis=0))
        key = members[key_point([texts[i] for i in members], vectors[members], centroid)]
        argument = Argument(
            id=make_id("argument", topic, side, ids[key]),
            topic=topic,
            stance=side,
            key_point=texts[key],
            key_statement=ids[key],
            statements=tuple(ids[i] for i in members),
            terms=telling,
            stability=share,
        )
        found.append(Cluster(argument, centroid))
    names, changes = carry_ids([(c.argument.id, c.argument.statements) for c in found], earlier)
    named = [replace(c, argument=replace(c.argument, id=name)) for c, name in zip(found, names, strict=True)]
    return named, changes


def _normalised(vector: Vectors) -> Vectors:
    length = float(np.linalg.norm(vector))
    return vector / length if length else vector
