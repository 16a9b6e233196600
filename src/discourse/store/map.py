"""A map, wherever it is: opening, transactions, settings."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Self

from discourse.errors import MapError
from discourse.places import Address, Place
from discourse.store import sqlite
from discourse.store.connection import Connection
from discourse.store.derive import settle


class Map:
    """An open map; readers see whole transactions only, and one writer at a time waits for the other."""

    def __init__(self, connection: Connection, path: Place) -> None:
        self.connection = connection
        self.path = path
        self.kept: dict[str, Any] = {}
        """What questions keep in memory while the map is open."""

    @classmethod
    def open(cls, path: Place, cache_mb: int = sqlite.CACHE_MB) -> Self:
        """A map for reading; MapError if there is none or it cannot be read by this version."""
        if isinstance(path, Address):
            return cls(_shared().to_read(path), path)
        return cls(sqlite.to_read(Path(str(path)), cache_mb), path)

    @classmethod
    def create(cls, path: Place) -> Self:
        """A map for writing; made if there is none, updated if it has an older schema."""
        if isinstance(path, Address):
            return cls(_shared().to_write(path), path)
        return cls(sqlite.to_write(Path(str(path))), path)

    def close(self) -> None:
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def transaction(self, *, derived: bool = True) -> Iterator[Connection]:
        """One write, all or nothing, after which all that is `derived` holds; MapError when it is refused."""
        try:
            self.connection.begin()
            try:
                yield self.connection
                if derived:
                    settle(self.connection)
            except BaseException:
                self.connection.rollback()
                raise
            self.connection.commit()
        except sqlite3.OperationalError as error:
            self.connection.rollback()
            raise MapError(
                f"{self.path}: could not be written ({error}); what was written before is safe: "
                "free some disk space or the lock, and run again"
            ) from None

    def setting(self, key: str) -> str | None:
        """What the map says of itself under this key, such as "codebook" or "threshold"."""
        row = self.connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def set(self, **settings: str) -> None:
        """Stores what the map says of itself."""
        with self.transaction() as connection:
            connection.executemany("DELETE FROM meta WHERE key = ?", [(key,) for key in settings])
            connection.executemany("INSERT INTO meta VALUES (?, ?)", settings.items())


def _shared() -> ModuleType:
    """What opens maps in PostgreSQL; its driver is imported for them alone."""
    try:
        from discourse.store import postgres_open
    except ImportError:
        raise MapError("a map in PostgreSQL needs more: pip install 'sector-discourse[postgres]'") from None
    return postgres_open
