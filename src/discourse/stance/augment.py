"""More examples from those there are: noun-phrase targets, denied propositions, hard negatives."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from discourse.stance.examples import AGAINST, FAVOUR, NONE, Example

Encode = Callable[[Sequence[str]], NDArray[np.float32]]

FLIP = {FAVOUR: AGAINST, AGAINST: FAVOUR, NONE: NONE}
_WE = r"(?:we should|we must|this house would|this house believes that we should|should we)\s+"
_END = r"(?:ban|abolish|abandon|end|prohibit|outlaw|criminali[sz]e|stop|limit|oppose|cease)\s+"
_START = (
    r"(?:adopt|introduce|subsidi[sz]e|legali[sz]e|allow|support|protect|permit|fund|encourage|embrace|implement"
    r"|fight for|increase|promote|have|create|enforce|make use of|permit)\s+"
)
_PASSIVE = r"(?:this house believes that\s+)?(?P<thing>.{4,70}?)\s+(?:should|must)\s+be\s+"
_PHRASES = (
    (re.compile(_WE + _END + r"(?P<thing>.{3,80}?)[.?!]*$", re.I), True),
    (re.compile(_WE + _START + r"(?P<thing>.{3,80}?)[.?!]*$", re.I), False),
    (re.compile(_PASSIVE + r"(?:banned|abolished|prohibited|illegal|outlawed|ended|scrapped)[.]*$", re.I), True),
    (re.compile(_PASSIVE + r"(?:allowed|legali[sz]ed|legal|permitted|compulsory|mandatory)[.]*$", re.I), False),
)
_DENIABLE = re.compile(r"\b(should|must|would|will|can|is|are|does|do)\b(?! not\b|n't\b)", re.I)
_NOT = re.compile(r"\b(should|must|would|will|can|is|are|does|do) not\b", re.I)


def noun_phrase(target: str) -> tuple[str, bool] | None:
    """What a proposition is about, and whether being for the proposition is being against that; else None."""
    for pattern, flips in _PHRASES:
        match = pattern.match(target.strip())
        if match:
            return match["thing"].strip(), flips
    return None


def denied(target: str) -> str | None:
    """The proposition with its first verb denied (or its denial taken away), or None if it has no such verb."""
    if _NOT.search(target):
        return _NOT.sub(r"\1", target, count=1)
    if _DENIABLE.search(target):
        return _DENIABLE.sub(r"\1 not", target, count=1)
    return None


def with_noun_phrases(examples: Sequence[Example]) -> list[Example]:
    """Examples on the thing that a proposition would end or bring in, for those propositions that name one."""
    found = []
    for example in examples:
        phrase = noun_phrase(example.target)
        if phrase:
            label = FLIP[example.label] if phrase[1] else example.label
            found.append(replace(example, target=phrase[0], label=label))
    return found


def with_denials(examples: Sequence[Example], share: float, chance: random.Random) -> list[Example]:
    """A share of the examples on the denied proposition, for which the sides are exchanged."""
    found = []
    for example in examples:
        if example.label == NONE or chance.random() >= share:
            continue
        target = denied(example.target)
        if target:
            found.append(replace(example, target=target, label=FLIP[example.label]))
    return found


def hard_negatives(
    examples: Sequence[Example], encode: Encode, *, each: int, chance: random.Random, ceiling: float = 0.55
) -> list[Example]:
    """For each text, `each` targets near to it that it takes no side on: one mined, the others at random.

    A target counts as another one only if its cosine to the text's own target is below `ceiling`; the mined one
    is drawn from the five of those that are nearest to the text.
    """
    targets = sorted({example.target for example in examples})
    place = {target: number for number, target in enumerate(targets)}
    of_targets = encode(targets)
    alike = of_targets @ of_targets.T
    of_texts = encode([example.text for example in examples])
    found = []
    for example, vector in zip(examples, of_texts, strict=True):
        others = np.flatnonzero(alike[place[example.target]] < ceiling)
        if others.size <= each:
            continue
        nearest = others[np.argsort(-(of_targets[others] @ vector), kind="stable")[:5]]
        chosen = [chance.choice(nearest.tolist())]
        chosen += chance.sample(others.tolist(), each - 1)
        found += [replace(example, target=targets[i], label=NONE, sides_only=False) for i in dict.fromkeys(chosen)]
    return found
