"""Seconds that attribution takes on single paragraphs of growing length, one row per kind of bad input.

    python scripts/bench_attribution_length.py

Processor time, one run per cell after a warm-up; prints a Markdown table. Linear time shows as a last column near 1.
"""

from __future__ import annotations

import time

from discourse.attribute import Attributor
from discourse.codebook import load_codebook
from discourse.records import Document

SIZES = (50_000, 100_000, 200_000)
SHAPES = {
    "quotation marks in pairs": "Dawn Hexley said that “the grade” was wrong and the town paid. ",
    "a mark never closed": "“Dawn Hexley said that the grade was wrong and the town paid. ",
    "mixed marks": "\"The grade,” said ‘Dawn Hexley', was «wrong\" and “the town' paid. ",
    "no sentence end": "no sentence end and she said that it was so and ",
    "capitals": "DAWN HEXLEY SAID THE GRADE WAS WRONG. THE TOWN PAID FOR IT. ",
    "table cells": "| Dawn Hexley | said | “wrong” | 12 |\n",
    "forty speakers": " ".join(f"“It was wrong,” said Dawn {chr(65 + i % 26)}{'ae'[i % 2]}xley." for i in range(40))
    + " ",
}


def seconds(attributor: Attributor, unit: str, length: int) -> float:
    text = (unit * (length // len(unit) + 1))[:length]
    document = Document("d", "v", "s", text, kind="news", language="en")
    start = time.process_time()
    attributor.attribute(document)
    return time.process_time() - start


def main() -> None:
    attributor = Attributor(load_codebook())
    seconds(attributor, SHAPES["capitals"], 3000)
    print("| one paragraph of |", " | ".join(f"{size // 1000} kB" for size in SIZES), "| last by first, per length |")
    print("|---" * (len(SIZES) + 2) + "|")
    for name, unit in SHAPES.items():
        taken = [seconds(attributor, unit, size) for size in SIZES]
        ratio = taken[-1] / taken[0] * SIZES[0] / SIZES[-1]
        print(f"| {name} |", " | ".join(f"{t:.1f} s" for t in taken), f"| {ratio:.2f} |", flush=True)


if __name__ == "__main__":
    main()
