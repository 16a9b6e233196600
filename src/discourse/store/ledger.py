"""The collection ledger: every attempt to get a page and what came of it, in an SQLite file of its own."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from discourse.errors import DiscourseError
from discourse.store.ledger_records import YIELDS, Attempt, Capture, Role, Task, Verdict
from discourse.store.ledger_schema import APPLICATION_ID, READ_AS_BEFORE, READINGS, SCHEMA, connect

NAME = "ledger.db"
"""The ledger's file in an archive folder."""


class Ledger:
    """An open ledger; safe to use from several threads."""

    def __init__(self, connection: sqlite3.Connection, path: Path, lock: sqlite3.Connection | None = None) -> None:
        self.connection = connection
        self.path = path
        self._lock = lock
        self._guard = threading.RLock()
        connection.row_factory = sqlite3.Row

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The ledger of an archive, for reading."""
        path = folder / NAME
        if not path.is_file():
            raise DiscourseError(f"{folder}: no archive: make one with `discourse collect SOURCES.toml --archive DIR`")
        connection = connect(path, "ro")
        if not connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'told'").fetchone()[0]:
            connection.close()
            raise DiscourseError(f"{path}: made by an earlier version: collect into it once more, which brings it up")
        return cls(connection, path)

    @classmethod
    def create(cls, folder: Path) -> Self:
        """The ledger of an archive, for writing; one process at a time may hold it so."""
        path = folder / NAME
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # The system frees this lock when the process ends, however it ends.
            lock = sqlite3.connect(folder / ".lock", timeout=0, isolation_level=None, check_same_thread=False)
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            raise DiscourseError(f"{folder}: another collection is at work in this archive: wait for it") from None
        except OSError as error:
            raise DiscourseError(f"{folder}: cannot be used as an archive ({error.strerror})") from None
        connection = connect(path, "rwc")
        if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(f"BEGIN; {SCHEMA} PRAGMA application_id = {APPLICATION_ID}; COMMIT;")
        connection.executescript(READINGS)
        connection.execute("PRAGMA synchronous = NORMAL")
        return cls(connection, path, lock)

    def close(self) -> None:
        self.connection.close()
        if self._lock:
            self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def begin(self, now: str, agent: str) -> tuple[int, str | None]:
        """The crawl that is not finished, with when it began; else a new one, with None."""
        with self.transaction() as connection:
            row = connection.execute("SELECT id, started FROM crawl WHERE finished IS NULL ORDER BY id").fetchone()
            if row:
                return row["id"], row["started"]
            cursor = connection.execute("INSERT INTO crawl (started, agent) VALUES (?, ?)", (now, agent))
            return int(cursor.lastrowid or 0), None

    def end(self, crawl: int, now: str) -> None:
        with self.transaction() as connection:
            connection.execute("UPDATE crawl SET finished = ? WHERE id = ?", (now, crawl))

    def describe(self, sources: Iterable[tuple[str, str, str, str | None, str | None, str | None]]) -> None:
        """Keeps id, name, kind, publisher, document kind and terms of sources."""
        with self.transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO source VALUES (?, ?, ?, ?, ?, ?)", sources)

    def add(self, crawl: int, tasks: Iterable[Task]) -> None:
        """Puts tasks on a crawl's list, those that are on it already excepted."""
        with self.transaction():
            self._add(crawl, tasks)

    def pending(self, crawl: int, sources: Sequence[str]) -> list[Task]:
        """What a crawl has still to ask for these sources, in the order in which it was found."""
        rows = self.rows(
            "SELECT source, role, url, canonical, depth FROM task WHERE crawl = ? AND NOT done"
            f" AND source IN ({_marks(sources)}) ORDER BY id",
            (crawl, *sources),
        )
        return [Task(*row) for row in rows]

    def listed(self, crawl: int, source: str, role: Role) -> set[str]:
        """The canonical addresses of a role on a crawl's list for a source."""
        sql = "SELECT canonical FROM task WHERE crawl = ? AND source = ? AND role = ?"
        return {row[0] for row in self.rows(sql, (crawl, source, role))}

    def is_done(self, crawl: int, task: Task) -> bool:
        """Whether a crawl has settled a task."""
        sql = "SELECT done FROM task WHERE crawl = ? AND source = ? AND role = ? AND canonical = ?"
        rows = self.rows(sql, (crawl, task.source, task.role, task.canonical))
        return bool(rows and rows[0][0])

    def record(
        self, crawl: int, task: Task, attempt: Attempt, found: Iterable[Task], warc: tuple[str, int] | None
    ) -> None:
        """Writes what came of a task, what it led to, and how far the WARC file has grown, all or nothing.

        The attempt's capture is stored if it has no id yet.
        """
        with self.transaction() as connection:
            capture = attempt.capture
            number = capture.id if capture else None
            if capture and not number:
                number = connection.execute(
                    "INSERT INTO capture (url, time, media_type, digest, size, payload, etag, last_modified, file,"
                    " offset, length, record) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [getattr(capture, name) for name in Capture.__dataclass_fields__ if name != "id"],
                ).lastrowid
                if attempt.outcome == "unchanged":
                    # The same bytes read the same: what was found in them holds for the new capture too.
                    connection.execute(READ_AS_BEFORE, (number, attempt.canonical, capture.digest))
            a = attempt
            connection.execute(
                "INSERT INTO attempt (crawl, source, role, url, at, canonical, time, outcome, reason, status, requests,"
                " capture, same_as) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(crawl, a.source, a.role, a.url, a.at, a.canonical, a.time, a.outcome, a.reason, a.status),
                    *(a.requests, number, a.same_as),
                ),
            )
            connection.execute(
                "UPDATE task SET done = 1 WHERE crawl = ? AND source = ? AND role = ? AND canonical = ?",
                (crawl, task.source, task.role, task.canonical),
            )
            if warc:
                connection.execute("INSERT OR REPLACE INTO warc VALUES (?, ?)", warc)
            self._add(crawl, found)

    def warc_files(self) -> dict[str, int]:
        """The WARC files of the archive, oldest first, and how many bytes of each are accounted for."""
        return {row["file"]: row["size"] for row in self.rows("SELECT file, size FROM warc ORDER BY file", ())}

    def capture_of(self, url: str) -> Capture | None:
        """The latest capture made at exactly this address."""
        return self._capture("SELECT * FROM capture WHERE url = ? ORDER BY id DESC LIMIT 1", (url,))

    def settled(self, crawl: int, canonical: str) -> Capture | None:
        """The capture of a page that this crawl has already got, for whatever source."""
        return self._capture(
            "SELECT c.* FROM attempt a JOIN capture c ON c.id = a.capture"
            " WHERE a.canonical = ? AND a.crawl = ? AND a.role = 'page' LIMIT 1",
            (canonical, crawl),
        )

    def before(self, canonical: str, role: Role) -> Attempt | None:
        """The latest attempt at a page or listing that has a capture, of this or an earlier crawl."""
        rows = self.rows(
            "SELECT * FROM attempt WHERE canonical = ? AND role = ? AND capture IS NOT NULL ORDER BY id DESC LIMIT 1",
            (canonical, role),
        )
        return self._attempt(rows[0]) if rows else None

    def same_bytes(self, digest: str, size: int) -> Capture | None:
        """The first capture of the same bytes, at whatever address."""
        return self._capture("SELECT * FROM capture WHERE digest = ? AND size = ? ORDER BY id LIMIT 1", (digest, size))

    def with_digest(self, digest: str) -> Capture | None:
        """The latest capture of bytes with this digest."""
        return self._capture("SELECT * FROM capture WHERE digest = ? ORDER BY id DESC LIMIT 1", (digest,))

    def pages_with(self, digest: str) -> list[str]:
        """The canonical addresses of pages that these bytes were captured for, duplicates excepted."""
        rows = self.rows(
            "SELECT a.canonical FROM capture c JOIN attempt a ON a.capture = c.id"
            " WHERE c.digest = ? AND a.role = 'page' AND a.same_as IS NULL GROUP BY a.canonical ORDER BY min(a.id)",
            (digest,),
        )
        return [row[0] for row in rows]

    def captures(self) -> Iterator[Capture]:
        """Every capture, in the order in which they were made."""
        for row in self.rows("SELECT * FROM capture ORDER BY id", ()):
            yield _capture_of_row(row)

    def latest(self, sources: Sequence[str] | None = None) -> Iterator[Attempt]:
        """Of each page its latest attempt that has a capture, or, where none has, its latest.

        Neither exact duplicates nor what was found to be off topic.
        """
        where = f"AND source IN ({_marks(sources)})" if sources is not None else ""
        rows = self.rows(
            "SELECT * FROM attempt WHERE id IN ("
            " SELECT coalesce(max(CASE WHEN capture IS NOT NULL THEN id END), max(id)) FROM attempt"
            f" WHERE role = 'page' {where} GROUP BY canonical"
            ") AND (same_as IS NULL OR same_as = canonical) AND coalesce(capture, 0) NOT IN"
            " (SELECT capture FROM reading WHERE outcome = 'off topic') ORDER BY canonical",
            tuple(sources or ()),
        )
        for row in rows:
            yield self._attempt(row)

    def attempts_where(self, condition: str) -> Iterator[Attempt]:
        """Attempts as they were written down that an SQL condition on them chooses, in order of time."""
        for row in self.rows(f"SELECT * FROM attempt WHERE {condition} ORDER BY id", ()):
            yield self._attempt(row)

    def attempts(
        self, *, source: str | None = None, outcome: str | None = None, url: str | None = None, last: bool = False
    ) -> Iterator[Attempt]:
        """Attempts with what reading showed, in order of time: of a source, outcome, address, of the last crawl."""
        wanted = [("source = ?", source), ("outcome = ?", outcome), ("? IN (url, at, canonical)", url)]
        kept = [(clause, value) for clause, value in wanted if value is not None]
        clauses = [clause for clause, _ in kept] + (["crawl = (SELECT max(id) FROM crawl)"] if last else [])
        where = f"WHERE {' AND '.join(clauses)}" if clauses else ""
        for row in self.rows(f"SELECT * FROM told {where} ORDER BY id", tuple(value for _, value in kept)):
            yield self._attempt(row)

    def sources(self) -> list[dict[str, Any]]:
        """What is known of each source."""
        return [dict(row) for row in self.rows("SELECT * FROM source ORDER BY id", ())]

    def last_crawl(self) -> dict[str, Any] | None:
        """Number, start, end and agent of the latest crawl."""
        rows = self.rows("SELECT * FROM crawl ORDER BY id DESC LIMIT 1", ())
        return dict(rows[0]) if rows else None

    def verdict(self, source: str, crawl: int | None = None) -> Verdict:
        """What a source gave in a crawl (default: the latest that asked it) beside what it gave before."""
        if crawl is None:
            crawl = self.rows("SELECT coalesce(max(crawl), 0) FROM attempt WHERE source = ?", (source,))[0][0]
        outcomes = {
            row[0]: row[1]
            for row in self.rows(
                "SELECT outcome, count(*) FROM told WHERE source = ? AND crawl = ? GROUP BY outcome", (source, crawl)
            )
        }
        good = f"outcome IN ({_marks(YIELDS)}) AND role = 'page' AND source = ?"
        pages = self.rows(f"SELECT count(*) FROM told WHERE {good} AND crawl = ?", (*YIELDS, source, crawl))
        before = self.rows(
            f"SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM told WHERE {good} AND crawl < ?"
            " GROUP BY crawl)",
            (*YIELDS, source, crawl),
        )
        reasons = self.rows(
            "SELECT outcome, reason, at FROM told WHERE source = ? AND crawl = ? AND outcome NOT IN"
            f" ({_marks(YIELDS)}) ORDER BY id LIMIT 1",
            (source, crawl, *YIELDS),
        )
        reason = f"{reasons[0]['at']}: {reasons[0]['outcome']}, {reasons[0]['reason']}" if reasons else None
        return Verdict(source, outcomes, pages[0][0], before[0][0], reason)

    def _add(self, crawl: int, tasks: Iterable[Task]) -> None:
        self.connection.executemany(
            "INSERT OR IGNORE INTO task (crawl, source, role, url, canonical, depth) VALUES (?, ?, ?, ?, ?, ?)",
            ((crawl, task.source, task.role, task.url, task.canonical, task.depth) for task in tasks),
        )

    def _attempt(self, row: sqlite3.Row) -> Attempt:
        known = row.keys()
        fields = {name: row[name] for name in Attempt.__dataclass_fields__ if name in known}
        if fields["capture"] is not None:
            fields["capture"] = self._capture("SELECT * FROM capture WHERE id = ?", (fields["capture"],))
        return Attempt(**fields)

    def _capture(self, sql: str, values: tuple[Any, ...]) -> Capture | None:
        rows = self.rows(sql, values)
        return _capture_of_row(rows[0]) if rows else None

    def rows(self, sql: str, values: tuple[Any, ...] = ()) -> list[sqlite3.Row]:
        """The answers to a question."""
        with self._guard:
            return self.connection.execute(sql, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One write, all or nothing; DiscourseError when the disk refuses it."""
        with self._guard:
            try:
                self.connection.execute("BEGIN IMMEDIATE")
                yield self.connection
                self.connection.execute("COMMIT")
            except sqlite3.OperationalError as error:
                raise DiscourseError(
                    f"{self.path}: cannot be written ({error}): free the disk, and run again"
                ) from None
            finally:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")


def _capture_of_row(row: sqlite3.Row) -> Capture:
    return Capture(**{name: row[name] for name in Capture.__dataclass_fields__})


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))
