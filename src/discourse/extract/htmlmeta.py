"""What a web page says of itself: title, authors, dates, publisher, canonical address."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml.html import HtmlElement

from discourse.extract.dates import find_date, iso_day
from discourse.extract.headline import Headline
from discourse.extract.htmlbyline import AUTHOR_NAMES, authors_of, linked_type, seen_date
from discourse.extract.markup import squeeze
from discourse.extract.names import is_person_name

_WORD = re.compile(r"\w+")
_ARTICLE = re.compile(r"Article|BlogPosting|Report$|WebPage|Speech|LiveBlog")
_SUFFIX = re.compile(r"\s+[|–—»·•:-]\s+|\s*\|\s*|\s+::\s+")
_DATE_NAMES = (
    "article:published_time", "datepublished", "og:published_time", "article:published", "publication_date",
    "publish-date",
    "publishdate", "pubdate", "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date", "dcterms.date",
    "citation_publication_date", "sailthru.date", "parsely-pub-date", "date", "dc.date.created", "published_time",
)  # fmt: skip
_MODIFIED_NAMES = ("article:modified_time", "datemodified", "og:updated_time", "dcterms.modified", "last-modified")
_MOST_LD = 200_000
_MOST_NODES = 5_000


@dataclass(slots=True)
class Metadata:
    """A page's own account of itself, each field None where it gives none."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    role: str | None = None
    published: str | None = None
    published_from: str | None = None
    modified: str | None = None
    publisher: str | None = None
    url: str | None = None
    language: str | None = None
    description: str | None = None
    body: str | None = None
    """The whole text, where the linked data holds it."""
    paid: bool = False
    """Whether the linked data says that not everybody may read it."""


def metadata(tree: HtmlElement, url: str | None) -> Metadata:
    """The metadata of a page: linked data and meta elements first, then bylines, then trafilatura's reading."""
    from trafilatura.metadata import extract_metadata

    rough = extract_metadata(tree, url, date_config={"original_date": True, "extensive_search": False})
    metas = _metas(tree)
    linked = [node for node in _linked(tree) if _ARTICLE.search(linked_type(node))]
    publisher = _publisher(tree, linked, metas, rough.sitename, rough.hostname)
    title = _title(tree, linked, metas, rough.title, publisher)
    headline = Headline(tree, title)
    authors, role = authors_of(tree, linked, metas, rough.author, headline.byline)
    published, source = _published(linked, metas, tree, rough.date, headline)
    if published and source != "page text":
        published = headline.local(published, rough.url or url)
    language = (tree.get("lang") or tree.get("xml:lang") or metas.get("og:locale") or "")[:2].lower()
    return Metadata(
        title=title,
        authors=tuple(name for name in authors if name != publisher or is_person_name(name)),
        role=role,
        published=published,
        published_from=source,
        modified=next((day for node in linked if (day := iso_day(node.get("dateModified")))), None)
        or next((day for name in _MODIFIED_NAMES if (day := iso_day(metas.get(name)))), None),
        publisher=publisher,
        url=_canonical(tree, rough.url),
        language=language if len(language) == 2 else None,
        description=rough.description,
        body=next((text for node in linked if isinstance(text := node.get("articleBody"), str)), None),
        paid=any(str(node.get("isAccessibleForFree")).lower() == "false" for node in linked),
    )


