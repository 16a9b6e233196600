"""Makes a model's probabilities honest, and chooses from which on a stance is shown; both on development data."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from discourse.stance.examples import NONE

Logits = NDArray[np.float32]


def fit_temperature(logits: Logits, labels: NDArray[np.int_], weights: NDArray[np.float64] | None = None) -> float:
    """The temperature that makes the labels likeliest (Guo et al. 2017); between .2 and 10."""
    share = np.ones(len(labels)) if weights is None else weights

    def loss(parameters: NDArray[np.float64]) -> float:
        scaled = logits.astype(np.float64) / np.exp(parameters[0])
        scaled -= scaled.max(axis=1, keepdims=True)
        log_likelihood = scaled[np.arange(len(labels)), labels] - np.log(np.exp(scaled).sum(axis=1))
        return float(-(share * log_likelihood).sum() / share.sum())

    found = minimize(loss, np.zeros(1), method="Nelder-Mead")
    return float(np.clip(np.exp(found.x[0]), 0.2, 10.0))


def fit_scaling(logits: Logits, labels: NDArray[np.int_]) -> tuple[float, tuple[float, float, float]]:
    """Temperature and a bias on each side that make the labels likeliest (Alexandari et al. 2020).

    The bias makes up for how much rarer sides are in running text than in what a model is taught on.
    """

    def scaled(parameters: NDArray[np.float64]) -> NDArray[np.float64]:
        bias = np.array([parameters[1], parameters[2], 0.0])
        found: NDArray[np.float64] = logits.astype(np.float64) / np.exp(parameters[0]) + bias
        return found

    def loss(parameters: NDArray[np.float64]) -> float:
        values = scaled(parameters)
        values -= values.max(axis=1, keepdims=True)
        likely = values[np.arange(len(labels)), labels] - np.log(np.exp(values).sum(axis=1))
        return float(-likely.mean())

    best = minimize(loss, np.zeros(3), method="Nelder-Mead", options={"maxiter": 2000}).x
    temperature = float(np.clip(np.exp(best[0]), 0.2, 10.0))
    return round(temperature, 4), (round(float(best[1]), 4), round(float(best[2]), 4), 0.0)


def shown_at(probabilities: NDArray[np.float32], labels: NDArray[np.int_], threshold: float) -> tuple[float, float]:
    """Precision and recall of the stances shown at a threshold: right side, among shown and among true ones."""
    side = (probabilities[:, 1] > probabilities[:, 0]).astype(int)
    shown = probabilities[:, :2].max(axis=1) >= threshold
    right = shown & (side == labels)
    return float(right.sum() / max(1, shown.sum())), float(right.sum() / max(1, (labels != NONE).sum()))


def choose_threshold(
    probabilities: NDArray[np.float32],
    labels: NDArray[np.int_],
    *,
    precision: float = 0.85,
    recall: float = 0.3,
) -> float:
    """The lowest threshold that reaches a precision while recall stays at least that; else the best F0.5's."""
    best, best_score = 0.5, -1.0
    for threshold in np.arange(0.30, 0.96, 0.01):
        p, r = shown_at(probabilities, labels, float(threshold))
        if p >= precision and r >= recall:
            return round(float(threshold), 2)
        score = 1.25 * p * r / max(1e-9, 0.25 * p + r)
        if score > best_score:
            best, best_score = round(float(threshold), 2), score
    return best
