"""What workers of the shard tests load in place of the models; found by name in other processes."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import sys
import time
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

from discourse import per_page
from discourse.codebook import parse_codebook
from discourse.collect import gather
from discourse.errors import DiscourseError
from discourse.per_page import Progress
from discourse.pipeline import Stages, run
from discourse.records import Document, Statement
from discourse.run_report import RunReport
from discourse.shards import Sharded
from discourse.shards import engine as shard_engine
from discourse.shards.folder import Mark
from discourse.store import Map
from tests.conftest import CODEBOOK, FakeAttributor, FakeEmbedder, FakeModel, FakeScorer

ROOT = Path(__file__).parents[1]
DELAY, LOG, KEPT = "FAKE_DELAY", "FAKE_LOG", "FAKE_KEPT"


class Attributor(FakeAttributor):
    """The fake, slowed and logged as the environment says, that does what a text orders."""

    def attribute(self, document: Document) -> list[Statement]:
        if log := os.environ.get(LOG):
            with Path(log).open("a") as stream:
                stream.write(f"{document.source}\n")
        if "KILL THE READER" in document.text:
            os.kill(os.getpid(), signal.SIGKILL)
        if "HANG" in document.text:
            time.sleep(3600)
        time.sleep(float(os.environ.get(DELAY, "0")))
        return super().attribute(document)


class Scorer(FakeScorer):
    def score(self, statements: Any, vectors: Any) -> Any:
        if any("BREAK THE SCORER" in statement.text for statement in statements):
            raise ZeroDivisionError("division by zero")
        return super().score(statements, vectors)


def load() -> Stages:
    # What a page is read with, so that no page's time holds the import.
    import_module("discourse.extract.plain")
    codebook = parse_codebook(CODEBOOK)
    return Stages(codebook, Attributor(), FakeEmbedder(), FakeModel(), Scorer(codebook.topics))  # type: ignore[arg-type]


def say_the_name(folder: str, name: str, fingerprint: str, load: object, seconds: float) -> Mark:
    """Stands for the work on a shard: a marker with the shard's name."""
    return Mark(name, {}, {})


def write_pages(folder: Path, count: int, seed: int = 1) -> Path:
    """Pages of a few statements each, with one in ten that holds nothing to read."""
    rng = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        lines = [
            f"{rng.choice(['Ann Lee', 'Bo Ray', 'The Board'])}: The {rng.choice(['inspection', 'funding'])} of number"
            f" {number} is {rng.choice(['good', 'bad', 'perhaps good'])}, {'really ' * rng.randrange(6)}said {line}.\n"
            for line in range(rng.randrange(1, 8))
        ]
        (folder / f"{number:04d}.txt").write_text("" if number % 10 == 7 else "\n".join(lines))
    return folder


def build(
    pages: Path, path: Path, engine: Sharded | None = None, progress: Progress = lambda report, source: None
) -> RunReport:
    with Map.create(path) as store:
        return run(gather([str(pages)]), store, load(), engine=engine, progress=progress)


def dump(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of a map, but for what tells the time of a run."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {name: sorted(map(repr, connection.execute(f'SELECT * FROM "{name}"'))) for name in names}
    rows["meta"] = [row for row in rows["meta"] if not row.startswith("('arguments'")]
    return {name: rows[name] for name in rows if name not in ("run", "words_data", "words_idx")}


def main(pages: str, path: str, engine: str, shards: str) -> None:
    """A run as a process of its own, written to the map a few statements at a time, each write logged."""
    kept = per_page.keep

    def keep_slowly(*given: Any) -> None:
        kept(*given)
        time.sleep(float(os.environ.get(DELAY, "0")))
        if log := os.environ.get(KEPT):
            with Path(log).open("a") as stream:
                stream.write("page\n")

    per_page.keep = shard_engine.keep = keep_slowly
    per_page._BATCH = 8
    try:
        build(
            Path(pages), Path(path), None if engine == "here" else Sharded(engine, load, Path(shards), pages_a_shard=2)
        )
    except DiscourseError as error:
        sys.exit(f"discourse: {error}")


if __name__ == "__main__":
    main(*sys.argv[1:])
