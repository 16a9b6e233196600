"""Agreement on where spans lie: Krippendorff's unitizing alpha, and F1 by exact place and by overlap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Span = tuple[int, int]
Units = Mapping[str, Sequence[Span]]
"""Of one label in one text: each coder's spans."""


@dataclass(frozen=True, slots=True)
class Continuum:
    """What one text and one label give to the sums of alpha: additive over texts, so that texts can be resampled."""

    length: int
    observed: float
    """Sum over ordered pairs of coders of the squared differences between their units."""
    units: NDArray[np.float64]
    """Lengths of all coders' units."""
    gaps: NDArray[np.float64]
    """Lengths of all coders' gaps."""


def continuum(length: int, units: Units) -> Continuum:
    """The sums of one text of this length; units of one coder that overlap or touch count as one."""
    sections = [_sections(length, spans) for spans in units.values()]
    observed = 0.0
    for i, ours in enumerate(sections):
        for theirs in sections[i + 1 :]:
            observed += 2 * _difference(ours, theirs)
    lengths: tuple[list[int], list[int]] = ([], [])
    for section in sections:
        for start, end, is_unit in section:
            lengths[not is_unit].append(end - start)
    return Continuum(length, observed, np.array(lengths[0], dtype=float), np.array(lengths[1], dtype=float))


def alpha_u(
    texts: Sequence[Sequence[Continuum]], coders: int, weights: NDArray[np.float64] | None = None
) -> float | None:
    """Krippendorff's unitizing alpha over labels (outer) and texts (inner); None where nothing is to be expected.

    The measure of Krippendorff (1995, "On the reliability of unitizing continuous data"; 2004, Quality and Quantity
    38), with the texts laid end to end and gaps that end where a text ends. `weights` says how often each text counts.
    """
    observed = expected = 0.0
    for label in texts:
        weight = np.ones(len(label)) if weights is None else weights
        length = float(sum(w * c.length for w, c in zip(weight, label, strict=True)))
        if length == 0:
            continue
        observed += sum(w * c.observed for w, c in zip(weight, label, strict=True)) / (
            coders * (coders - 1) * length**2
        )
        expected += _expected(label, weight, coders, length)
    return 1 - observed / expected if expected > 0 else None


def _expected(label: Sequence[Continuum], weight: NDArray[np.float64], coders: int, length: float) -> float:
    units = np.concatenate([c.units for c in label])
    gaps = np.concatenate([c.gaps for c in label])
    of_unit = np.repeat(weight, [len(c.units) for c in label])
    of_gap = np.repeat(weight, [len(c.gaps) for c in label])
    number = of_unit.sum()
    order = np.argsort(gaps)
    gaps, of_gap = gaps[order], of_gap[order]
    # How many gaps are at least as long as each unit, and how long these are together.
    first = np.searchsorted(gaps, units)
    count = np.append(np.cumsum(of_gap[::-1])[::-1], 0)[first]
    total = np.append(np.cumsum((of_gap * gaps)[::-1])[::-1], 0)[first]
    between_units = (number - 1) / 3 * (2 * units**3 - 3 * units**2 + units)
    in_gaps = units**2 * (total - count * (units - 1))
    pairs = coders * length * (coders * length - 1) - float((of_unit * units * (units - 1)).sum())
    return float(2 / length * (of_unit * (between_units + in_gaps)).sum() / pairs) if pairs > 0 else 0.0


def _sections(length: int, spans: Iterable[Span]) -> list[tuple[int, int, bool]]:
    """Units and gaps by turns, from the start of the text to its end."""
    sections: list[tuple[int, int, bool]] = []
    place = 0
    for start, end in sorted(spans):
        if sections and start <= place and sections[-1][2]:
            sections[-1] = (sections[-1][0], max(place, end), True)
        else:
            if start > place:
                sections.append((place, start, False))
            sections.append((start, end, True))
        place = max(place, end)
    if place < length:
        sections.append((place, length, False))
    return sections


def _difference(ours: list[tuple[int, int, bool]], theirs: list[tuple[int, int, bool]]) -> int:
    """The squared differences between the sections of two coders that meet."""
    total = i = j = 0
    while i < len(ours) and j < len(theirs):
        (a, b, one), (c, d, two) = ours[i], theirs[j]
        if one and two:
            total += (a - c) ** 2 + (b - d) ** 2
        elif one and c <= a and b <= d:
            total += (b - a) ** 2
        elif two and a <= c and d <= b:
            total += (d - c) ** 2
        i += b <= d
        j += d <= b
    return total


def f1_counts(ours: Iterable[tuple[int, int, str]], theirs: Iterable[tuple[int, int, str]]) -> NDArray[np.float64]:
    """Of one text: ours, theirs, in the same place, ours that overlap one of theirs, theirs that overlap one of ours;
    labels must agree. Additive over texts."""
    one, two = sorted(set(ours)), sorted(set(theirs))
    return np.array(
        [len(one), len(two), len(set(one) & set(two)), _overlapping(one, two), _overlapping(two, one)], dtype=float
    )


def f1_exact(counts: NDArray[np.float64]) -> float | None:
    """F1 of spans in exactly the same place."""
    return float(2 * counts[2] / (counts[0] + counts[1])) if counts[0] + counts[1] else None


def f1_overlap(counts: NDArray[np.float64]) -> float | None:
    """F1 of spans that share at least one character with one of the same label."""
    if not counts[0] + counts[1]:
        return None
    if not counts[0] or not counts[1]:
        return 0.0
    precision, recall = counts[3] / counts[0], counts[4] / counts[1]
    return float(2 * precision * recall / (precision + recall)) if precision + recall else 0.0


def _overlapping(one: list[tuple[int, int, str]], two: list[tuple[int, int, str]]) -> int:
    """How many of the first, sorted, overlap any of the second with the same label."""
    by_label: dict[str, tuple[list[int], list[int]]] = {}
    for start, end, label in two:
        starts, reaches = by_label.setdefault(label, ([], []))
        starts.append(start)
        reaches.append(max(end, reaches[-1]) if reaches else end)
    found = 0
    for start, end, label in one:
        starts, reaches = by_label.get(label, ([], []))
        before = int(np.searchsorted(starts, end))
        found += bool(before and reaches[before - 1] > start)
    return found
