"""What a format reader hands back, and how it becomes a document."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from typing import Any

from discourse.extract.decode import encodable
from discourse.extract.kinds import classify
from discourse.extract.language import detect_language
from discourse.records import Block, BlockType, Document, DocumentKind, Page, Turn, digest, make_document_id


@dataclass(slots=True)
class Draft:
    """The text of a document with its blocks and all that its format says about it."""

    text: str
    blocks: list[Block]
    record: str = ""
    """The record's own id within the page, where a page holds several documents."""
    title: str | None = None
    authors: tuple[str, ...] = ()
    author_role: str | None = None
    published: str | None = None
    publisher: str | None = None
    url: str | None = None
    kind: DocumentKind | None = None
    kind_reason: str | None = None
    language: str | None = None
    """The language the page declares; the words decide where they are clear."""
    turns: tuple[Turn, ...] = ()
    facts: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of text on its way into a composed document."""

    text: str
    type: BlockType


def compose(parts: Iterable[Part], separator: str = "\n\n") -> tuple[str, list[Block]]:
    """The parts' texts joined by the separator, and a block for each part; empty parts are left out."""
    pieces: list[str] = []
    blocks: list[Block] = []
    place = 0
    for part in parts:
        text = part.text.strip()
        if not text:
            continue
        if pieces:
            place += len(separator)
        blocks.append(Block(place, place + len(text), part.type))
        pieces.append(text)
        place += len(text)
    return separator.join(pieces), blocks


def prose(draft: Draft) -> str:
    """The text of the blocks that are neither site furniture nor bylines, a line each; quotations in their marks."""
    wanted = []
    for block in draft.blocks:
        text = draft.text[block.start : block.end]
        if block.type == "quotation" and text[0] not in "“\"‘'":
            text = f"“{text}”"
        if block.type not in ("boilerplate", "byline"):
            wanted.append(text)
    return "\n".join(wanted)


def finish(page: Page, draft: Draft) -> Document:
    """The document of a draft: ids, version, language and kind added."""
    body = prose(draft)
    kind, reason = draft.kind, draft.kind_reason
    if kind is None:
        stated = (page.kind, "the sources file says so") if page.kind else None
        kind, reason = stated or classify(draft.title, draft.authors, body)
    return Document(
        id=make_document_id(page.canonical, draft.record),
        version=digest(draft.text),
        source=page.source,
        text=draft.text,
        url=draft.url or page.url,
        title=draft.title,
        authors=draft.authors,
        author_role=draft.author_role,
        published=draft.published,
        publisher=page.publisher or draft.publisher,
        kind=kind,
        kind_reason=reason,
        language=detect_language(body) or draft.language,
        blocks=tuple(draft.blocks),
        turns=draft.turns,
        facts=tuple(draft.facts),
    )


def mended(draft: Draft) -> Draft:
    """The draft without lone surrogates and NULs, which not every place can hold; every offset stays."""
    spelt = [each.name for each in fields(draft) if each.name != "blocks"]
    return replace(draft, **{name: _mended(getattr(draft, name)) for name in spelt})


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, (list, tuple)):
        return type(value)(_mended(item) for item in value)
    if isinstance(value, Turn):
        return Turn(*(_mended(getattr(value, each.name)) for each in fields(value)))
    return value
