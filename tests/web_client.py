"""A client of the pages of a map, and what it reads off a page."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from discourse.web import Settings, create_app
from tests.conftest import FakeEmbedder

BASE = "http://127.0.0.1:8010"


def client(path: Path, **settings: Any) -> TestClient:
    """A client of a map; what the map says is never kept, unless the settings say so."""
    settings = {"keep": 0.0, "burst": 100_000} | settings
    app = create_app(path, Settings(**settings), lambda name: FakeEmbedder())
    return TestClient(app, base_url=BASE, raise_server_exceptions=False)


class Elements(HTMLParser):
    """Tags with their attributes, links, and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def links(self) -> list[str]:
        return [attributes["href"] or "" for tag, attributes in self.tags if tag == "a" and "href" in attributes]
