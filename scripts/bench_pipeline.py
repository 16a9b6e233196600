"""Documents, statements and words a second per stage, each stage's share, and peak memory, for a folder of pages.

    python scripts/bench_pipeline.py PATH... [--codebook C] [--repeat 3] [--json OUT] [--processor] [--peer PYTHON]

Each repetition builds a new map in a temporary folder; the figures are of the median run. After each, the parts that
nobody could leave out are timed alone over the same pages, texts and pairs: `by_parts` is the whole by their sum.
`--peer` times beside it, once, what a user would put together instead (scripts/bench_peer.py); `times_peer` is how many
times its words a second the run reads.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import resource
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from bench_parts import parts, watched
from bench_peer import ask_peer
from discourse import per_page, pipeline
from discourse.codebook import load_codebook
from discourse.collect import Refusal, gather
from discourse.errors import PageError
from discourse.extract import apart, extract
from discourse.pipeline import load_stages, run
from discourse.records import Document, Page
from discourse.store import Map


def measure(paths: list[str], codebook: Path | None) -> dict[str, Any]:
    """One full run into a new map."""
    started = perf_counter()
    stages = load_stages(load_codebook(codebook))
    loaded = perf_counter()
    with (
        tempfile.TemporaryDirectory() as folder,
        Map.create(Path(folder) / "bench.db") as store,
        watched(stages) as seen,
    ):
        report = run(gather(paths), store, stages)
        size = (Path(folder) / "bench.db").stat().st_size
    spent = perf_counter() - loaded
    memory = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    alone = parts(paths, stages, seen, perf_counter)
    made = report.made
    stages_seconds = dict(sorted(report.seconds.items()))
    return {
        "pages": report.read,
        "refused": len(report.refused),
        "documents": made["documents"],
        "statements": made["statements"],
        "words": made["words"],
        "seconds": round(spent, 2),
        "load_seconds": round(loaded - started, 2),
        "stages": {
            name: {
                "seconds": round(seconds, 2),
                "share": round(seconds / spent, 3),
                "documents_per_second": round(made["documents"] / seconds, 1),
                "statements_per_second": round(made["statements"] / seconds, 1),
                "words_per_second": round(made["words"] / seconds),
            }
            for name, seconds in stages_seconds.items()
            if seconds > 0
        },
        "documents_per_second": round(made["documents"] / spent, 2),
        "words_per_second": round(made["words"] / spent),
        "parts": alone,
        "by_parts": round(spent / sum(alone.values()), 2),
        "peak_memory_mb": memory,
        "map_bytes_per_document": round(size / max(1, made["documents"])),
    }


def input_digest(paths: list[str]) -> str:
    """One digest of all the bytes that were read, in order."""
    total = hashlib.sha256()
    for page in gather(paths):
        if isinstance(page, Page):
            total.update(page.content)
    return total.hexdigest()[:16]


def beside(result: dict[str, Any], paths: list[str], codebook: Path | None, python: str, processor: bool) -> None:
    """Adds the peer's figures over the same documents to those of a run."""
    texts = [document.text for page in gather(paths) for document in _documents(page)]
    found = ask_peer(python, texts, [t.proposition for t in load_codebook(codebook).topics], processor)
    found["documents_per_second"] = round(len(texts) / found["seconds"], 2)
    found["words_per_second"] = round(result["words"] / found["seconds"])
    result["peer"] = found
    result["times_peer"] = round(found["seconds"] / result["seconds"], 2)


def _documents(page: Page | Refusal) -> list[Document]:
    with suppress(PageError):
        return extract(page) if isinstance(page, Page) else []
    return []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--codebook", type=Path)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--json", type=Path)
    parser.add_argument(
        "--processor", action="store_true", help="Processor time of all threads, for a machine that is shared."
    )
    parser.add_argument("--peer", metavar="PYTHON", help="An interpreter whose environment has bertopic.")
    given = parser.parse_args()
    if given.processor:
        for module in (per_page, pipeline, sys.modules[__name__]):
            vars(module)["perf_counter"] = process_time
        # In this process, or its time would not be counted.
        vars(apart)["extract_apart"] = extract
    runs = sorted((measure(given.paths, given.codebook) for _ in range(given.repeat)), key=lambda r: r["seconds"])
    result = runs[len(runs) // 2] | {
        "input_digest": input_digest(given.paths),
        "repeat": given.repeat,
        "machine": f"{platform.machine()}, {platform.python_implementation()} {platform.python_version()}",
        "command": " ".join(["python", *sys.argv]),
    }
    if given.peer:
        beside(result, given.paths, given.codebook, given.peer, given.processor)
    if given.json:
        given.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    stages = result.pop("stages")
    print("\n".join(f"{name:24} {value}" for name, value in result.items()))
    print(f"\n{'stage':12}{'seconds':>10}{'share':>8}{'docs/s':>10}{'statements/s':>14}{'words/s':>10}")
    for name, row in stages.items():
        print(
            f"{name:12}{row['seconds']:>10}{row['share']:>8.1%}{row['documents_per_second']:>10}"
            f"{row['statements_per_second']:>14}{row['words_per_second']:>10}"
        )


if __name__ == "__main__":
    main()
