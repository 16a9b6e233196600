"""Statements by words and by meaning, after the filters."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from discourse.errors import QueryError
from discourse.query.rows import dress
from discourse.store import find, read, vectors
from discourse.store.map import Map
from discourse.store.read import Filter, Row

if TYPE_CHECKING:
    from discourse.embed import Embedder

_OPERATORS = ("AND", "OR", "NOT")
_CANDIDATES = 200
_FUSION = 60.0
"""The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009)."""


def search(store: Map, text: str, embedder: Embedder | None, where: Filter | None = None, limit: int = 20) -> list[Row]:
    """Statements nearest to a query by words and by meaning, fused by rank; without an embedder, by words alone."""
    return _rows(store, ranked(store, text, embedder, where)[:limit])


def ranked(store: Map, text: str, embedder: Embedder | None, where: Filter | None = None) -> list[tuple[int, float]]:
    """The numbers of the candidates of a search with their fused scores, best first."""
    where = where or Filter()
    expression = match_expression(text)
    rankings: list[list[int]] = []
    if expression:
        rankings.append([number for number, _ in find.word_hits(store, expression, where, _CANDIDATES)])
    if embedder is not None:
        rankings.append([number for number, _ in nearest(store, embedder.encode([text])[0], where, _CANDIDATES)])
    scores: dict[int, float] = defaultdict(float)
    for ranking in rankings:
        for rank, number in enumerate(ranking):
            scores[number] += 1 / (_FUSION + rank + 1)
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def facets(store: Map, text: str, embedder: Embedder | None, where: Filter | None = None) -> dict[str, dict[str, int]]:
    """How many of a search's candidates there are by topic, stance, stakeholder, publisher, kind and year."""
    return find.facets(store, [number for number, _ in ranked(store, text, embedder, where)])


def more_like(store: Map, statement: str, where: Filter | None = None, limit: int = 20) -> list[Row]:
    """The statements nearest in meaning to one of the map's, without itself; `score` is the cosine."""
    packed = find.vector_of(store, statement)
    if packed is None:
        raise QueryError(f"statement {statement} has no vector in this map: run `discourse run` on its page again")
    vector = np.frombuffer(packed, dtype="<f2").astype(np.float32)
    own = read.statements_by_id(store, [statement])[statement]["n"]
    found = nearest(store, vector, where or Filter(), limit + 1)
    return _rows(store, [(number, score) for number, score in found if number != own][:limit])


def nearest(store: Map, vector: NDArray[np.float32], where: Filter, limit: int) -> list[tuple[int, float]]:
    """The numbers and cosines of the statements nearest to a normalised vector, nearest first, exactly."""
    width = vectors.width(store)
    if width is None:
        return []
    if width != len(vector):
        raise QueryError(
            f"the map's vectors have {width} numbers and the query's {len(vector)}: search with the embedder "
            f"that the map was made with ({store.setting('embedder')})"
        )
    numbers, rows = vectors.near(store, vector, where, limit)
    if not len(numbers):
        return []
    # Rounded double precision comes out alike whatever other rows stand beside it, and so does the order.
    scores = np.round(rows.astype(np.float64) @ vector.astype(np.float64), 9)
    order = np.lexsort((numbers, -scores))[:limit]
    return [(int(numbers[i]), float(scores[i])) for i in order]


def match_expression(text: str) -> str:
    """The FTS5 expression for a query of words, "phrases", prefix*, AND, OR, NOT and brackets; "" if it has no word."""
    _check_pairs(text)
    parts: list[tuple[str, int]] = []
    for match in re.finditer(r'"[^"]*"|\(|\)|[^\s()"]+', text):
        token = match[0]
        words = re.findall(r"\w+", token)
        if token in _OPERATORS or token in "()":
            parts.append((token, match.start() + 1))
        elif words:
            star = "*" if token.rstrip('"').endswith("*") else ""
            parts.append((f'"{" ".join(words)}"{star}', match.start() + 1))
    if not any(part.startswith('"') for part, _ in parts):
        return ""
    structured = any(not part.startswith('"') for part, _ in parts)
    return _checked(parts) if structured else " OR ".join(part for part, _ in parts)


def _check_pairs(text: str) -> None:
    """Refuses quotation marks and brackets that are not closed, with their place."""
    if text.count('"') % 2:
        place = text.rindex('"') + 1
        raise QueryError(f'the quotation mark at character {place} is never closed: write "a phrase" with both marks')
    open_: list[int] = []
    for place, character in enumerate(re.sub(r'"[^"]*"', lambda phrase: " " * len(phrase[0]), text), 1):
        if character == "(":
            open_.append(place)
        elif character == ")" and not open_:
            raise QueryError(f"the ) at character {place} has no ( before it: every ( needs its )")
        elif character == ")":
            open_.pop()
    if open_:
        raise QueryError(f"the ( at character {open_[-1]} is never closed: every ( needs its )")


def _checked(parts: list[tuple[str, int]]) -> str:
    """Parts joined into an expression; operators must stand between operands."""
    operand_expected = True
    joined: list[str] = []
    hint = "needs a word or a phrase {}: write operators between two words, and the word itself in small letters"
    for part, place in parts:
        is_operand = part.startswith('"') or part == "("
        if operand_expected and not is_operand:
            raise QueryError(f"{part} at character {place} {hint.format('before it')}")
        if not operand_expected and is_operand:
            joined.append("AND")
        joined.append(part)
        operand_expected = part in (*_OPERATORS, "(")
    if operand_expected:
        part, place = parts[-1]
        raise QueryError(f"{part} at character {place} {hint.format('after it')}")
    return " ".join(joined)


def _rows(store: Map, best: list[tuple[int, float]]) -> list[Row]:
    ids = read.statement_ids(store, [number for number, _ in best])
    rows = read.statements_by_id(store, list(ids.values()))
    dressed = dress(store, [rows[ids[number]] for number, _ in best])
    return [row | {"score": round(score, 6)} for row, (_, score) in zip(dressed, best, strict=True)]
