"""Agreement of coders on stand-off annotations: by layer, by pair of coders, by month; and where they disagree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from discourse.agreement.bootstrap import DRAWS, interval
from discourse.agreement.coefficients import alpha, cohen, fleiss, percent, tabulate
from discourse.agreement.unitizing import Continuum, alpha_u, continuum, f1_counts, f1_exact, f1_overlap
from discourse.annotations import Annotation

NONE = "none"
"""The label of a coder who marked the stretch but gave it no label in the layer."""
ORDER = ("against", NONE, "favour")
"""The labels of a stance layer in order, for alpha as an ordinal measure."""
ALL = "all"

Row = dict[str, Any]
Place = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Unit:
    """One stretch of text in one layer, and what each coder who marked the stretch called it."""

    document: str
    start: int
    end: int
    layer: str
    labels: Mapping[str, str]
    month: str = ""
    quotation: str = ""


def units(annotations: Iterable[Annotation], layer: str) -> list[Unit]:
    """The stretches that two coders or more marked in any layer, with their labels in this one ("stance" pools all
    topics); a coder who marked the stretch but has no label in the layer says "none", unless the coder writes "none"
    out elsewhere in such layers: then silence is a case not coded."""
    annotations = list(annotations)
    outspoken = {a.coder for a in annotations if a.label == NONE and _belongs(a.layer, _family(layer))}
    marked: dict[Place, dict[str, str]] = defaultdict(dict)
    given: dict[tuple[str, Place], dict[str, str]] = defaultdict(dict)
    quoted: dict[Place, str] = {}
    layers = set()
    for a in annotations:
        if a.start is None or a.end is None:
            continue
        place = (a.document, a.start, a.end)
        marked[place][a.coder] = max(marked[place].get(a.coder, ""), (a.time or "")[:7])
        quoted[place] = a.quotation
        if _belongs(a.layer, layer):
            layers.add(a.layer)
            given[a.layer, place][a.coder] = a.label
    found = []
    for place in sorted(marked):
        coders = marked[place]
        if len(coders) < 2:
            continue
        for name in sorted(layers):
            here = given.get((name, place), {})
            said = [coder for coder in sorted(coders) if coder in here or coder not in outspoken]
            if len(said) > 1:
                labels = {coder: here.get(coder, NONE) for coder in said}
                found.append(Unit(*place, name, labels, max(coders.values()), quoted[place]))
    return found


def _belongs(layer: str, wanted: str) -> bool:
    return layer == wanted or (wanted == "stance" and layer.startswith("stance:"))


def _family(layer: str) -> str:
    return "stance" if layer.startswith("stance:") else layer


def label_agreement(annotations: Sequence[Annotation], *, seed: int = 0, draws: int = DRAWS) -> list[Row]:
    """For every layer ("stance" for all topics together), all coders and each pair, all time and each month: units,
    share that agree, alpha with its 95 % interval, ordinal alpha of stances, Cohen's (pairs) and Fleiss' kappa."""
    layers = sorted({a.layer for a in annotations if a.is_span})
    if sum(name.startswith("stance:") for name in layers) > 1:
        layers.append("stance")
    rows = []
    for layer in layers:
        whole = units(annotations, layer)
        coders = sorted({coder for unit in whole for coder in unit.labels})
        pairs: list[tuple[str, ...]] = list(combinations(coders, 2))
        groups = pairs if len(coders) == 2 else [tuple(coders), *pairs] if len(coders) > 2 else []
        months = sorted({unit.month for unit in whole if unit.month})
        for group in groups:
            for month in [ALL, *(months if len(months) > 1 else [])]:
                some = [unit for unit in whole if month in (ALL, unit.month)]
                row = _label_row(some, group, seed, draws)
                if row:
                    rows.append({"layer": layer, "coders": " × ".join(group), "month": month} | row)
    return rows


def _label_row(some: Sequence[Unit], group: Sequence[str], seed: int, draws: int) -> Row | None:
    given = [[u.labels[coder] for coder in group if coder in u.labels] for u in some]
    kept = [(unit, labels) for unit, labels in zip(some, given, strict=True) if len(labels) > 1]
    if not kept:
        return None
    names = {label for _, labels in kept for label in labels}
    is_stance = names <= set(ORDER) and kept[0][0].layer.startswith("stance:")
    labels = ORDER if is_stance else sorted(names)
    # Units with the same labels are one row that counts several times: what makes the draws cheap.
    patterns, which = np.unique(tabulate([labels for _, labels in kept], labels), axis=0, return_inverse=True)
    documents = {document: i for i, document in enumerate(dict.fromkeys(unit.document for unit, _ in kept))}
    drawn = len(documents) if len(documents) >= 10 else len(kept)
    member = np.zeros((drawn, len(patterns)))
    for number, (unit, _) in enumerate(kept):
        member[documents[unit.document] if drawn == len(documents) else number, which[number]] += 1
    found = interval(lambda w: alpha(patterns, "nominal", w @ member), drawn, seed=seed, draws=draws)
    everything = member.sum(axis=0)
    complete = patterns.sum(axis=1) == len(group)
    row: Row = {
        "units": len(kept),
        "agreed": _rounded(percent(patterns, everything)),
        "alpha": _rounded(alpha(patterns, "nominal", everything)),
        "alpha_low": _rounded(found and found[0]),
        "alpha_high": _rounded(found and found[1]),
        "alpha_ordinal": _rounded(alpha(patterns, "ordinal", everything)) if is_stance else None,
        "cohen": None,
        "fleiss": _rounded(fleiss(patterns[complete], everything[complete])) if complete.any() else None,
        "drawn": "documents" if drawn == len(documents) else "units",
    }
    if len(group) == 2:
        column = {label: i for i, label in enumerate(labels)}
        table = np.zeros((len(labels), len(labels)))
        for unit, _ in kept:
            table[column[unit.labels[group[0]]], column[unit.labels[group[1]]]] += 1
        row["cohen"] = _rounded(cohen(table))
    return row


def span_agreement(
    annotations: Sequence[Annotation], lengths: Mapping[str, int], *, seed: int = 0, draws: int = DRAWS
) -> list[Row]:
    """For every layer, all coders and each pair, on the documents that all of them annotated: unitizing alpha, and
    for pairs F1 of spans in the same place and of spans that overlap, each with its 95 % interval over documents.

    `lengths` are those of the texts, in code points, by document.
    """
    rows = []
    active: dict[str, set[str]] = defaultdict(set)
    spans: dict[str, dict[str, dict[str, list[tuple[int, int, str]]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    for a in annotations:
        active[a.coder].add(a.document)
        if a.start is not None and a.end is not None:
            spans[a.layer][a.coder][a.document].append((a.start, a.end, a.label))
    for layer in sorted(spans):
        coders = sorted(spans[layer])
        pairs: list[tuple[str, ...]] = list(combinations(coders, 2))
        for group in pairs if len(coders) == 2 else [tuple(coders), *pairs] if len(coders) > 2 else []:
            shared = sorted(set.intersection(*(active[coder] for coder in group)) & lengths.keys())
            if shared:
                row = _span_row([spans[layer][coder] for coder in group], shared, lengths, seed, draws)
                rows.append({"layer": layer, "coders": " × ".join(group)} | row)
    return rows


def _span_row(
    coders: Sequence[Mapping[str, list[tuple[int, int, str]]]],
    documents: Sequence[str],
    lengths: Mapping[str, int],
    seed: int,
    draws: int,
) -> Row:
    labels = sorted({label for coder in coders for d in documents for _, _, label in coder.get(d, ())})
    parts: list[list[Continuum]] = [
        [
            continuum(
                lengths[d],
                {str(i): [(s, e) for s, e, x in coder.get(d, ()) if x == label] for i, coder in enumerate(coders)},
            )
            for d in documents
        ]
        for label in labels
    ]
    bounds = interval(lambda w: alpha_u(parts, len(coders), w), len(documents), seed=seed, draws=min(draws, 200))
    row: Row = {
        "documents": len(documents),
        "alpha_u": _rounded(alpha_u(parts, len(coders))),
        "alpha_u_low": _rounded(bounds and bounds[0]),
        "alpha_u_high": _rounded(bounds and bounds[1]),
    }
    if len(coders) == 2:
        counts = np.array([f1_counts(coders[0].get(d, ()), coders[1].get(d, ())) for d in documents])
        for name, measure in (("f1_exact", f1_exact), ("f1_overlap", f1_overlap)):
            row |= _with_interval(name, counts, measure, seed, draws)
    return row


def _with_interval(name: str, counts: NDArray[np.float64], measure: Any, seed: int, draws: int) -> Row:
    bounds = interval(lambda w: measure(w @ counts), len(counts), seed=seed, draws=draws)
    return {
        name: _rounded(measure(counts.sum(axis=0))),
        f"{name}_low": _rounded(bounds and bounds[0]),
        f"{name}_high": _rounded(bounds and bounds[1]),
    }


def disagreements(annotations: Sequence[Annotation]) -> list[Row]:
    """Every stretch on which two coders differ in a layer: document, place, quotation, layer, label by coder, and the
    page of `discourse serve` that opens it."""
    pages = pages_of(annotations)
    rows = []
    for layer in sorted({a.layer for a in annotations if a.is_span}):
        for unit in units(annotations, layer):
            if len(set(unit.labels.values())) > 1:
                rows.append(
                    {
                        "document": unit.document, "start": unit.start, "end": unit.end, "layer": layer,
                        "quotation": unit.quotation, "labels": dict(unit.labels),
                        "open": pages[unit.document, unit.start, unit.end],
                    }
                )  # fmt: skip
    return sorted(rows, key=lambda r: (r["document"], r["start"], r["end"], r["layer"]))


def pages_of(annotations: Iterable[Annotation]) -> dict[Place, str]:
    """The page of `discourse serve` for each stretch: the statement's where one is named, else the document's."""
    pages: dict[Place, str] = {}
    for a in annotations:
        if a.start is not None and a.end is not None:
            place, statement = (a.document, a.start, a.end), a.attribute("statement")
            if statement or place not in pages:
                pages[place] = f"/statements/{statement}" if statement else f"/documents/{a.document}"
    return pages


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
