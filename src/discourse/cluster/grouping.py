"""Which vectors lie together: average linkage on what sets the statements of a topic apart, in bounded memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

Vectors = NDArray[np.float32]
Labels = NDArray[np.int64]

FARTHEST = 0.8
"""Clusters are joined up to this mean cosine distance of their members, once the topic's common part is taken off;
set on the training splits of Perspectrum and ArgKP (scripts/bench_arguments.py)."""
COMMON = 0.8
SHRINKAGE = 2.0
"""Of n vectors COMMON * n / (n + SHRINKAGE) of their mean is taken off: not all of it, since where everybody makes the
same point that point is what they share."""
LOOSE = 0.65
HELD = 0.7
"""A group of lower mean cosine is grouped again by itself, if at least this share of it is in groups then; set as
above, and on claims thrown together."""
EXACT = 3000
"""Up to this many vectors every pair is compared; beyond, a sample is, and the others join the clusters found."""
RESAMPLINGS = 10
SHARE = 0.8
"""The share of statements that each resampling keeps."""
SEED = 20160510
_SAMPLE = 2000
"""Resampling looks at this many statements at most, so that its cost stays bounded."""
_ROUNDS = 8


def group(vectors: Vectors, farthest: float = FARTHEST) -> Labels:
    """A cluster number for each normalised row, from 0 in order of first appearance; -1 for an outlier."""
    if len(vectors) < 2:
        return np.full(len(vectors), -1, dtype=np.int64)
    rows = _apart(vectors)
    labels = _linked(rows, farthest) if len(rows) <= EXACT else _staged(rows, farthest)
    return _parted(vectors, _numbered(labels, smallest=2 if len(rows) < EXACT else 3), farthest)


def _parted(vectors: Vectors, labels: Labels, farthest: float) -> Labels:
    """Groups whose statements are not alike as they stand, grouped again by what sets them apart from one another.

    Where one heap holds many subjects, what a subject shares hides its points. A group stays whole where most of it
    would be left outside.
    """
    labels, following = labels.copy(), int(labels.max(initial=-1)) + 1
    for label in range(following):
        members = np.flatnonzero(labels == label)
        if len(members) < 4 or len(members) == len(labels) or _likeness(vectors[members]) >= LOOSE:
            continue
        again = group(vectors[members], farthest)
        if again.max(initial=-1) >= 1 and (again >= 0).mean() >= HELD:
            labels[members] = np.where(again >= 0, again + following, -1)
            following += int(again.max()) + 1
    return _numbered(labels, smallest=2)


def _likeness(vectors: Vectors) -> float:
    """The mean cosine of all pairs of normalised rows."""
    total = vectors.sum(axis=0)
    count = len(vectors)
    return float((total @ total - count) / (count * (count - 1)))


def stability(vectors: Vectors, labels: Labels) -> list[float | None]:
    """For each cluster, the share of its pairs that clusterings of resampled statements keep together, 0 to 1."""
    count = int(labels.max(initial=-1)) + 1
    kept, seen = np.zeros(count), np.zeros(count)
    random = np.random.default_rng(SEED)
    size = min(int(len(vectors) * SHARE), _SAMPLE)
    if size < 5:
        return [None] * count
    for _ in range(RESAMPLINGS):
        chosen = np.sort(random.choice(len(vectors), size, replace=False))
        again, before = group(vectors[chosen]), labels[chosen]
        for label in np.unique(before[before >= 0]):
            members = again[before == label]
            _, sizes = np.unique(members[members >= 0], return_counts=True)
            seen[label] += len(members) * (len(members) - 1) / 2
            kept[label] += (sizes * (sizes - 1) / 2).sum()
    return [round(float(k / s), 3) if s else None for k, s in zip(kept, seen, strict=True)]


def _apart(vectors: Vectors) -> Vectors:
    """Unit rows without what all of them share: on one side of a topic every statement resembles every other."""
    share = COMMON * len(vectors) / (len(vectors) + SHRINKAGE)
    rows = vectors - share * vectors.mean(axis=0)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    alike = lengths[:, 0] < 1e-4
    rows[alike], lengths[alike] = vectors[alike], 1
    return np.asarray(rows / lengths, dtype=np.float32)


def _linked(rows: Vectors, farthest: float) -> Labels:
    distances = np.clip(1 - rows @ rows.T, 0, 2).astype(np.float64)
    np.fill_diagonal(distances, 0)
    tree = linkage(squareform(distances, checks=False), "average")
    return np.asarray(fcluster(tree, farthest, "distance"), dtype=np.int64) - 1


def _staged(rows: Vectors, farthest: float) -> Labels:
    """Clusters of a sample, then every other row to the one it is nearest to on average; again with what is left."""
    random = np.random.default_rng(SEED)
    labels = np.full(len(rows), -1, dtype=np.int64)
    means = np.zeros((0, rows.shape[1]), dtype=np.float32)
    left = np.arange(len(rows))
    for _ in range(_ROUNDS):
        if len(left) < 2:
            break
        chosen = np.sort(random.choice(left, min(EXACT, len(left)), replace=False))
        found = _numbered(_linked(rows[chosen], farthest), smallest=2)
        new = [rows[chosen[found == label]].mean(axis=0) for label in range(found.max(initial=-1) + 1)]
        if not new:
            break
        means = np.vstack([means, *new]).astype(np.float32)
        labels[left] = _nearest(rows[left], means, farthest)
        left = left[labels[left] < 0]
    return _joined(labels, means, farthest)


def _nearest(rows: Vectors, means: Vectors, farthest: float) -> Labels:
    """The cluster at the smallest mean distance from each row, -1 where none is near enough.

    The mean of unit rows times a unit row is the mean cosine to those rows, so this is average linkage itself.
    """
    labels = np.full(len(rows), -1, dtype=np.int64)
    for first in range(0, len(rows), 4096):
        cosines = rows[first : first + 4096] @ means.T
        best = cosines.argmax(axis=1)
        near = 1 - cosines[np.arange(len(best)), best] <= farthest
        labels[first : first + 4096][near] = best[near]
    return labels


def _joined(labels: Labels, means: Vectors, farthest: float) -> Labels:
    """Clusters of different rounds that are near one another, joined."""
    if len(means) < 2:
        return labels
    distances = np.clip(1 - means @ means.T, 0, 2).astype(np.float64)
    np.fill_diagonal(distances, 0)
    parents = fcluster(linkage(squareform(distances, checks=False), "average"), farthest, "distance")
    return np.where(labels >= 0, parents[labels], -1)


def _numbered(labels: Labels, smallest: int) -> Labels:
    """Labels from 0 in order of first appearance; clusters smaller than `smallest` become outliers."""
    values, first, inverse, counts = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    kept = [int(i) for i in np.argsort(first) if values[i] >= 0 and counts[i] >= smallest]
    renamed = np.full(len(values), -1, dtype=np.int64)
    renamed[kept] = np.arange(len(kept))
    return renamed[inverse]
