"""How values come from PostgreSQL: as they come from SQLite."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
from psycopg.pq import Format

_BOOLEAN = 16
"""The number of the type in every PostgreSQL."""


class Row(tuple[Any, ...]):
    """Values in order, and by name."""

    places: ClassVar[dict[str, int]] = {}

    def __getitem__(self, key: Any) -> Any:
        return tuple.__getitem__(self, self.places[key] if isinstance(key, str) else key)

    def keys(self) -> list[str]:
        """The names, in order."""
        return list(self.places)


def row_factory(cursor: Any) -> Any:
    """Makes rows of what a cursor gives."""
    return _kind(tuple(column.name for column in cursor.description or ()))


@lru_cache(maxsize=256)
def _kind(names: tuple[str, ...]) -> type[Row]:
    return type("Row", (Row,), {"places": {name: i for i, name in enumerate(names)}, "__slots__": ()})


class _Truth:
    """A boolean as 0 or 1."""

    format = Format.BINARY

    def __init__(self, oid: int, context: Any = None) -> None:
        pass

    def load(self, data: Any) -> int:
        return bytes(data)[0]


class _Halves:
    """A halfvec as the bytes of its numbers, low bytes first."""

    format = Format.BINARY

    def __init__(self, oid: int, context: Any = None) -> None:
        pass

    def load(self, data: Any) -> bytes:
        return np.frombuffer(bytes(data)[4:], dtype=">f2").astype("<f2").tobytes()


def register(driver: Any, halfvec: int) -> None:
    """Makes a connection give values so; `halfvec` is the number of that type in its database."""
    driver.adapters.register_loader(_BOOLEAN, _Truth)
    driver.adapters.register_loader(halfvec, _Halves)
