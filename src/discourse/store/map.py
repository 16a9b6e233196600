"""A map as one SQLite file: opening, transactions, settings."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from discourse.errors import MapError
from discourse.store.derive import settle
from discourse.store.schema import MIGRATIONS, migrate, version_of

_BUSY_SECONDS = 30.0
_CACHE_MB = 64
"""What a connection keeps of the file in memory."""


class Map:
    """An open map; readers see whole transactions only, and one writer at a time waits for the other."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.connection = connection
        self.path = path
        self.kept: dict[str, Any] = {}
        """What questions keep in memory while the map is open."""
        connection.row_factory = sqlite3.Row

    @classmethod
    def open(cls, path: Path, cache_mb: int = _CACHE_MB) -> Self:
        """The map in a file, for reading; MapError if there is none or it cannot be read by this version."""
        if not path.is_file():
            raise MapError(f"{path}: no such map: make one with `discourse run PATH --map {path}`")
        connection = _connect_to_read(path)
        if version_of(connection, str(path)) < len(MIGRATIONS):
            connection.close()
            raise MapError(f"{path}: written by an older version: run `discourse run` on it once, which updates it")
        connection.execute("PRAGMA query_only = ON")
        connection.execute(f"PRAGMA cache_size = {-1024 * cache_mb}")
        return cls(connection, path)

    @classmethod
    def create(cls, path: Path) -> Self:
        """The map in a file, for writing; made if there is none, updated if it has an older schema."""
        if not path.parent.is_dir():
            raise MapError(f"{path}: there is no folder {path.parent}: make it first")
        connection = _connect(path, f"file:{quote(str(path.resolve()))}?mode=rwc")
        try:
            migrate(connection, str(path))
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
        except sqlite3.OperationalError as error:
            connection.close()
            raise MapError(f"{path}: cannot be written ({error}): free the disk or the file, or name another") from None
        except MapError:
            connection.close()
            raise
        return cls(connection, path)

    def close(self) -> None:
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One write, all or nothing; MapError when the disk refuses it."""
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                settle(self.connection)
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise
            self.connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
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
            connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", settings.items())


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """A connection for reading; on a disk where SQLite cannot keep its notes beside the file, without them."""
    uri = f"file:{quote(str(path.resolve()))}?mode=ro"
    try:
        return _connect(path, uri)
    except MapError:
        if os.access(path.parent, os.W_OK):
            raise
        return _connect(path, f"{uri}&immutable=1")


def _connect(path: Path, uri: str) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(
            uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.execute(f"PRAGMA cache_size = {-1024 * _CACHE_MB}")
    except sqlite3.OperationalError as error:
        raise MapError(f"{path}: cannot be opened ({error}): free the disk or the file, or name another") from None
    except sqlite3.Error as error:
        raise MapError(f"{path}: not a map ({error}): name another file with --map") from None
    return connection
