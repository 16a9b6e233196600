"""Statements of one topic and side into arguments: clusters that make the same point, with a verbatim key point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import HDBSCAN
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import TfidfVectorizer

from discourse.records import Argument, Side, make_id

Vectors = NDArray[np.float32]

DIMENSIONS = 50
RESAMPLINGS = 10
SHARE = 0.8
"""The share of statements that each resampling keeps."""
SEED = 20160510
OVERLAP = 0.3
"""An argument keeps its id when it shares at least this much (Jaccard) of its statements with the earlier one."""
TERMS = 5
_SAMPLE = 2000
"""Resampling looks at this many statements at most, so that its cost stays bounded."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """An argument and where its statements lie."""

    argument: Argument
    centroid: Vectors


@dataclass(frozen=True, slots=True)
class Change:
    """What became of an argument when its topic was clustered again."""

    argument: str
    kind: Literal["appeared", "split", "merged", "gone"]
    others: tuple[str, ...] = ()


def cluster(
    topic: str, side: Side, ids: Sequence[str], texts: Sequence[str], vectors: Vectors, earlier: Sequence[Argument] = ()
) -> tuple[list[Cluster], list[Change]]:
    """The arguments among statements (normalised vectors, one row each), with the ids of earlier ones where they live
    on, and what changed; statements that make no common point are in none."""
    labels = _labels(vectors)
    groups = [np.flatnonzero(labels == label).tolist() for label in range(labels.max(initial=-1) + 1)]
    steady = _stability(vectors, labels)
    terms = _terms(texts, groups)
    found = []
    for group, stability, telling in zip(groups, steady, terms, strict=True):
        centroid = _normalised(vectors[group].mean(axis=0))
        key = group[_key_point([texts[i] for i in group], vectors[group], centroid)]
        argument = Argument(
            id=make_id("argument", topic, side, ids[key]),
            topic=topic,
            stance=side,
            key_point=texts[key],
            key_statement=ids[key],
            statements=tuple(ids[i] for i in group),
            terms=telling,
            stability=stability,
        )
        found.append(Cluster(argument, centroid))
    return _carry_ids(found, earlier)


def _labels(vectors: Vectors) -> NDArray[np.int64]:
    """A cluster number for each row, -1 for an outlier."""
    count = len(vectors)
    if count < 3:
        return np.full(count, -1)
    dimensions = min(DIMENSIONS, count - 1, vectors.shape[1])
    reduced = PCA(dimensions, random_state=SEED, svd_solver="full" if count < 500 else "randomized").fit_transform(
        vectors
    )
    smallest = 2 if count < 40 else 3 if count < 400 else 5
    model = HDBSCAN(min_cluster_size=smallest, min_samples=1, cluster_selection_method="leaf", copy=True)
    return np.asarray(model.fit_predict(reduced), dtype=np.int64)


def _stability(vectors: Vectors, labels: NDArray[np.int64]) -> list[float | None]:
    """For each cluster, the share of its pairs that clusterings of resampled statements keep together."""
    count = int(labels.max(initial=-1)) + 1
    kept, seen = np.zeros(count), np.zeros(count)
    random = np.random.default_rng(SEED)
    size = min(int(len(vectors) * SHARE), _SAMPLE)
    if size < 5:
        return [None] * count
    for _ in range(RESAMPLINGS):
        chosen = np.sort(random.choice(len(vectors), size, replace=False))
        again, before = _labels(vectors[chosen]), labels[chosen]
        for label in range(count):
            members = again[before == label]
            pairs = len(members) * (len(members) - 1) / 2
            _, sizes = np.unique(members[members >= 0], return_counts=True)
            seen[label] += pairs
            kept[label] += (sizes * (sizes - 1) / 2).sum()
    return [round(float(k / s), 3) if s else None for k, s in zip(kept, seen, strict=True)]


def _key_point(texts: Sequence[str], vectors: Vectors, centroid: Vectors) -> int:
    """The member that states the point best: central, short, and able to stand alone."""
    scores = vectors @ centroid
    for i, text in enumerate(texts):
        words = text.split()
        first = words[0].casefold().strip("“”‘’'\",.") if words else ""
        scores[i] -= 0.01 * max(0, len(words) - 25) + 0.02 * max(0, 6 - len(words))
        scores[i] -= 0.1 * (first in _LEANING) + 0.05 * ("[" in text or "…" in text) + 0.1 * text.endswith("?")
    return int(np.argmax(scores))


_LEANING = frozenset(
    ("it", "this", "that", "these", "those", "he", "she", "they", "such", "and", "but", "so", "because", "which", "who")
)
"""First words that lean on a sentence before."""


def _terms(texts: Sequence[str], groups: Sequence[list[int]]) -> list[tuple[str, ...]]:
    """The words and pairs of words that tell each group from the others (class-based TF-IDF)."""
    if not groups:
        return []
    joined = [" ".join(texts[i] for i in group) for group in groups]
    counter = TfidfVectorizer(stop_words="english", ngram_range=(1, 2), token_pattern=r"(?u)\b[^\W\d_]{3,}\b")
    try:
        weights = counter.fit_transform(joined)
    except ValueError:  # nothing but stop words
        return [()] * len(groups)
    names = counter.get_feature_names_out()
    rows = [np.asarray(weights[row].todense()).ravel() for row in range(len(groups))]
    return [tuple(str(names[i]) for i in np.argsort(-row, kind="stable")[:TERMS] if row[i] > 0) for row in rows]


def _carry_ids(found: list[Cluster], earlier: Sequence[Argument]) -> tuple[list[Cluster], list[Change]]:
    """Gives clusters the ids of the earlier arguments they continue (Hungarian matching on shared statements)."""
    if not earlier:
        return found, [Change(c.argument.id, "appeared") for c in found]
    overlap = np.array([[_jaccard(e.statements, c.argument.statements) for c in found] for e in earlier])
    overlap = overlap.reshape(len(earlier), len(found))
    matched = {
        int(new): earlier[old].id
        for old, new in zip(*linear_sum_assignment(-overlap), strict=True)
        if overlap[old, new] >= OVERLAP
    }
    used = set(matched.values())
    carried = []
    for number, cluster_ in enumerate(found):
        name = matched.get(number, cluster_.argument.id)
        if number not in matched and name in used:
            name = make_id("argument", name, *cluster_.argument.statements)
        carried.append(replace(cluster_, argument=replace(cluster_.argument, id=name)))
    return carried, _changes(carried, matched, earlier)


def _changes(carried: list[Cluster], matched: dict[int, str], earlier: Sequence[Argument]) -> list[Change]:
    home = {statement: e.id for e in earlier for statement in e.statements}
    heirs: dict[str, list[str]] = {e.id: [] for e in earlier}
    changes = []
    for number, cluster_ in enumerate(carried):
        origins = [home[s] for s in cluster_.argument.statements if s in home]
        parents = tuple(sorted({o for o in origins if origins.count(o) >= 2}))
        for parent in parents:
            heirs[parent].append(cluster_.argument.id)
        if number not in matched and not parents:
            changes.append(Change(cluster_.argument.id, "appeared"))
        if len(parents) > 1:
            changes.append(Change(cluster_.argument.id, "merged", parents))
    for e in earlier:
        if len(heirs[e.id]) > 1:
            changes.append(Change(e.id, "split", tuple(heirs[e.id])))
        elif e.id not in matched.values() and not heirs[e.id]:
            changes.append(Change(e.id, "gone"))
    return changes


def _jaccard(one: Sequence[str], other: Sequence[str]) -> float:
    first, second = set(one), set(other)
    return len(first & second) / len(first | second) if first | second else 0.0


def _normalised(vector: Vectors) -> Vectors:
    length = float(np.linalg.norm(vector))
    return vector / length if length else vector
