"""What goes back to one event: copies of a text in several places, and one utterance that several papers report."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash

_WORDS = re.compile(r"\w+(?:['’]\w+)*")
_SHINGLE = 5
"""Words of a shingle of a document."""
_BANDS, _ROWS = 42, 3
"""Bands of the MinHash signature: two texts that share half of their shingles meet in a band with probability .996."""
_SEED = 1
_ALIKE = 0.6
"""Texts with at least this Jaccard similarity of their shingles are copies of one another,"""
_HELD = 0.75
"""or with at least this share of the shorter one's shingles in the longer: a shortened copy,"""
_LEAST = 40
"""unless the shorter one has fewer shingles than this."""
_CROWD = 50
"""In a band that more texts share, each is compared to the one before it alone."""
_QUOTE = 7
"""Consecutive words that two reports of one utterance have in common."""
_DAYS = 31
"""Two reports that share words are reports of one occasion when they appeared within these days of one another."""


@dataclass(frozen=True, slots=True)
class Sketched:
    """A document by its MinHash signature."""

    id: str
    published: str | None
    sketch: bytes


@dataclass(frozen=True, slots=True)
class Said:
    """A statement that counts for somebody, with the event of its document."""

    n: int
    whose: str
    document_event: str
    published: str | None
    text: str


def sketch(text: str) -> bytes:
    """The MinHash signature (Broder 1997) of a text's shingles, 126 numbers of 32 bits, little-endian."""
    signature = RMinHash(num_perm=_BANDS * _ROWS, seed=_SEED)
    signature.update([" ".join(shingle) for shingle in _shingles(text, _SHINGLE)] or [text])
    return np.asarray(signature.digest(), dtype="<u4").tobytes()


def copies(documents: Sequence[Sketched], text_of: Callable[[str], str]) -> dict[str, str]:
    """For each document the earliest of its copies (itself, where there is none); candidates are verified by text."""
    ordered = sorted(documents, key=lambda d: (d.published or "9999", d.id))
    sets: dict[str, frozenset[int]] = {}

    def shingles(document: Sketched) -> frozenset[int]:
        if document.id not in sets:
            sets[document.id] = frozenset(map(hash, _shingles(text_of(document.id), _SHINGLE)))
        return sets[document.id]

    groups = _Groups()
    for one, other in _candidates(ordered):
        first, second = groups.find(ordered[one].id), groups.find(ordered[other].id)
        if first != second and _same_text(shingles(ordered[one]), shingles(ordered[other])):
            groups.join(first, second)
    earliest: dict[str, str] = {}
    for document in ordered:
        earliest.setdefault(groups.find(document.id), document.id)
    return {document.id: earliest[groups.find(document.id)] for document in ordered}


def share_held(one: str, other: str) -> float:
    """The share of the shorter text's shingles that stand in both."""
    first, second = (set(_shingles(text, _SHINGLE)) for text in (one, other))
    return len(first & second) / max(min(len(first), len(second)), 1)


def utterances(statements: Iterable[Said]) -> dict[int, str]:
    """For each statement the earliest document (by its event) that reports the occasion on which it was said.

    Two documents report one occasion of a speaker when they give the same words of theirs within a month. The same
    words given again later are the old occasion; what else the later document gives is not.
    """
    of_speaker: dict[str, list[Said]] = defaultdict(list)
    for statement in statements:
        of_speaker[statement.whose].append(statement)
    found: dict[int, str] = {}
    for said in of_speaker.values():
        found |= _occasions(sorted(said, key=lambda s: (s.published or "9999", s.document_event, s.n)))
    return found


class _Groups:
    """Disjoint sets of names."""

    def __init__(self) -> None:
        self.parents: dict[str, str] = {}

    def find(self, name: str) -> str:
        while (parent := self.parents.get(name, name)) != name:
            self.parents[name] = self.parents.get(parent, parent)
            name = parent
        return name

    def join(self, kept: str, other: str) -> None:
        self.parents[self.find(other)] = self.find(kept)


def _occasions(said: Sequence[Said]) -> dict[int, str]:
    groups = _Groups()
    first_with: dict[int, Said] = {}
    repeats: dict[int, Said] = {}
    for statement in said:
        for shingle in _shingles(statement.text, _QUOTE):
            key = hash(shingle)
            before = first_with.setdefault(key, statement)
            if before.document_event == statement.document_event:
                continue
            if _near(before.published, statement.published):
                groups.join(before.document_event, statement.document_event)
            else:
                repeats.setdefault(statement.n, before)
    return {s.n: groups.find(repeats.get(s.n, s).document_event) for s in said}


def _near(one: str | None, other: str | None) -> bool:
    try:
        return abs((date.fromisoformat(one or "") - date.fromisoformat(other or "")).days) <= _DAYS
    except ValueError:
        return (one or "")[:7] == (other or "")[:7] or not one or not other


def _shingles(text: str, size: int) -> Iterator[tuple[str, ...]]:
    words = _WORDS.findall(text.casefold().replace("’", "'"))
    return zip(*(words[start:] for start in range(size)), strict=False)


def _same_text(one: frozenset[int], other: frozenset[int]) -> bool:
    common, shorter = len(one & other), min(len(one), len(other))
    if not shorter:
        return False
    return common >= _ALIKE * len(one | other) or (shorter >= _LEAST and common >= _HELD * shorter)


def _candidates(documents: Sequence[Sketched]) -> Iterator[tuple[int, int]]:
    """Pairs of places in the list whose signatures agree in a whole band, each once."""
    if not documents:
        return
    signatures = np.frombuffer(b"".join(d.sketch for d in documents), dtype="<u4").reshape(len(documents), -1)
    seen: set[tuple[int, int]] = set()
    for band in range(_BANDS):
        rows: NDArray[np.uint32] = signatures[:, band * _ROWS : (band + 1) * _ROWS]
        _, inverse = np.unique(rows, axis=0, return_inverse=True)
        order = np.argsort(inverse, kind="stable")
        for members in np.split(order, np.flatnonzero(np.diff(inverse[order])) + 1):
            if len(members) < 2:
                continue
            for place, other in enumerate(members.tolist()[1:], 1):
                nearby = members.tolist()[:place] if len(members) <= _CROWD else [members[place - 1]]
                for one in nearby:
                    pair = (int(one), int(other))
                    if pair not in seen:
                        seen.add(pair)
                        yield pair
