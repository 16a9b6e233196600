"""A map in one SQLite file: opening it, and what only SQLite says in its way."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from discourse.errors import MapError, QueryError
from discourse.store.connection import Wanted
from discourse.store.schema import MIGRATIONS, migrate, version_of

_BUSY_SECONDS = 30.0
_PAUSE = 0.01
_STEPS = 10_000
"""Instructions of SQLite's machine between two looks at the clock."""


_HIDDEN = (
    "SELECT s.n FROM correction c JOIN statement s ON s.id = c.anchor"
    " WHERE c.field = 'not-a-statement' AND c.undone IS NULL AND s.hidden"
)
"""What people said is no statement: a few, so that asking for them is faster than asking each statement."""
CACHE_MB = 64
"""What a connection keeps of the file in memory."""


class SqliteConnection(sqlite3.Connection):
    """A connection to a map's file."""

    path: Path

    def tuples(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        cursor = self.cursor()
        cursor.row_factory = None
        return cursor.execute(sql, values)

    def each(self, sql: str) -> Iterator[Any]:
        return self.execute(sql)

    def load(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        marks = ", ".join("?" * len(columns))
        self.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)

    def word_hits(self, expression: str, wanted: Wanted | None, limit: int) -> list[tuple[int, float]]:
        condition, values = f"words.rowid NOT IN ({_HIDDEN})", ()
        if wanted is not None:
            # The plus keeps SQLite from asking the word index once for each candidate, which costs more than all its
            # matches.
            condition, values = f"+words.rowid IN ({wanted[0]})", tuple(wanted[1])
        sql = f"SELECT rowid, rank FROM words WHERE words MATCH ? AND {condition} ORDER BY rank, rowid LIMIT ?"
        try:
            return self.tuples(sql, [expression, *values, limit]).fetchall()
        except sqlite3.OperationalError as error:
            raise QueryError(f'"{expression}" cannot be searched ({error}): put phrases in double quotes') from None

    def dimension(self) -> int | None:
        row = self.execute("SELECT length(data) / 2 FROM vector LIMIT 1").fetchone()
        return None if row is None else int(row[0])

    @contextmanager
    def limited(self, seconds: float) -> Iterator[None]:
        end = time.monotonic() + seconds
        self.set_progress_handler(lambda: int(time.monotonic() > end), _STEPS)
        try:
            yield
        except sqlite3.OperationalError as error:
            if "interrupted" not in str(error):
                raise
            raise QueryError(f"the question took longer than {seconds:g} seconds: narrow it") from None
        finally:
            self.set_progress_handler(None, 0)

    def version(self) -> object:
        return (self.execute("PRAGMA data_version").fetchone()[0], self.total_changes)

    def size(self) -> int:
        return self.path.stat().st_size

    def damage(self) -> Iterator[str]:
        for row in self.execute("PRAGMA integrity_check"):
            if row[0] != "ok":
                yield f"the file is damaged: {row[0]}"
        for row in self.execute("PRAGMA foreign_key_check"):
            yield f"{row[0]}: row {row[1]} points to a {row[2]} that is not there"
        for said, sql in (
            ("statements that the word index lacks", "SELECT n FROM statement EXCEPT SELECT id FROM words_docsize"),
            ("words of statements that are not there", "SELECT id FROM words_docsize EXCEPT SELECT n FROM statement"),
        ):
            count = self.execute(f"SELECT count(*) FROM ({sql})").fetchone()[0]
            if count:
                yield f"{count} {said}"

    def begin(self) -> None:
        self.execute("BEGIN IMMEDIATE")

    def analyse(self) -> None:
        self.execute("PRAGMA optimize")

    def lives(self) -> bool:
        return True


def to_read(path: Path, cache_mb: int = CACHE_MB) -> SqliteConnection:
    """The map in a file, for reading; MapError if there is none or it cannot be read by this version."""
    if not path.is_file():
        raise MapError(f"{path}: no such map: make one with `discourse run PATH --map {path}`")
    connection = _connect_to_read(path)
    if version_of(connection, str(path)) < len(MIGRATIONS):
        connection.close()
        raise MapError(f"{path}: written by an older version: run `discourse run` on it once, which updates it")
    connection.execute("PRAGMA query_only = ON")
    connection.execute(f"PRAGMA cache_size = {-1024 * cache_mb}")
    return connection


def to_write(path: Path) -> SqliteConnection:
    """The map in a file, for writing; made if there is none, updated if it has an older schema."""
    if not path.parent.is_dir():
        raise MapError(f"{path}: there is no folder {path.parent}: make it first")
    connection = _connect(path, f"file:{quote(str(path.resolve()))}?mode=rwc")
    try:
        _prepare(connection, path)
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
    except sqlite3.OperationalError as error:
        connection.close()
        raise MapError(f"{path}: cannot be written ({error}): free the disk or the file, or name another") from None
    except MapError:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Brings the map to its schema and its journal; waits for another that does the same, as SQLite does not here."""
    end = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            migrate(connection, str(path))
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(_PAUSE)


def _connect_to_read(path: Path) -> SqliteConnection:
    """A connection for reading; on a disk where SQLite cannot keep its notes beside the file, without them."""
    uri = f"file:{quote(str(path.resolve()))}?mode=ro"
    try:
        return _connect(path, uri)
    except MapError:
        if os.access(path.parent, os.W_OK):
            raise
        return _connect(path, f"{uri}&immutable=1")


def _connect(path: Path, uri: str) -> SqliteConnection:
    try:
        connection = sqlite3.connect(
            uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False,
            factory=SqliteConnection,
        )  # fmt: skip
        connection.execute(f"PRAGMA cache_size = {-1024 * CACHE_MB}")
    except sqlite3.OperationalError as error:
        raise MapError(f"{path}: cannot be opened ({error}): free the disk or the file, or name another") from None
    except sqlite3.Error as error:
        raise MapError(f"{path}: not a map ({error}): name another file with --map") from None
    connection.row_factory = sqlite3.Row
    connection.path = path
    return connection
