"""HanDeSeT, which side a Commons speech takes on its motion: ten folds, no debate in two of them.

    python scripts/bench_handeset.py --data DATA [--model FOLDER] [--out FILE.json]

Classifiers on the same folds, each a logistic regression that is given the speech and the motion: on word counts
(the baseline), on runs of letters, on sentence embeddings, and with what the stance model reads in each sentence of
the speech. The stance model was trained on none of it. Whether the motion is the government's is known to all, as in
Abercrombie and Batista-Navarro (2018).
"""

from __future__ import annotations

import argparse
import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from discourse.embed import MiniLM
from discourse.records import digest
from discourse.stance import Pair, StanceModel, load_stance_model
from discourse.stance.examples import read_rows

SENTENCE = re.compile(r"(?<=[.?!])\s+")
FOLDS = 10
Rows = Sequence[dict[str, str]]
Features = Callable[[NDArray[np.int_], NDArray[np.int_]], tuple[Any, Any]]
"""Features of the training and of the test speeches, by their places."""


def sentences(speech: str) -> list[str]:
    return [part for part in SENTENCE.split(speech) if part.strip()]


def folds(rows: Rows, seed: int) -> Iterator[tuple[NDArray[np.int_], NDArray[np.int_]]]:
    """Places to train on and to test on; a debate is in one fold only."""
    debates = sorted({row["title"] for row in rows})
    np.random.default_rng(seed).shuffle(debates)
    of = {debate: number % FOLDS for number, debate in enumerate(debates)}
    fold = np.asarray([of[row["title"]] for row in rows])
    for number in range(FOLDS):
        yield np.flatnonzero(fold != number), np.flatnonzero(fold == number)


def signs(rows: Rows) -> NDArray[np.float64]:
    """1 for motions of the one kind, -1 for those of the other: a word can speak for the one and against the other."""
    return np.asarray([[1.0 if row["motion_polarity"] == "1" else -1.0] for row in rows])


def words(rows: Rows) -> Features:
    return counted(rows, lambda: TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True))


def letters(rows: Rows) -> Features:
    return counted(rows, lambda: TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=3, sublinear_tf=True))


def counted(rows: Rows, vectorizer: Callable[[], TfidfVectorizer]) -> Features:
    speeches, sign = [row["speech"] for row in rows], signs(rows)

    def features(train: NDArray[np.int_], test: NDArray[np.int_]) -> tuple[Any, Any]:
        counts = vectorizer()
        seen = counts.fit_transform([speeches[i] for i in train])
        unseen = counts.transform([speeches[i] for i in test])
        return tuple(
            hstack([part, part.multiply(sign[places]), csr_matrix(sign[places])]).tocsr()
            for part, places in ((seen, train), (unseen, test))
        )

    return features


def fixed(values: NDArray[np.float64], sign: NDArray[np.float64]) -> Features:
    """Features that are the same in every fold, as they are and with the motion's sign."""
    table = np.hstack([values, values * sign, sign])
    return lambda train, test: (csr_matrix(table[train]), csr_matrix(table[test]))


def together(*parts: Features) -> Features:
    def features(train: NDArray[np.int_], test: NDArray[np.int_]) -> tuple[Any, Any]:
        pairs = [part(train, test) for part in parts]
        return hstack([seen for seen, _ in pairs]).tocsr(), hstack([unseen for _, unseen in pairs]).tocsr()

    return features


def embedded(rows: Rows, embedder: MiniLM) -> NDArray[np.float64]:
    """Of each speech the mean of its sentences' vectors."""
    return np.vstack([embedder.encode(sentences(row["speech"])).mean(axis=0) for row in rows]).astype(float)


def readings(rows: Rows, model: StanceModel) -> NDArray[np.float64]:
    """What the stance model reads in a speech's sentences on the motion, the sentence before as context.

    Per speech: the mean, highest and lowest balance (favour less against), the last sentence's, the mean of the sides
    taken, and how much of a side is taken at all.
    """
    pairs: list[Pair] = []
    lengths = []
    for row in rows:
        parts = sentences(row["speech"])
        lengths.append(len(parts))
        pairs += [Pair(part, row["motion"], before) for before, part in zip(["", *parts], parts, strict=False)]
    probabilities = model.predict(pairs)
    found = []
    for part in np.split(probabilities, np.cumsum(lengths)[:-1]):
        balance, taken = part[:, 0] - part[:, 1], part[:, 0] + part[:, 1]
        weighed = float((balance * taken).sum() / max(1e-6, float(taken.sum())))
        found.append([balance.mean(), balance.max(), balance.min(), balance[-1], weighed, taken.mean()])
    return np.asarray(found, dtype=float) * 3


def measure(rows: Rows, features: Features, seed: int) -> dict[str, float]:
    labels = np.asarray([int(row["manual_speech"]) for row in rows])
    guesses = np.zeros(len(rows), dtype=int)
    for train, test in folds(rows, seed):
        seen, unseen = features(train, test)
        guesses[test] = LogisticRegression(C=10.0, max_iter=3000).fit(seen, labels[train]).predict(unseen)
    return {
        "macro_f1": round(float(f1_score(labels, guesses, average="macro")), 4),
        "accuracy": round(float((labels == guesses).mean()), 4),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("DISCOURSE_DATA", ".")))
    parser.add_argument("--model")
    parser.add_argument("--seeds", type=int, nargs="*", default=[7, 8, 9])
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    file = arguments.data / "stance/handeset.csv"
    rows = read_rows(file)
    embedder = MiniLM(threads=arguments.threads)
    model = load_stance_model(arguments.model, embedder=embedder, threads=arguments.threads)
    read = fixed(readings(rows, model), signs(rows))
    kinds = {
        "word counts": words(rows),
        "runs of three to five letters": letters(rows),
        "sentence embeddings": fixed(embedded(rows, embedder), signs(rows)),
        "readings alone": read,
        "word counts and readings": together(words(rows), read),
    }
    print(f"{len(rows)} speeches, {FOLDS} folds by debate, seeds {arguments.seeds}, {digest(file.read_text())[:16]}")
    results: dict[str, Any] = {}
    for name, features in kinds.items():
        found = [measure(rows, features, seed) for seed in arguments.seeds]
        results[name] = found
        print(f"{name}: macro-F1 {np.median([f['macro_f1'] for f in found]):.3f} (median), {found}", flush=True)
    if arguments.out:
        arguments.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
