"""Pull quotes: paragraphs that repeat a stretch of another."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_FEWEST = 6
"""Words: shorter repeats are headings, names and set phrases."""


def repeated(texts: Sequence[str]) -> set[int]:
    """The indices of texts of six words or more that lie word for word inside a longer one (or copy an earlier one)."""
    words = [tuple(word.lower().replace("’", "'") for word in _WORD.findall(text)) for text in texts]
    openings: dict[tuple[str, ...], list[int]] = {}
    for index, own in enumerate(words):
        if len(own) >= _FEWEST:
            openings.setdefault(own[:_FEWEST], []).append(index)
    found: set[int] = set()
    for index, own in enumerate(words):
        for place in range(len(own) - _FEWEST + 1):
            for other in openings.get(own[place : place + _FEWEST], ())[:20]:
                if other in found or other == index:
                    continue
                inside = own[place : place + len(words[other])] == words[other]
                longer = len(own) > len(words[other]) or index < other
                if inside and longer:
                    found.add(other)
    return found
