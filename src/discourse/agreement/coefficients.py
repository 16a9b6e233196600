"""Chance-corrected agreement on labels: Krippendorff's alpha, Cohen's and Fleiss' kappa."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Level = Literal["nominal", "ordinal"]
Counts = NDArray[np.float64]
"""One row per unit and one column per label: how many coders gave the unit that label."""


def tabulate(units: Sequence[Sequence[Hashable]], labels: Sequence[Hashable]) -> Counts:
    """The counts of units, each given as the labels that its coders gave; the order of `labels` is that of columns."""
    column = {label: i for i, label in enumerate(labels)}
    counts = np.zeros((len(units), len(labels)))
    for row, given in zip(counts, units, strict=True):
        for label in given:
            row[column[label]] += 1
    return counts


def alpha(counts: Counts, level: Level = "nominal", weights: NDArray[np.float64] | None = None) -> float | None:
    """Krippendorff's alpha (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability"), at most 1; None where
    it is undefined, as with one label in all. Units with fewer than two labels count for nothing.

    `weights` says how often each unit counts.
    """
    given = counts.sum(axis=1)
    pairable = given >= 2
    kept, given = counts[pairable], given[pairable]
    weight = np.ones(len(kept)) if weights is None else weights[pairable]
    scaled = kept * (weight / (given - 1))[:, None]
    coincidences = kept.T @ scaled - np.diag(scaled.sum(axis=0))
    totals = coincidences.sum(axis=1)
    total = totals.sum()
    distance = _distance(totals, level)
    expected = float((np.outer(totals, totals) * distance).sum())
    if total < 2 or expected <= 0:
        return None
    return float(1 - (total - 1) * (coincidences * distance).sum() / expected)


def _distance(totals: NDArray[np.float64], level: Level) -> NDArray[np.float64]:
    """Squared differences between labels."""
    size = len(totals)
    if level == "nominal":
        return 1 - np.eye(size)
    middle = np.cumsum(totals) - totals / 2
    squared: NDArray[np.float64] = (middle[:, None] - middle[None, :]) ** 2
    return squared


def cohen(table: NDArray[np.float64]) -> float | None:
    """Cohen's kappa of a square table of one coder's labels (rows) by another's (Cohen 1960); None if undefined."""
    total = table.sum()
    if total == 0:
        return None
    expected = float((table.sum(axis=0) * table.sum(axis=1)).sum() / total**2)
    return None if expected >= 1 else float((np.trace(table) / total - expected) / (1 - expected))


def fleiss(counts: Counts, weights: NDArray[np.float64] | None = None) -> float | None:
    """Fleiss' kappa (Fleiss 1971) of units that all have the same number of labels, two or more; None if undefined."""
    if not len(counts):
        return None
    given = counts.sum(axis=1)
    coders = given[0]
    if coders < 2 or not np.all(given == coders):
        raise ValueError("Fleiss' kappa needs the same number of labels, two or more, on every unit")
    weight = np.ones(len(counts)) if weights is None else weights
    agreed = (counts * (counts - 1)).sum(axis=1) / (coders * (coders - 1))
    observed = float((agreed * weight).sum() / weight.sum())
    shares = (counts * weight[:, None]).sum(axis=0) / (coders * weight.sum())
    expected = float((shares**2).sum())
    return None if expected >= 1 else (observed - expected) / (1 - expected)


def percent(counts: Counts, weights: NDArray[np.float64] | None = None) -> float | None:
    """The share of pairs of labels on one unit that agree, each unit counting once."""
    given = counts.sum(axis=1)
    pairable = given >= 2
    if not pairable.any():
        return None
    kept, given = counts[pairable], given[pairable]
    weight = np.ones(len(kept)) if weights is None else weights[pairable]
    agreed = (kept * (kept - 1)).sum(axis=1) / (given * (given - 1))
    return float((agreed * weight).sum() / weight.sum()) if weight.sum() else None
