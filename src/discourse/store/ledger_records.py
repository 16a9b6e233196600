"""What the collection ledger holds: tasks, captures, attempts and the verdict on a source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Outcome = Literal[
    "new",
    "unchanged",
    "changed",
    "duplicate of",
    "blocked by robots",
    "refused",
    "gone",
    "empty",
    "too large",
    "wrong type",
    "parse failure",
    "off topic",
]
OUTCOMES: tuple[str, ...] = get_args(Outcome)
YIELDS = ("new", "unchanged", "changed", "duplicate of")
"""Outcomes that mean that a source still says something."""

Role = Literal["listing", "page"]


@dataclass(frozen=True, slots=True)
class Task:
    """One address that a crawl is to ask for, for one source."""

    source: str
    role: Role
    url: str
    canonical: str
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Capture:
    """One kept response: what it was, and where in which WARC file it lies."""

    url: str
    time: str
    media_type: str | None
    digest: str
    """SHA-256 of the page's bytes, freed of chunks and compression."""
    size: int
    payload: str
    """SHA-256 of the body as it came over the line."""
    etag: str | None
    last_modified: str | None
    file: str
    offset: int
    length: int
    record: str
    """The WARC-Record-ID."""
    id: int = 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of asking for one address."""

    source: str
    role: Role
    url: str
    at: str
    """The last address asked, after redirects."""
    canonical: str
    time: str
    outcome: Outcome
    reason: str | None = None
    status: int | None = None
    requests: int = 0
    capture: Capture | None = None
    same_as: str | None = None
    """The canonical address of the page that this is a duplicate of."""
    score: float | None = None
    """How far its text bears on the codebook, where that was asked."""
    topic: str | None = None
    """The topic that it bears on most."""

    @property
    def yields(self) -> bool:
        return self.outcome in YIELDS


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a source gave in one crawl, beside what it gave before."""

    source: str
    outcomes: dict[str, int]
    pages: int
    before: int
    """The most pages it gave in an earlier crawl."""
    reason: str | None = None
    """Of the first attempt that gave nothing."""

    @property
    def failing(self) -> bool:
        """It gives nothing any more, or whatever was asked was refused."""
        return self.pages == 0 and (self.before > 0 or self.refused)

    @property
    def refused(self) -> bool:
        tried = sum(self.outcomes.values())
        held = sum(count for outcome, count in self.outcomes.items() if outcome in YIELDS)
        return tried > 0 and held == 0
