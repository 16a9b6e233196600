"""Every reader against files that were sound and were changed at random: read, or refused in one line.

The short form of `scripts/fuzz_parsers.py`, which looks for what leads into code that was not reached yet.
"""

from __future__ import annotations

import re
import sqlite3
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from discourse.annotations import Annotation
from discourse.errors import DiscourseError
from discourse.formats import read
from tests.test_formats_hostile import FOLDERS, READERS, RICH, SPANS, TEXT, told_by, unzipped, written, zipped

PIECES = [
    b"", b"\n", b"\t", b'"', b"'", b",", b":", b"{", b"}", b"[", b"]", b"<", b"/>", b"&#0;", b"&#xD800;", b"]]>", b" ",
    b"0", b"-1", b"19", b"9999", b"99999999999999999999", b"1e999", b"NaN", b"null", b"true", b"\\ud800", b"\\u0000",
    b"\x00", b"\xff", b"\xef\xbb\xbf", "é".encode(), "\u2028".encode(), b"T1", b"R1", b"B-x", b"#", b"=", b"id",
]  # fmt: skip
"""What a slip of a hand or of a program puts into a file."""
Edit = tuple[int, int, bytes]
edits = st.lists(
    st.tuples(st.integers(0, 10**6), st.integers(0, 40), st.one_of(st.sampled_from(PIECES), st.binary(max_size=4))),
    min_size=1,
    max_size=4,
)


def changed(content: bytes, slips: list[Edit]) -> bytes:
    for place, cut, piece in slips:
        at = place % (len(content) + 1)
        content = content[:at] + piece + content[at + cut :]
    return content


def sample(name: str, place: Path) -> Path:
    try:
        return written(name, place, RICH)
    except DiscourseError:  # a format without relations or times
        return written(name, place, SPANS)


def rewriting(name: str, file: Path) -> Callable[[list[Edit]], None]:
    """Changes a file, or what is inside where it is packed: a change of the packing would seldom get further."""
    if name == "qdpx":
        parts = dict(unzipped(file))
        return lambda slips: zipped(file, parts | {"project.qde": changed(parts["project.qde"], slips)})
    content = file.read_bytes()
    if name == "spacy":
        return lambda slips: void(file.write_bytes(zlib.compress(changed(zlib.decompress(content), slips))))
    return lambda slips: void(file.write_bytes(changed(content, slips)))


def void(_: object) -> None:
    """Forgets a result."""


@pytest.mark.parametrize("name", READERS)
def test_a_sound_file_changed_at_random(name: str, tmp_path: Path) -> None:
    place = tmp_path / "in"
    sample(name, place)
    file = next(iter(sorted(place.rglob(FOLDERS[name])))) if name in FOLDERS else place
    rewrite = rewriting(name, file)

    @seed(9)
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(edits)
    def slips_made(slips: list[Edit]) -> None:
        rewrite(slips)
        assert "\n" not in told_by(name, place, tmp_path / "again.jsonl")

    slips_made()


@pytest.mark.parametrize(
    "line",
    [
        "E",
        "E1\t",
        f"T1\tx 0 {'9' * 5000}\tAnn",
        f"T1\tx 0 3\tAnn\nA1\tc T1 {'9' * 5000}",
        "T1\tx 0 3\tAnn\nA1\tc T1 1e999",
    ],
    ids=lambda line: line[:30],
)
def test_lines_of_brat_that_were_found_by_fuzzing(line: str, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("Ann said it.")
    (folder / "a.ann").write_text(line)
    assert "\n" not in told_by("brat", folder, tmp_path / "again.jsonl")


@pytest.mark.parametrize("name", ["annotations", "label-studio", "web-annotation"])
def test_a_number_too_large_to_be_one_is_refused(name: str, tmp_path: Path) -> None:
    file = written(name, tmp_path / "in", RICH)
    content = file.read_text(encoding="utf-8")
    assert re.search(r'"confidence": ?0\.5', content)
    file.write_text(re.sub(r'("confidence": ?)0\.5', r"\g<1>1e999", content), encoding="utf-8")
    assert "number" in told_by(name, tmp_path / "in", tmp_path / "again.jsonl")


def test_a_relation_without_a_label_is_refused(tmp_path: Path) -> None:
    file = written("label-studio", tmp_path / "in", RICH)
    content = file.read_text(encoding="utf-8")
    assert '"reply=to"' in content
    file.write_text(content.replace('"reply=to"', '""'), encoding="utf-8")
    assert "label" in told_by("label-studio", tmp_path / "in", tmp_path / "again.jsonl")


def links_of(place: Path) -> list[tuple[str, str]]:
    return [(found.layer, found.label) for found in read("qdpx", place).annotations if found.source]


@pytest.mark.parametrize("label", ["to", "x=y", "=", "a="])
def test_a_link_of_a_qda_project_has_the_label_it_had(label: str, tmp_path: Path) -> None:
    reply = Annotation("d1", TEXT.digest, "reply", label, "Ann Coder", id="r1", source="a1", target="a2")
    written("qdpx", tmp_path / "in", (*SPANS, reply))
    assert links_of(tmp_path / "in") == [("reply", label)]


def test_a_dna_file_whose_schema_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    file = written("dna", tmp_path / "in")
    content = file.read_bytes()
    assert b"REFERENCES STATEMENTS" in content
    file.write_bytes(content.replace(b"REFERENCES STATEMENTS", b"REFE\xae\xb3NCES STATEMENTS", 1))
    assert "damaged" in told_by("dna", file, tmp_path / "again.jsonl")


def test_a_dna_file_with_bytes_for_a_text_is_refused(tmp_path: Path) -> None:
    file = written("dna", tmp_path / "in")
    with closing(sqlite3.connect(file)) as connection, connection:
        assert connection.execute("UPDATE ENTITIES SET Value = x'ff00' WHERE Value != ''").rowcount
        connection.execute("UPDATE DATALONGTEXT SET Value = x'ff00'")
    assert "\n" not in told_by("dna", file, tmp_path / "again.jsonl")


def test_whatever_arrow_cannot_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arrow = pytest.importorskip("pyarrow")
    written("huggingface", tmp_path / "in")

    def fail(*_: object, **__: object) -> None:
        raise arrow.lib.ArrowNotImplementedError("Integers with more than 64 bits not implemented")

    monkeypatch.setattr("pyarrow.parquet.read_table", fail)
    assert "64 bits" in told_by("huggingface", tmp_path / "in", tmp_path / "again.jsonl")
