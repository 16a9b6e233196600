"""The folder of a sharded run: a file for each table and shard, and a marker for each shard that is whole."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, Self

from discourse.errors import DiscourseError
from discourse.per_page import Due
from discourse.records import Analysis, digest
from discourse.shards.tables import INPUT, TABLES, analyses_of, due_of, made, parquet, rows_of, waiting

try:
    import fcntl
except ImportError:  # Windows has no such locks: there two runs in one folder are the user's to avoid
    fcntl = None  # type: ignore[assignment]

_MARKS, _AT = "done", "at"


@dataclass(frozen=True, slots=True)
class Mark:
    """What is known of a finished shard: whose pages, in which state, what it counted, the digests of its files."""

    fingerprint: str
    pages: dict[str, str]
    """The digest of each page's bytes, by its canonical name."""
    files: dict[str, str]
    made: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


class Folder:
    """Where the shards of a run lie; on a cluster, a place that all its machines see under the same name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: IO[str] | None = None

    def __enter__(self) -> Self:
        """Makes the folder, and takes it for this run alone."""
        try:
            for name in (INPUT, *TABLES, _MARKS, _AT):
                (self.path / name).mkdir(parents=True, exist_ok=True)
            self._lock = (self.path / "lock").open("w", encoding="utf-8")
        except OSError as error:
            raise DiscourseError(
                f"{self.path}: cannot be written ({error.strerror}): name another with --shards"
            ) from None
        if fcntl is not None:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                self._lock.close()
                raise DiscourseError(f"{self.path}: another run works here: wait for its end") from None
        return self

    def __exit__(self, *_: object) -> None:
        if self._lock is not None:
            self._lock.close()

    def new_name(self, number: int) -> str:
        """A name for a shard that no other run has used: a worker that outlives its run must not meet a new one."""
        return f"{number:06d}-{secrets.token_hex(4)}"

    def write_input(self, name: str, due: Sequence[Due]) -> None:
        """Lays pages out to be worked."""
        self._put(INPUT, name, parquet(INPUT, waiting(due)))

    def read_input(self, name: str) -> list[Due]:
        """The pages of a shard that wait to be worked."""
        return [due_of(row) for row in rows_of(self._file(INPUT, name).read_bytes())]

    def at(self, name: str, canonical: str) -> None:
        """Notes which page of a shard is being read, in case it is the end of the process that reads it."""
        (self.path / _AT / name).write_text(canonical, encoding="utf-8", errors="surrogatepass")

    def was_at(self, name: str) -> str | None:
        """The page that was being read when a shard's worker was lost; None if it was not reading."""
        try:
            return (self.path / _AT / name).read_text(encoding="utf-8", errors="surrogatepass") or None
        except FileNotFoundError:
            return None

    def finish(self, name: str, fingerprint: str, done: Sequence[Analysis], counts: Mapping[str, Any]) -> Mark:
        """Writes what was made of a shard: every file under its own name only when whole, the marker last."""
        tables = {table: parquet(table, rows) for table, rows in made(done).items()}
        for table, content in tables.items():
            self._put(table, name, content)
        pages = {analysis.page.canonical: analysis.page.digest for analysis in done}
        mark = Mark(fingerprint, pages, {table: digest(content) for table, content in tables.items()}, **counts)
        self._put(_MARKS, name, json.dumps(asdict(mark)).encode())
        return mark

    def mark(self, name: str) -> Mark | None:
        """The marker of a shard; None while it is not finished and whole."""
        with suppress(ValueError, TypeError, LookupError, OSError):
            mark = Mark(**json.loads(self._file(_MARKS, name).read_text(encoding="utf-8")))
            if all(digest(self._file(table, name).read_bytes()) == mark.files[table] for table in TABLES):
                return mark
        return None

    def forget_input(self, name: str) -> None:
        """Removes what was laid out for a shard that is finished."""
        for table in (INPUT, _AT):
            self._file(table, name).unlink(missing_ok=True)

    def finished(self, fingerprint: str) -> dict[str, Mark]:
        """The shards that earlier runs with the same models finished; what is not whole, or of others, is removed."""
        marks: dict[str, Mark] = {}
        for file in sorted((self.path / _MARKS).glob("*.json")):
            mark = self.mark(file.stem)
            if mark is not None and mark.fingerprint == fingerprint:
                marks[file.stem] = mark
        for table in (INPUT, *TABLES, _MARKS, _AT):
            for file in (self.path / table).iterdir():
                if table == INPUT or file.name.partition(".")[0] not in marks:
                    file.unlink(missing_ok=True)
        return marks

    def load(self, name: str) -> dict[str, Analysis]:
        """What a finished shard holds, by page."""
        return analyses_of({table: self._file(table, name).read_bytes() for table in TABLES})

    def remove(self, name: str) -> None:
        """Removes a shard; its marker first, so that it never looks whole."""
        for table in (_MARKS, *TABLES, INPUT, _AT):
            self._file(table, name).unlink(missing_ok=True)

    def clear(self) -> None:
        """Removes everything that this class wrote, and the folder if nothing else is in it."""
        for table in (_MARKS, *TABLES, INPUT, _AT):
            for file in (self.path / table).iterdir():
                file.unlink(missing_ok=True)
            with suppress(OSError):
                (self.path / table).rmdir()
        (self.path / "lock").unlink(missing_ok=True)
        with suppress(OSError):
            self.path.rmdir()

    def _file(self, table: str, name: str) -> Path:
        suffix = {_MARKS: ".json", _AT: ""}.get(table, ".parquet")
        return self.path / table / f"{name}{suffix}"

    def _put(self, table: str, name: str, content: bytes) -> None:
        """Writes a file so that it is there whole or not at all; readers of the folder pass over names with a dot."""
        part = self.path / table / f".{name}.{secrets.token_hex(4)}.part"
        try:
            with part.open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            part.replace(self._file(table, name))
        except OSError as error:
            part.unlink(missing_ok=True)
            raise DiscourseError(
                f"{self.path}: cannot be written ({error.strerror}): free some disk space, and run again; "
                "finished shards are kept"
            ) from None
