"""Links on pages that list others: sections of a site, results of a search, days of a record, reports."""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from courlan import is_navigation_page, is_not_crawlable
from lxml import html

from discourse.collect.feeds import ParseFailureError
from discourse.collect.urls import join

_NEXT_WORDS = re.compile(
    r"^(?:next(?: page)?|older(?: posts| entries)?|load more|more results|[›»→>]+)\s*[›»→>]*$", re.I
)
_NOT_PAGES = re.compile(
    r"\.(?:jpe?g|png|gif|svg|webp|ico|css|js|mp[34]|m4a|mov|avi|zip|gz|rss|atom|xlsx?|csv|pptx?)$|/(?:feed|rss)/?$",
    re.I,
)
_SERVICE = re.compile(
    r"/(?:privacy|cookies?|accessibility|terms|sitemap|subscribe|register|search|about|contact|help)[^/]*/?$|"
    r"/(?:sign-?in|log-?in|basket|cart|jobs|vacancies|careers|events|donate|tags?|category|categories|authors?)(?:/|$)",
    re.I,
)
_DAY_FILE = re.compile(r"(?P<name>[A-Za-z_.-]*?)(?P<day>\d{4}-\d\d-\d\d)(?P<version>[a-z]?)(?P<rest>[\w.-]*\.xml)$")
_PAGE_NUMBER = re.compile(r"/page/\d+/?$")
_MOST_LINKS = 20_000
_REPORT_FILE = re.compile(r"\.pdf$|/v1/file/\d+$", re.I)
_PROVIDER = re.compile(r"/provider/\d+/[\w-]+/?$")


@dataclass(frozen=True, slots=True)
class Links:
    """What a listing leads to."""

    pages: tuple[str, ...] = ()
    listings: tuple[str, ...] = ()


def section_links(body: bytes, url: str, start: str) -> Links:
    """Articles below a section's own address, or below that which the site redirected to; and its next page."""
    anchors, following = _anchors(body, url)
    folders = {_folder(start), _folder(_PAGE_NUMBER.sub("", url.partition("?")[0]))}
    pages = [link for link in anchors if _is_article(link) and any(_lies_below(link, folder) for folder in folders)]
    return Links(tuple(pages), following)


def search_links(body: bytes, url: str) -> Links:
    """The results on a page of a site's own search that lie on that site, and the next page of results."""
    anchors, following = _anchors(body, url)
    host, path = urlsplit(url).netloc, urlsplit(url).path
    results = [a for a in anchors if urlsplit(a).netloc == host and urlsplit(a).path != path and _is_article(a)]
    return Links(tuple(results), following)


def hansard_links(body: bytes, url: str, since: str | None, until: str | None) -> Links:
    """The days in a folder of XML files, newest first, the latest version of each; TEI files by day likewise."""
    latest: dict[tuple[str, str, str], tuple[str, str]] = {}
    for link in _anchors(body, url)[0]:
        match = _DAY_FILE.search(link.rsplit("/", 1)[-1])
        if match is None:
            continue
        day = match["day"]
        if (since and day < since) or (until and day > until and not day.startswith(until)):
            continue
        key = (match["name"], day, match["rest"])
        latest[key] = max(latest.get(key, ("", "")), (match["version"], link))
    newest = sorted(latest.items(), key=lambda item: item[0][1], reverse=True)
    return Links(tuple(link for _, (_, link) in newest))


def ofsted_links(body: bytes, url: str) -> Links:
    """Reports on a provider's page, else the providers in a list and its next page."""
    anchors, following = _anchors(body, url)
    reports = tuple(link for link in anchors if _REPORT_FILE.search(urlsplit(link).path))
    providers = (
        ()
        if _PROVIDER.search(urlsplit(url).path)
        else tuple(link for link in anchors if _PROVIDER.search(urlsplit(link).path))
    )
    return Links(reports, (*providers, *following))


