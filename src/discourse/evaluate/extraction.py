"""How well pages are extracted: main text, title, author and date against WCXB's ground truth, beside trafilatura."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import fmean
from time import perf_counter, process_time
from typing import Any

from discourse.errors import DiscourseError, PageError
from discourse.extract import extract
from discourse.records import Page, digest

System = Callable[[bytes, str], dict[str, str | None]]
"""What gives text, title, author and date of a page, from its bytes and address."""

_WORD = re.compile(r"\w+")
_ASIDE = {"title", "byline", "boilerplate"}
"""Blocks that are on the page and no part of its main text."""
_NAME_SEPARATOR = re.compile(r"\s*(?:;|,|&|\band\b)\s*")


def word_f1(found: str, wanted: str) -> float:
    """F1 of two texts as bags of lower-case words; 1.0 when both are empty."""
    own, gold = (Counter(_WORD.findall(text.lower())) for text in (found, wanted))
    shared = sum((own & gold).values())
    if not own and not gold:
        return 1.0
    return 2 * shared / (sum(own.values()) + sum(gold.values()))


def evaluate_extraction(data: Path) -> dict[str, Any]:
    """Figures for a folder of `html/*.html.gz` and `ground-truth/*.json`, beside trafilatura's defaults.

    Gives, for each of the two systems, mean word F1 by kind of page and over all, the share of titles, authors and
    dates that are right (where the ground truth has one; and, as "no author" and "no date", where it rightly gives
    none), pages refused, and pages per second. Titles and authors count as right when their words are the same.
    Our main text is the document's text without the blocks marked as title, byline or boilerplate.
    """
    pages = list(read_pages(data))
    if not pages:
        raise DiscourseError(f"{data}: no html/*.html.gz with ground-truth/*.json beside it: name WCXB's folder")
    return {
        "pages": len(pages),
        "data": digest("".join(f"{name}:{digest(content)}" for name, content, _ in pages)),
        **{name: figures(system, pages) for name, system in SYSTEMS.items()},
    }


def read_pages(data: Path) -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    """Name, HTML and ground truth of each page in a folder laid out as WCXB's."""
    for file in sorted((data / "ground-truth").glob("*.json")):
        html = data / "html" / f"{file.stem}.html.gz"
        if html.is_file():
            yield file.stem, gzip.decompress(html.read_bytes()), json.loads(file.read_text(encoding="utf-8"))


def _ours(content: bytes, url: str) -> dict[str, str | None]:
    try:
        document = extract(Page(source=url, canonical=url, content=content, media_type="text/html", url=url))[0]
    except PageError:
        return {"text": ""}
    main = (document.text[b.start : b.end] for b in document.blocks if b.type not in _ASIDE)
    return {
        "text": "\n".join(main),
        "title": document.title,
        "author": document.author,
        "date": document.published,
    }


def _trafilatura(content: bytes, url: str) -> dict[str, str | None]:
    import trafilatura

    text = trafilatura.extract(content, url=url)
    meta = trafilatura.extract_metadata(content, default_url=url)
    return {"text": text or "", "title": meta.title, "author": meta.author, "date": meta.date}


SYSTEMS: dict[str, System] = {"discourse": _ours, "trafilatura": _trafilatura}


def figures(system: System, pages: list[tuple[str, bytes, dict[str, Any]]]) -> dict[str, Any]:
    """What one system comes to on these pages."""
    f1: dict[str, list[float]] = defaultdict(list)
    right: dict[str, list[float]] = defaultdict(list)
    refused = 0
    start, used = perf_counter(), process_time()
    for _, content, record in pages:
        found, gold = system(content, record["url"]), record["ground_truth"]
        score = word_f1(found["text"] or "", gold["main_content"] or "")
        refused += not found["text"]
        f1[record["_internal"]["page_type"]["primary"]].append(score)
        f1["all"].append(score)
        for name, key in (("title", "title"), ("author", "author"), ("date", "publish_date")):
            _count(right, name, found.get(name), gold.get(key))
    return {
        "f1": {kind: round(fmean(scores), 4) for kind, scores in sorted(f1.items())},
        "right": {name: round(fmean(hits), 4) for name, hits in sorted(right.items())},
        "refused": refused,
        "pages_per_second": round(len(pages) / (perf_counter() - start), 1),
        "pages_per_processor_second": round(len(pages) / (process_time() - used), 1),
    }


def _count(right: dict[str, list[float]], name: str, found: str | None, wanted: str | None) -> None:
    if wanted is None:
        if name != "title":
            right[f"no {name}"].append(float(not found))
    elif name == "date":
        right[name].append(float((found or "") == wanted[:10]))
    elif name == "author":
        right[name].append(float(_names(found) == _names(wanted)))
    else:
        right[name].append(float(_WORD.findall((found or "").lower()) == _WORD.findall(wanted.lower())))


def _names(authors: str | None) -> set[str]:
    return {" ".join(_WORD.findall(name.lower())) for name in _NAME_SEPARATOR.split(authors or "") if name.strip()}
