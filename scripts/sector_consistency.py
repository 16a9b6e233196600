"""How far two passes over the sector statements agree: Krippendorff's alpha (nominal) with 95 % intervals.

    python scripts/sector_consistency.py [--annotations annotations/stance/sector] [--seed 0]

A unit is a statement and a topic, a label the side or "none"; intervals are over documents (council, debate or
speech) drawn anew. Topics on which neither pass has a side are left out of the lines by topic, as alpha is
undefined there.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from discourse import resources
from discourse.agreement.bootstrap import interval
from discourse.agreement.coefficients import alpha, percent, tabulate
from discourse.codebook import load_codebook
from discourse.evaluate.sector import read_rows

NONE = "none"
SIDES = ("favour", "against", NONE)
Labels = dict[str, str]
Coded = tuple[str, Labels, Labels]
"""A statement's document and its labels in the first and the second pass."""


def read_passes(folder: Path) -> list[Coded]:
    """The statements of both passes; some were coded once only."""
    first, second = ({r["id"]: r["labels"] for r in read_rows(folder / f"pass{n}.jsonl")} for n in (1, 2))
    return [
        (f"{r['file']}#{r['record'] or ''}", first[r["id"]], second[r["id"]])
        for r in read_rows(folder / "statements.jsonl")
        if r["id"] in first and r["id"] in second
    ]


def measure(pairs: Sequence[tuple[str, tuple[str, str]]], labels: Sequence[str], seed: int) -> dict[str, Any]:
    """Units, share agreed, alpha and its interval; each pair stands with its document."""
    # Units with the same labels are one row that counts several times: what makes the draws cheap.
    counts = Counter(pairs)
    patterns = sorted({pair for _, pair in counts})
    documents = sorted({document for document, _ in counts})
    table = tabulate(patterns, labels)
    member = np.zeros((len(documents), len(patterns)))
    row, column = {d: i for i, d in enumerate(documents)}, {p: i for i, p in enumerate(patterns)}
    for (document, pair), number in counts.items():
        member[row[document], column[pair]] += number
    everything = member.sum(axis=0)
    bounds = interval(lambda w: alpha(table, "nominal", w @ member), len(documents), seed=seed)
    return {
        "units": len(pairs),
        "differ": sum(number for (_, pair), number in counts.items() if pair[0] != pair[1]),
        "agreed": percent(table, everything),
        "alpha": alpha(table, "nominal", everything),
        "bounds": bounds,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--annotations", type=Path, default=Path("annotations/stance/sector"))
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    coded = read_passes(options.annotations)
    topics = [topic.id for topic in load_codebook(resources.path("codebook.toml")).topics]

    def units(some: Sequence[str], name: Callable[[str], str] = str) -> list[tuple[str, tuple[str, str]]]:
        return [(d, (name(a.get(t, NONE)), name(b.get(t, NONE)))) for d, a, b in coded for t in some]

    def taken(label: str) -> str:
        return NONE if label == NONE else "a side"

    lines = {"all topics": measure(units(topics), SIDES, options.seed)}
    lines["a side or none, by topic"] = measure(units(topics, taken), ("a side", NONE), options.seed)
    any_side = [(d, ("a side" if a else NONE, "a side" if b else NONE)) for d, a, b in coded]
    lines["a side on any topic"] = measure(any_side, ("a side", NONE), options.seed)
    for topic in topics:
        if any(topic in a or topic in b for _, a, b in coded):
            lines[topic] = measure(units([topic]), SIDES, options.seed)
    print("| units | number | differ | agreed | alpha | 95 % |")
    print("|---|---|---|---|---|---|")
    for label, row in lines.items():
        low, high = row["bounds"] or (float("nan"), float("nan"))
        print(
            f"| {label} | {row['units']:,} | {row['differ']} | {row['agreed']:.4f} | {row['alpha']:.2f} "
            f"| {low:.2f} to {high:.2f} |"
        )


if __name__ == "__main__":
    main()
