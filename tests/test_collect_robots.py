"""robots.txt, pauses and turns: how politely a site is asked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from discourse.collect.asker import retry_after
from discourse.collect.robots import read_robots
from tests import server
from tests.server import Site, serving
from tests.test_collect_crawl import MANNER, collect, outcomes, pages


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site()) as running:
        yield running


@pytest.mark.parametrize(
    ("robots", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /private/", "/private/a", False),
        ("User-agent: *\nDisallow: /private/", "/public", True),
        ("User-agent: *\nDisallow: /\nAllow: /open/", "/open/a", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: sector-discourse\nDisallow:", "/a", True),
        ("User-agent: sector-discourse\nDisallow: /\n\nUser-agent: *\nAllow: /", "/a", False),
        ("User-agent: Sector-Discourse\nDisallow: /x", "/x", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf?x", True),
        ("User-agent: *\nDisallow: /%61bc", "/abc", False),
        ("\ufeffUser-agent: *\r\nDisallow: /x\r\n", "/x", False),
        ("<html>not a robots file", "/x", True),
        ("User-agent: *\nDisallow: /" + "*a" * 2000 + "b", "/" + "a" * 1500, True),
    ],
    ids=str,
)
def test_rules(robots: str, path: str, allowed: bool) -> None:
    started = time.perf_counter()
    rules = read_robots(200, robots.encode())
    assert (rules.forbids(f"https://example.org{path}") is None) is allowed
    assert time.perf_counter() - started < 1


def test_answers_without_rules() -> None:
    url = "https://example.org/a"
    assert read_robots(404, b"").forbids(url) is None
    assert read_robots(403, b"").forbids(url) is None
    assert "could not be read" in str(read_robots(503, b"").forbids(url))
    assert "could not be read" in str(read_robots(429, b"").forbids(url))
    assert "more than can be waited" in str(read_robots(200, b"User-agent: *\nCrawl-delay: 86400").forbids(url))


def test_a_robots_file_of_two_megabytes_is_read_as_far_as_the_standard_asks() -> None:
    early, late = b"User-agent: *\nDisallow: /early\n", b"Disallow: /late\n"
    rules = read_robots(200, early + b"Disallow: /filler/filler\n" * 80_000 + late)
    assert rules.forbids("https://example.org/early")
    assert rules.forbids("https://example.org/late") is None


def test_what_robots_forbid_is_never_asked(site: Site, tmp_path: Path) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /no", "text/plain")
    site.put("/a", "<p>one")
    site.put("/no/b", "<p>two")
    site.behaviours["/c"] = server.redirect("/no/b")
    attempts = collect(tmp_path, pages(site, "/a", "/no/b", "/c"))
    assert outcomes(attempts) == {"a": "new", "no/b": "blocked by robots", "c": "blocked by robots"}
    assert site.counts["/no/b"] == 0
    assert site.counts["/robots.txt"] == 1


def test_while_robots_cannot_be_read_nothing_is_asked(site: Site, tmp_path: Path) -> None:
    site.behaviours["/robots.txt"] = server.answer(503)
    site.put("/a", "<p>one")
    attempts = collect(tmp_path, pages(site, "/a", "/b"))
    assert {attempt.outcome for attempt in attempts} == {"refused"}
    assert "robots.txt could not be read" in str(attempts[0].reason)
    assert site.counts == {"/robots.txt": MANNER.tries}


def test_robots_may_redirect(site: Site, tmp_path: Path) -> None:
    site.behaviours["/robots.txt"] = server.redirect("/real-robots.txt")
    site.put("/real-robots.txt", "User-agent: *\nDisallow: /a", "text/plain")
    assert outcomes(collect(tmp_path, pages(site, "/a"))) == {"a": "blocked by robots"}


def test_one_request_at_a_time_with_a_pause_between(site: Site, tmp_path: Path) -> None:
    site.put("/robots.txt", "User-agent: *\nCrawl-delay: 0.05", "text/plain")
    for number in range(6):
        site.put(f"/{number}", f"<p>{number}")
    collect(tmp_path, pages(site, *(f"/{number}" for number in range(6))))
    times = sorted(site.times, key=lambda item: item[1])
    for (_, earlier, _), (path, begun, _) in pairwise(times[1:]):
        assert begun - earlier >= 0.05, path


def test_a_redirect_to_another_host_asks_its_robots(site: Site, tmp_path: Path) -> None:
    def robots(handler: server.Handler) -> None:
        closed = "Disallow: /" if "closed" in handler.headers["Host"] else ""
        server.page(f"User-agent: *\n{closed}", "text/plain")(handler)

    site.behaviours["/robots.txt"] = robots
    for name in ("open", "closed"):
        site.behaviours[f"/{name}"] = server.redirect(f"http://{name}.example:{site.port}/page")
    site.put("/page", "<p>one")
    manner = replace(MANNER, resolver=lambda host, port: ["127.0.0.1"])
    attempts = collect(tmp_path, pages(site, "/open", "/closed"), manner=manner)
    assert outcomes(attempts) == {"open": "new", "closed": "blocked by robots"}
    assert attempts[0].canonical == f"http://open.example:{site.port}/page"
    assert site.counts["/page"] == 1


def test_a_connection_that_the_host_has_closed_costs_no_try(site: Site, tmp_path: Path) -> None:
    def closing(handler: server.Handler) -> None:
        server.page(f"<p>{handler.path}")(handler)
        handler.close_connection = True

    site.behaviours = {f"/{number}": closing for number in range(3)}
    attempts = collect(tmp_path, pages(site, "/0", "/1", "/2"), manner=replace(MANNER, tries=1, delay=0.02))
    assert [attempt.outcome for attempt in attempts] == ["new"] * 3
    assert max(site.counts.values()) == 1


def test_hosts_are_asked_side_by_side_but_no_more_than_the_global_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("discourse.collect.asker.LEAST_DELAY", 0.0)

    together = [0]
    most: list[int] = []

    def slow(handler: server.Handler) -> None:
        with handler.site.lock:
            together[0] += 1
            most.append(together[0])
        time.sleep(0.05)
        with handler.site.lock:
            together[0] -= 1
        server.page(f"<p>{handler.path}{handler.headers['Host']}")(handler)

    with serving(Site()) as site:
        site.behaviours = {f"/{number}": slow for number in range(2)}
        names = [f"http://{name}.example:{site.port}" for name in "abcdef"]
        source = replace(pages(site), urls=tuple(f"{name}/{number}" for number in range(2) for name in names))
        manner = replace(
            MANNER, resolver=lambda host, port: ["127.0.0.1"], at_once=3, contact="me@example.org", delay=0.0
        )
        attempts = collect(tmp_path, source, manner=manner)
        assert [attempt.outcome for attempt in attempts] == ["new"] * 12
    assert 2 <= max(most) <= 3


def test_retry_after_is_waited_for(site: Site, tmp_path: Path) -> None:
    site.behaviours["/a"] = server.failing_first(1, server.page("<p>one"), Retry_After="1")
    collect(tmp_path, pages(site, "/a"))
    (_, _, first), (_, second, _) = [item for item in site.times if item[0] == "/a"]
    assert second - first > 0.95


def test_a_storm_of_refusals_ends_the_asking(site: Site, tmp_path: Path) -> None:
    for number in range(30):
        site.behaviours[f"/{number}"] = server.answer(429 if number % 2 else 503)
    attempts = collect(tmp_path, pages(site, *(f"/{number}" for number in range(30))))
    assert len(attempts) == 30
    assert {attempt.outcome for attempt in attempts} == {"refused"}
    assert "not asked again in this run" in str(attempts[-1].reason)
    assert sum(site.counts.values()) <= 5 * MANNER.tries + 1


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 480.0),
        ("Wed, 21 Oct 2015 07:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        (None, None),
        ("-5", None),
        ("9" * 400, None),
        ("²", None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, now=1445412000.0) == seconds
