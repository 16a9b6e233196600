"""A crawl that is killed goes on where it was: nothing lost, nothing asked for again."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from discourse.collect.archive import Archive
from discourse.collect.crawl import Crawl
from discourse.store.ledger import Ledger
from tests.server import Handler, Site, page, serving
from tests.test_collect_crawl import MANNER, collect, pages
from tests.test_collect_kinds import source

_CHILD = """
import sys
from dataclasses import replace
from pathlib import Path
from discourse.collect.addresses import PRIVATE
from discourse.collect.crawl import Crawl
from discourse.collect.manner import Manner
from discourse.collect.source import Source
manner = Manner(delay=0.0, allowed=PRIVATE)
site = Source("site", "Site", "sitemap", (sys.argv[2] + "/sitemap.xml",), limit=1000)
crawl = Crawl([site], Path(sys.argv[1]), manner)
print("ready", flush=True)
for attempt in crawl.run():
    pass
crawl.close()
"""


def test_an_interrupted_crawl_goes_on(tmp_path: Path) -> None:
    with serving(Site()) as site:
        for number in range(10):
            site.put(f"/{number}", f"<p>{number}")
        listed = source(site, "sitemap", "/sitemap.xml")
        site.put("/sitemap.xml", "\n".join(f"{site.url}/{number}" for number in range(10)), "text/plain")
        crawl = Crawl([listed], tmp_path, MANNER)
        attempts = crawl.run()
        for _ in range(5):
            next(attempts)
        attempts.close()
        crawl.close()
        # What a killed process was writing lies beyond what the ledger accounts for.
        with next((tmp_path / "warc").glob("*.gz")).open("ab") as stream:
            stream.write(b"\x1f\x8b half a record")
        assert Ledger.open(tmp_path).last_crawl()["finished"] is None  # type: ignore[index]
        rest = collect(tmp_path, listed)
        assert len(rest) == 6
        asked = {path: count for path, count in site.counts.items() if path != "/robots.txt"}
        # One request was under way when it was interrupted, and its answer was thrown away.
        assert sum(asked.values()) <= 12
        assert set(asked) == {"/sitemap.xml", *(f"/{number}" for number in range(10))}
    check(tmp_path, 10)


def check(folder: Path, expected: int) -> None:
    """Every page is kept once, every attempt written once, every WARC record whole."""
    with Ledger.open(folder) as ledger:
        held = [attempt for attempt in ledger.attempts() if attempt.role == "page"]
        assert len(held) == len({attempt.canonical for attempt in held}) == expected
        assert {attempt.outcome for attempt in held} == {"new"}
        captures = list(ledger.captures())
        assert len({(capture.file, capture.offset) for capture in captures}) == expected + 1
        assert not list(Archive(folder, ledger.warc_files()).check(captures))
        sizes = ledger.warc_files()
    for file in (folder / "warc").iterdir():
        assert file.stat().st_size == sizes[file.name]
        with file.open("rb") as stream:
            for record in ArchiveIterator(stream, check_digests="raise"):
                record.raw_stream.read()


def crawl_with_kills(folder: Path, kills: int, number_of_pages: int, seed: int) -> None:
    """Crawls in processes that the server kills at random requests, before or after it has answered."""
    rng = random.Random(seed)
    victim: dict[str, int] = {}

    def deadly(handler: Handler) -> None:
        victim["left"] -= 1
        if victim["left"] == 0 and rng.random() < 0.5:
            os.kill(victim["pid"], signal.SIGKILL)
        page(f"<p>{handler.path} " + "words " * rng.randrange(400))(handler)
        if victim["left"] == 0:
            os.kill(victim["pid"], signal.SIGKILL)

    with serving(Site()) as site:
        site.behaviours = {f"/{number}": deadly for number in range(number_of_pages)}
        site.put("/sitemap.xml", "\n".join(f"{site.url}{path}" for path in site.behaviours), "text/plain")
        happened = 0
        for attempt in range(kills + 3):
            victim["left"] = rng.randrange(1, 2 * number_of_pages // max(kills, 1)) if attempt < kills else 10**9
            child = subprocess.Popen(
                [sys.executable, "-c", _CHILD, str(folder), site.url], stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
            victim["pid"] = child.pid
            _, told = child.communicate(timeout=600)
            happened += child.returncode == -signal.SIGKILL
            if child.returncode == 0:
                break
            assert child.returncode == -signal.SIGKILL, told.decode()
        assert child.returncode == 0
        assert happened
        asked = sum(count for path, count in site.counts.items() if path in site.behaviours and path != "/sitemap.xml")
        # A kill can cost the one request that was under way, whose answer nobody kept.
        assert number_of_pages <= asked <= number_of_pages + happened
        assert site.counts["/sitemap.xml"] == 1
    check(folder, number_of_pages)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
def test_killed_twice(tmp_path: Path) -> None:
    crawl_with_kills(tmp_path, 2, 30, seed=3)


@pytest.mark.soak
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
def test_killed_at_fifty_points(tmp_path: Path) -> None:
    crawl_with_kills(tmp_path, 50, 600, seed=1)


def test_changed_options_do_not_matter_to_what_is_left(tmp_path: Path) -> None:
    with serving(Site()) as site:
        site.put("/a", "<p>a")
        site.put("/b", "<p>b")
        crawl = Crawl([pages(site, "/a", "/b")], tmp_path, MANNER)
        attempts = crawl.run()
        next(attempts)
        attempts.close()
        crawl.close()
        assert [attempt.url for attempt in collect(tmp_path, pages(site, "/a", "/b"))] == [site.url + "/b"]
        assert site.counts["/a"] == 1
