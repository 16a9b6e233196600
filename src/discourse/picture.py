"""The arguments of a topic as points in a plane: near one another where they are alike, with the regions named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import AgglomerativeClustering
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits

from discourse.store import read
from discourse.store.map import Map
from discourse.store.read import Row

SEED = 20160510
MOST = 150
"""Arguments in a picture on each side: those that most statements make."""
_FEW = 6
"""Below so many points there is nothing to embed: they are laid out by their two main directions."""
_REGION = 6
"""Points that a region has on average."""
_WORDS = 2


@dataclass(frozen=True, slots=True)
class Region:
    """Points that lie together, with the terms that most of their statements share."""

    x: float
    y: float
    name: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Arguments with a place from 0 to 1 in each direction (`x`, `y`) and their `region`, and the regions."""

    points: list[Row]
    regions: list[Region]


def picture(store: Map, topic: str) -> Picture:
    """The picture of a topic's arguments, both sides together; the same map gives the same picture."""
    found = sorted(read.arguments(store, topic, MOST), key=lambda row: row["id"])
    rows = [row for row in found if row["centroid"]]
    if not rows:
        return Picture([], [])
    places = np.array(_places(b"".join(row["centroid"] for row in rows), len(rows)))
    labels = _regions(places)
    points = [
        {name: row[name] for name in ("id", "stance", "key_point", "key_statement", "terms", "statements")}
        | {"x": round(float(x), 4), "y": round(float(y), 4), "region": label}
        for row, (x, y), label in zip(rows, places, labels, strict=True)
    ]
    return Picture(points, _named(points))


@lru_cache(maxsize=64)
def _places(packed: bytes, count: int) -> tuple[tuple[float, float], ...]:
    """Places in the unit square of so many vectors; kept, for a map changes more often than its arguments do."""
    if count == 1:
        return ((0.5, 0.5),)
    vectors = np.frombuffer(packed, dtype="<f2").reshape(count, -1).astype(np.float64)
    if count < _FEW:
        flat = PCA(2, random_state=SEED).fit_transform(vectors) if count > 2 else np.array([[0.0, 0.0], [1.0, 1.0]])
    else:
        perplexity = min(15.0, (count - 1) / 3)
        # Threads that wait for one another a thousand times cost more than so few points take one of them.
        with threadpool_limits(limits=1):
            flat = TSNE(2, perplexity=perplexity, init="pca", random_state=SEED).fit_transform(vectors)
    low, high = flat.min(axis=0), flat.max(axis=0)
    unit = (flat - low) / np.where(high > low, high - low, 1)
    return tuple((float(x), float(y)) for x, y in unit)


def _regions(places: NDArray[np.float64]) -> list[int]:
    count = len(places)
    if count < 2 * _FEW:
        return [0] * count
    clusters = min(8, max(2, count // _REGION))
    labels: list[int] = AgglomerativeClustering(clusters, linkage="average").fit_predict(places).tolist()
    return labels


def _named(points: Sequence[Row]) -> list[Region]:
    """Each region of two or more points whose statements have terms of their own, at its middle."""
    everywhere = _terms(points)
    regions = []
    for label in sorted({point["region"] for point in points}):
        inside = [point for point in points if point["region"] == label]
        terms = _terms(inside)
        # A term that the whole topic shares tells nothing of a region: what counts is how far it is the region's own.
        ranked = sorted(terms, key=lambda term: (-terms[term] * terms[term] / everywhere[term], term))
        if len(inside) > 1 and ranked:
            x, y = (float(np.mean([point[axis] for point in inside])) for axis in ("x", "y"))
            regions.append(Region(round(x, 4), round(y, 4), ", ".join(_unlike(ranked)[:_WORDS])))
    return regions


def _unlike(terms: Sequence[str]) -> list[str]:
    """Terms without those that share a word with an earlier one."""
    found: list[str] = []
    used: set[str] = set()
    for term in terms:
        if used.isdisjoint(term.split()):
            found.append(term)
            used.update(term.split())
    return found


def _terms(points: Sequence[Row]) -> Counter[str]:
    found: Counter[str] = Counter()
    for point in points:
        for term in point["terms"][:5]:
            found[term] += len(point["statements"])
    return found
