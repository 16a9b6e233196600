"""Every reader against every kind of bad input: one line with the place and what to do, nothing imported by half."""

from __future__ import annotations

import io
import json
import re
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from discourse.annotations import Annotation, Coded, Text, mark
from discourse.cli import app
from discourse.errors import DiscourseError
from discourse.formats import FORMATS, base, read, refi_zip, spacy_bin, standoff
from discourse.formats import dna_read as dna_reader

TEXT = Text("d1", "Ann \U0001f600 said it works. Bo naïvely said it does not.", "A title")
SPANS = (
    mark(TEXT, 6, 10, "cue", "said", "Ann Coder", id="a1"),
    mark(TEXT, 11, 19, "stance:x", "favour", "Ann Coder", id="a2"),
)
RICH = (
    mark(TEXT, 6, 10, "cue", "said", "Ann Coder", id="a1", time="2024-05-01T10:00:00Z", note="why"),
    mark(TEXT, 11, 19, "stance:x", "favour", "Ann Coder", id="a2", time="2024-05-01T10:00:00Z",
         attributes=(("confidence", 0.5), ("sure", True))),
    Annotation("d1", TEXT.digest, "reply", "to", "Ann Coder", id="r1", source="a1", target="a2",
               time="2024-05-01T10:00:00Z"),
)  # fmt: skip
OVERLAPPING = (
    mark(TEXT, 0, 19, "label", "long", "Ann Coder", id="o1"),
    mark(TEXT, 6, 30, "label", "across", "Ann Coder", id="o2"),
    mark(TEXT, 6, 10, "label", "inside", "Ann Coder", id="o3"),
)
READERS = [name for name, exchange in FORMATS.items() if exchange.reads]
FOLDERS = {"brat": "*.ann", "cas-json": "*.json", "huggingface": "annotations/*.parquet"}
NEEDS = {"huggingface": "pyarrow"}
BEYOND = 9999


