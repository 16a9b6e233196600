"""The report: self-contained, every cell leads somewhere, nothing of a page is markup."""

from __future__ import annotations

import base64
import hashlib
from html.parser import HTMLParser
from pathlib import Path

import pytest

from discourse.collect import gather
from discourse.errors import DiscourseError
from discourse.pipeline import Stages, run
from discourse.report import render_report, write_report
from discourse.store import Map
from discourse.web.links import at_quotation
from discourse.web.templating import STYLE

ATTACK = '<script>alert(1)</script><img src=x onerror="alert(1)">'


class Elements(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        if tag == "a":
            self.links.append(found.get("href") or "")
        if "id" in found:
            self.ids.add(found["id"] or "")


def test_every_cell_opens_its_quotations(built: Path) -> None:
    with Map.open(built) as store:
        page = render_report(store)
    seen = Elements(page)
    assert {link[1:] for link in seen.links if link.startswith("#")} <= seen.ids
    assert "search--ann-lee--inspection" in seen.ids
    assert "#search--ann-lee--inspection" in seen.links
    assert "Coded by machine, not reviewed" in page
    assert "responsible-use" in seen.ids


def test_it_asks_nothing_of_any_host(built: Path) -> None:
    with Map.open(built) as store:
        seen = Elements(render_report(store))
    assert not {"script", "img", "link", "iframe", "form"} & set(seen.tags)
    assert "url(" not in STYLE
    assert "@import" not in STYLE


def test_it_looks_like_the_pages_and_its_policy_allows_their_style_alone(built: Path) -> None:
    with Map.open(built) as store:
        page = render_report(store)
    style = page.partition("<style>")[2].partition("</style>")[0]
    assert STYLE in style
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page


def test_links_lead_to_what_is_in_it_or_to_sources(built: Path) -> None:
    with Map.open(built) as store:
        seen = Elements(render_report(store))
    assert [link for link in seen.links if link and not link.startswith(("#", "https://", "http://"))] == []
    assert "documents" in seen.ids


def test_what_a_page_says_is_never_markup(tmp_path: Path, stages: Stages) -> None:
    folder = tmp_path / "hostile"
    folder.mkdir()
    (folder / "x.md").write_text(
        f"---\ntitle: {ATTACK}\n---\n\nAnn Lee: Inspection is bad {ATTACK} for everybody who works here.\n"
    )
    with Map.create(tmp_path / "h.db") as store:
        run(gather([str(folder)]), store, stages)
        page = render_report(store)
    assert "<script>" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://a.example/p#x", "https://a.example/p#:~:text=Well%2Dsaid%20it%20is"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("http://[broken", None),
        (None, None),
    ],
)
def test_links_open_at_the_quotation_and_only_on_the_web(url: str | None, link: str | None) -> None:
    row = {"document": {"url": url, "source": "a/file.txt"}, "text": "Well-said it is"}
    assert at_quotation(row) == link


def test_a_place_that_cannot_be_written_is_told(built: Path, tmp_path: Path) -> None:
    with Map.open(built) as store, pytest.raises(DiscourseError, match="cannot be written"):
        write_report(store, tmp_path / "none" / "out.html")
