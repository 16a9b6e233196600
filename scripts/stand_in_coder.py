"""Fills in a coding sheet from the sample's gold, in place of a person, so that the tutorial can be run.

    python scripts/stand_in_coder.py SHEET.csv [--gold annotations/sample] [--differ 0.1] [--seed 1]

Of a sheet of cases (`annotations queue`, `annotations audit`) the column "answer" is filled, of a sheet of
disagreements (`annotations adjudicate --draw`) the column "label". A statement takes the sides that the gold gives to
the statement with the same words, or to one that holds or lies in it. With --differ, that share of the answers, chosen
by the seed, is changed to another: a second coder who reads some of it differently.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

from discourse.formats.flat import read_csv, write_csv

LABELS = ("favour", "against", "none")
SHORTEST = 20
"""How many characters a text must have to be looked for within another."""


def sides(gold: Path) -> dict[str, dict[str, str]]:
    """The sides of each gold statement, by its words."""
    found: dict[str, dict[str, str]] = {}
    for line in (gold / "statements.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        words = " ".join(row["text"].split())
        found.setdefault(words, {}).update({stance["topic"]: stance["stance"] for stance in row["stances"]})
    return found


def answer(known: dict[str, dict[str, str]], text: str, topic: str) -> str:
    """The side that the gold takes with these words, or none."""
    words = " ".join(text.split())
    if words in known:
        return known[words].get(topic, "none")
    near = [
        gold for gold in known if min(len(gold), len(words)) >= SHORTEST and (gold in words or words in gold)
    ]  # fmt: skip
    return known[max(near, key=lambda gold: min(len(gold), len(words)))].get(topic, "none") if near else "none"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sheet", type=Path)
    parser.add_argument("--gold", type=Path, default=Path("annotations/sample"))
    parser.add_argument("--differ", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    known, chance = sides(options.gold), random.Random(options.seed)
    rows = []
    for _, row in read_csv(options.sheet, ()):
        cases = "answer" in row
        topic = row["topic"] if cases else row["layer"].removeprefix("stance:")
        given = answer(known, row["statement" if cases else "quotation"], topic)
        if chance.random() < options.differ:
            given = chance.choice([label for label in LABELS if label != given])
        rows.append(row | {"answer" if cases else "label": given})
    write_csv(rows, options.sheet)


if __name__ == "__main__":
    main()
