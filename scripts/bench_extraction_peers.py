"""Extraction beside its peers in one run: trafilatura's defaults, readability-lxml, newspaper4k.

    python scripts/bench_extraction_peers.py DATA/extraction/wcxb-dev [--every 1]

The peers are no dependencies: run it in an environment of its own, `pip install readability-lxml newspaper4k`
beside the project. `--every N` takes each N-th article and all pages of other kinds.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from lxml import html as lxml_html

from discourse.evaluate import extraction
from discourse.records import digest

Found = dict[str, str | None]


def readability(content: bytes, url: str) -> Found:
    """readability-lxml 0.8 and later: text of its summary, and its short title; it gives no author and no date."""
    from readability import Document

    try:
        document = Document(content.decode("utf-8", "replace"), url=url)
        text = lxml_html.fromstring(document.summary(html_partial=True)).text_content()
        return {"text": text, "title": document.short_title()}
    except Exception:  # a page it cannot read is a page without text
        return {"text": ""}


def newspaper(content: bytes, url: str) -> Found:
    """newspaper4k: text, title, authors and date, without asking the network for anything."""
    from newspaper import Article, Config

    config = Config()
    config.fetch_images = False
    article = Article(url, config=config)
    try:
        article.download(input_html=content.decode("utf-8", "replace"))
        article.parse()
    except Exception:  # a page it cannot read is a page without text
        return {"text": ""}
    day = article.publish_date
    return {
        "text": article.text,
        "title": article.title,
        "author": "; ".join(article.authors) or None,
        "date": day.date().isoformat() if day else None,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args()
    pages, articles = [], 0
    for page in extraction.read_pages(options.data):
        if page[2]["_internal"]["page_type"]["primary"] == "article":
            articles += 1
            if articles % options.every:
                continue
        pages.append(page)
    print(len(pages), "pages, digest", digest("".join(f"{name}:{digest(content)}" for name, content, _ in pages))[:16])
    systems: dict[str, Callable[[bytes, str], Found]] = {**extraction.SYSTEMS}
    systems |= {"readability-lxml": readability, "newspaper4k": newspaper}
    for name, system in systems.items():
        print(name, json.dumps(extraction.figures(system, pages)), flush=True)


if __name__ == "__main__":
    main()
