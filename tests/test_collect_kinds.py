"""Each kind of source from its list to its pages, sources that fall silent, and the commands."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from discourse.cli import app, gather  # noqa: F401  (the commands register themselves)
from discourse.collect import gather as read_inputs
from discourse.collect.crawl import Crawl
from discourse.collect.source import Source
from discourse.collect.sources import read_archive, read_sources
from discourse.errors import DiscourseError
from discourse.extract import extract
from discourse.records import Page
from tests import server
from tests.server import Site, serving
from tests.test_collect_crawl import MANNER, collect, outcomes, pages

READABLE = """<html><body><article><h1>Last home closes</h1>
<p>The council of Wendle said on Tuesday that its last home will close in the autumn, after a long debate.</p>
<p>Eleven children will have moved to other towns before the year is out, and their social workers with them.</p>
</article></body></html>"""


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site()) as running:
        yield running


def source(site: Site, kind: str, path: str, **options: object) -> Source:
    return Source("the-source", "The source", kind, (site.url + path,), **options)  # type: ignore[arg-type]


def articles(site: Site, *paths: str) -> None:
    for path in paths:
        site.put(path, f"<p>{path}")


def rss(*paths: str) -> str:
    return "<rss><channel>" + "".join(f"<item><link>{path}</link></item>" for path in paths) + "</channel></rss>"


def test_a_feed(site: Site, tmp_path: Path) -> None:
    articles(site, "/1", "/2")
    site.put("/feed", rss("/1", "/2"), "application/rss+xml", etag='"f"')
    site.put("/home", '<html><link rel="alternate" type="application/rss+xml" href="/feed">')
    expected = {"home": "new", "feed": "new", "1": "new", "2": "new"}
    assert outcomes(collect(tmp_path, source(site, "feed", "/home"))) == expected
    # The feed answers "not modified" now; its entries are asked for all the same.
    assert set(outcomes(collect(tmp_path, source(site, "feed", "/home"))).values()) == {"unchanged"}


def test_sitemaps_that_name_each_other(site: Site, tmp_path: Path) -> None:
    def index(*paths: str) -> str:
        return "<sitemapindex>" + "".join(f"<sitemap><loc>{path}</loc></sitemap>" for path in paths) + "</sitemapindex>"

    articles(site, "/1", "/2")
    site.put("/sitemap.xml", index("/sitemap.xml", "/loop.xml", "/pages.xml.gz"), "text/xml")
    site.put("/loop.xml", index("/sitemap.xml", "/deeper.xml"), "text/xml")
    for number in range(9):
        site.put(f"/deeper{number or ''}.xml", index(f"/deeper{number + 1}.xml"), "text/xml")
    urls = "<urlset><url><loc>/1</loc></url><url><loc>/2</loc></url></urlset>"
    site.put("/pages.xml.gz", gzip.compress(urls.encode()), "application/gzip")
    attempts = collect(tmp_path, source(site, "sitemap", "/sitemap.xml"))
    assert {"1", "2"} <= set(outcomes(attempts))
    assert max(site.counts.values()) == 1
    assert site.counts["/deeper6.xml"] == 0


def test_a_section_with_pages(site: Site, tmp_path: Path) -> None:
    articles(site, "/news/1", "/news/2", "/news/3", "/other")
    site.put("/news", '<a href="/news/1">1</a><a href="/other">o</a><a href="/news?page=2">Next</a>')
    site.put("/news?page=2", '<a href="/news/2">2</a><a href="/news/3">3</a><a href="/news">1</a>')
    site.behaviours["/news?page=2"] = site.behaviours["/news?page=2"]
    attempts = collect(tmp_path, source(site, "section", "/news", exclude=("*/3",)))
    assert set(outcomes(attempts)) == {"news", "news?page=2", "news/1", "news/2"}


def test_numbered_results_of_a_search(site: Site, tmp_path: Path) -> None:
    def results(handler: server.Handler) -> None:
        number = int(handler.path.rpartition("=")[2])
        server.page(f'<a href="/r/{number}">r</a>' if number <= 3 else "<p>nothing")(handler)

    articles(site, "/r/1", "/r/2", "/r/3")
    site.behaviours["/search"] = results
    attempts = collect(tmp_path, source(site, "search", "/search?q=x&page={page}"))
    assert {name for name in outcomes(attempts) if name.startswith("r/")} == {"r/1", "r/2", "r/3"}
    assert sum(site.counts[f"/search?q=x&page={number}"] for number in range(9)) == 4


def test_govuk_items_are_known_by_their_pages(site: Site, tmp_path: Path) -> None:
    def search(handler: server.Handler) -> None:
        start = int(handler.path.partition("start=")[2] or 0)
        answer = {"total": 2, "start": start, "results": [{"link": f"/government/speeches/{start}"}]}
        server.page(json.dumps(answer), "application/json")(handler)

    site.behaviours["/api/search.json"] = search
    for number in range(2):
        site.put(f"/api/content/government/speeches/{number}", f'{{"base_path": "/{number}"}}', "application/json")
    attempts = collect(tmp_path, source(site, "govuk", "/api/search.json?count=1"))
    held = {attempt.canonical.removeprefix(site.url) for attempt in attempts if attempt.role == "page"}
    assert held == {"/government/speeches/0", "/government/speeches/1"}


def test_days_of_a_record(site: Site, tmp_path: Path) -> None:
    names = ("debates2016-05-09a.xml", "debates2016-05-10a.xml", "debates2016-05-10b.xml")
    site.put("/pw/", "".join(f'<a href="{name}">x</a>' for name in names))
    for name in names:
        site.put(f"/pw/{name}", f"<publicwhip>{name}</publicwhip>", "text/xml")
    attempts = collect(tmp_path, source(site, "hansard", "/pw/", limit=1))
    assert [attempt.at.rpartition("/")[2] for attempt in attempts if attempt.role == "page"] == [names[2]]
    assert attempts[0].reason == "1 links left out: the limit of 1 pages is reached"


def test_inspection_reports(site: Site, tmp_path: Path) -> None:
    site.put("/search", '<a href="/provider/44/1">A</a><a href="/provider/44/2">B</a>')
    site.put("/provider/44/1", '<a href="/v1/file/501">Report</a>')
    site.put("/provider/44/2", '<a href="/v1/file/502">Report</a><a href="/provider/44/1">A</a>')
    for number in (501, 502):
        site.put(f"/v1/file/{number}", b"%PDF-1.4 " + str(number).encode(), "application/pdf")
    attempts = collect(tmp_path, source(site, "ofsted", "/search"))
    reports = [attempt.at.rpartition("/")[2] for attempt in attempts if attempt.role == "page"]
    assert sorted(reports) == ["501", "502"]


def test_folders_and_warc_files_are_kept_too(site: Site, tmp_path: Path) -> None:
    articles(site, "/1", "/2")
    collect(tmp_path / "first", pages(site, "/1", "/2"))
    file = next((tmp_path / "first/warc").glob("*.gz"))
    cut = tmp_path / "cut.warc.gz"
    cut.write_bytes(file.read_bytes()[:-700])
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "a.txt").write_text("Said A.")
    local = (
        Source("files", "Files", "folder", path=folder),
        Source("kept", "Kept", "warc", path=file),
        Source("cut", "Cut", "warc", path=cut),
        Source("none", "None", "warc", path=tmp_path / "none.warc"),
    )
    site.requests.clear()
    attempts = collect(tmp_path / "second", *local)
    by_source = [(attempt.source, attempt.outcome) for attempt in attempts]
    assert by_source[:3] == [("files", "new"), ("kept", "new"), ("kept", "new")]
    assert ("cut", "refused") in by_source
    assert by_source[-1] == ("none", "refused")
    assert not site.requests
    (folder / "a.txt").write_text("Said A, later.")
    assert collect(tmp_path / "second", *local)[0].outcome == "changed"
    held = {page.canonical: page for page in read_inputs([str(tmp_path / "second")])}
    assert isinstance(held["a.txt"], Page)
    assert held["a.txt"].content == b"Said A, later."  # type: ignore[union-attr]
    assert held[site.url + "/1"].content == b"<p>/1"  # type: ignore[union-attr]
    twice = [str(file), str(tmp_path / "first")]
    assert [page.canonical for page in read_inputs(twice)] == [site.url + "/1", site.url + "/2"]


def verdicts(folder: Path, *sources: Source) -> dict[str, bool]:
    crawl = Crawl(sources, folder, MANNER)
    try:
        for _ in crawl.run():
            pass
        return {verdict.source: verdict.failing for verdict in crawl.verdicts()}
    finally:
        crawl.close()


def test_a_source_that_falls_silent_fails(site: Site, tmp_path: Path) -> None:
    articles(site, "/1", "/2")
    site.put("/feed", rss("/1"), "text/xml")
    site.put("/other", rss("/2"), "text/xml")
    both = (source(site, "feed", "/feed"), replace(source(site, "feed", "/other"), id="other"))
    assert verdicts(tmp_path, *both) == {"the-source": False, "other": False}
    site.put("/feed", rss(), "text/xml")
    assert verdicts(tmp_path, *both) == {"the-source": True, "other": False}
    site.put("/feed", "<html>The feed has moved", "text/html")
    assert verdicts(tmp_path, *both) == {"the-source": True, "other": False}
    site.put("/feed", rss("/gone"), "text/xml")
    assert verdicts(tmp_path, *both) == {"the-source": True, "other": False}
    site.put("/feed", rss("/1"), "text/xml")
    assert verdicts(tmp_path, *both) == {"the-source": False, "other": False}


def test_a_source_with_nothing_but_refusals_fails_from_the_first(site: Site, tmp_path: Path) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /", "text/plain")
    assert verdicts(tmp_path, source(site, "feed", "/feed")) == {"the-source": True}


def test_one_collection_at_a_time(site: Site, tmp_path: Path) -> None:
    crawl = Crawl([pages(site, "/a")], tmp_path, MANNER)
    with pytest.raises(DiscourseError, match="another collection is at work"):
        Crawl([pages(site, "/a")], tmp_path, MANNER)
    crawl.close()
    Crawl([pages(site, "/a")], tmp_path, MANNER).close()


def test_a_sources_file_gives_pages(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCOURSE_ALLOW_PRIVATE", "1")
    articles(site, "/1")
    site.put("/feed", rss("/1", "/none"), "text/xml")
    path = tmp_path / "sources.toml"
    path.write_text(
        '[collector]\ndelay = 0\narchive = "kept"\n'
        f'[[source]]\nid = "f"\nname = "F"\nkind = "feed"\nurl = "{site.url}/feed"\n'
    )
    first = list(read_sources(path))
    assert [(page.canonical.removeprefix(site.url), isinstance(page, Page)) for page in first] == [
        ("/1", True),
        ("/none", False),
    ]
    # What is gone from the feed, and from the site, is still given as it was kept; and the silence is told.
    site.put("/feed", rss(), "text/xml")
    del site.behaviours["/1"]
    later = list(read_inputs([str(path)]))
    assert isinstance(later[0], Page)
    assert "gives nothing any more" in later[-1].reason  # type: ignore[union-attr]


def test_what_the_sources_file_says_of_its_pages_holds(site: Site, tmp_path: Path) -> None:
    site.put("/1", READABLE)
    stated = replace(source(site, "pages", "/1"), publisher="Wendle Council", document_kind="release")
    collect(tmp_path, stated)
    (page,) = read_archive(tmp_path)
    assert isinstance(page, Page)
    (document,) = extract(page)
    assert (document.publisher, document.kind) == ("Wendle Council", "release")
    assert document.kind_reason == "the sources file says so"


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    message = str(result.exception) if isinstance(result.exception, DiscourseError) else ""
    return result.exit_code, result.stdout, result.stderr + message


def test_the_commands(site: Site, tmp_path: Path) -> None:
    site.put("/1", READABLE)
    site.put("/feed", rss("/1", "/none"), "text/xml")
    path, archive = tmp_path / "sources.toml", tmp_path / "archive"
    path.write_text(f'[[source]]\nid = "f"\nname = "F"\nkind = "feed"\nurl = "{site.url}/feed"\n')
    begin = ("collect", path, "--archive", archive, "--delay", 0, "--format", "json")
    code, _, told = run(*begin)
    assert code == 1
    assert "this machine's own address" in told
    assert not site.requests
    code, out, told = run(*begin, "--allow-private")
    assert code == 0, told
    assert json.loads(out)[0]["outcomes"] == "1 gone, 2 new"
    assert f"gone {site.url}/none: answered 404" in told
    site.put("/feed", rss(), "text/xml")
    code, out, told = run(*begin, "--allow-private")
    assert code == 1
    assert "failing: f gave 1 pages before and now none" in told
    code, out, _ = run("ledger", "--archive", archive, "--format", "json")
    assert (code, json.loads(out)[0]["state"]) == (0, "failing")
    code, out, _ = run("ledger", "--archive", archive, "--outcome", "gone", "--format", "json")
    assert [row["reason"] for row in json.loads(out)] == ["answered 404"]
    code, out, _ = run("ledger", "--archive", archive, "--url", f"{site.url}/1", "--format", "csv")
    assert out.count("\n") == 2
    assert run("ledger", "--archive", archive, "--check")[0] == 0
    assert "none of new, unchanged" in run("ledger", "--archive", archive, "--outcome", "lost")[2]
    assert "no archive" in run("ledger", "--archive", tmp_path / "nowhere")[2]
    assert "no source" in run(*begin, "--source", "x")[2]


def test_beyond_this_machine_a_contact_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISCOURSE_CONTACT", raising=False)
    path = tmp_path / "sources.toml"
    path.write_text('[[source]]\nid = "f"\nname = "F"\nkind = "feed"\nurl = "https://news.example/feed"\n')
    code, _, told = run("collect", path, "--archive", tmp_path / "archive")
    assert code == 1
    assert "no contact set" in told
    assert not (tmp_path / "archive").exists()
