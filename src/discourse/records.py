"""What passes between the stages: frozen records, with ids that any machine computes alike."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

DocumentKind = Literal["speech", "opinion", "editorial", "news", "report", "hansard", "release", "other"]
Attribution = Literal["direct", "indirect", "mixed", "authored", "record"]
StakeholderKind = Literal["person", "organisation", "group"]
Side = Literal["favour", "against"]
LinkKind = Literal["supports", "responds_to"]
Evidence = Literal["figure", "case", "authority", "experience"]
BlockType = Literal["title", "heading", "paragraph", "list", "table", "quotation", "caption", "byline", "boilerplate"]

DOCUMENT_KINDS: tuple[str, ...] = get_args(DocumentKind)
ATTRIBUTIONS: tuple[str, ...] = get_args(Attribution)
STAKEHOLDER_KINDS: tuple[str, ...] = get_args(StakeholderKind)
SIDES: tuple[str, ...] = get_args(Side)
LINK_KINDS: tuple[str, ...] = get_args(LinkKind)
EVIDENCE: tuple[str, ...] = get_args(Evidence)


def digest(content: str | bytes) -> str:
    """SHA-256 of a text (as UTF-8) or of bytes, in hexadecimal."""
    if isinstance(content, str):
        content = content.encode("utf-8", "surrogatepass")
    return hashlib.sha256(content).hexdigest()


def make_id(*parts: str | int) -> str:
    """A deterministic id of 16 hexadecimal digits from the parts that identify a record."""
    return digest("\x1f".join(str(part) for part in parts))[:16]


@dataclass(frozen=True, slots=True)
class Page:
    """Bytes as captured, never changed afterwards."""

    source: str
    """The path or URL as given."""
    canonical: str
    """What identifies it: its normalised URL, or its path relative to the folder that was named."""
    content: bytes
    media_type: str | None = None
    url: str | None = None
    captured: str | None = None
    """When it was captured, ISO 8601, if known."""
    publisher: str | None = None
    """Who publishes it, as the sources file says."""
    kind: DocumentKind | None = None
    """What its documents are, as the sources file says."""

    @property
    def digest(self) -> str:
        return digest(self.content)


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a document's text, in code points, and what it is on the page."""

    start: int
    end: int
    type: BlockType


@dataclass(frozen=True, slots=True)
class Turn:
    """One speech in an official record: what lies between start and end was said by the speaker."""

    start: int
    end: int
    speaker: str | None
    speaker_key: str | None = None
    """The record's own identifier of the speaker."""
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """Clean text of a page (or of one debate of a day's record) and what is known about it."""

    id: str
    version: str
    """SHA-256 of the text."""
    source: str
    text: str
    url: str | None = None
    title: str | None = None
    authors: tuple[str, ...] = ()
    author_role: str | None = None
    published: str | None = None
    """ISO 8601 date."""
    publisher: str | None = None
    kind: DocumentKind = "other"
    kind_reason: str | None = None
    language: str | None = None
    blocks: tuple[Block, ...] = ()
    turns: tuple[Turn, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    """What a report states about itself, as name and value: authority, inspection dates, grades."""

    @property
    def author(self) -> str | None:
        return "; ".join(self.authors) or None


def make_document_id(canonical: str, record: str = "") -> str:
    """The id of a document: of its page, or of one record within the page."""
    return make_id("document", canonical, record) if record else make_id("document", canonical)


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing somebody said: exact text, exact place, speaker, cue, attribution."""

    id: str
    document_id: str
    start: int
    end: int
    text: str
    kind: Attribution
    speaker: str | None = None
    """The canonical name, or None where it cannot be told."""
    speaker_id: str | None = None
    speaker_kind: StakeholderKind | None = None
    speaker_text: str | None = None
    """The words on the page that name the speaker."""
    role: str | None = None
    organisation: str | None = None
    cue: str | None = None
    quoted_by: str | None = None
    """The outer speaker of a nested quotation."""
    reason: str | None = None
    """How the speaker was told, or why not."""
    context: str = ""
    """The sentence before it in the same paragraph or turn, if any: what the stance model may read beside it."""


def identify(statements: Iterable[Statement]) -> list[Statement]:
    """The statements in order of place, each with its id: document, exact text, occurrence number."""
    seen: Counter[tuple[str, str]] = Counter()
    identified = []
    for statement in sorted(statements, key=lambda s: (s.document_id, s.start, s.end)):
        key = (statement.document_id, statement.text)
        statement_id = make_id("statement", statement.document_id, statement.text, seen[key])
        seen[key] += 1
        identified.append(replace(statement, id=statement_id))
    return identified


@dataclass(frozen=True, slots=True)
class Role:
    """What a stakeholder was, where, and when (ISO dates, either end open)."""

    title: str
    organisation: str | None = None
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Stakeholder:
    """A person, an organisation or a group, with the names that texts use."""

    id: str
    name: str
    kind: StakeholderKind
    group: str | None = None
    aliases: tuple[str, ...] = ()
    descriptions: tuple[str, ...] = ()
    """Phrases such as "the watchdog" that count only in a document that names the stakeholder."""
    roles: tuple[Role, ...] = ()
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Topic:
    """A debatable proposition, with what helps to recognise it."""

    id: str
    name: str
    proposition: str
    examples_favour: tuple[str, ...] = ()
    examples_against: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        return make_id(
            "topic", self.id, self.proposition, *self.examples_favour, "|", *self.examples_against, "|", *self.terms
        )


@dataclass(frozen=True, slots=True)
class Stance:
    """The side one statement takes on one topic; no record means that it takes none."""

    statement_id: str
    topic: str
    stance: Side
    confidence: float
    """Calibrated probability of that side, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Argument:
    """Statements that make the same point on the same side of a topic."""

    id: str
    topic: str
    stance: Side
    key_point: str
    key_statement: str
    statements: tuple[str, ...]
    terms: tuple[str, ...] = ()
    stability: float | None = None
    """Share of its pairs of members that resampled clusterings keep together, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Link:
    """One statement gives a reason or evidence for another of the same document, or answers it."""

    source: str
    """The id of the statement that supports or answers,"""
    target: str
    """and of the one that is supported or answered."""
    kind: LinkKind
    rule: str
    """What told it, such as "reason" (this is because) or "answer" (a question in the turn before)."""
    cue: str
    """The words that tell it, verbatim, or "" where it is told by place or stance alone."""
    confidence: float
    evidence: Evidence | None = None
    """What sort of evidence the supporting statement gives, if it gives more than a reason."""


@dataclass(frozen=True, slots=True)
class PageEntry:
    """What the map remembers of an input: which bytes it saw, what made the records, or why there are none."""

    canonical: str
    source: str
    digest: str
    fingerprint: str
    """What the records were made with: code version, models, the codebook's stakeholders and topics."""
    outcome: Literal["done", "refused"] = "done"
    reason: str | None = None
    captured: str | None = None


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that the per-document stages made of one page."""

    page: PageEntry
    documents: tuple[Document, ...] = ()
    statements: tuple[Statement, ...] = ()
    vectors: bytes = b""
    """float16, little-endian, one row of `dimension` numbers per statement, in the order of `statements`."""
    dimension: int = 0
    stances: tuple[Stance, ...] = field(default=())
