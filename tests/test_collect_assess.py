"""What reading the kept pages adds to the ledger: copies, what is off topic, what cannot be read, what changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from discourse.codebook import parse_codebook
from discourse.collect import Refusal, gather
from discourse.collect.archive import Archive
from discourse.collect.assess import assess, differences
from discourse.collect.relevance import Relevance
from discourse.collect.sources import read_archive, read_sources
from discourse.errors import DiscourseError
from discourse.pipeline import Stages
from discourse.pipeline import run as build
from discourse.query import positions
from discourse.records import Page
from discourse.store import Map
from discourse.store.ledger import NAME, Ledger
from discourse.store.ledger_readings import Reading, Readings
from tests.conftest import CODEBOOK, FakeEmbedder
from tests.server import Site, serving
from tests.test_collect_crawl import collect, pages
from tests.test_collect_kinds import run

RELEASE = [
    f"Sentence number {n} of the release says that inspection of homes in Wendle drives improvement, or number {n * n}."
    for n in range(12)
]
OTHER = [
    f"A recipe for soup, step {n}: add {n} leeks, stir for {n + 3} minutes, and taste what you have." for n in range(12)
]


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site()) as running:
        yield running


def put(site: Site, path: str, lines: list[str], title: str = "A title of some words", etag: str | None = None) -> None:
    body = "".join(f"<p>{line}</p>" for line in lines)
    html = f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{body}</article></body></html>"
    site.put(path, html, etag=etag)


def assessed(folder: Path, relevance: Relevance | None = None) -> list[Reading]:
    with Ledger.create(folder) as ledger:
        return list(assess(ledger, Archive(folder, ledger.warc_files()), relevance))


def told(folder: Path) -> dict[str, tuple[str, str | None]]:
    with Ledger.open(folder) as ledger:
        return {a.canonical.rpartition("/")[2]: (a.outcome, a.same_as) for a in ledger.attempts() if a.role == "page"}


def test_a_copy_with_other_words_around_it_is_told_with_the_lines_that_differ(site: Site, tmp_path: Path) -> None:
    put(site, "/a", RELEASE)
    put(site, "/b", [*RELEASE[:6], "The editor of this other paper has put in a sentence.", *RELEASE[7:]])
    put(site, "/c", OTHER)
    collect(tmp_path, pages(site, "/a", "/b", "/c"))
    (copy,) = assessed(tmp_path)
    assert (copy.canonical, copy.copy_of, copy.outcome) == (f"{site.url}/b", f"{site.url}/a", "duplicate of")
    assert told(tmp_path) == {"a": ("new", None), "b": ("duplicate of", f"{site.url}/a"), "c": ("new", None)}
    with Ledger.open(tmp_path) as ledger:
        found = differences(ledger, f"{site.url}/b")
        assert (found.added, found.removed) == (
            ("The editor of this other paper has put in a sentence.",),
            (RELEASE[6],),
        )
        with pytest.raises(DiscourseError, match="a copy of no other page"):
            differences(ledger, f"{site.url}/c")
        with pytest.raises(DiscourseError, match="no text of it was read"):
            differences(ledger, f"{site.url}/none")
    # The map tells events itself: a copy is still one of the pages that it is given.
    assert sum(isinstance(page, Page) for page in read_archive(tmp_path)) == 3
    assert assessed(tmp_path) == []


def test_a_changed_page_shows_what_it_said_before(site: Site, tmp_path: Path) -> None:
    put(site, "/a", RELEASE)
    collect(tmp_path, pages(site, "/a"))
    assessed(tmp_path)
    put(site, "/a", [*RELEASE[:-1], "This paragraph was put in later, after the meeting in the town hall."])
    collect(tmp_path, pages(site, "/a"))
    assert assessed(tmp_path) == []
    with Ledger.open(tmp_path) as ledger:
        found = differences(ledger, f"{site.url}/a")
        assert found.removed == (RELEASE[-1],)
        assert [reading.text.count("put in later") for reading in Readings(ledger).of_page(f"{site.url}/a")] == [0, 1]


def test_what_cannot_be_read_is_a_parse_failure_and_makes_a_source_fail(site: Site, tmp_path: Path) -> None:
    site.put("/a", "<html><body><nav><a href='/'>Home</a></nav></body></html>")
    collect(tmp_path, pages(site, "/a"))
    assert [reading.outcome for reading in assessed(tmp_path)] == ["parse failure"]
    with Ledger.open(tmp_path) as ledger:
        verdict = ledger.verdict("pages")
        assert (verdict.outcomes, verdict.failing) == ({"parse failure": 1}, True)
        assert "no main text" in (verdict.reason or "")


def test_what_is_off_topic_is_kept_with_its_score_and_not_given_to_a_map(site: Site, tmp_path: Path) -> None:
    put(site, "/a", RELEASE)
    put(site, "/c", OTHER)
    collect(tmp_path, pages(site, "/a", "/c"))
    embedder = FakeEmbedder()
    (rejected,) = assessed(tmp_path, Relevance(parse_codebook(CODEBOOK), embedder, 0.3))
    assert (rejected.canonical, rejected.outcome) == (f"{site.url}/c", "off topic")
    assert "below 0.30" in (rejected.reason or "")
    with Ledger.open(tmp_path) as ledger:
        scores = {a.canonical: (a.score, a.topic) for a in ledger.attempts() if a.role == "page"}
    assert scores[f"{site.url}/a"][0] > 0.3 > scores[f"{site.url}/c"][0]  # type: ignore[operator]
    assert scores[f"{site.url}/a"][1] == "inspection"
    assert [page.canonical for page in read_archive(tmp_path)] == [f"{site.url}/a"]
    # Another threshold needs no second reading, and lifts the mark.
    encoded = embedder.encoded
    assert assessed(tmp_path, Relevance(parse_codebook(CODEBOOK), embedder, 0.0)) == []
    assert embedder.encoded - encoded < 10
    assert told(tmp_path)["c"] == ("new", None)


def test_a_copy_that_is_off_topic_stays_so_without_a_filter(site: Site, tmp_path: Path) -> None:
    put(site, "/c", OTHER)
    put(site, "/d", [*OTHER, "One more sentence about soup stands at the end of this page alone."])
    collect(tmp_path, pages(site, "/c", "/d"))
    relevance = Relevance(parse_codebook(CODEBOOK), FakeEmbedder(), 0.3)
    assert {reading.outcome for reading in assessed(tmp_path, relevance)} == {"off topic"}
    assert assessed(tmp_path) == []
    assert list(read_archive(tmp_path)) == []
    relevance.threshold = 0.0
    assert [reading.copy_of for reading in assessed(tmp_path, relevance)] == [f"{site.url}/c"]
    assert [outcome for outcome, _ in told(tmp_path).values()] == ["new", "duplicate of"]


@pytest.mark.parametrize("etag", [None, '"1"'])
def test_what_is_off_topic_stays_out_when_its_source_is_asked_again(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, etag: str | None
) -> None:
    monkeypatch.setenv("DISCOURSE_ALLOW_PRIVATE", "1")
    put(site, "/a", RELEASE)
    put(site, "/c", OTHER, etag=etag)
    path = listed(site, tmp_path, "a", "c")
    assert len(list(read_sources(path))) == 2
    assessed(tmp_path / "kept", Relevance(parse_codebook(CODEBOOK), FakeEmbedder(), 0.3))
    assert [page.canonical for page in read_sources(path)] == [f"{site.url}/a"]
    assert [page.canonical for page in read_archive(tmp_path / "kept")] == [f"{site.url}/a"]
    put(site, "/c", RELEASE[:8])
    assert len(list(read_sources(path))) == 2


def listed(site: Site, tmp_path: Path, *names: str) -> Path:
    """A sources file that lists pages of a site."""
    path = tmp_path / "sources.toml"
    urls = json.dumps([f"{site.url}/{name}" for name in names])
    path.write_text(
        f'[collector]\ndelay = 0\narchive = "kept"\n[[source]]\nid = "p"\nname = "P"\nkind = "pages"\nurls = {urls}\n'
    )
    return path


def test_a_run_over_a_sources_file_makes_one_event_of_copies(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stages: Stages
) -> None:
    monkeypatch.setenv("DISCOURSE_ALLOW_PRIVATE", "1")
    quoted = ["The Board: Our inspection is good, and always was, in Wendle and in all other places.", *RELEASE]
    put(site, "/a", quoted)
    put(site, "/b", [*quoted, "One sentence more than the other page has, at its very end."])
    with Map.create(tmp_path / "m.db") as store:
        build(gather([str(listed(site, tmp_path, "a", "b"))]), store, stages)
        (board,) = [p for p in positions(store) if p["stakeholder"] == "The Board"]
    assert (board["sources"], board["events"]) == (2, 1)


def test_a_run_over_a_sources_file_leaves_out_what_is_off_topic(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCOURSE_ALLOW_PRIVATE", "1")
    put(site, "/a", RELEASE)
    put(site, "/c", OTHER)
    path, relevance = listed(site, tmp_path, "a", "c"), Relevance(parse_codebook(CODEBOOK), FakeEmbedder(), 0.3)
    first = list(gather([str(path)], relevance))
    assert [page.canonical for page in first if isinstance(page, Page)] == [f"{site.url}/a"]
    (refused,) = [page for page in first if isinstance(page, Refusal)]
    assert (refused.canonical, refused.reason[:10]) == (f"{site.url}/c", "off topic:")
    for again in (relevance, None):
        assert [page.canonical for page in gather([str(path)], again)] == [f"{site.url}/a"]


def test_a_run_filters_by_topic_what_a_sources_file_lists_alone(tmp_path: Path) -> None:
    code, _, said = run("run", tmp_path, "--topic-filter", "--map", tmp_path / "m.db")
    assert code == 2
    assert "sources file" in said


def test_a_ledger_of_an_earlier_version_says_what_to_do(site: Site, tmp_path: Path) -> None:
    put(site, "/a", RELEASE)
    collect(tmp_path, pages(site, "/a"))
    with Ledger.create(tmp_path) as ledger:
        ledger.connection.executescript("DROP VIEW told; DROP TABLE reading;")
    with pytest.raises(DiscourseError, match="made by an earlier version"):
        Ledger.open(tmp_path)
    Ledger.create(tmp_path).close()
    assert told(tmp_path) == {"a": ("new", None)}
    assert (tmp_path / NAME).is_file()


def test_the_commands_read_and_show(site: Site, tmp_path: Path) -> None:
    put(site, "/a", RELEASE)
    put(site, "/b", [*RELEASE, "One sentence more than the other page has, at its very end."])
    path, archive = tmp_path / "sources.toml", tmp_path / "archive"
    urls = json.dumps([f"{site.url}/a", f"{site.url}/b"])
    path.write_text(f'[[source]]\nid = "p"\nname = "P"\nkind = "pages"\nurls = {urls}\n')
    begin = ("collect", path, "--archive", archive, "--delay", 0, "--format", "json", "--allow-private")
    code, out, said = run(*begin)
    assert code == 0, said
    assert json.loads(out)[0]["outcomes"] == "1 duplicate of, 1 new"
    code, out, said = run("ledger", "--archive", archive, "--differences", f"{site.url}/b", "--format", "json")
    assert code == 0, said
    assert [(row["line"], row["text"][:12]) for row in json.loads(out)] == [("+", "One sentence")]
