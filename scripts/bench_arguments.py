"""Measures how well statements that make the same point are put together, on Perspectrum and ArgKP-2021.

    python scripts/bench_arguments.py --data DATA --split dev

Perspectrum: perspectives of one claim and side, against the groups that people made of them (ARI, V-measure; each
outlier is a group of its own), beside k-means that is told the true number of groups and HDBSCAN. ArgKP: arguments of a
topic and side, against the key point that they match, and matching itself: for each argument its best key point,
average precision over the more confident half (strict: an undecided pair is wrong; relaxed: right), as in the shared
task (Friedman et al. 2021). Ids: how many live on when the last tenth of the statements arrives. `--split train` is
what the clustering was set on. Where BERTopic is installed (0.17.4, in an environment of its own), it is run beside, on
the same vectors.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
from sklearn.cluster import HDBSCAN, KMeans
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import adjusted_rand_score, average_precision_score, v_measure_score

from discourse.cluster import cluster
from discourse.cluster.grouping import group
from discourse.embed import load_embedder

SEED = 1
Group = tuple[list[str], np.ndarray, np.ndarray]
"""Texts, vectors, and the number of the human group of each."""


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def perspectrum(data: Path, split: str) -> Iterator[tuple[list[str], list[str]]]:
    """Texts and the group of each, by claim and side; claims with fewer than six perspectives are left out."""
    held: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for row in rows(data / "stance/perspectrum.csv"):
        if row["split"] == split:
            held[row["target"], row["stance"]][row["text"]] = row["cluster"]
    yield from ((list(of), list(of.values())) for of in held.values() if len(of) >= 6)


def argkp(data: Path, split: str) -> Iterator[tuple[list[str], list[str]]]:
    """Arguments that match exactly one key point, and which, by topic and side."""
    folder = data / "keypoints/argkp"
    matched: dict[str, list[str]] = defaultdict(list)
    for row in rows(folder / f"labels_{split}.csv"):
        if row["label"] == "1":
            matched[row["arg_id"]].append(row["key_point_id"])
    held: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for row in rows(folder / f"arguments_{split}.csv"):
        if len(matched[row["arg_id"]]) == 1:
            held[row["topic"], row["stance"]][row["argument"]] = matched[row["arg_id"]][0]
    yield from ((list(of), list(of.values())) for of in held.values())


def alone(labels: np.ndarray) -> np.ndarray:
    """Labels with each outlier a group of its own."""
    outliers = np.flatnonzero(labels < 0)
    labels = labels.copy()
    labels[outliers] = labels.max(initial=0) + 1 + np.arange(len(outliers))
    return labels


def hdbscan(vectors: np.ndarray) -> np.ndarray:
    reduced = PCA(min(50, len(vectors) - 1), random_state=SEED).fit_transform(vectors)
    return HDBSCAN(min_cluster_size=2, min_samples=1, copy=True).fit_predict(reduced)


def bertopic(texts: list[str], vectors: np.ndarray, smallest: int) -> np.ndarray:
    """BERTopic's topics of so many texts or more; its own settings, but for neighbourhoods larger than the data."""
    from bertopic import BERTopic
    from umap import UMAP

    few = len(texts)
    if few < smallest:
        return np.full(few, -1)
    reduce = UMAP(
        n_neighbors=min(15, few - 1), n_components=min(5, few - 2), min_dist=0.0, metric="cosine",
        init="spectral" if few > 30 else "random", random_state=SEED,
    )  # fmt: skip
    found, _ = BERTopic(umap_model=reduce, min_topic_size=smallest).fit_transform(texts, vectors)
    return np.array(found)


METHODS: dict[str, Callable[[list[str], np.ndarray, int], np.ndarray]] = {
    "discourse": lambda texts, vectors, true: group(vectors),
    "hdbscan": lambda texts, vectors, true: hdbscan(vectors),
    "k-means, true k": lambda texts, vectors, true: KMeans(true, n_init=3, random_state=SEED).fit_predict(vectors),
}
if find_spec("bertopic"):
    METHODS["bertopic, 10 or more"] = lambda texts, vectors, true: bertopic(texts, vectors, 10)
    METHODS["bertopic, 2 or more"] = lambda texts, vectors, true: bertopic(texts, vectors, 2)


def bench_groups(name: str, groups: list[Group]) -> None:
    """Prints ARI and V-measure (means weighed by size) and the number of groups, by method; then all texts together."""
    for method, cut in METHODS.items():
        scores, found, true, outside = [], 0, 0, 0
        started = perf_counter()
        for texts, vectors, human in groups:
            labels = cut(texts, vectors, len(set(human)))
            found += len(set(labels[labels >= 0]))
            true += len(set(human))
            outside += int((labels < 0).sum())
            scores.append(
                (adjusted_rand_score(human, alone(labels)), v_measure_score(human, alone(labels)), len(human))
            )
        ari, v, size = np.array(scores).T
        tell(
            data=name, method=method, ari=np.average(ari, weights=size), v_measure=np.average(v, weights=size),
            groups=found, true_groups=true, outliers=outside / size.sum(), statements=int(size.sum()),
            seconds=perf_counter() - started,
        )  # fmt: skip


