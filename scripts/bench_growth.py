"""Whether a run costs the same for each document as there are more: time, memory and file size.

    python scripts/bench_growth.py PATH... [--counts 100 300 1000] [--stand-ins] [--seed 1] [--codebook C]

The paragraphs of the documents of PATH... are drawn anew into web pages of about 200 words. A map is made of each count
of them, in a process of its own, and then brought up to date with 1 % more. Times are of the processor, in milliseconds
for each new document. With `--stand-ins` nothing is read by a model: each paragraph is a statement, its speaker,
vector and stance are drawn, and what is left is collecting, extraction and the store.
"""

from __future__ import annotations

import argparse
import html
import json
import random
import resource
import sys
import tempfile
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from discourse import per_page, pipeline
from discourse.codebook import Codebook, load_codebook
from discourse.collect import gather
from discourse.errors import PageError
from discourse.extract import apart, extract
from discourse.pipeline import Stages, load_stages
from discourse.records import SIDES, Document, Page, Stance, Statement, Topic, identify
from discourse.run_report import RunReport
from discourse.store import Map

WORDS = 200
"""Words of a page, or a few more: whole paragraphs are drawn until it has so many."""
SHORT = 12
"""Paragraphs of fewer words are headings and the like, and are not drawn."""
SPEAKERS = 300
"""Stand-ins for whoever said a paragraph."""


@dataclass
class Drawn:
    """Stands in for all models: a paragraph is a statement, vector and stance follow from its text."""

    topics: Sequence[Topic]
    name: str = "drawn"
    fingerprint: str = "drawn-1"
    threshold: float = 0.5
    dimension: int = 384

    def attribute(self, document: Document) -> list[Statement]:
        found = []
        for block in document.blocks:
            text = document.text[block.start : block.end]
            name = f"Speaker {zlib.crc32(text.encode()) % SPEAKERS}"
            found.append(
                Statement(
                    "", document.id, block.start, block.end, text, "direct",
                    speaker=name, speaker_id=name, speaker_kind="person", speaker_text=name,
                )
            )  # fmt: skip
        return identify(found)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            row[:] = np.random.default_rng(zlib.crc32(text.encode())).normal(size=self.dimension)
            row /= np.linalg.norm(row)
        return vectors

    def score(self, statements: Sequence[Statement], vectors: NDArray[np.float32]) -> list[Stance]:
        """A stance for one statement in ten."""
        found = []
        for statement in statements:
            drawn = zlib.crc32(statement.text.encode())
            if drawn % 10 == 0:
                topic = self.topics[drawn // 10 % len(self.topics)]
                found.append(Stance(statement.id, topic.id, SIDES[drawn // 1000 % 2], 0.9))
        return found


def draw(paths: list[str], folder: Path, count: int, seed: int) -> list[str]:
    """Writes so many new pages of the paragraphs of real ones; gives their paths."""
    paragraphs: list[str] = []
    for page in gather(paths):
        with suppress(PageError):
            for document in extract(page) if isinstance(page, Page) else ():
                texts = (document.text[block.start : block.end] for block in document.blocks)
                paragraphs += [text for text in texts if text.count(" ") >= SHORT]
    drawing = random.Random(seed)
    written = []
    for number in range(count):
        some: list[str] = []
        while sum(text.count(" ") + 1 for text in some) < WORDS:
            some.append(drawing.choice(paragraphs))
        path = folder / f"{number:06}.html"
        body = "".join(f"<p>{html.escape(text)}</p>\n" for text in some)
        author = f'<meta name="author" content="Jane Author{number % SPEAKERS}">'
        head = f"<head><title>Page {number}</title>{author}</head>"
        path.write_text(f"<html>{head}<body><article>\n{body}</article></body></html>", encoding="utf-8")
        written.append(str(path))
    return written


def measure(pages: list[str], codebook: Path | None, stand_ins: bool) -> list[dict[str, Any]]:
    """Figures of a run over all pages but the last hundredth, and of a second run with that."""
    for module in (per_page, pipeline):
        vars(module)["perf_counter"] = process_time
    # In this process, or its time would not be counted.
    vars(apart)["extract_apart"] = extract
    book = load_codebook(codebook)
    stages = _stand_ins(book) if stand_ins else load_stages(book)
    older = len(pages) * 100 // 101
    with tempfile.TemporaryDirectory() as folder, Map.create(path := Path(folder) / "growth.db") as store:
        return [
            _figures(name, path, lambda some=some: pipeline.run(gather(some), store, stages))
            for name, some in (("new", pages[:older]), ("1 % more", pages))
        ]


def _stand_ins(book: Codebook) -> Stages:
    drawn: Any = Drawn(book.topics)
    return Stages(book, drawn, drawn, drawn, drawn)


def _figures(name: str, path: Path, run: Callable[[], RunReport]) -> dict[str, Any]:
    started = process_time()
    report = run()
    spent = process_time() - started
    new = len(report.added)
    size = sum(file.stat().st_size for file in path.parent.glob(path.name + "*"))
    return {
        "run": name,
        "documents": report.read,
        "new": new,
        "refused": len(report.refused),
        "statements": report.made["statements"],
        "stances": report.made["stances"],
        "seconds": round(spent, 2),
        "ms_a_new_document": round(1000 * spent / new, 1),
        "stages": {stage: round(1000 * seconds / new, 2) for stage, seconds in sorted(report.seconds.items())},
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "bytes_a_document": round(size / report.read),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--counts", type=int, nargs="+", default=[100, 300, 1000])
    parser.add_argument("--stand-ins", action="store_true", help="No models: collecting, extraction and store alone.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--codebook", type=Path)
    given = parser.parse_args()
    print(json.dumps({"command": " ".join(["python", *sys.argv]), "stand_ins": given.stand_ins}), flush=True)
    most = max(given.counts)
    # A process for each, so that the peak of one is not the other's.
    alone = ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1)
    with tempfile.TemporaryDirectory() as folder, alone:
        pages = alone.submit(draw, given.paths, Path(folder), most + max(1, most // 100), given.seed).result()
        for count in given.counts:
            some = pages[: count + max(1, count // 100)]
            for figures in alone.submit(measure, some, given.codebook, given.stand_ins).result():
                print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main()
