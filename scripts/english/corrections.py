"""Corrections of what the teacher, trained on American news and talk, gets wrong in British public life.

Only systematic errors found by reading its output are listed. They change training labels, never the held-out
text that agreement with the teacher is measured on.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path

Span = tuple[int, int, str]

_TABLES = tomllib.loads((Path(__file__).parent / "corrections.toml").read_text(encoding="utf-8"))
NOT_ENTITIES, ORGANISATIONS, GROUPS, PLACES = (
    frozenset(" ".join(entry.split()) for entry in _TABLES[name].split(";"))
    for name in ("not_entities", "organisations", "groups", "places")
)
GROUPS_OF_TWO = frozenset({("Liberal", "Democrat"), ("Liberal", "Democrats"), ("Lib", "Dem"), ("Lib", "Dems")})
NO_NAMES = frozenset({"The", "This", "Our", "My", "A", "As", "If", "In"})
PLACE_MISTAKES = frozenset({"PERSON", "ORG", "PRODUCT", "LOC", "FAC", "WORK_OF_ART", "NORP"})

COUNCIL_KINDS = frozenset(["City", "County", "Borough", "District", "Metropolitan", "Unitary", "Town"])
COUNCIL_ENDINGS = frozenset(["MBC", "MDC", "BC", "CC", "DC", "LBC", "UA"])


def correct(words: Sequence[str], spans: Sequence[Span]) -> list[Span]:
    """Give the spans with the known errors put right."""
    wider = {(end, label): start for start, end, label in spans}
    councils = [span for span in _councils(words) if wider.get((span[1], "ORG"), span[1]) > span[0]]
    sure = councils + [span for span in _known(words) if not any(_overlap(span, other) for other in councils)]
    kept = [_relabelled(words, span) for span in spans if not any(_overlap(span, other) for other in sure)]
    return sorted([span for span in kept if span is not None] + sure)


def _overlap(a: Span, b: Span) -> bool:
    return a[0] < b[1] and b[0] < a[1]


def _relabelled(words: Sequence[str], span: Span) -> Span | None:
    start, end, label = span
    text = " ".join(words[start:end])
    if text.lower() in NOT_ENTITIES:
        return None
    if label in PLACE_MISTAKES and text in PLACES:
        return start, end, "GPE"
    if text == "Brexit":
        return start, end, "EVENT"
    if label in ("MONEY", "CARDINAL") and start and words[start - 1] == "£":
        return start - 1, end, "MONEY"
    return span


def _known(words: Sequence[str]) -> list[Span]:
    found = []
    for i, word in enumerate(words):
        if tuple(words[i : i + 2]) in GROUPS_OF_TWO:
            found.append((i, i + 2, "NORP"))
        elif word in GROUPS and not _party(words, i + 1):
            found.append((i, i + 1, "NORP"))
        elif (word in ORGANISATIONS and not _inside_name(words, i)) or (
            word == "Labour" and not _party(words, i + 1) and not _inside_name(words, i)
        ):
            found.append((i, i + 1, "ORG"))
    return found


def _party(words: Sequence[str], i: int) -> bool:
    return i < len(words) and (words[i].lower() == "party" or words[i] == "Central")


def _inside_name(words: Sequence[str], i: int) -> bool:
    after = words[i + 1][:1].isupper() if i + 1 < len(words) else False
    before = i > 0 and words[i - 1] in ("(", "&")
    return after or before


def _councils(words: Sequence[str]) -> list[Span]:
    found = []
    for i, word in enumerate(words):
        if word in COUNCIL_ENDINGS or (word == "Council" and words[i + 1 : i + 2] not in (["of"], ["for"], ["tax"])):
            start = i
            while start and (words[start - 1] in COUNCIL_KINDS):
                start -= 1
            names = start
            while names and i - names < 6 and (_is_name(words[names - 1]) or _joins(words, names - 1)):
                names -= 1
            if names < start:
                found.append((names, i + 1, "ORG"))
    return found


def _is_name(word: str) -> bool:
    return word[:1].isupper() and word[1:2].islower() and word not in NO_NAMES


def _joins(words: Sequence[str], i: int) -> bool:
    return words[i] in ("upon", "-", "on") and i > 0 and _is_name(words[i - 1])