def _metas(tree: HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop")
        content = squeeze(element.get("content") or "")
        name = (name or "").strip().lower()
        if name and content:
            # Several authors are several elements of one name.
            several = name in AUTHOR_NAMES and name in found and len(found[name]) < 2000
            found[name] = f"{found[name]}; {content[:200]}" if several else found.get(name, content[:1000])
    return found


def _linked(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    """The objects of a page's linked data (JSON-LD), outermost first."""
    for script in tree.iter("script"):
        text = script.text or ""
        if "ld+json" not in (script.get("type") or "") or len(text) > _MOST_LD:
            continue
        try:
            waiting: list[Any] = [json.loads(text, strict=False)]
        except (ValueError, RecursionError):
            continue
        seen = 0
        while waiting and seen < _MOST_NODES:
            node = waiting.pop(0)
            seen += 1
            if isinstance(node, list):
                waiting.extend(node)
            elif isinstance(node, dict):
                yield node
                waiting.extend(value for value in node.values() if isinstance(value, (dict, list)))


def _words(text: str | None) -> list[str]:
    return [word.lower() for word in _WORD.findall(text or "")]


def _title(
    tree: HtmlElement, linked: list[dict[str, Any]], metas: dict[str, str], rough: str | None, publisher: str | None
) -> str | None:
    """The headline that readers see: the first-level heading that the page's other titles bear out."""
    headlines = [node["headline"] for node in linked if isinstance(node.get("headline"), str)]
    element = tree.find(".//title")
    named = element.text if element is not None else None
    stated = [squeeze(text) for text in (*headlines[:1], metas.get("og:title"), named) if text] or [rough or ""]
    known = {word for text in stated for word in _words(text)}
    best: tuple[float, str] | None = None
    for heading in list(tree.iter("h1"))[:8]:
        text = squeeze(heading.text_content())[:400]
        words = _words(text)
        if not words or text == publisher:
            continue
        covered = [sum(word in words for word in own) / len(own) for text in stated if len(own := _words(text)) >= 3]
        shared = max(
            sum(word in known for word in words) / len(words), *(share for share in covered if share > 0.7), 0.0
        )
        score = shared * min(len(words), 6)
        if (not known or shared >= 0.5) and (best is None or score > best[0]):
            best = (score, text)
    if best is not None and len(_words(best[1])) > 1:
        return best[1]
    return next((_without_site(text, publisher) for text in stated if text), best[1] if best else None)


def _without_site(title: str, publisher: str | None) -> str:
    """The title without the site's name before or after it."""
    pieces = _SUFFIX.split(title)
    separators = list(_SUFFIX.finditer(title))
    if not separators:
        return title
    site = set(_words(publisher))
    first, last = _words(pieces[0]), _words(pieces[-1])
    if site and last and (set(last) <= site or site <= set(last)):
        return title[: separators[-1].start()].strip()
    if site and first and (set(first) <= site or site <= set(first)):
        return title[separators[0].end() :].strip()
    if len(last) <= 4 and len(_words(title)) - len(last) >= 3 and "|" in separators[-1].group():
        return title[: separators[-1].start()].strip()
    return title


def _published(
    linked: list[dict[str, Any]], metas: dict[str, str], tree: HtmlElement, rough: str | None, headline: Headline
) -> tuple[str | None, str | None]:
    """The date of publication and where it was found."""
    if headline.published:
        return headline.published, "page text"
    for node in linked:
        day = iso_day(node.get("datePublished")) or find_date(str(node.get("datePublished") or ""))
        if day:
            return day, "linked data"
    for name in _DATE_NAMES:
        value = metas.get(name)
        day = (iso_day(value) or find_date(value)) if value else None
        if day:
            return day, f"meta {name}"
    if headline.day:
        return headline.day, "page text"
    for element in list(tree.iter("time"))[:6]:
        dated = iso_day(element.get("datetime")) or find_date(squeeze(element.text_content())[:60])
        if dated:
            return dated, "time element"
    seen = seen_date(tree)
    if seen:
        return seen, "page text"
    # htmldate gives the first of January where it found a year alone.
    if rough and not rough.endswith("-01-01"):
        return iso_day(rough), "page text"
    return None, None


def _publisher(
    tree: HtmlElement, linked: list[dict[str, Any]], metas: dict[str, str], rough: str | None, host: str | None
) -> str | None:
    """The site's name: as stated, else the part of the page's title that is like its address, else the address."""
    for node in linked:
        value = node.get("publisher")
        for entry in value if isinstance(value, list) else [value]:
            name = entry.get("name") if isinstance(entry, dict) else entry
            if isinstance(name, str) and name.strip() and "://" not in name:
                return squeeze(name)
    for key in ("og:site_name", "application-name", "dc.publisher", "dcterms.publisher", "citation_journal_title"):
        if metas.get(key):
            return metas[key]
    core = re.sub(r"^www\.|\.[a-z.]{2,12}$", "", (host or rough or "").lower()).replace("-", "")
    element = tree.find(".//title")
    pieces = _SUFFIX.split(squeeze(element.text or "")) if element is not None else []
    for piece in reversed(pieces if len(pieces) > 1 else []):
        joined = "".join(_words(piece))
        if core and joined and (core in joined or joined in core or _initials(piece) == core):
            return piece
    if len(pieces) > 1 and (not rough or "." in rough) and len(pieces[-1].split()) <= 5 and "|" in (element.text or ""):
        return pieces[-1]
    return rough or None


def _initials(name: str) -> str:
    return "".join(word[0] for word in _words(name))


def _canonical(tree: HtmlElement, rough: str | None) -> str | None:
    for link in tree.iter("link"):
        if (link.get("rel") or "").lower() == "canonical" and (link.get("href") or "").startswith(
            ("http://", "https://")
        ):
            return str(link.get("href"))
    return rough if rough and rough.startswith(("http://", "https://")) else None
