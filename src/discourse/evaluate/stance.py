"""Measures stance models on labelled examples: figures by topic and in all, calibration, what abstaining buys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from discourse.stance.examples import AGAINST, FAVOUR, LABELS, NONE, Example
from discourse.stance.model import Pair, StanceModel

Labels = NDArray[np.int_]
Probabilities = NDArray[np.float32]
Fit = Callable[[Sequence[Example]], StanceModel]
SEED = 7


def evaluate_stance(
    examples: Sequence[Example], model: StanceModel, *, two_way: bool = False, resamples: int = 500
) -> dict[str, Any]:
    """All figures of one model on one set; `two_way` asks for the better side where the set knows no "none"."""
    pairs = [Pair(example.text, example.target, example.context) for example in examples]
    probabilities = model.predict(pairs)
    labels = np.asarray([example.label for example in examples], dtype=np.int_)
    topics = [example.topic or example.target for example in examples]
    return {
        "model": model.name,
        "fingerprint": model.fingerprint,
        **figures(labels, probabilities, topics, two_way=two_way, resamples=resamples),
        "shown": shown(labels, probabilities, model.threshold),
    }


def figures(
    labels: Labels,
    probabilities: Probabilities,
    topics: Sequence[str],
    *,
    two_way: bool = False,
    resamples: int = 500,
) -> dict[str, Any]:
    """Accuracy, F1 (macro, and SemEval's mean over the two sides), confusion, intervals, calibration, by topic."""
    classes = (FAVOUR, AGAINST) if two_way else (FAVOUR, AGAINST, NONE)
    considered = probabilities[:, : len(classes)]
    considered = considered / np.maximum(considered.sum(axis=1, keepdims=True), 1e-9)
    guesses = considered.argmax(axis=1)
    by_topic: dict[str, list[int]] = defaultdict(list)
    for place, topic in enumerate(topics):
        by_topic[topic].append(place)
    return {
        "examples": len(labels),
        "topics": len(by_topic),
        **_summary(labels, guesses, classes),
        "confusion": {
            LABELS[gold]: {LABELS[c]: int(((labels == gold) & (guesses == c)).sum()) for c in classes}
            for gold in classes
        },
        "intervals": _intervals(labels, guesses, classes, resamples),
        "expected_calibration_error": calibration_error(labels, considered),
        "risk_coverage": risk_coverage(labels, considered),
        "precision_at_recall": {
            str(recall): precision_at_recall(labels, probabilities, recall) for recall in (0.5, 0.6, 0.75)
        },
        "by_topic": {
            topic: _summary(labels[places], guesses[places], classes) | {"examples": len(places)}
            for topic, places in sorted(by_topic.items())
        },
    }


def _scores(labels: Labels, guesses: Labels, label: int) -> dict[str, float]:
    right = int(((labels == label) & (guesses == label)).sum())
    guessed, true = int((guesses == label).sum()), int((labels == label).sum())
    return {
        "precision": _round(right / guessed) if guessed else 0.0,
        "recall": _round(right / true) if true else 0.0,
        "f1": _round(2 * right / (guessed + true)) if guessed + true else 0.0,
    }


def _summary(labels: Labels, guesses: Labels, classes: Sequence[int]) -> dict[str, Any]:
    scores = {LABELS[label]: _scores(labels, guesses, label) for label in classes}
    present = [label for label in classes if ((labels == label) | (guesses == label)).any()]
    return {
        "accuracy": _round(float((labels == guesses).mean())),
        "macro_f1": _round(float(np.mean([scores[LABELS[label]]["f1"] for label in present]))),
        "f_avg": _round((scores["favour"]["f1"] + scores["against"]["f1"]) / 2),
        "labels": scores,
    }


def _intervals(labels: Labels, guesses: Labels, classes: Sequence[int], resamples: int) -> dict[str, list[float]]:
    """95 % bootstrap intervals (percentiles over resampled examples) of accuracy and macro-F1."""
    chance = np.random.default_rng(SEED)
    found = []
    for _ in range(resamples):
        places = chance.integers(0, len(labels), len(labels))
        summary = _summary(labels[places], guesses[places], classes)
        found.append((summary["accuracy"], summary["macro_f1"]))
    if not found:
        return {}
    low, high = np.percentile(np.asarray(found), [2.5, 97.5], axis=0)
    names = ("accuracy", "macro_f1")
    return {name: [_round(float(a)), _round(float(b))] for name, a, b in zip(names, low, high, strict=True)}


def calibration_error(labels: Labels, probabilities: Probabilities, *, bins: int = 10) -> float:
    """Expected calibration error over bins of equal width of the likeliest label's probability (Guo et al. 2017)."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    places = np.minimum((confidence * bins).astype(int), bins - 1)
    error = 0.0
    for number in range(bins):
        inside = places == number
        if inside.any():
            error += float(inside.mean()) * abs(float(right[inside].mean()) - float(confidence[inside].mean()))
    return _round(error)


def risk_coverage(labels: Labels, probabilities: Probabilities) -> list[dict[str, float]]:
    """The share of wrong answers among the surest tenth, two tenths, … of the examples."""
    order = np.argsort(-probabilities.max(axis=1), kind="stable")
    wrong = (probabilities.argmax(axis=1) != labels)[order]
    return [
        {"coverage": tenth / 10, "risk": _round(float(wrong[: max(1, len(wrong) * tenth // 10)].mean()))}
        for tenth in range(1, 11)
    ]


def shown(labels: Labels, probabilities: Probabilities, threshold: float) -> dict[str, float]:
    """Precision and recall of the stances shown at a threshold, a side where there is none is wrong too."""
    guesses = probabilities[:, :2].argmax(axis=1)
    above = probabilities[:, :2].max(axis=1) >= threshold
    right = int((above & (guesses == labels)).sum())
    true = int((labels != NONE).sum())
    return {
        "threshold": threshold,
        "shown": int(above.sum()),
        "precision": _round(right / int(above.sum())) if above.any() else 0.0,
        "recall": _round(right / true) if true else 0.0,
    }


def precision_at_recall(labels: Labels, probabilities: Probabilities, recall: float) -> float:
    """The best precision of shown stances among the thresholds at which recall is at least that; 0 if none is."""
    order = np.argsort(-probabilities[:, :2].max(axis=1), kind="stable")
    right = (probabilities[:, :2].argmax(axis=1) == labels)[order].cumsum()
    true = int((labels != NONE).sum())
    enough = right >= recall * true
    if not true or not enough.any():
        return 0.0
    return _round(float((right / np.arange(1, len(right) + 1))[enough].max()))


def behaviour(rows: Sequence[Mapping[str, str]], model: StanceModel) -> dict[str, Any]:
    """Of minimal pairs, the share with both sides right, and the share whose relation holds, by kind.

    The relation `flip` holds if the two take opposite sides, `same` if both take the same side, `drop` if the first
    takes a side and the second none.
    """
    first = model.predict([Pair(row["first"], row["proposition"]) for row in rows]).argmax(axis=1)
    second = model.predict([Pair(row["second"], row["proposition"]) for row in rows]).argmax(axis=1)
    kinds: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    wrong = []
    for row, one, other in zip(rows, first, second, strict=True):
        right = LABELS[one] == row["first_stance"] and LABELS[other] == row["second_stance"]
        holds = {
            "flip": {one, other} == {FAVOUR, AGAINST},
            "same": one == other != NONE,
            "drop": one != NONE and other == NONE,
        }[row["relation"]]
        kinds[row["kind"]].append((right, holds))
        if not right:
            wrong.append({**row, "first_guess": LABELS[one], "second_guess": LABELS[other]})
    everything = [outcome for outcomes in kinds.values() for outcome in outcomes]
    return {
        "model": model.name,
        "pairs": len(rows),
        "right": _share([right for right, _ in everything]),
        "holds": _share([holds for _, holds in everything]),
        "by_kind": {kind: _share([right for right, _ in outcomes]) for kind, outcomes in sorted(kinds.items())},
        "wrong": wrong,
    }


def leave_one_topic_out(examples: Sequence[Example], fit: Fit, *, folds: int | None = None) -> dict[str, Any]:
    """Figures over predictions for topics that were not trained on: one topic at a time, or `folds` groups of them."""
    topics = sorted({example.topic or example.target for example in examples})
    if len(topics) < 2:
        return {}
    np.random.default_rng(SEED).shuffle(topics)
    groups = [topics[k :: folds or len(topics)] for k in range(min(folds or len(topics), len(topics)))]
    probabilities = np.zeros((len(examples), 3), dtype=np.float32)
    for group in groups:
        inside = [i for i, example in enumerate(examples) if (example.topic or example.target) in set(group)]
        left = set(inside)
        model = fit([example for i, example in enumerate(examples) if i not in left])
        chosen = [examples[i] for i in inside]
        probabilities[inside] = model.predict([Pair(x.text, x.target, x.context) for x in chosen])
    labels = np.asarray([example.label for example in examples], dtype=np.int_)
    return figures(labels, probabilities, [x.topic or x.target for x in examples], two_way=NONE not in labels)


def learning_curve(
    train: Sequence[Example], dev: Sequence[Example], fit: Fit, *, shares: Sequence[float] = (0.1, 0.25, 0.5, 1.0)
) -> list[dict[str, float]]:
    """Macro-F1 on `dev` of models trained on growing shares of `train`."""
    order = np.random.default_rng(SEED).permutation(len(train))
    labels = np.asarray([example.label for example in dev], dtype=np.int_)
    curve = []
    for share in shares:
        part = [train[i] for i in order[: max(2, round(share * len(train)))]]
        found = fit(part).predict([Pair(x.text, x.target, x.context) for x in dev])
        summary = figures(labels, found, [x.target for x in dev], two_way=NONE not in labels, resamples=0)
        curve.append({"examples": len(part), "macro_f1": summary["macro_f1"], "accuracy": summary["accuracy"]})
    return curve


def lift(
    examples: Sequence[Example], before: StanceModel, after: StanceModel, *, two_way: bool = False, resamples: int = 500
) -> dict[str, dict[str, float]]:
    """What the second model gains over the first in accuracy, macro-F1 and the F1 of the stances shown, each with a
    95 % interval over examples drawn anew, the same ones for both."""
    pairs = [Pair(example.text, example.target, example.context) for example in examples]
    labels = np.asarray([example.label for example in examples], dtype=np.int_)
    classes = (FAVOUR, AGAINST) if two_way else (FAVOUR, AGAINST, NONE)
    found = [(model.predict(pairs), model.threshold) for model in (before, after)]

    def measured(places: NDArray[np.int_]) -> NDArray[np.float64]:
        rows: list[tuple[float, float, float]] = []
        for probabilities, threshold in found:
            guesses = probabilities[places, : len(classes)].argmax(axis=1)
            summary = _summary(labels[places], guesses, classes)
            above = shown(labels[places], probabilities[places], threshold)
            both = above["precision"] + above["recall"]
            f1 = 2 * above["precision"] * above["recall"] / both if both else 0.0
            rows.append((summary["accuracy"], summary["macro_f1"], f1))
        difference: NDArray[np.float64] = np.asarray(rows[1]) - np.asarray(rows[0])
        return difference

    chance = np.random.default_rng(SEED)
    drawn = [measured(chance.integers(0, len(labels), len(labels))) for _ in range(resamples)]
    gained = measured(np.arange(len(labels)))
    low, high = np.percentile(np.asarray(drawn), [2.5, 97.5], axis=0)
    names = ("accuracy", "macro_f1", "f1_shown")
    return {
        name: {"lift": _round(float(x)), "low": _round(float(a)), "high": _round(float(b))}
        for name, x, a, b in zip(names, gained, low, high, strict=True)
    }


def _share(outcomes: Sequence[bool]) -> float:
    return _round(sum(outcomes) / len(outcomes)) if outcomes else 0.0


def _round(value: float) -> float:
    return round(value, 4)
