"""What a command was given (files, folders, addresses, sources files, archives) into pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from discourse.collect.files import read_files
from discourse.collect.refusal import Refusal
from discourse.records import Page

if TYPE_CHECKING:
    from discourse.collect.relevance import Relevance


def gather(inputs: Iterable[str], relevance: Relevance | None = None) -> Iterator[Page | Refusal]:
    """The pages of all inputs, a page of the web once; of sources files those alone that a relevance lets pass.

    A second file under a name already seen is refused, not mixed up with the first.
    """
    seen: dict[str, str] = {}
    for item in inputs:
        for page in _pages(item, relevance):
            if isinstance(page, Page) and page.url is not None and page.canonical in seen:
                continue
            first = seen.setdefault(page.canonical, page.source)
            if first == page.source:
                yield page
            elif isinstance(page, Page):
                reason = f"has the same relative path as {first}: name a folder that holds both"
                yield Refusal(page.source, page.source, reason)
            else:
                yield page


def _pages(item: str, relevance: Relevance | None) -> Iterator[Page | Refusal]:
    if item.startswith(("http://", "https://")):
        from discourse.collect.web import fetch

        yield fetch(item)
    elif item.endswith(".toml"):
        from discourse.collect.sources import read_sources

        yield from read_sources(Path(item), relevance=relevance)
    elif item.endswith((".warc", ".warc.gz")):
        from discourse.collect.local import read_warc

        yield from read_warc(Path(item))
    elif (Path(item) / "ledger.db").is_file():
        from discourse.collect.sources import read_archive

        yield from read_archive(Path(item))
    else:
        yield from read_files(Path(item))