def govuk_links(body: bytes, url: str) -> Links:
    """Content items that an answer of GOV.UK's search, or a collection's content item, lists; the next results."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise ParseFailureError(
            "not an answer of GOV.UK's search or content interface: JSON cannot be parsed"
        ) from None
    answer = answer if isinstance(answer, dict) else {}
    results = answer.get("results")
    if isinstance(results, list):
        paths = [_text(item, "link") for item in results]
        following = _next_results(url, answer, len(results))
    elif isinstance(answer.get("links"), dict):
        items = [item for name in ("documents", "children", "ordered_related_items") for item in _list(answer, name)]
        paths, following = [_text(item, "base_path") for item in items], ()
    else:
        raise ParseFailureError("neither search results nor a content item with links")
    found = (join(url, f"/api/content{path}") for path in paths if path.startswith("/"))
    return Links(tuple(dict.fromkeys(link for link in found if link)), following)


def next_numbered(url: str, number: int) -> str:
    """The address of a numbered page, where the source's address has a place for the number."""
    return url.replace("{page}", str(number)).replace("%7Bpage%7D", str(number))


def _anchors(body: bytes, url: str) -> tuple[list[str], tuple[str, ...]]:
    """All links of a page in order, without repetition, and the one that leads to the next page of the list."""
    try:
        # A list of links longer than this is none.
        tree = html.document_fromstring(body[:10_000_000], parser=html.HTMLParser(encoding=_charset(body)))
    except (ValueError, TypeError, AssertionError, html.etree.ParserError, html.etree.XMLSyntaxError):
        raise ParseFailureError("not an HTML page") from None
    base = next((join(url, element.get("href")) for element in tree.iter("base") if element.get("href")), url) or url
    links: dict[str, None] = {}
    following: dict[str, None] = {}
    for element in islice(tree.iter("a", "link"), _MOST_LINKS):
        link = join(base, element.get("href") or "") if element.get("href") else None
        if link is None:
            continue
        if "next" in (element.get("rel") or "").split() or (element.tag == "a" and _says_next(element)):
            following[link] = None
        elif element.tag == "a":
            links[link] = None
    return [link for link in links if link not in following], tuple(link for link in following if link != url)[:1]


def _says_next(element: html.HtmlElement) -> bool:
    # A link may hold the rest of a broken page: its first words are enough.
    label = " ".join("".join(text[:40] for text in islice(element.itertext(), 8)).split())
    return bool(_NEXT_WORDS.match(label[:40]) or _NEXT_WORDS.match((element.get("aria-label") or "")[:40].strip()))


def _is_article(link: str) -> bool:
    parts = urlsplit(link)
    return not (
        parts.path in ("", "/")
        or _NOT_PAGES.search(parts.path)
        or _SERVICE.search(parts.path)
        or is_navigation_page(link)
        or is_not_crawlable(link)
    )


def _folder(url: str) -> tuple[str, str]:
    """Host, without "www.", and path of a section, with a slash at its end; of a file's address its folder."""
    parts = urlsplit(url)
    path = parts.path.rpartition("/")[0] if "." in parts.path.rpartition("/")[2] else parts.path
    return parts.netloc.removeprefix("www."), path.rstrip("/") + "/"


def _lies_below(link: str, folder: tuple[str, str]) -> bool:
    parts = urlsplit(link)
    host, path = folder
    return parts.netloc.removeprefix("www.") == host and parts.path.startswith(path) and len(parts.path) > len(path)


def _next_results(url: str, answer: dict[str, Any], count: int) -> tuple[str, ...]:
    total, start = answer.get("total"), answer.get("start")
    if not count or not isinstance(total, int) or not isinstance(start, int) or start + count >= total:
        return ()
    parts = urlsplit(url)
    query = [(key, value) for key, value in parse_qsl(parts.query) if key != "start"]
    return (urlunsplit(parts._replace(query=urlencode([*query, ("start", str(start + count))]))),)


def _list(answer: dict[str, Any], name: str) -> list[Any]:
    value = answer["links"].get(name)
    return value if isinstance(value, list) else []


def _text(item: Any, key: str) -> str:
    value = item.get(key) if isinstance(item, dict) else None
    return value if isinstance(value, str) else ""


def _charset(body: bytes) -> str:
    """The encoding a page names for itself; that of its links matters little beyond ASCII."""
    found = re.search(rb"charset=[\"']?([\w-]{3,20})", body[:4096])
    try:
        return codecs.lookup(found[1].decode("ascii")).name if found else "utf-8"
    except LookupError:
        return "utf-8"