def bench_together(name: str, groups: list[Group]) -> None:
    """The same with all claims in one heap, as a topic model sees them."""
    texts = [text for some, _, _ in groups for text in some]
    vectors = np.vstack([v for _, v, _ in groups])
    human = np.concatenate([h for _, _, h in groups])
    for method, cut in METHODS.items():
        labels = cut(texts, vectors, len(set(human)))
        tell(
            data=f"{name}, all claims together", method=method, ari=adjusted_rand_score(human, alone(labels)),
            v_measure=v_measure_score(human, alone(labels)), groups=len(set(labels[labels >= 0])),
            true_groups=len(set(human)), outliers=float((labels < 0).mean()), statements=len(human),
        )  # fmt: skip


def bench_ids(name: str, groups: list[Group]) -> None:
    """Prints the share of argument ids that live on when a tenth more statements arrives."""
    kept = all_ = 0
    random = np.random.default_rng(SEED)
    for texts, vectors, _ in groups:
        order = random.permutation(len(texts))
        first = np.sort(order[: max(2, round(len(texts) / 1.1))])
        before, _ = cluster("t", "favour", [f"s{i}" for i in first], [texts[i] for i in first], vectors[first])
        after, _ = cluster(
            "t", "favour", [f"s{i}" for i in range(len(texts))], texts, vectors, [c.argument for c in before]
        )
        old, new = ({c.argument.id for c in found} for found in (before, after))
        kept, all_ = kept + len(old & new), all_ + len(old)
    tell(data=name, ids_before=all_, ids_that_live_on=kept / all_)


def bench_matching(data: Path, split: str, embedder) -> None:  # type: ignore[no-untyped-def]
    """Prints mean average precision of matching arguments to key points, strict and relaxed, beside TF-IDF."""
    folder = data / "keypoints/argkp"
    points, arguments = rows(folder / f"key_points_{split}.csv"), rows(folder / f"arguments_{split}.csv")
    labels = {(row["arg_id"], row["key_point_id"]): int(row["label"]) for row in rows(folder / f"labels_{split}.csv")}
    results: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for topic, stance in sorted({(row["topic"], row["stance"]) for row in arguments}):
        said = [row for row in arguments if (row["topic"], row["stance"]) == (topic, stance)]
        keys = [row for row in points if (row["topic"], row["stance"]) == (topic, stance)]
        texts = [[row["argument"] for row in said], [row["key_point"] for row in keys]]
        known = TfidfVectorizer().fit(texts[0] + texts[1])
        similar = {
            "discourse": embedder.encode(texts[0]) @ embedder.encode(texts[1]).T,
            "tf-idf": np.asarray((known.transform(texts[0]) @ known.transform(texts[1]).T).todense()),
        }
        for method, scores in similar.items():
            best = scores.argmax(axis=1)
            sure = scores.max(axis=1)
            gold = [labels.get((row["arg_id"], keys[b]["key_point_id"])) for row, b in zip(said, best, strict=True)]
            half = np.argsort(-sure, kind="stable")[: len(said) // 2]
            pair = []
            for undecided in (0, 1):
                truth = [undecided if gold[i] is None else gold[i] for i in half]
                pair.append(average_precision_score(truth, sure[half]) if any(truth) else 0.0)
            results[method].append((pair[0], pair[1]))
    for method, pairs in results.items():
        strict, relaxed = np.mean(pairs, axis=0)
        tell(data=f"ArgKP {split}, key-point matching", method=method, map_strict=strict, map_relaxed=relaxed)


def bench_speed(count: int) -> None:
    """Prints how long one side of a topic with so many statements takes."""
    random = np.random.default_rng(SEED)
    centres = random.normal(size=(400, 384))
    vectors = centres[random.integers(400, size=count)] + random.normal(size=(count, 384))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    started, worked = perf_counter(), process_time()
    found, _ = cluster(
        "t", "favour", [f"s{i}" for i in range(count)], [f"point number {i}" for i in range(count)], vectors
    )
    tell(
        data="drawn around 400 points", statements=count, groups=len(found), seconds=perf_counter() - started,
        processor_seconds=process_time() - worked,
    )  # fmt: skip


def tell(**figures: object) -> None:
    shown = {key: round(float(f), 3) if isinstance(f, float) else f for key, f in figures.items()}
    print(json.dumps(shown), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--split", choices=("dev", "train"), default="dev")
    parser.add_argument("--embedder", default="minilm")
    options = parser.parse_args()
    embedder = load_embedder(options.embedder)
    for name, read in (("Perspectrum", perspectrum), ("ArgKP", argkp)):
        groups: list[Group] = []
        for texts, human in read(options.data, options.split):
            numbers = {value: i for i, value in enumerate(dict.fromkeys(human))}
            groups.append((texts, embedder.encode(texts), np.array([numbers[h] for h in human])))
        bench_groups(f"{name} {options.split}", groups)
        offsets = np.cumsum([0, *(len(set(human)) for _, _, human in groups)])
        bench_together(
            f"{name} {options.split}",
            [(t, v, h + offset) for (t, v, h), offset in zip(groups, offsets[:-1], strict=True)],
        )
        bench_ids(f"{name} {options.split}", groups)
    bench_matching(options.data, options.split, embedder)
    bench_speed(20_000)


if __name__ == "__main__":
    main()
