"""Cutting a text into tokens at whose edges every annotation begins and ends."""

from __future__ import annotations

import re
from collections.abc import Iterable

from discourse.annotations import Annotation

_TOKEN = re.compile(r"\w+|[^\w\s]")


def tokens(text: str, edges: Iterable[int]) -> list[tuple[int, int]]:
    """Start and end of each token: words and signs, cut at the edges; white space belongs to none."""
    cuts = sorted(set(edges))
    found: list[tuple[int, int]] = []
    place = 0
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        while place < len(cuts) and cuts[place] <= start:
            place += 1
        ahead = place
        while ahead < len(cuts) and cuts[ahead] < end:
            found.append((start, cuts[ahead]))
            start = cuts[ahead]
            ahead += 1
        place = ahead
        found.append((start, end))
    return found


def levels(annotations: Iterable[Annotation]) -> list[list[Annotation]]:
    """Spans shared out so that no two on one level overlap, in order of place on each."""
    made: list[list[Annotation]] = []
    for a in sorted(annotations, key=lambda a: (a.start or 0, -(a.end or 0), a.label, a.id)):
        level = next((one for one in made if (one[-1].end or 0) <= (a.start or 0)), None)
        if level is None:
            made.append([a])
        else:
            level.append(a)
    return made
