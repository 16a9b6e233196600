"""Bylines and dates that readers of a web page see, and the authors that its metadata names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml.html import HtmlElement

from discourse.extract.dates import date_line, published_date
from discourse.extract.markup import squeeze
from discourse.extract.names import Byline, byline, is_person_name, name_and_role, plain_name

_NO_AUTHOR = re.compile(
    r"\b(?:team|staff|admin|administrator|editors?|editorial|webmaster|newsroom|desk|correspondents?|"
    r"reporters?|press association|"
    r"guest|contributor|user|name|website|office|official|media|news|ltd|limited|inc|llc)\b|@|https?:|^\W*$|\d{3}",
    re.I,
)
_MONTH = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DATED = re.compile(rf"\s+[•·|]\s|\s+(?:{_MONTH})[a-z]*\.?\s+\d", re.I)
"""Where a date that stands beside a name begins."""
_DAYS = frozenset(f"mon tue wed thu fri sat sun {_MONTH}".replace("|", " ").split())
_BYLINE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:by-?line\w*|authors?(?:-?(?:name|info|box|link|meta|line|details))?|writer|contributor|"
    r"article-?author)(?:$|[\s_-])",
    re.I,
)
_META_CLASS = re.compile(
    r"(?:^|[\s_-])(?:(?:post|entry|article|page)?-?meta|dateline|credits?|post-?info|posted)(?:$|[\s_-])", re.I
)
_DATE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:(?:post|entry|article|page|pub)?-?(?:meta|date|time|published)|dateline|timestamp|"
    r"posted|updated)(?:$|[\s_-])",
    re.I,
)
_MARKS = ("by", "author", "writer", "contributor", "meta", "dateline", "credit", "post")
"""Letters without which no class or id is that of a byline: looking for them costs a fraction of the patterns."""
AUTHOR_NAMES = (
    "author",
    "article:author",
    "dc.creator",
    "dcterms.creator",
    "byl",
    "citation_author",
    "parsely-author",
)


def linked_type(node: dict[str, Any]) -> str:
    kind = node.get("@type")
    return " ".join(map(str, kind)) if isinstance(kind, list) else str(kind or "")


def _people(value: Any) -> Iterator[tuple[str, str | None]]:
    """Names and job titles in a linked-data author field."""
    for entry in value if isinstance(value, list) else [value]:
        if isinstance(entry, dict):
            name, job = entry.get("name"), entry.get("jobTitle")
            if linked_type(entry).lower() != "organization":
                for one in name if isinstance(name, list) else [name]:
                    if isinstance(one, str):
                        yield one, job if isinstance(job, str) else None
        elif isinstance(entry, str):
            yield entry, None


def _clean_authors(names: list[str]) -> tuple[str, ...]:
    kept = []
    for name in names:
        name = _DATED.split(name, maxsplit=1)[0]
        name = plain_name(re.sub(r"^(?:by|written by|author|authors|words)[ :]+", "", squeeze(name), flags=re.I))
        words = name.lower().split()
        if 2 < len(name) <= 60 and not _NO_AUTHOR.search(name) and len(words) <= 6 and not _DAYS.issuperset(words):
            kept.append(name)
    return tuple(dict.fromkeys(kept))


def authors_of(
    tree: HtmlElement,
    linked: list[dict[str, Any]],
    metas: dict[str, str],
    rough: str | None,
    headline: Byline | None,
) -> tuple[tuple[str, ...], str | None]:
    """Authors and the role given for them: the byline under the headline, unless the metadata has its names and more.

    Without one, the first of the page's accounts that names a person.
    """
    names, role = _stated_authors(tree, linked, metas, rough)
    if headline is None or set(headline.authors) <= set(names):
        return names, role or (headline.role if headline else None)
    return headline.authors, headline.role


def _stated_authors(
    tree: HtmlElement, linked: list[dict[str, Any]], metas: dict[str, str], rough: str | None
) -> tuple[tuple[str, ...], str | None]:
    seen = _seen_byline(tree)
    handles: tuple[str, ...] = ()
    for node in linked:
        people = list(_people(node.get("author")))
        names = _clean_authors([name for name, _ in people])
        if names and any(is_person_name(name) for name in names):
            more = seen.authors if seen and set(names) < set(seen.authors) else names
            return more, next((job for _, job in people if job), None) or (seen.role if seen else None)
        handles = handles or names
    for key in AUTHOR_NAMES:
        names = _clean_authors(re.split(r"\s*(?:,|;|\band\b|&)\s*", metas.get(key, "")))
        if names and all(is_person_name(name) for name in names):
            return names, seen.role if seen and set(seen.authors) & set(names) else None
    if seen:
        return seen.authors, seen.role
    if handles:
        return handles, None
    names = _clean_authors([metas.get("author", "")]) or _clean_authors((rough or "").split(";"))
    # What trafilatura takes for an author may be any words near a date or a link.
    return tuple(name for name in names if is_person_name(name) or len(name.split()) == 1), None


def _lines(element: HtmlElement) -> list[str]:
    """The lines that readers see in a small element, line breaks kept."""
    pieces = []
    for node in element.iter():
        if node.tag in ("br", "p", "div", "li"):
            pieces.append("\n")
        pieces.append(squeeze(node.text or "") + " " if isinstance(node.tag, str) else "")
        if node is not element:
            pieces.append(squeeze(node.tail or "") + " ")
    return [line for piece in "".join(pieces).split("\n") if (line := squeeze(piece))]


def _seen_byline(tree: HtmlElement) -> Byline | None:
    """The first byline that readers see: an element marked as one by its class, relation or property."""
    looked_at = 0
    unmarked: set[tuple[str | None, ...]] = set()  # Classes come back on a page again and again.
    for element in tree.iter(
        "a", "span", "p", "div", "address", "li", "small", "cite", "h2", "h3", "h4", "strong", "b", "section"
    ):
        key = (element.get("class"), element.get("id"), element.get("itemprop"), element.get("rel"))
        if key in unmarked and element.tag != "address":
            continue
        marked = "author" in key[2:] or element.tag == "address"
        marks = f"{key[0] or ''} {key[1] or ''}"
        if not marked and not _may_hold_byline(marks):
            unmarked.add(key)
            continue
        looked_at += 1
        if looked_at > 40:
            return None
        # Comments carry their writers' names in the same way.
        if any("comment" in (up.get("class") or "").lower() for up in element.iterancestors()):
            continue
        only_by = not marked and not _BYLINE_CLASS.search(marks)
        bare = not only_by and element.tag != "address" and not _in_frame(element)
        for line in _lines(element)[:6]:
            text = line[:240]
            found = byline(text)
            if found is None and bare:
                found = name_and_role(text) or (Byline((plain_name(text),)) if is_person_name(text) else None)
            if found:
                return found
    return None


def _may_hold_byline(marks: str) -> bool:
    small = marks.lower()
    if not any(sign in small for sign in _MARKS):
        return False
    return bool(_BYLINE_CLASS.search(marks) or _META_CLASS.search(marks))


def _in_frame(element: HtmlElement) -> bool:
    return any(up.tag in ("nav", "footer", "aside", "form") for up in element.iterancestors())


def seen_date(tree: HtmlElement) -> str | None:
    """The date of the first element whose class says that it holds one."""
    looked_at = 0
    undated: set[str | None] = {None}
    for element in tree.iter("p", "span", "div", "li", "small"):
        mark = element.get("class")
        if mark in undated:
            continue
        if not _DATE_CLASS.search(mark or ""):
            undated.add(mark)
            continue
        looked_at += 1
        if looked_at > 20:
            return None
        for line in _lines(element)[:6]:
            day = date_line(line[:120]) or published_date(line[:240])
            if day:
                return day
    return None
