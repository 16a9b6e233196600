"""Pull quotes: paragraphs that repeat a stretch of another."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_FEWEST = 6
"""Words: shorter repeats are headings, names and set phrases."""


def repeated(texts: Sequence[str]) -> set[int]:
    """The indices of texts of six words or more that lie word for word inside a longer one (or copy an earlier one)."""
    words = [tuple(_WORD.findall(text.lower().replace("’", "'"))) for text in texts]
    openings: dict[tuple[str, ...], list[int]] = {}
    for index, own in enumerate(words):
        if len(own) >= _FEWEST:
            openings.setdefault(own[:_FEWEST], []).append(index)
    # Most places are ruled out by their word alone, without six words taken out and looked up.
    first = {opening[0] for opening in openings}
    found: set[int] = set()
    for index, own in enumerate(words):
        places = [place for place, word in enumerate(own[: len(own) - _FEWEST + 1]) if word in first]
        for place in places if len(own) >= _FEWEST else ():
            for other in openings.get(own[place : place + _FEWEST], ())[:20]:
                if other in found or other == index:
                    continue
                inside = own[place : place + len(words[other])] == words[other]
                longer = len(own) > len(words[other]) or index < other
                if inside and longer:
                    found.add(other)
    return found
