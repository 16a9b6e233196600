"""Whole texts and captured pages: off unless switched on, whole, marked, and harmless."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discourse.collect.sources import read_archive
from discourse.errors import DiscourseError
from discourse.pipeline import Stages, run
from discourse.store import Map, browse, read
from discourse.web.whole import CAPTURED, PORTION, portions
from discourse.web.whole import pieces as cut
from tests.server import Site, serving
from tests.test_collect_crawl import collect, pages
from tests.web_client import Elements, client


def document_of(path: Path) -> str:
    with Map.open(path) as store:
        return str(browse.documents(store, 1)[0]["id"])


def test_whole_texts_are_off_unless_switched_on(built: Path) -> None:
    web, name = client(built), document_of(built)
    assert web.get(f"/documents/{name}/text").status_code == 404
    assert web.get(f"/documents/{name}/captured").status_code == 404
    assert "/text" not in web.get(f"/documents/{name}").text


def test_a_whole_text_marks_what_was_said(built: Path) -> None:
    web, name = client(built, full_texts=True), document_of(built)
    assert f"/documents/{name}/text" in Elements(web.get(f"/documents/{name}").text).links
    page = web.get(f"/documents/{name}/text").text
    shown = page[page.index('<div class="fulltext">') :].partition(">")[2].partition("</div>")[0]
    with Map.open(built) as store:
        assert unescape(re.sub(r"<[^>]+>", "", shown)) == read.text_of(store, name)
    assert "<mark>I now think inspection is good for morale.</mark>" in page
    for wrong in ("2", "0", "x", "99999999"):
        assert web.get(f"/documents/{name}/text?page={wrong}").status_code == 400
    assert web.get("/documents/none/text").status_code == 404


@given(st.integers(0, 5 * PORTION), st.integers(2, 3000))
def test_portions_make_up_the_text_and_are_bearable(length: int, paragraph: int) -> None:
    text = ("x" * (paragraph - 2) + "\n\n") * (length // paragraph + 1)
    parts = portions(text)
    assert "".join(text[start:end] for start, end in parts) == text
    assert all(0 < end - start <= PORTION for start, end in parts)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8), st.integers(0, 30), st.integers(30, 60))
def test_pieces_make_up_their_stretch(spans: list[tuple[int, int]], start: int, end: int) -> None:
    text = "".join(chr(33 + place) for place in range(60))
    rows = [{"start": min(span), "end": max(span), "id": place} for place, span in enumerate(spans)]
    found = cut(text, start, end, rows)
    assert "".join(piece for piece, _ in found) == text[start:end]
    for piece, row in found:
        assert row is None or piece in text[row["start"] : row["end"]]


PAGE = (
    "<html><head><title>On inspection</title></head><body><article><h1>On inspection</h1>"
    "<p>Ann Lee: Inspection is good for everybody who works here, and I have said so for many years now.</p>"
    "<p>The board met on Tuesday to hear a report on the year, and nobody asked for anything else to be minuted.</p>"
    "</article><script>alert(1)</script></body></html>"
)


def test_a_captured_page_is_as_it_was_and_does_nothing(tmp_path: Path, stages: Stages) -> None:
    archive, path = tmp_path / "archive", tmp_path / "captured.db"
    with serving(Site()) as site:
        site.put("/a", PAGE)
        collect(archive, pages(site, "/a"))
    with Map.create(path) as store:
        run(read_archive(archive), store, stages)
    name = document_of(path)
    web = client(path, full_texts=True, archive=archive)
    assert f"/documents/{name}/captured" in Elements(web.get(f"/documents/{name}").text).links
    answer = web.get(f"/documents/{name}/captured")
    assert answer.text == PAGE
    policy = answer.headers.get_list("content-security-policy")
    assert policy == [CAPTURED]
    assert policy[0].startswith("sandbox;")
    assert "script" not in policy[0]
    assert web.get("/documents/none/captured").status_code == 404
    assert client(path, archive=archive).get(f"/documents/{name}/captured").status_code == 404
    with pytest.raises(DiscourseError):
        client(path, full_texts=True, archive=tmp_path / "none")
