"""Coverage-guided fuzzing (atheris) of what reads hostile bytes: anything but a DiscourseError is a finding.

    python -m venv --system-site-packages fuzz && fuzz/bin/pip install atheris
    fuzz/bin/python scripts/fuzz_parsers.py TARGET [CORPUS_DIR] [-max_total_time=600 -seed=1 ...]

TARGET is query, codebook, quotes, extract, or the name of a format that `discourse annotations import` reads. A sound
file of it is changed then, and what is read of it must also be written and read again.
"""

from __future__ import annotations

import importlib
import io
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["discourse"]):
    from discourse import formats
    from discourse.annotations import Annotation, Coded, Text, mark
    from discourse.codebook import parse_codebook
    from discourse.errors import DiscourseError
    from discourse.extract import SUFFIXES, extract
    from discourse.formats import standoff
    from discourse.nlp.quotes import find_quotes
    from discourse.query.search import match_expression
    from discourse.records import Page
    from discourse.store import Map, find
    from discourse.store.read import Filter

    # Loaded only when a format is asked for, and then not followed.
    MODULES = {
        name: importlib.import_module(f"discourse.formats.{exchange.module}")
        for name, exchange in formats.FORMATS.items()
        if exchange.reads
    }

Target = Callable[[bytes], None]
Make = Callable[[Path], Target]

TEXT = Text("d1", "Ann \U0001f600 said it works. Bo naïvely said it does not.", "A title")
PLAIN = (
    mark(TEXT, 6, 10, "cue", "said", "Ann Coder", id="a1", note="why", time="2024-05-01T10:00:00Z"),
    mark(TEXT, 11, 19, "stance:x", "favour", "Bo", id="a2", attributes=(("confidence", 0.5), ("sure", True))),
)
REPLY = Annotation("d1", TEXT.digest, "reply", "to", "Bo", id="r1", source="a1", target="a2")
HELD_IN = {"brat": "*.ann", "cas-json": "*.json", "huggingface": "annotations/*.parquet"}
"""The file that is changed, of a format that is a folder of files."""


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


def imported(name: str) -> Make:
    """Files in one of the exchange formats; of those that are packed, what is inside."""

    def target(folder: Path) -> Target:
        place = folder / "in"
        sample(name, place)
        file = next(iter(place.rglob(HELD_IN[name]))) if name in HELD_IN else place
        pack = packing(name, file)
        (folder / "seeds").mkdir()
        (folder / "seeds" / "sound").write_bytes(unpacked(name, file))
        again = folder / "again.jsonl"

        def read(data: bytes) -> None:
            file.write_bytes(pack(data))
            found = formats.read(name, place)
            standoff.write(found, again)
            assert len(standoff.read(again).annotations) == len(found.annotations)

        return read

    return target


def sample(name: str, place: Path) -> None:
    """A sound file or folder of a format, with a relation where it holds those."""
    try:
        MODULES[name].write(Coded((TEXT,), (*PLAIN, REPLY)), place)
    except DiscourseError:
        MODULES[name].write(Coded((TEXT,), PLAIN), place)


def unpacked(name: str, file: Path) -> bytes:
    """What a reader comes to once it has opened the packing."""
    if name == "spacy":
        return zlib.decompress(file.read_bytes())
    if name == "qdpx":
        with zipfile.ZipFile(file) as archive:
            return archive.read("project.qde")
    return file.read_bytes()


def packing(name: str, file: Path) -> Callable[[bytes], bytes]:
    """The way back: changed contents in a sound packing, which a change at random would seldom leave sound."""
    if name == "spacy":
        return zlib.compress
    if name != "qdpx":
        return bytes
    with zipfile.ZipFile(file) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}

    def pack(data: bytes) -> bytes:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for part, content in (parts | {"project.qde": data}).items():
                archive.writestr(part, content)
        return packed.getvalue()

    return pack


def void(_: object) -> None:
    """Forgets a result."""


TARGETS: dict[str, Make] = {
    "query": query,
    "codebook": codebook,
    "quotes": quotes,
    "extract": pages,
    **{name: imported(name) for name in MODULES},
}


def main() -> None:
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(f"give a target: {', '.join(TARGETS)}")
    name = sys.argv.pop(1)
    with tempfile.TemporaryDirectory() as folder:
        target = TARGETS[name](Path(folder))
        seeds = Path(folder) / "seeds"

        def one(data: bytes) -> None:
            with suppress(DiscourseError):
                target(data)

        atheris.Setup([*sys.argv, *([str(seeds)] if seeds.is_dir() else [])], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
