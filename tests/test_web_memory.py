"""The server's memory stays as it is, however many requests come."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from scripts.bench_web import addresses

from discourse.store import Map
from discourse.web import Settings, create_app
from discourse.web.maps import Maps
from tests.conftest import FakeEmbedder

PAGES = (
    "/", "/search?q=inspection", "/search?topic=funding", "/topics/inspection", "/stakeholders/ann-lee", "/network",
    "/compare?a=ann-lee&b=the-board", "/summary", "/links", "/documents", "/api/v1/statements", "/search.atom",
    "/nothing", "/search?q=((",
)  # fmt: skip
_MEMORY = Path("/proc/self/statm")
_AT_ONCE = 8
MOST_GROWTH = 12.0
"""Megabytes."""
MOST_SHARE = 0.03
"""Of what a server of a large map holds once it has warmed up."""

linux = pytest.mark.skipif(not _MEMORY.exists(), reason="reads memory where Linux tells it")


def resident() -> float:
    return int(_MEMORY.read_text().split()[1]) * 4096 / 1e6


def asked(pages: tuple[str, ...], count: int, seed: int) -> Iterator[str]:
    """Pages in random order, half of them as nobody has asked for them before."""
    drawn = random.Random(seed)
    for number in range(count):
        page = drawn.choice(pages)
        yield page if number % 2 else f"{page}{'&' if '?' in page else '?'}n={number}"


async def growth(app: FastAPI, addresses: Iterator[str], warm: int) -> tuple[float, float]:
    """Memory after the first `warm` requests and after all of them, a few of which are always under way at once."""
    held: list[float] = []
    numbered = enumerate(addresses)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as web:

        async def ask() -> None:
            for number, address in numbered:
                assert (await web.get(address)).status_code in (200, 400, 404), address
                if number == warm:
                    held.append(resident())

        await asyncio.gather(*(ask() for _ in range(_AT_ONCE)))
    return held[0], resident()


def application(path: Path, dimension: int = 64) -> FastAPI:
    embedder = FakeEmbedder()
    embedder.dimension = dimension
    settings = Settings(hosts=("localhost",), burst=10**9, requests_per_second=1e9, seconds=60.0)
    return create_app(path, settings, lambda name: embedder)


@linux
@pytest.mark.parametrize("count", [240, pytest.param(20_000, marks=pytest.mark.soak)])
def test_memory_is_flat(built: Path, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr("discourse.web.cache._MOST_BYTES", 2_000_000 if count > 1000 else 100_000)
    before, after = asyncio.run(growth(application(built), asked(PAGES, count, 7), count // 3))
    assert after - before < MOST_GROWTH, (before, after)


@linux
@pytest.mark.soak
def test_memory_of_a_server_of_a_large_map_is_flat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("discourse.web.maps._WAIT", 3600.0)  # a busy machine is no fault of the server's memory
    path, make = tmp_path / "large.db", Path(__file__).parents[1] / "scripts" / "make_map.py"
    subprocess.run([sys.executable, make, path, "--statements", "100000"], check=True)
    wanted = (address for _, address in addresses(path, 40_000, seed=7, mixed=True))
    # What is kept (pages, the file, what each thread has had) takes some 20,000 requests to fill up.
    before, after = asyncio.run(growth(application(path, 384), wanted, 20_000))
    assert after - before < MOST_SHARE * before, (before, after)


def test_what_connections_keep_of_the_file_is_bounded_whatever_its_size(built: Path) -> None:
    settings = Settings()
    maps = Maps(built, readers=settings.readers, seconds=5.0, keep=10.0)
    pools = (maps._pool, maps._searchers, maps._makers)
    connections = [store.connection for pool in pools for store in pool.free.queue]
    kept = [-connection.execute("PRAGMA cache_size").fetchone()[0] / 1024 for connection in connections]
    maps.close()
    assert len(kept) > settings.readers
    assert 0 < sum(kept) <= 64
    with Map.open(built) as store:
        assert store.connection.execute("PRAGMA cache_size").fetchone()[0] == -65536, "one question alone may have more"
