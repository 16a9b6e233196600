"""Web pages: main text by trafilatura, with block types, and the metadata beside it."""

from __future__ import annotations

from discourse.errors import PageError
from discourse.extract.blocks import html_parts
from discourse.extract.dates import iso_day
from discourse.extract.draft import Draft, compose
from discourse.records import Page

_FEWEST_WORDS = 25


def read_html(page: Page) -> Draft:
    """The draft of a web page; raises PageError when it holds no main text."""
    import trafilatura

    tree = trafilatura.load_html(page.content)
    if tree is None:
        raise PageError("HTML that cannot be parsed, or without any text")
    found = trafilatura.bare_extraction(tree, url=page.url, include_comments=False, with_metadata=True)
    if found is None or found.body is None:
        raise PageError("no main text: navigation, a login page or an empty shell")
    parts = html_parts(found.body)
    if sum(len(part.text.split()) for part in parts) < _FEWEST_WORDS:
        raise PageError("no main text: navigation, a login page or an empty shell")
    text, blocks = compose(parts)
    return Draft(
        text=text,
        blocks=blocks,
        title=found.title,
        authors=tuple(found.author.split("; ")) if found.author else (),
        published=iso_day(found.date),
        publisher=found.sitename,
        url=found.url,
    )
