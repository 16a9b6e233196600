"""The server's memory stays as it is, however many requests come."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from discourse.web import Settings, create_app
from discourse.web.inside import get
from tests.conftest import FakeEmbedder

PAGES = (
    "/", "/search?q=inspection", "/search?topic=funding", "/topics/inspection", "/stakeholders/ann-lee", "/network",
    "/compare?a=ann-lee&b=the-board", "/summary", "/api/v1/statements", "/search.atom", "/nothing", "/search?q=((",
)  # fmt: skip
_MEMORY = Path("/proc/self/statm")
MOST_GROWTH = 12.0
"""Megabytes."""


def resident() -> float:
    return int(_MEMORY.read_text().split()[1]) * 4096 / 1e6


def asked(count: int, seed: int) -> Iterator[str]:
    """Pages in random order, half of them as nobody has asked for them before."""
    drawn = random.Random(seed)
    for number in range(count):
        page = drawn.choice(PAGES)
        yield page if number % 2 else f"{page}{'&' if '?' in page else '?'}n={number}"


@pytest.mark.skipif(not _MEMORY.exists(), reason="reads memory where Linux tells it")
@pytest.mark.parametrize("count", [240, pytest.param(20_000, marks=pytest.mark.soak)])
def test_memory_is_flat(built: Path, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr("discourse.web.cache._MOST_BYTES", 2_000_000 if count > 1000 else 100_000)
    settings = Settings(hosts=("localhost",), burst=10**9, requests_per_second=1e9, seconds=60.0)
    app = create_app(built, settings, lambda name: FakeEmbedder())
    held = []
    for number, (_, answer) in enumerate(get(app, asked(count, 7)), 1):
        assert answer.status in (200, 400, 404)
        if number in (count // 3, count):
            held.append(resident())
    assert held[1] - held[0] < MOST_GROWTH, held