def written(name: str, place: Path, spans: tuple = SPANS) -> Path:
    """A sound file or folder of a format, and the file in it that holds the annotations."""
    if name in NEEDS:
        pytest.importorskip(NEEDS[name])
    import importlib

    module = importlib.import_module(f"discourse.formats.{FORMATS[name].module}")
    getattr(module, FORMATS[name].writer)(Coded((TEXT,), spans), place)
    return next(iter(sorted(place.rglob(FOLDERS[name])))) if name in FOLDERS else place


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A sound file or folder of each format, written once."""
    folder = tmp_path_factory.mktemp("sound")

    def of(name: str) -> Path:
        place = folder / name
        if not place.exists():
            written(name, place)
        return place

    return of


def copied(source: Path, place: Path, name: str) -> tuple[Path, Path]:
    """A copy to damage, and the file in it that holds the annotations."""
    shutil.copytree(source, place) if source.is_dir() else shutil.copy(source, place)
    return place, next(iter(sorted(place.rglob(FOLDERS[name])))) if name in FOLDERS else place


def refused(name: str, place: Path, out: Path, message: str = "") -> str:
    """The one line that a reader says; the command leaves nothing behind."""
    with pytest.raises(DiscourseError) as caught:
        CliRunner().invoke(app, ["annotations", "import", str(place), str(out), "--from", name], catch_exceptions=False)
    told = str(caught.value)
    assert "\n" not in told
    assert len(told) < 600
    assert place.name in told, "the place is named"
    assert ":" in told.removeprefix(str(place)), "what is wrong, and what to do"
    assert re.search(message, told), told
    assert not out.exists()
    assert [p.name for p in out.parent.iterdir() if p.name.startswith(".")] == []
    return told


EMPTY_IS_WHOLE = {"annotations", "doccano", "brat", "conll"}
"""Formats of lines, of which an empty file is a whole file of none."""


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.95])
def test_truncated(name: str, share: float, sound: Callable[[str], Path], tmp_path: Path) -> None:
    place, file = copied(sound(name), tmp_path / "in", name)
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    if share == 0.0 and name in EMPTY_IS_WHOLE:
        assert read(name, place).annotations == ()
    else:
        refused(name, place, tmp_path / "out")


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_another_encoding(name: str, encoding: str, sound: Callable[[str], Path], tmp_path: Path) -> None:
    if name in ("dna", "spacy", "huggingface"):
        pytest.skip("a binary format: its texts have one encoding")
    place, file = copied(sound(name), tmp_path / "in", name)
    if name == "qdpx":
        parts = dict(unzipped(file))
        source = next(n for n in parts if n.endswith(".txt"))
        zipped(file, parts | {source: TEXT.text.replace("\U0001f600", "!").encode(encoding)})
    elif name == "brat":
        text = next(place.rglob("*.txt"))
        text.write_bytes(text.read_text(encoding="utf-8").replace("\U0001f600", "!").encode(encoding))
    elif encoding == "utf-16" and name in ("cas-json", "label-studio", "web-annotation"):
        # What JSON is allowed to be in and says of itself is read rightly.
        file.write_bytes(file.read_text(encoding="utf-8").encode(encoding))
        assert read(name, place) == read(name, sound(name))
        return
    else:
        old = file.read_text(encoding="utf-8")
        marked = old.replace("\\u00ef", "ï").replace("\\ud83d\\ude00", "!").replace("\U0001f600", "!")
        file.write_bytes(marked.replace("Ann Coder", "Ünn Coder").encode(encoding))
    refused(name, place, tmp_path / "out", "UTF-8|JSON|XML")


def unzipped(path: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            yield info.filename, archive.read(info)


def zipped(path: Path, parts: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


@dataclass(frozen=True)
class Damage:
    """What to change in a sound file: text to replace (regular expression), SQL to run, or a whole other content."""

    old: str = ""
    new: str = ""
    sql: str = ""


JSON_END = r'("end(?:_offset)?"): ?19\b'
BEYOND_THE_TEXT = {
    "annotations": Damage(r'"end": 19', f'"end": {BEYOND}'),
    "annotations-csv": Damage(r",11,19,", f",11,{BEYOND},"),
    "brat": Damage(r" 11 19\t", f" 11 {BEYOND}\t"),
    "cas-json": Damage(r'"end": ?20\b', f'"end": {BEYOND}'),
    "conll": Damage(r"works\t14\t19", f"works\t14\t{BEYOND}"),
    "dna": Damage(sql=f"UPDATE STATEMENTS SET Stop = {BEYOND}"),
    "doccano": Damage(JSON_END, rf"\1: {BEYOND}"),
    "label-studio": Damage(r'"end": ?20\b', f'"end": {BEYOND}'),
    "qdpx": Damage(r'endPosition="19"', f'endPosition="{BEYOND}"'),
    "web-annotation": Damage(r'"end": ?19\b', f'"end": {BEYOND}'),
}
DUPLICATE = {
    "annotations": Damage(r'"id": "a2"', '"id": "a1"'),
    "annotations-csv": Damage(r"^(\d+),a2,", r"\1,a1,"),
    "brat": Damage(r"^T2\t", "T1\t"),
    "cas-json": Damage(r'("%ID": ?)(\d+)', r"\g<1>7"),
    "dna": Damage(sql="INSERT INTO DOCUMENTS SELECT ID + 1, Title, Text, Coder, Author, Source, Section, Notes, Type,"
                      " Date FROM DOCUMENTS"),
    "doccano": Damage(r'("entities": ?\[\{"id": ?)(\d+)(.*?\{"id": ?)\d+', r"\1\2\3\2"),
    "label-studio": Damage(r'"id": "a2"', '"id": "a1"'),
    "qdpx": Damage(r'(<PlainTextSelection guid=")[^"]+', r"\g<1>00000000-0000-4000-8000-000000000000"),
    "web-annotation": Damage(r'annotation:a2"', 'annotation:a1"'),
}  # fmt: skip
UNKNOWN_LABEL = {
    "annotations": Damage(r'"label": "favour"', '"label": ""'),
    "annotations-csv": Damage(r",stance:x,favour,", ",stance:x,,"),
    "brat": Damage(r"^(T1\t)\S+ ", r"\1 "),
    "cas-json": Damage(r'"label": ?"favour"', '"label": ""'),
    "conll": Damage(r"\bB-favour\b", "Q-favour"),
    "dna": Damage(sql="UPDATE STATEMENTS SET StatementTypeId = 99"),
    "doccano": Damage(r'"label": ?"stance:x=favour"', '"label": ""'),
    "label-studio": Damage(r'"labels": ?\["stance:x=favour"\]', '"labels": [""]'),
    "qdpx": Damage(r'(<CodeRef targetGUID=")[^"]+', r"\g<1>00000000-0000-4000-8000-000000000000"),
    "web-annotation": Damage(r'"value": ?"stance:x=favour"', '"value": ""'),
}
WRONG_VERSION = {
    "annotations": Damage(r'"version": 1', '"version": 9'),
    "annotations-csv": Damage(r"^1,", "9,"),
    "dna": Damage(sql="UPDATE SETTINGS SET Value = '2.0' WHERE Property = 'version'"),
    "qdpx": Damage(r"urn:QDA-XML:project:1\.0", "urn:QDA-XML:project:9.0"),
}


def damaged(name: str, damage: Damage, sound: Callable[[str], Path], tmp_path: Path) -> Path:
    place, file = copied(sound(name), tmp_path / "in", name)
    if damage.sql:
        connection = sqlite3.connect(file)
        connection.executescript(damage.sql)
        connection.close()
        return place
    if name == "qdpx":
        parts = dict(unzipped(file))
        old = parts["project.qde"].decode()
        new, count = re.subn(damage.old, damage.new, old, flags=re.M | re.S)
        zipped(file, parts | {"project.qde": new.encode()})
    else:
        old = file.read_text(encoding="utf-8")
        new, count = re.subn(damage.old, damage.new, old, flags=re.M)
        file.write_text(new, encoding="utf-8")
    assert count, f"nothing to damage in {old[:2000]}"
    assert new != old
    return place


def cases(table: dict[str, Damage]) -> list[pytest.param]:
    return [pytest.param(name, damage, id=name) for name, damage in table.items()]


@pytest.mark.parametrize(("name", "damage"), cases(BEYOND_THE_TEXT))
def test_offsets_beyond_the_text(name: str, damage: Damage, sound: Callable[[str], Path], tmp_path: Path) -> None:
    refused(name, damaged(name, damage, sound, tmp_path), tmp_path / "out", f"{BEYOND}|start to end|stand|stretch")


@pytest.mark.parametrize(("name", "damage"), cases(DUPLICATE))
def test_duplicate_ids(name: str, damage: Damage, sound: Callable[[str], Path], tmp_path: Path) -> None:
    refused(name, damaged(name, damage, sound, tmp_path), tmp_path / "out", "twice|already|same|once")


@pytest.mark.parametrize(("name", "damage"), cases(UNKNOWN_LABEL))
def test_labels_that_are_none(name: str, damage: Damage, sound: Callable[[str], Path], tmp_path: Path) -> None:
    refused(name, damaged(name, damage, sound, tmp_path), tmp_path / "out")


@pytest.mark.parametrize(("name", "damage"), cases(WRONG_VERSION))
def test_a_wrong_version(name: str, damage: Damage, sound: Callable[[str], Path], tmp_path: Path) -> None:
    refused(name, damaged(name, damage, sound, tmp_path), tmp_path / "out", "version|namespace|root|9")


@pytest.mark.parametrize("name", READERS)
def test_overlapping_spans_are_all_read(name: str, tmp_path: Path) -> None:
    place = tmp_path / "in"
    written(name, place, OVERLAPPING)
    found = {(a.start, a.end, a.label) for a in read(name, place).annotations}
    assert found == {(a.start, a.end, a.label) for a in OVERLAPPING}


@pytest.mark.parametrize("name", READERS)
def test_larger_than_is_read(name: str, tmp_path: Path, sound: Callable[[str], Path], monkeypatch) -> None:  # type: ignore[no-untyped-def]
    place, file = copied(sound(name), tmp_path / "in", name)
    if name == "dna":
        monkeypatch.setattr(dna_reader, "LARGEST", 1000)
    elif name == "spacy":
        monkeypatch.setattr(spacy_bin, "LARGEST", 100)
        file.write_bytes(zlib.compress(b"\0" * 1_000_000))
    else:
        # A file with a hole: as long as the limit, and nothing on the disk.
        with file.open("r+b") as stream:
            stream.truncate(base.LARGEST + 1)
    refused(name, place, tmp_path / "out", "bytes|unpacks|larger|more than")


def test_a_bomb_and_parts_outside_the_archive(
    tmp_path: Path, sound: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refi_zip, "LARGEST_PART", 100_000)
    parts = dict(unzipped(sound("qdpx")))
    for number, more in enumerate(
        ({"sources/bomb.txt": b"0" * 10_000_000}, {"../evil.txt": b"x"}, {"/etc/evil": b"x"}, {"a\\..\\..\\evil": b"x"})
    ):
        zipped(tmp_path / "in.qdpx", parts | more)
        if number == 0:
            # What no annotation needs is not unpacked; what is needed and too large is refused.
            source = next(n for n in parts if n.endswith(".txt"))
            zipped(tmp_path / "in.qdpx", parts | {source: b"0" * 10_000_000})
        refused("qdpx", tmp_path / "in.qdpx", tmp_path / "out", "unpacks|outside")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.qdpx"]


@pytest.mark.parametrize(
    "head",
    [
        "<!DOCTYPE x [<!ENTITY a 'lol'><!ENTITY b '&a;&a;&a;'>]>",
        "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>",
        "<!DOCTYPE x SYSTEM 'http://127.0.0.1:9/x.dtd'>",
    ],
)
def test_entities(head: str, tmp_path: Path, sound: Callable[[str], Path]) -> None:
    parts = dict(unzipped(sound("qdpx")))
    declaration, _, rest = parts["project.qde"].decode().partition("?>")
    zipped(tmp_path / "in.qdpx", parts | {"project.qde": f"{declaration}?>{head}{rest}".encode()})
    refused("qdpx", tmp_path / "in.qdpx", tmp_path / "out", "document type")


@pytest.mark.parametrize("name", READERS)
def test_what_is_not_there_or_is_something_else(name: str, tmp_path: Path) -> None:
    if name in NEEDS:
        pytest.importorskip(NEEDS[name])
    refused(name, tmp_path / "nothing", tmp_path / "out")
    picture = tmp_path / "picture"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    refused(name, picture, tmp_path / "out")


def test_every_reader_is_in_every_table() -> None:
    """The formats that a table leaves out cannot have the fault: their files hold no offsets, ids or versions of
    annotations that could be wrong in this way."""
    assert set(READERS) - set(BEYOND_THE_TEXT) == {"spacy", "huggingface"}
    assert set(READERS) - set(DUPLICATE) == {"spacy", "huggingface", "conll"}
    assert set(READERS) - set(UNKNOWN_LABEL) == {"spacy", "huggingface"}


def test_a_data_set_with_wrong_rows(tmp_path: Path, sound: Callable[[str], Path]) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    pa = pytest.importorskip("pyarrow")
    for number, (change, message) in enumerate(
        (
            ({"end": BEYOND}, "start to end"),
            ({"id": "a1"}, "twice|already"),
            ({"label": ""}, "label"),
        )
    ):
        place, file = copied(sound("huggingface"), tmp_path / f"in{number}", "huggingface")
        table = parquet.read_table(file)
        rows = [row | change for row in table.to_pylist()]
        buffer = io.BytesIO()
        parquet.write_table(pa.Table.from_pylist(rows, schema=table.schema), buffer)
        file.write_bytes(buffer.getvalue())
        refused("huggingface", place, tmp_path / "out", message)


def test_json_with_wrong_types_everywhere(tmp_path: Path) -> None:
    """Each value of a sound JSON file in turn is replaced by one of another type or left out: the file is refused, or
    read as annotations that can be written and read again."""
    for name in ("annotations", "doccano", "label-studio", "web-annotation", "cas-json"):
        place = tmp_path / f"in-{name}"
        file = written(name, place, SPANS if name == "doccano" else RICH)
        lines = name in ("annotations", "doccano")
        whole = json.loads(file.read_text(encoding="utf-8").splitlines()[0] if lines else file.read_text("utf-8"))
        for changed in mutations(whole):
            file.write_text(json.dumps(changed), encoding="utf-8")
            assert "\n" not in told_by(name, place, tmp_path / "again.jsonl")


def told_by(name: str, place: Path, again: Path) -> str:
    try:
        found = read(name, place)
    except DiscourseError as error:
        return str(error)
    standoff.write(found, again)
    assert len(read("annotations", again).annotations) == len(found.annotations)
    assert all(isinstance(text.title, str | None) for text in found.texts)
    return ""


def mutations(value: object) -> Iterator[object]:
    for wrong in (None, 7, "x", [[]]):
        if type(wrong) is not type(value):
            yield wrong
    if isinstance(value, dict):
        for key in value:
            yield from ({**value, key: changed} for changed in mutations(value[key]))
            yield {k: v for k, v in value.items() if k != key}
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from ([*value[:i], changed, *value[i + 1 :]] for changed in mutations(item))
