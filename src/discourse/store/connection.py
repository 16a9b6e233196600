"""What the map's SQL is put to: what a connection to SQLite and one to PostgreSQL have in common.

The SQL of this package is SQLite's, with `?` for values; `translate` says it in PostgreSQL's way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

EVERY = 1 << 60
"""A LIMIT that leaves nothing out."""

Wanted = tuple[str, Sequence[Any]]
"""A query for the numbers of statements, with its values."""


class Cursor(Protocol):
    """The rows of an answer; each has its values in order and by name."""

    @property
    def description(self) -> Any: ...
    def fetchone(self) -> Any: ...
    def fetchmany(self, size: int, /) -> list[Any]: ...
    def fetchall(self) -> list[Any]: ...
    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """An open map as the SQL sees it."""

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> Cursor: ...

    def executemany(self, sql: str, values: Iterable[Sequence[Any]], /) -> Any: ...

    def tuples(self, sql: str, values: Sequence[Any] = ()) -> Cursor:
        """The same as `execute`, for rows whose values need no names."""
        ...

    def each(self, sql: str) -> Iterator[Any]:
        """Rows of a whole table, a part of them in memory at a time; others may be asked for between them."""
        ...

    def load(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Writes many rows at once; statements can be found by their words afterwards."""
        ...

    def word_hits(self, expression: str, wanted: Wanted | None, limit: int) -> list[tuple[int, float]]:
        """Statements that match, among the wanted or all, best first, with their BM25 score (lower is better)."""
        ...

    def dimension(self) -> int | None:
        """How many numbers the map's vectors have; None if it has no vector."""
        ...

    def limited(self, seconds: float) -> AbstractContextManager[None]:
        """Stops what is asked inside it after so many seconds, with a QueryError."""
        ...

    def version(self) -> object:
        """Something that changes whenever anybody writes to the map."""
        ...

    def size(self) -> int:
        """How many bytes the map takes."""
        ...

    def damage(self) -> Iterator[str]:
        """What the database itself finds wrong."""
        ...

    def begin(self) -> None:
        """Begins to write, once no other writes."""
        ...

    def commit(self) -> None: ...

    def rollback(self) -> None:
        """Takes back what was written since `begin`, if anything was begun."""
        ...

    def analyse(self) -> None:
        """Looks at the tables, so that questions are planned well."""
        ...

    def lives(self) -> bool:
        """Whether it can still be asked."""
        ...

    def close(self) -> None: ...


@runtime_checkable
class ComparesVectors(Protocol):
    """A connection whose database compares vectors itself."""

    def near(self, vector: NDArray[np.float32], wanted: Wanted | None, limit: int, rounding: float) -> list[int]:
        """The numbers, ascending, of all wanted statements (or all) that can be among the so many nearest to a vector,
        where each cosine may be off by so much."""
        ...


def following(connection: Connection, table: str, column: str) -> int:
    """The number after the highest in use; holds while no other writes."""
    number: int = connection.execute(f"SELECT COALESCE(max({column}), 0) + 1 FROM {table}").fetchone()[0]
    return number
