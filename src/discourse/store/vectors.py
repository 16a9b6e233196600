"""The vectors of a map's statements: read as they are stored, or told from rough ones that are kept in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from discourse.store.connection import ComparesVectors
from discourse.store.filters import Filter
from discourse.store.map import Map

Numbers = NDArray[np.int64]
Rows = NDArray[np.float32]
Blocks = Iterator[tuple[Numbers, Rows]]

_MARKS_AT_ONCE = 500
_BLOCK = 4096
"""Rows at once: few enough to stay in a processor's cache."""
_KEPT_BYTES = 500_000_000
_ROUNDING = 1e-5
"""More than single precision can put a cosine wrong."""


def width(store: Map) -> int | None:
    """How many numbers each vector has; None where there is none."""
    return store.connection.dimension()


def packed(store: Map, where: Filter) -> tuple[list[int], bytes]:
    """The numbers of the statements that match, ascending, and their vectors (float16, one row each, joined)."""
    query, values = where.numbers()
    rows = store.connection.execute(f"SELECT n, data FROM vector WHERE n IN ({query}) ORDER BY n", values).fetchall()
    return [row[0] for row in rows], b"".join([row[1] for row in rows])


def matrix(store: Map, where: Filter) -> tuple[Numbers, Rows]:
    """The numbers of the statements that match, ascending, and their vectors, one row each."""
    return _joined(_blocks(store, *where.numbers()))


def near(store: Map, vector: Rows, where: Filter, limit: int) -> tuple[Numbers, Rows]:
    """Of the statements that match, all that can be among the so many nearest to a unit vector, with their vectors.

    After the first question without a filter an open map keeps rough vectors, which say what is worth reading.
    """
    if isinstance(store.connection, ComparesVectors):
        wanted = None if where.asks_nothing else where.numbers()
        return _joined(_blocks_of(store, store.connection.near(vector, wanted, limit, _ROUNDING)))
    rough = keep(store) if where.asks_nothing else _kept(store)
    if rough is None:
        return _nearest(_blocks(store, *where.numbers()), vector, limit)
    among = None
    if not where.asks_nothing:
        query, values = where.numbers()
        asked = np.array([row[0] for row in store.connection.execute(query, values)], dtype=np.int64)
        among = np.intersect1d(asked, rough.numbers, assume_unique=True)
    return _joined(_blocks_of(store, rough.candidates(vector, limit, among).tolist()))


def keep(store: Map) -> Rough | None:
    """Rough vectors of all statements, kept until somebody writes to the map; None where they are too many for that,
    or a database keeps what it needs."""
    if isinstance(store.connection, ComparesVectors):
        return None
    rough = _kept(store)
    if rough is None and store.kept.get("vectors", (None,))[0] != _state(store):
        rough = _roughened(_blocks(store, *Filter().numbers()))
        store.kept["vectors"] = (_state(store), rough)
    return rough


@dataclass(frozen=True, slots=True)
class Rough:
    """Vectors in whole numbers from -127 to 127, and how far each row is from what it was."""

    numbers: Numbers
    """Of their statements, ascending."""
    data: NDArray[np.int8]
    scale: Rows
    off: Rows

    def candidates(self, vector: Rows, limit: int, among: Numbers | None = None) -> Numbers:
        """The numbers of all statements (of those given) that can be among the so many nearest to a vector."""
        places = None if among is None else np.searchsorted(self.numbers, among)
        chosen = slice(None) if places is None else places
        numbers = self.numbers[chosen]
        scores = np.empty(len(numbers), dtype=np.float32)
        for first in range(0, len(numbers), _BLOCK):
            block = slice(first, first + _BLOCK)
            scores[block] = self.data[block if places is None else places[block]].astype(np.float32) @ vector
        return numbers[_reach(scores * self.scale[chosen], self.off[chosen] + _ROUNDING, limit)]


def _roughened(blocks: Blocks) -> Rough | None:
    """Rough vectors of all blocks; None if they would take too much memory."""
    parts: list[tuple[Numbers, NDArray[np.int8], Rows, Rows]] = []
    size = 0
    for numbers, rows in blocks:
        scale = np.maximum(np.abs(rows).max(axis=1), np.float32(1e-9)) / 127
        data = np.rint(rows / scale[:, None]).astype(np.int8)
        parts.append((numbers, data, scale, np.linalg.norm(rows - data * scale[:, None], axis=1)))
        size += data.nbytes
        if size > _KEPT_BYTES:
            return None
    if not parts:
        return None
    numbers_, data_, scale_, off_ = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Rough(numbers_, data_, scale_, off_)


def _nearest(blocks: Blocks, vector: Rows, limit: int) -> tuple[Numbers, Rows]:
    """All rows that can be among the so many nearest, whatever single precision does."""
    best = _joined(())
    for numbers, rows in blocks:
        numbers, rows = _joined([best, (numbers, rows)]) if len(best[0]) else (numbers, rows)
        reach = _reach(rows @ vector, np.full(len(rows), _ROUNDING, dtype=np.float32), limit)
        best = numbers[reach], rows[reach]
    return best


def _reach(scores: Rows, off: Rows, limit: int) -> NDArray[np.int64]:
    """The places of all scores that may be among the so many highest, each being off by so much at most."""
    if len(scores) <= limit:
        return np.arange(len(scores))
    return np.flatnonzero(scores + off >= np.partition(scores - off, -limit)[-limit])


def _kept(store: Map) -> Rough | None:
    state, rough = store.kept.get("vectors", (None, None))
    return rough if state == _state(store) else None


def _state(store: Map) -> object:
    return store.connection.version()


def _blocks_of(store: Map, numbers: Sequence[int]) -> Blocks:
    """The vectors of numbered statements; the numbers are ascending."""
    for first in range(0, len(numbers), _MARKS_AT_ONCE):
        chunk = numbers[first : first + _MARKS_AT_ONCE]
        yield from _blocks(store, ", ".join("?" * len(chunk)), chunk)


def _blocks(store: Map, query: str, values: Sequence[Any]) -> Blocks:
    """The numbers that a query gives, ascending, and their vectors, some thousands at a time."""
    cursor = store.connection.tuples(f"SELECT n, data FROM vector WHERE n IN ({query}) ORDER BY n", values)
    while found := cursor.fetchmany(_BLOCK):
        rows = np.frombuffer(b"".join([row[1] for row in found]), dtype="<f2").reshape(len(found), -1)
        yield np.array([row[0] for row in found], dtype=np.int64), rows.astype(np.float32)


def _joined(blocks: Iterable[tuple[Numbers, Rows]]) -> tuple[Numbers, Rows]:
    held = list(blocks) or [(np.zeros(0, dtype=np.int64), np.zeros((0, 0), dtype=np.float32))]
    return np.concatenate([numbers for numbers, _ in held]), np.concatenate([rows for _, rows in held])
