"""Every reader against files that were sound and were changed at random: read, or refused in one line.

The short form of `scripts/fuzz_parsers.py`, which looks for what leads into code that was not reached yet.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from discourse.errors import DiscourseError
from tests.test_formats_hostile import FOLDERS, READERS, RICH, SPANS, told_by, unzipped, written, zipped

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
