"""Extraction in a process apart: what it gives, and what a page made to burst costs."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from discourse.errors import PageError
from discourse.extract import MOST_BYTES, extract
from discourse.extract.apart import Reader, extract_apart
from discourse.records import Page

SAMPLE = Path(__file__).parents[1] / "corpus" / "sample"


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    reader = Reader(seconds=10, megabytes=900)
    yield reader
    reader.close()


def of_file(name: str) -> Page:
    return Page(name, name, (SAMPLE / name).read_bytes(), captured="2031-01-01T00:00:00Z")


def a_pdf(content: bytes) -> Page:
    """A PDF of one page with this content stream, packed."""
    stream = zlib.compress(content)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(stream), stream),
    ]
    body = b"%PDF-1.4\n"
    places = []
    for number, item in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj%s\nendobj\n" % (number, item)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 5\n0000000000 65535 f \n%strailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        table,
        len(body),
    )
    return Page("bomb.pdf", "bomb.pdf", body + end)


@pytest.mark.parametrize(
    "name",
    ["ofcal-carrow-vale-2019.pdf", "debates2018-08-22a.xml", "laidlaw-opinion-2018.html", "stavely-speech-2016.json"],
)
def test_it_gives_what_extract_gives(reader: Reader, name: str) -> None:
    page = of_file(name)
    assert reader.read(page) == extract_apart(page) == extract(page)


def test_a_page_made_to_burst_costs_itself_alone(reader: Reader) -> None:
    bomb = a_pdf(b"0 0 m 1 1 l S\n" * 20_000_000)
    assert len(bomb.content) < 1_000_000
    with pytest.raises(PageError, match=r"processor time|memory|ended the process"):
        reader.read(bomb)
    assert reader.read(of_file("ofcal-carrow-vale-2019.pdf"))


def test_a_process_that_was_ended_is_started_again(reader: Reader) -> None:
    reader.read(of_file("laidlaw-opinion-2018.html"))
    assert reader._process is not None
    reader._process.kill()
    reader._process.wait()
    assert reader.read(of_file("laidlaw-opinion-2018.html"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_of_this_process_leaves_its_reader_alone(reader: Reader) -> None:
    reader.read(of_file("laidlaw-opinion-2018.html"))
    child = os.fork()
    if not child:
        reader.close()
        os._exit(0)
    os.waitpid(child, 0)
    assert reader._process is not None
    assert reader._process.poll() is None


def test_reasons_come_through(reader: Reader) -> None:
    with pytest.raises(PageError, match="no main text"):
        reader.read(Page("a", "a", b"<html><body><nav><a href='/'>Home</a></nav></body></html>"))
    with pytest.raises(PageError, match="too large"):
        extract_apart(Page("a", "a", b"<html>" + b" " * MOST_BYTES))


def test_nothing_in_the_working_directory_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lxml.py").write_text("raise SystemExit(3)")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    apart = Reader()
    try:
        assert apart.read(of_file("laidlaw-opinion-2018.html"))
    finally:
        apart.close()
