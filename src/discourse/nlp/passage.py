"""What the language components find in one paragraph, in plain records with offsets in code points."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from discourse.nlp.lexicon import Attitude, Manner
from discourse.nlp.quotes import Quote

ReportKind = Literal["direct", "indirect", "mixed"]


class Place(NamedTuple):
    """A stretch of a paragraph's text."""

    start: int
    end: int

    def shift(self, offset: int) -> Place:
        return Place(self.start + offset, self.end + offset)

    def overlaps(self, other: Place) -> bool:
        return self.start < other.end and other.start < self.end


class Name(NamedTuple):
    """A name in the text and what it seems to be: person, organisation, place."""

    start: int
    end: int
    kind: str
    subject: bool = False
    """True where it is the subject of a sentence's main clause."""


@dataclass(frozen=True, slots=True)
class Report:
    """One attribution: who (a place, or None), by which cue, what (one place, or several of one quotation)."""

    source: Place | None
    cue: Place
    content: tuple[Place, ...]
    kind: ReportKind
    manner: Manner = "says"
    attitude: Attitude = "neutral"
    factive: bool = False
    rule: str = ""
    """Which construction it was recognised by."""

    def shift(self, offset: int) -> Report:
        return replace(
            self,
            source=self.source.shift(offset) if self.source else None,
            cue=self.cue.shift(offset),
            content=tuple(place.shift(offset) for place in self.content),
        )


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph with its quotations, sentences, names and attributions."""

    text: str
    quotes: tuple[Quote, ...] = ()
    sentences: tuple[Place, ...] = ()
    names: tuple[Name, ...] = ()
    reports: tuple[Report, ...] = ()
