"""The words that tell of reasons and answers, from cues.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from discourse.records import Evidence, LinkKind


@dataclass(frozen=True, slots=True)
class Rule:
    """One way in which words tell a link."""

    name: str
    link: LinkKind
    pattern: re.Pattern[str]
    way: Literal["earlier", "later"]
    """Which of two neighbouring statements is supported."""
    confidence: float
    evidence: Evidence | None = None
    unless: re.Pattern[str] | None = None
    """What must not follow the cue."""

    def cue_in(self, text: str) -> str | None:
        """The words of a text that tell the link, or None."""
        found = self.pattern.search(text)
        if found is None or (self.unless and self.unless.match(text, found.end())):
            return None
        return found["cue"]


@dataclass(frozen=True, slots=True)
class Cues:
    """The rules, in the order in which they are tried, and what is neither a reason nor an answer."""

    rules: tuple[Rule, ...]
    procedure: re.Pattern[str]
    courtesy: re.Pattern[str]
    common: frozenset[str]
    """Words that two statements may share without being about the same."""


@cache
def load_cues() -> Cues:
    """The cues that come with the package."""
    tables = tomllib.loads((files("discourse.links") / "cues.toml").read_text(encoding="utf-8"))
    before = {
        "start": rf"^[\W_]*{tables['lead']}(?P<cue>",
        "near": r"^\W*+(?:\w++\W++){1,6}?(?P<cue>",
        "anywhere": r"\b(?P<cue>",
    }
    rules = tuple(
        Rule(
            row["name"], row["link"], _pattern(row["cues"], before[row["place"]], r")\b"), row.get("way", "earlier"),
            row["confidence"], row.get("evidence"), _pattern(row["unless"]) if "unless" in row else None,
        )
        for row in tables["rule"]
    )  # fmt: skip
    return Cues(rules, _pattern(tables["procedure"]), _pattern(tables["courtesy"]), frozenset(tables["common"].split()))


def _pattern(cues: Iterable[str], before: str = "(?:", after: str = ")") -> re.Pattern[str]:
    joined = "|".join(cues)
    return re.compile((before + joined + after).replace(" ", r"\s+"), re.IGNORECASE)
