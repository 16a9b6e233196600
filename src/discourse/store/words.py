"""The words of statements as SQLite's index has them, for a database that has another: found and ranked alike."""

from __future__ import annotations

import math
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_K1, _B = 1.2, 0.75
_LEAST_IDF = 1e-6
"""The constants of BM25 in SQLite's FTS5."""
_LONGEST = 500
"""Characters of a word that count; PostgreSQL takes no word of more than 2,046 bytes."""
_NO_WORD = "!"
"""Stands for a phrase without a word: no word is like this."""
_PART = re.compile(r'"([^"]*)"(\*?)|\(|\)|AND|OR|NOT')
_OPERATORS = {"AND": "&", "OR": "|", "NOT": "& !", "(": "(", ")": ")"}


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words next to each other; with `prefix` the last is the beginning of a word."""

    words: tuple[str, ...]
    prefix: bool

    @property
    def tsquery(self) -> str:
        """The phrase as PostgreSQL looks for it."""
        return f"({' <-> '.join(map(_quoted, self.words))}{':*' if self.prefix else ''})"

    @property
    def patterns(self) -> list[str]:
        """What each of its words is LIKE."""
        return [*self.words[:-1], self.words[-1] + "%" * self.prefix]

    def count(self, places: Mapping[str, Sequence[int]]) -> int:
        """How often it stands in a text, of whose words the places are known."""
        standing = [set(places.get(word, ())) for word in self.words]
        if self.prefix:
            standing[-1] = {at for word, ats in places.items() if word.startswith(self.words[-1]) for at in ats}
        return sum(all(first + i in at for i, at in enumerate(standing)) for first in standing[0])


class Tokens:
    """SQLite's own reading of texts into words."""

    def __init__(self) -> None:
        self._index = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._index.executescript(
            "CREATE VIRTUAL TABLE said USING fts5("
            "  text, speaker, content='', tokenize='porter unicode61 remove_diacritics 2');"
            "CREATE VIRTUAL TABLE words USING fts5vocab(said, instance);"
        )

    def of(self, texts: Sequence[tuple[str, str | None]]) -> list[list[list[tuple[int, str]]]]:
        """The words of each text and of its speaker's name, each word with its place."""
        self._index.executemany(
            "INSERT INTO said (rowid, text, speaker) VALUES (?, ?, ?)", [(i, *row) for i, row in enumerate(texts)]
        )
        found: list[list[list[tuple[int, str]]]] = [[[], []] for _ in texts]
        for i, column, place, word in self._index.execute("SELECT doc, col, offset, term FROM words"):
            found[i][column == "speaker"].append((place, word[:_LONGEST]))
        self._index.execute("INSERT INTO said (said) VALUES ('delete-all')")
        return found

    def tsvectors(self, texts: Sequence[tuple[str, str | None]]) -> list[tuple[str, int]]:
        """Each text with its speaker's name as a tsvector, and how many words they have."""
        return [_tsvector(*columns) for columns in self.of(texts)]

    def asked(self, expression: str) -> tuple[str, list[Phrase]]:
        """An FTS5 expression as a tsquery, and the phrases in it."""
        parts = list(_PART.finditer(expression))
        read = self.of([(part[1] or "", None) for part in parts])
        phrases, said = [], []
        for part, (words, _) in zip(parts, read, strict=True):
            if part[1] is None:
                said.append(_OPERATORS[part[0]])
                continue
            phrase = Phrase(tuple(word for _, word in sorted(words)) or (_NO_WORD,), bool(part[2] and words))
            phrases.append(phrase)
            said.append(phrase.tsquery)
        return " ".join(said), phrases


def bm25(
    phrases: Sequence[Phrase],
    having: Sequence[int],
    texts: int,
    mean: float,
    hits: Iterable[tuple[int, int, Mapping[str, Sequence[int]]]],
) -> list[tuple[int, float]]:
    """Hits (number, words, places of words) with their scores, best first: lower is better.

    `having` says in how many of all texts each phrase stands, `mean` how many words a text has.
    """
    weights = [max(math.log((texts - n + 0.5) / (n + 0.5)), _LEAST_IDF) for n in having]
    scored = []
    for number, size, places in hits:
        score = 0.0
        for weight, phrase in zip(weights, phrases, strict=True):
            times = float(phrase.count(places))
            score += weight * (times * (_K1 + 1) / (times + _K1 * (1 - _B + _B * size / mean)))
        scored.append((number, -score))
    return sorted(scored, key=lambda hit: (hit[1], hit[0]))


def _tsvector(text: list[tuple[int, str]], speaker: list[tuple[int, str]]) -> tuple[str, int]:
    after = max((place for place, _ in text), default=0) + 2  # a phrase must not reach from the text into the name
    places: dict[str, list[int]] = defaultdict(list)
    for first, column in ((1, text), (after + 1, speaker)):
        for place, word in column:
            places[word].append(first + place)
    joined = " ".join(f"{_quoted(word)}:{','.join(map(str, sorted(ats)))}" for word, ats in places.items())
    return joined, len(text) + len(speaker)


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
