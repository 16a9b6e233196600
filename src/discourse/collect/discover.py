"""What the listings of each kind of source lead to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from discourse.collect.feeds import ParseFailureError, feed_links, feeds_of_page, sitemap_links
from discourse.collect.listings import (
    Links,
    govuk_links,
    hansard_links,
    next_numbered,
    ofsted_links,
    search_links,
    section_links,
)
from discourse.collect.source import Source
from discourse.collect.urls import normalise
from discourse.store.ledger_records import Task

_DEEPEST = 4
"""Sitemaps within sitemaps, feeds named by pages, reports of providers: no list lies deeper."""


def seeds(source: Source) -> list[Task]:
    """Where reading a source begins."""
    if source.kind == "pages":
        return [Task(source.id, "page", url, normalise(url)) for url in source.urls]
    urls = [next_numbered(url, 1) for url in source.urls]
    return [Task(source.id, "listing", url, normalise(url)) for url in urls]


def read_listing(source: Source, task: Task, body: bytes, url: str) -> Links:
    """The links of a listing; ParseFailureError if it is not what it should be."""
    match source.kind:
        case "feed":
            links = _feed(body, url, task.depth)
        case "sitemap":
            links = Links(*map(tuple, sitemap_links(body, url)))
        case "govuk":
            links = govuk_links(body, url)
        case "hansard":
            links = hansard_links(body, url, source.since, source.until)
        case "ofsted":
            links = ofsted_links(body, url)
        case "search":
            links = search_links(body, url)
        case _:
            links = section_links(body, url, source.urls[0].partition("{page}")[0])
    return _numbered(source, task, links)


def tasks_of(source: Source, task: Task, links: Links) -> Iterator[Task]:
    """The tasks that links are, as far as the source wants them."""
    for url in links.pages:
        if wanted(source, url):
            yield Task(source.id, "page", url, normalise(url), task.depth + 1)
    deeper = 0 if source.kind in ("section", "search", "govuk") else 1
    if task.depth + deeper <= _DEEPEST or source.kind == "ofsted":
        for url in links.listings:
            yield Task(source.id, "listing", url, normalise(url), task.depth + deeper)


def wanted(source: Source, url: str) -> bool:
    """Whether a page's address matches a pattern of `include`, if there are any, and none of `exclude`."""
    included = not source.include or _matches(url, source.include)
    return included and not _matches(url, source.exclude)


def _feed(body: bytes, url: str, depth: int) -> Links:
    """A feed's entries; of an HTML page the feeds that it names."""
    try:
        return Links(tuple(feed_links(body, url)))
    except ParseFailureError:
        feeds = feeds_of_page(body, url) if depth == 0 and b"<html" in body[:4096].lower() else []
        if not feeds:
            raise
        return Links(listings=tuple(feeds[:3]))


def _numbered(source: Source, task: Task, links: Links) -> Links:
    """With the next of numbered listings, where the source's address leaves a place for the number."""
    for template in source.urls:
        if "{page}" in template and links.pages:
            number = next((n for n in range(1, source.listings) if next_numbered(template, n) == task.url), None)
            if number is not None:
                return Links(links.pages, (next_numbered(template, number + 1),))
    return links


def _matches(url: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(url, pattern) for pattern in patterns)
