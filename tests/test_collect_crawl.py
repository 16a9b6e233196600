"""Crawls of a site on this machine: what is kept, what is not asked twice, what is told."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from discourse.collect.addresses import ipaddress
from discourse.collect.crawl import Crawl
from discourse.collect.exchange import Client, ExchangeError, Limits
from discourse.collect.manner import Manner
from discourse.collect.source import Source
from discourse.collect.sources import read_archive
from discourse.records import Page, digest
from discourse.store.ledger import Ledger
from discourse.store.ledger_records import OUTCOMES, Attempt
from tests import server
from tests.server import Site, serving

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
MANNER = Manner(
    delay=0.0, backoff=0.01, allowed=LOOPBACK, limits=Limits(body=1_000_000, seconds=0.5, idle=0.3), patience=2.0
)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site()) as running:
        yield running


def collect(folder: Path, *sources: Source, manner: Manner = MANNER) -> list[Attempt]:
    crawl = Crawl(sources, folder, manner)
    try:
        return list(crawl.run())
    finally:
        crawl.close()


def pages(site: Site, *paths: str, **options: object) -> Source:
    return Source("pages", "Pages", "pages", tuple(site.url + path for path in paths), **options)  # type: ignore[arg-type]


def outcomes(attempts: list[Attempt]) -> dict[str, str]:
    """Outcome by path."""
    return {attempt.url.partition("/")[2].partition("/")[2].partition("/")[2]: attempt.outcome for attempt in attempts}


def test_first_time_new_then_unchanged_then_changed(site: Site, tmp_path: Path) -> None:
    site.put("/a", "<p>one", etag='"1"')
    site.put("/b", "<p>two")
    source = pages(site, "/a", "/b", "/c")
    assert outcomes(collect(tmp_path, source)) == {"a": "new", "b": "new", "c": "gone"}
    assert outcomes(collect(tmp_path, source)) == {"a": "unchanged", "b": "unchanged", "c": "gone"}
    assert any("If-None-Match" in headers for _, path, headers in site.requests if path == "/a")
    site.put("/a", "<p>three", etag='"2"')
    assert outcomes(collect(tmp_path, source))["a"] == "changed"
    held = {page.canonical: page for page in read_archive(tmp_path)}
    assert isinstance(held[site.url + "/a"], Page)
    assert held[site.url + "/a"].content == b"<p>three"  # type: ignore[union-attr]
    assert not isinstance(held[site.url + "/c"], Page)


def test_responses_are_kept_byte_for_byte(site: Site, tmp_path: Path) -> None:
    site.behaviours["/zipped"] = server.zipped(b"<p>packed")
    site.behaviours["/chunked"] = server.chunked(b"<p>in", b" pieces")
    odd = b"HTTP/1.1 200 All  right\r\nX-ODD:  kept \r\nContent-Type: text/html\r\n\r\n<p>caf\xe9"
    site.behaviours["/odd"] = server.raw(odd)
    source = pages(site, "/zipped", "/chunked", "/odd")
    collect(tmp_path, source)
    collect(tmp_path, source)
    records = []
    file = next((tmp_path / "warc").glob("*.gz"))
    with file.open("rb") as stream:
        for record in ArchiveIterator(stream, check_digests="raise"):
            record.raw_stream.read()
    with file.open("rb") as stream:
        for record in ArchiveIterator(stream, no_record_parse=True):
            head = record.rec_headers
            url = head.get_header("WARC-Target-URI") or ""
            records.append((record.rec_type, url.removeprefix(site.url), record.content_stream().read(), head))
    blocks = {(kind, path): block for kind, path, block, _ in records}
    assert records[0][0] == "warcinfo"
    assert blocks["response", "/odd"] == odd
    assert blocks["response", "/chunked"].endswith(b"5\r\n<p>in\r\n7\r\n pieces\r\n0\r\n\r\n")
    assert blocks["request", "/odd"].startswith(b"GET /odd HTTP/1.1\r\n")
    revisits = {path: head for kind, path, _, head in records if kind == "revisit"}
    assert set(revisits) >= {"/zipped", "/chunked", "/odd"}
    first = next(head for kind, path, _, head in records if kind == "response" and path == "/odd")
    assert revisits["/odd"].get_header("WARC-Refers-To") == first.get_header("WARC-Record-ID")
    assert revisits["/odd"].get_header("WARC-Payload-Digest") == "sha256:" + digest(b"<p>caf\xe9")
    contents = {page.canonical.removeprefix(site.url): page.content for page in read_archive(tmp_path)}  # type: ignore[union-attr]
    assert contents == {"/zipped": b"<p>packed", "/chunked": b"<p>in pieces", "/odd": b"<p>caf\xe9"}
    with Ledger.open(tmp_path) as ledger:
        assert len(list(ledger.captures())) == 6


def test_an_altered_archive_is_told(site: Site, tmp_path: Path) -> None:
    site.put("/a", "<p>one")
    collect(tmp_path, pages(site, "/a"))
    file = next((tmp_path / "warc").glob("*.gz"))
    content = bytearray(file.read_bytes())
    with Ledger.open(tmp_path) as ledger:
        capture = next(ledger.captures())
    content[capture.offset + capture.length // 2] ^= 255
    file.write_bytes(content)
    (refused,) = read_archive(tmp_path)
    assert "archive's record" in refused.reason  # type: ignore[union-attr]


def test_the_same_bytes_elsewhere_are_a_duplicate(site: Site, tmp_path: Path) -> None:
    for path in ("/a", "/b"):
        site.put(path, "<p>the same release")
    attempts = collect(tmp_path, pages(site, "/a", "/b"))
    assert outcomes(attempts) == {"a": "new", "b": "duplicate of"}
    assert attempts[1].same_as == site.url + "/a"
    assert len(list(read_archive(tmp_path))) == 1
    assert outcomes(collect(tmp_path, pages(site, "/a", "/b")))["b"] == "duplicate of"


def test_an_address_in_two_sources_is_asked_once(site: Site, tmp_path: Path) -> None:
    site.put("/a?x=1", "<p>one")
    first, second = pages(site, "/a?x=1"), replace(pages(site, "/a?x=1&utm_source=feed#top"), id="second")
    attempts = collect(tmp_path, first, second)
    assert [attempt.outcome for attempt in attempts] == ["new", "duplicate of"]
    assert sum(count for path, count in site.counts.items() if path.startswith("/a")) == 1


def test_redirects_lead_to_one_page(site: Site, tmp_path: Path) -> None:
    site.put("/a", "<p>one")
    site.behaviours["/old"] = server.redirect("/a", 301)
    attempts = collect(tmp_path, pages(site, "/a", "/old"))
    assert outcomes(attempts) == {"a": "new", "old": "duplicate of"}
    assert site.counts["/a"] == 1


@pytest.mark.parametrize(
    ("behaviour", "outcome", "words"),
    [
        (server.redirect("/page"), "refused", "redirected in a circle"),
        (server.redirect("http://169.254.169.254/latest/meta-data/"), "refused", "link-local or metadata address"),
        (server.redirect("http://10.1.2.3/"), "refused", "private or reserved network"),
        (server.redirect("http://[::ffff:169.254.169.254]/"), "refused", "link-local or metadata address"),
        (server.redirect("http://inside.example/"), "refused", "private or reserved network"),
        (server.redirect("file:///etc/passwd"), "refused", "not a web address"),
        (server.redirect("http://user:word@127.0.0.1/"), "refused", "not a web address"),
        (server.bomb(50), "too large", "1 MB is the limit"),
        (server.endless, "too large", "1 MB is the limit"),
        (server.page(b"x" * 1_500_000), "too large", "2 MB or more"),
        (server.dripping, "refused", "no answer in time"),
        (server.cut_short, "refused", "cut before the answer was complete"),
        (server.raw(b"not http at all\r\n\r\n"), "refused", "not an answer"),
        (server.raw(b""), "refused", "cut before"),
        (server.raw(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5_000 + b"\r\n"), "refused", "not an answer"),
        (server.raw(b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 30 + b"\r\n\r\nx"), "too large", "limit"),
        (server.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffff\r\nx"), "refused", "cut"),
        (server.page(b"GIF89a", "image/gif"), "wrong type", "image/gif"),
        (server.answer(200, b"x", Content_Type="text/html", Content_Encoding="br"), "wrong type", "br is not read"),
        (server.answer(200, b"\x1f\x8bjunk", Content_Type="text/html", Content_Encoding="gzip"), "parse failure", ""),
        (server.page(b" \n"), "empty", "holds nothing"),
        (server.answer(403, b"no"), "refused", "answered 403"),
        (server.answer(410), "gone", "answered 410"),
        (server.answer(500), "refused", "answered 500 (3 tries)"),
        (server.answer(304), "refused", "answered 304"),
        (server.answer(429, Retry_After="3600"), "refused", "asks for a pause of 3600 s"),
        (server.failing_first(2, server.page("<p>at last"), Retry_After="0"), "new", None),
        (server.failing_first(1, server.page("<p>at last"), 429), "new", None),
    ],
    ids=str,
)
def test_hostile_answers_cost_one_page(
    site: Site, tmp_path: Path, behaviour: server.Behaviour, outcome: str, words: str | None
) -> None:
    site.behaviours["/page"] = behaviour
    site.put("/after", "<p>the next page")
    names = {"inside.example": ["10.0.0.7"]}
    manner = replace(MANNER, resolver=lambda host, port: names.get(host, [host]))
    attempts = collect(tmp_path, pages(site, "/page", "/after"), manner=manner)
    assert [attempt.outcome for attempt in attempts] == [outcome, "refused" if words and "3600" in words else "new"]
    assert words is None or words in str(attempts[0].reason)
    with Ledger.open(tmp_path) as ledger:
        from discourse.collect.archive import Archive

        assert not list(Archive(tmp_path, ledger.warc_files()).check(list(ledger.captures())))


def test_any_bytes_are_an_answer_or_a_reason() -> None:
    valid = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwords\r\n0\r\n\r\n"
    rng = random.Random(7)
    with serving(Site()) as site:
        client = Client("test", Limits(body=10_000, seconds=1.0, idle=0.5), LOOPBACK)
        complete, told = 0, set()
        for _ in range(150):
            content = bytearray(valid)
            for _ in range(rng.randrange(4)):
                place = rng.randrange(len(content))
                content[place : place + rng.randrange(3)] = rng.choice(
                    (b"", b"\r\n", b"\x00", b"9", b":", b"-1", b"\xff")
                )
            site.behaviours["/x"] = server.raw(
                bytes(content[: rng.choice((len(content), rng.randrange(len(content))))])
            )
            try:
                complete += client.get(site.url + "/x").body == b"words"
            except ExchangeError as error:
                told.add(error.outcome)
        client.close()
    assert 20 < complete < 150
    assert told <= set(OUTCOMES)
