"""How statements of one document hang together: which gives a reason for which, and who answers whom."""

from __future__ import annotations

from collections.abc import Sequence

from discourse.links.answers import answers
from discourse.links.said import Said
from discourse.links.supports import supports
from discourse.records import Link

__all__ = ["LEAST", "VERSION", "Said", "link"]

VERSION = "2"
"""Changes with the rules: a map whose links were made by others is made again."""

LEAST = 0.7
"""A link that is less likely to be right is not told."""


def link(text: str, said: Sequence[Said]) -> list[Link]:
    """The links among the statements of one document (in order of place), each pair once, surest first."""
    best: dict[tuple[str, str], Link] = {}
    for found in (*supports(text, said), *answers(said)):
        if found.confidence < LEAST:
            continue
        kept = best.get((found.source, found.target))
        if kept is None or found.confidence > kept.confidence:
            best[found.source, found.target] = found
    return sorted(best.values(), key=lambda k: (-k.confidence, k.source, k.target))
