"""Plain text and Markdown: the file's text verbatim, its furniture marked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from discourse.errors import PageError
from discourse.extract.dates import date_line, find_date, published_date
from discourse.extract.decode import decode
from discourse.extract.draft import Draft, prose
from discourse.extract.frontmatter import FrontMatter, front_matter, header_lines
from discourse.extract.inspection import inspection_facts
from discourse.extract.kinds import classify
from discourse.extract.lines import Paragraph, paragraphs
from discourse.extract.markdown import markdown_paragraphs
from discourse.extract.names import authors_from
from discourse.extract.organisations import publisher_of
from discourse.extract.reading import Reading, read
from discourse.records import Block, Page

_PUBLISHER = re.compile(
    r"^(?:source|publisher|publication|published by|published in|first published (?:in|by|on)|"
    r"this (?:article|piece|speech|interview) (?:was )?(?:first |originally )?(?:appeared|published|"
    r"printed) (?:in|on|by)"
    r"|(?:by )?continuing to (?:use|browse|visit))\s*:?\s+(?:the )?(?P<name>(?-i:[A-Z])[^.,;:|\n]{1,60}?)\s"
    r"*(?:[.,;|]|$| on \d| in \d| you\b)",
    re.I,
)
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright)\s*(?:©|\(c\)|copyright)?\s*(?:(?:19|20)\d\d(?:\s*[-–]\s*(?:19|20)?\d\d)?)?[\s,]"
    r"*(?P<name>(?-i:[A-Z])[^.,;:|\d\n]{2,60}?)"
    r"\s*(?:(?:19|20)\d\d|ltd|limited|[.,;|]|$)",
    re.I,
)
_RIGHTS = re.compile(r"^(?:all rights|reserved|crown copyright|and\b|the author|notice|policy)", re.I)


def read_text(page: Page) -> Draft:
    """The draft of a plain text file; its text is the file's, decoded."""
    text = decode(page.content)
    return _drafted(text, front_matter(text) or header_lines(text), paragraphs)


def read_markdown(page: Page) -> Draft:
    """The draft of a Markdown file; its text is the file's, front matter and mark-up included."""
    text = decode(page.content)
    return _drafted(text, front_matter(text), markdown_paragraphs)


def _drafted(text: str, matter: FrontMatter | None, divide: object) -> Draft:
    matter = matter or FrontMatter()
    assert callable(divide)
    divided: list[Paragraph] = divide(text)
    pieces = [piece for piece in divided if piece.start >= matter.end]
    if not pieces:
        raise PageError("empty: no text in it")
    reading = read(text, pieces)
    if not reading.has_body:
        raise PageError("nothing but navigation and site furniture, no sentence to read")
    blocks = [Block(piece.start, piece.end, type_) for piece, type_ in zip(pieces, reading.types, strict=True)]
    if matter.end:
        blocks.insert(0, Block(matter.start, matter.end, "boilerplate"))
    authors = authors_from(matter.author) if matter.author else reading.authors
    draft = Draft(
        text=text,
        blocks=blocks,
        title=matter.title or reading.title,
        authors=authors,
        author_role=matter.role or reading.author_role,
        published=(find_date(matter.date) if matter.date else None) or _published(text, pieces, reading),
        publisher=matter.publisher or _publisher(text, pieces, reading),
        url=matter.url,
        language=matter.language,
    )
    _read_report(draft)
    return draft


def _read_report(draft: Draft) -> None:
    """Adds what a report says of itself: its publisher, and an inspection's facts."""
    if classify(draft.title, draft.authors, prose(draft))[0] != "report":
        return
    paragraphs = [draft.text[block.start : block.end] for block in draft.blocks]
    draft.publisher = draft.publisher or publisher_of(paragraphs, (), {})
    types = (block.type for block in draft.blocks)
    draft.facts = inspection_facts(draft.title, list(zip(paragraphs, types, strict=True))).facts


def _published(text: str, pieces: Sequence[Paragraph], reading: Reading) -> str | None:
    furniture = [
        text[p.start : min(p.end, p.start + 300)]
        for p, type_ in zip(pieces, reading.types, strict=True)
        if type_ in ("boilerplate", "byline")
    ]
    labelled = next((found for line in furniture if (found := published_date(line))), None)
    alone = labelled or next((found for line in furniture if (found := date_line(line))), None)
    if alone:
        return alone
    # "By Ann Day on 3 May 2019", "Speech to the conference, 3 May 2019".
    types = [type_ for type_ in reading.types if type_ in ("byline", "boilerplate")]
    bylines = [line for line, type_ in zip(furniture, types, strict=True) if type_ == "byline"]
    return next((found for line in [*bylines, reading.title or ""] if (found := find_date(line))), None)


def _publisher(text: str, pieces: Sequence[Paragraph], reading: Reading) -> str | None:
    """The publisher that the text names in its furniture; a publisher that the story only mentions is none."""
    for piece, type_ in zip(pieces, reading.types, strict=True):
        line = text[piece.start : min(piece.end, piece.start + 300)]
        match = _PUBLISHER.match(line) or (_COPYRIGHT.search(line) if type_ == "boilerplate" else None)
        if match and not _RIGHTS.match(match["name"]):
            return match["name"].strip()
    return None
