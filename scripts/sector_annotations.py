"""Turns the two passes over the sector statements into stand-off annotations, for `discourse annotations agreement`.

    python scripts/sector_annotations.py DATA OUT
    discourse annotations agreement OUT/pass1.jsonl OUT/pass2.jsonl --format md

DATA is the folder of outside data that the statements were drawn from; a row whose words are no longer there, by their
digest, is left out and told. Every statement is marked in the layer "statement", so that a pass that takes no side on
it says "none"; a side is a label of the layer "stance:TOPIC".
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from pathlib import Path

from discourse.annotations import Annotation, Text, mark
from discourse.errors import PageError
from discourse.evaluate.sector import find_statement, read_records, read_rows
from discourse.formats.standoff import write_annotations


def placed(folder: Path, data: Path) -> dict[str, tuple[Text, int, int]]:
    """The text and the place of each statement whose words are still there."""
    by_file = defaultdict(list)
    for row in read_rows(folder / "statements.jsonl"):
        by_file[row["file"]].append(row)
    found = {}
    for file, rows in by_file.items():
        try:
            texts = {
                record.id: Text(record.document.id, record.document.text, record.document.title)
                for record in read_records(data, file)
            }
        except (OSError, PageError) as error:
            print(f"{file}: {error}", file=sys.stderr)
            continue
        for row in rows:
            text = texts.get(row["record"])
            words = find_statement(text.text, row) if text else None
            if text is None or words is None:
                print(f"{row['id']}: no longer in {file}", file=sys.stderr)
                continue
            start = row["start"] if text.text.startswith(words[0], row["start"]) else text.text.index(words[0])
            found[row["id"]] = (text, start, start + len(words[0]))
    return found


def annotations(folder: Path, number: int, places: dict[str, tuple[Text, int, int]]) -> list[Annotation]:
    """One pass, by a coder of its name."""
    coder, found = f"pass{number}", []
    for row in read_rows(folder / f"{coder}.jsonl"):
        if row["id"] not in places:
            continue
        place, fact = places[row["id"]], (("statement", row["id"]),)
        found.append(mark(*place, "statement", "coded", coder, attributes=fact))
        found += [mark(*place, f"stance:{t}", side, coder, attributes=fact) for t, side in row["labels"].items()]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--annotations", type=Path, default=Path("annotations/stance/sector"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    places = placed(options.annotations, options.data)
    for number in (1, 2):
        written = write_annotations(
            annotations(options.annotations, number, places), options.out / f"pass{number}.jsonl"
        )
        print(f"{options.out / f'pass{number}.jsonl'}: {written} annotations of {len(places)} statements")


if __name__ == "__main__":
    main()
