"""Links in feeds (RSS, Atom, JSON Feed) and sitemaps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urlsplit

from lxml import etree
from trafilatura.feeds import FeedParameters, determine_feed
from trafilatura.sitemaps import extract_robots_sitemaps

from discourse.collect.exchange import inflate
from discourse.collect.urls import join

LARGEST = 50_000_000
"""Bytes of a list of links when unpacked: what sitemaps.org allows."""

_FEED_ROOTS = frozenset({"rss", "feed", "RDF"})
_SITEMAP_ROOTS = frozenset({"urlset", "sitemapindex"})


MOST_LINKS = 50_000
"""Links of one list that are read: what sitemaps.org allows."""


class ParseFailureError(ValueError):
    """Content that is not the list of links that it should be."""


def feed_links(body: bytes, url: str) -> list[str]:
    """The addresses of a feed's entries, in its order; ParseFailureError if it is no feed.

    trafilatura's own parser is not used for this: it takes the channel's links, which lead to the home page and to
    the next feed, for articles, and its patterns take quadratic time on tags that never end.
    """
    body = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if body[:1] == b"{":
        return _absolute(_json_links(body), url)
    root = _parse(body)
    if root is None or _name(root) not in _FEED_ROOTS:
        raise ParseFailureError("not a feed: neither RSS, Atom nor JSON Feed")
    entries = [element for element in root.iter() if _name(element) in ("item", "entry")]
    return _absolute([link for link in map(_entry_link, entries) if link], url)


def feeds_of_page(body: bytes, url: str) -> list[str]:
    """The feeds that an HTML page names as its own."""
    return _absolute(determine_feed(body.decode("utf-8", "replace")[:2_000_000], _parameters(url)), url)


def sitemap_links(body: bytes, url: str) -> tuple[list[str], list[str]]:
    """Addresses of pages, newest first as far as dated, and of further sitemaps; ParseFailureError if it is none.

    A site's robots.txt may stand for a sitemap: it names them.
    """
    if body[:2] == b"\x1f\x8b":
        body = inflate(body, LARGEST)
    head = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith((b"http://", b"https://")):
        return _absolute(body.decode("utf-8", "replace").split(), url), []
    if urlsplit(url).path == "/robots.txt":
        return [], _absolute(extract_robots_sitemaps(body[:10_000].decode("utf-8", "replace"), url), url)
    root = _parse(body)
    if root is None or _name(root) not in _SITEMAP_ROOTS:
        raise ParseFailureError("not a sitemap: neither XML of sitemaps.org nor a list of addresses")
    dated = []
    for entry in root:
        parts = {_name(child): (child.text or "").strip() for child in entry}
        if parts.get("loc"):
            dated.append((parts.get("lastmod", ""), parts["loc"]))
    dated.sort(key=lambda item: item[0], reverse=True)
    links = _absolute((link for _, link in dated), url)
    return ([], links) if _name(root) == "sitemapindex" else (links, [])


def _parse(body: bytes) -> etree._Element | None:
    """The root of XML, mended where it is broken; entities are never expanded and nothing is loaded."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False)
    try:
        return etree.fromstring(body[:LARGEST], parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _entry_link(entry: etree._Element) -> str | None:
    """The address of an entry: the link to itself, else a permanent identifier that is one."""
    identifier = None
    for child in entry:
        name, text = _name(child), (child.text or "").strip()
        if name == "link":
            href = child.get("href")
            if href and child.get("rel", "alternate") == "alternate" and "html" in child.get("type", "text/html"):
                return str(href).strip()
            if text and not href:
                return text
        elif name in ("guid", "id") and text.startswith(("http://", "https://")):
            identifier = text if child.get("isPermaLink", "true") != "false" else identifier
    about: str | None = entry.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about")
    return identifier or about


def _json_links(body: bytes) -> Iterator[str]:
    try:
        feed = json.loads(body)
    except (ValueError, RecursionError):
        raise ParseFailureError("not a feed: JSON that cannot be parsed") from None
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        raise ParseFailureError("not a feed: JSON without items")
    for item in items:
        for key in ("url", "external_url", "id"):
            value = item.get(key) if isinstance(item, dict) else None
            if isinstance(value, str) and value.startswith(("http", "/")):
                yield value
                break


def _parameters(url: str) -> FeedParameters:
    return FeedParameters(url, "", url, external=True)


def _absolute(links: Iterator[str] | list[str], base: str) -> list[str]:
    """Absolute addresses without repetition, those that lead nowhere left out."""
    joined = (join(base, link) for link in islice(links, MOST_LINKS))
    return list(dict.fromkeys(link for link in joined if link))


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
