"""The pages of all sources in a sources file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from discourse.collect.files import read_files
from discourse.collect.refusal import Refusal
from discourse.collect.source import load_sources
from discourse.collect.web import fetch
from discourse.errors import DiscourseError
from discourse.records import Page


def read_sources(path: Path) -> Iterator[Page | Refusal]:
    """The pages of the folders and page lists in a sources file; DiscourseError for a kind not read yet."""
    sources = load_sources(path)
    for source in sources.sources:
        if source.kind == "folder" and source.path:
            yield from read_files(source.path)
        elif source.kind == "pages":
            yield from map(fetch, source.urls)
        else:
            raise DiscourseError(f'{path}: source "{source.id}" of kind "{source.kind}" cannot be read yet')
