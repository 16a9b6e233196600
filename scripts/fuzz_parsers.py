"""Coverage-guided fuzzing (atheris) of what reads hostile bytes: anything but a DiscourseError is a finding.

    python -m venv --system-site-packages fuzz && fuzz/bin/pip install atheris
    fuzz/bin/python scripts/fuzz_parsers.py TARGET [CORPUS_DIR] [-max_total_time=600 -seed=1 ...]

TARGET is query, codebook, quotes, extract, or the name of a format that `discourse annotations import` reads.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["discourse"]):
    from discourse import formats
    from discourse.codebook import parse_codebook
    from discourse.errors import DiscourseError
    from discourse.extract import SUFFIXES, extract
    from discourse.nlp.quotes import find_quotes
    from discourse.query.search import match_expression
    from discourse.records import Page
    from discourse.store import Map, find
    from discourse.store.read import Filter

Target = Callable[[bytes], None]


def query(folder: Path) -> Target:
    """Queries, as far as SQLite's own reading of the expression made of them."""
    store = Map.create(folder / "empty.db")

    def ask(data: bytes) -> None:
        expression = match_expression(data.decode("utf-8", "ignore"))
        if expression:
            find.word_hits(store, expression, Filter(), 5)

    return ask


def codebook(_: Path) -> Target:
    """Codebooks."""
    return lambda data: void(parse_codebook(data.decode("utf-8", "ignore")))


def quotes(_: Path) -> Target:
    """Quotation marks: whatever is found lies in the text."""

    def look(data: bytes) -> None:
        text = data.decode("utf-8", "ignore")
        for quote in find_quotes(text):
            assert 0 <= quote.start <= quote.end <= len(text), quote

    return look


def pages(_: Path) -> Target:
    """Pages; the first byte chooses what the file is called."""
    suffixes = sorted(SUFFIXES)

    def read(data: bytes) -> None:
        name = f"page{suffixes[data[0] % len(suffixes)]}" if data else "page"
        for document in extract(Page(name, name, data[1:])):
            document.text.encode("utf-8")
            assert all(0 <= block.start <= block.end <= len(document.text) for block in document.blocks)

    return read


def imported(name: str) -> Callable[[Path], Target]:
    """Files in one of the exchange formats."""

    def target(folder: Path) -> Target:
        file = folder / "in"

        def read(data: bytes) -> None:
            file.write_bytes(data)
            formats.read(name, file)

        return read

    return target


def void(_: object) -> None:
    """Forgets a result."""


TARGETS: dict[str, Callable[[Path], Target]] = {
    "query": query,
    "codebook": codebook,
    "quotes": quotes,
    "extract": pages,
    **{name: imported(name) for name, exchange in formats.FORMATS.items() if exchange.reads},
}


def main() -> None:
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(f"give a target: {', '.join(TARGETS)}")
    name = sys.argv.pop(1)
    with tempfile.TemporaryDirectory() as folder:
        target = TARGETS[name](Path(folder))

        def one(data: bytes) -> None:
            with suppress(DiscourseError):
                target(data)

        atheris.Setup(sys.argv, one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
