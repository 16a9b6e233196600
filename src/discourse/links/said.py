"""What the search for links reads of a statement."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from discourse.links.cues import load_cues

_LEAST_WORDS = 5
_WORD = re.compile(r"[^\W\d_]{4,}|\d{2,}")
_STEM = 6
"""Letters of a word that count as its stem."""
_QUESTION = re.compile(r"\?[\W_]*$")


@dataclass(frozen=True, slots=True)
class Said:
    """A statement in its document: who said it, where, and which sides it takes."""

    id: str
    start: int
    end: int
    text: str
    kind: str
    speaker: str | None
    sides: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """Confidence of each stance shown, by topic and side."""

    @property
    def content(self) -> frozenset[str]:
        """The beginnings of its words, without those that every debate is full of."""
        words = (word.casefold() for word in _WORD.findall(self.text))
        return frozenset(word[:_STEM] for word in words if word not in load_cues().common)


def asks(text: str) -> bool:
    """Whether a statement is a question."""
    return bool(_QUESTION.search(text))


def asserts(text: str) -> bool:
    """Whether a statement says something that can be supported, support or answer: no question, courtesy or matter
    of procedure."""
    cues = load_cues()
    return not asks(text) and len(text.split()) >= _LEAST_WORDS and not (
        cues.procedure.search(text) or cues.courtesy.search(text)
    )  # fmt: skip


def joined(text: str, earlier: Said, later: Said) -> bool:
    """Whether nothing but blanks stands between two statements of one paragraph."""
    between = text[earlier.end : later.start]
    return not between.strip("\"'“”‘’ ") and "\n\n" not in between and earlier.end <= later.start


def sides_agree(one: Said, other: Said) -> bool | None:
    """Whether two statements take the same side of a topic, or opposite ones; None where no topic is common."""
    common = {topic for topic, _ in one.sides} & {topic for topic, _ in other.sides}
    if not common:
        return None
    return any(side in other.sides for side in one.sides)
