"""What an archive of a given size costs in core-hours and bytes, from measured rates: the table of docs/scale.md.

    python scripts/scale.py BENCH.json [--documents 10000000] [--statements 400000000] [--cores 2]

BENCH.json is what `scripts/bench_pipeline.py PATH... --json BENCH.json` wrote. Every figure beyond that run is
extrapolated: extraction by documents, attribution by words, the other stages by statements.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

BY = {"collect": "documents", "extract": "documents", "attribute": "words"}
"""What a stage's time grows with; by statements where nothing is said."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path)
    parser.add_argument("--documents", type=float, default=1e7)
    parser.add_argument("--statements", type=float, default=4e8)
    parser.add_argument("--cores", type=int, default=2, help="Cores that the run was given.")
    arguments = parser.parse_args()
    bench = json.loads(arguments.bench.read_text(encoding="utf-8"))
    words = bench["words"] / bench["statements"] * arguments.statements
    wanted = {"documents": arguments.documents, "statements": arguments.statements, "words": words}
    print("| stage | grows with | measured, per core | core-hours |")
    print("|---|---|---|---|")
    total = 0.0
    for name, figures in bench["stages"].items():
        unit = BY.get(name, "statements")
        rate = bench[unit] / (figures["seconds"] * arguments.cores)
        hours = wanted[unit] / rate / 3600
        total += hours
        print(f"| {name} | {unit} | {rate:,.3g} a second | {hours:,.0f} |")
    print(f"| all | | | {total:,.0f} |")
    held = bench["map_bytes_per_document"] * bench["documents"] / bench["statements"]
    print(f"\nMap: {held:,.0f} bytes a statement, {held * arguments.statements / 1e12:.2f} TB.")


if __name__ == "__main__":
    main()
