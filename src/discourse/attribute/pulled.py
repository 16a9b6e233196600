"""Pull quotes: words of a page that it shows a second time, larger."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from discourse.attribute.names import same_words
from discourse.attribute.units import Unit
from discourse.nlp.passage import Passage

_NOT_WORD = re.compile(r"\W+")


def pull_quotes(passages: Sequence[Passage], units: Sequence[Unit]) -> set[int]:
    """Short paragraphs and quotation blocks whose words stand in another paragraph too."""
    folded = [f" {_NOT_WORD.sub(' ', same_words(p.text)).strip()} " for p in passages]
    places: dict[str, list[int]] = defaultdict(list)
    candidates = {i: words for i, words in enumerate(folded) if _may_be_pulled(passages[i], units[i], words)}
    keys = {" ".join(words.split()[:4]) for words in candidates.values()}
    for number, words in enumerate(folded):
        split = words.split()
        for key in {" ".join(split[i : i + 4]) for i in range(len(split) - 3)} & keys:
            places[key].append(number)
    repeated: set[int] = set()
    for number, words in candidates.items():
        others = [i for i in places[" ".join(words.split()[:4])][:20] if i != number and words in folded[i]]
        if any(len(folded[i]) > len(words) or i < number for i in others):
            repeated.add(number)
    return repeated


def _may_be_pulled(passage: Passage, unit: Unit, words: str) -> bool:
    short = len(words) < 300 and bool(passage.quotes)
    return len(words.split()) >= 4 and (short or unit.type == "quotation")
