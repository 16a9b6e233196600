"""A map in a schema of a PostgreSQL database with pgvector: what only PostgreSQL says in its way."""

from __future__ import annotations

import struct
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from discourse.errors import DiscourseError, MapError, QueryError
from discourse.places import Address
from discourse.store.connection import Wanted
from discourse.store.postgres_rows import row_factory
from discourse.store.translate import query
from discourse.store.words import Phrase, Tokens, bm25

_LOCK_SECONDS = 30
_LOCK = 0x64697363
_RANKED = 2000
"""Of more hits those are ranked as SQLite would that PostgreSQL ranks first."""
_ROWS_AT_ONCE = 1000
_COPY_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)


class PostgresConnection:
    """A connection to a map's schema, which is the first on the connection's search path."""

    def __init__(self, driver: Any, address: Address) -> None:
        self.driver, self.address = driver, address
        self._tokens = Tokens()
        self._cursors = count()
        self._end: float | None = None
        self._known: tuple[object, int, float, dict[str, int]] = (None, 0, 0.0, {})

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> Any:
        return self.ask(query(sql), values)

    def tuples(self, sql: str, values: Sequence[Any] = ()) -> Any:
        return self.ask(query(sql), values)

    def executemany(self, sql: str, values: Iterable[Sequence[Any]], /) -> None:
        with self.told():
            self.driver.cursor().executemany(query(sql), [tuple(row) for row in values])

    def each(self, sql: str) -> Iterator[Any]:
        with self.told(), self.driver.transaction():
            cursor = self.driver.cursor(f"each{next(self._cursors)}", row_factory=row_factory)
            cursor.itersize = _ROWS_AT_ONCE
            yield from cursor.execute(query(sql), (), binary=True)

    def ask(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """The answer to SQL that is PostgreSQL's own, with `%s` for values."""
        with self.told():
            return self.driver.cursor(binary=True, row_factory=row_factory).execute(sql, tuple(values))

    def load(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        with self.told(), self.driver.cursor() as cursor:
            copy = query(f"COPY {table} ({', '.join(columns)}) FROM STDIN")
            if table == "vector":
                with cursor.copy(f"{copy} (FORMAT BINARY)") as into:
                    into.write(_COPY_HEADER)
                    for n, data in rows:
                        into.write(_binary_row(n, data))
                    into.write(b"\xff\xff")
                return
            with cursor.copy(copy) as into:
                for row in rows:
                    into.write_row(row)
        if table == "statement":
            number, text, speaker = (columns.index(name) for name in ("n", "text", "speaker"))
            for first in range(0, len(rows), _ROWS_AT_ONCE):
                chunk = rows[first : first + _ROWS_AT_ONCE]
                words = self._tokens.tsvectors([(row[text], row[speaker]) for row in chunk])
                indexed = [(row[number], size, tokens) for row, (tokens, size) in zip(chunk, words, strict=True)]
                self.load("words", ("n", "size", "tokens"), indexed)

    def word_hits(self, expression: str, wanted: Wanted | None, limit: int) -> list[tuple[int, float]]:
        asked, phrases = self._tokens.asked(expression)
        first, join, values = _narrowed(wanted, "w.n")
        rows = self.ask(
            f"WITH {first}hits AS MATERIALIZED ("
            f" SELECT w.n, w.size, w.tokens FROM words w {join} WHERE w.tokens @@ %s::tsquery"
            " ORDER BY ts_rank(w.tokens, %s::tsquery) DESC, w.n LIMIT %s)"
            " SELECT h.n, h.size, t.lexeme, t.positions FROM hits h CROSS JOIN LATERAL unnest(h.tokens) t"
            " WHERE t.lexeme LIKE ANY (%s::text[])",
            [*values, asked, asked, _RANKED, [pattern for phrase in phrases for pattern in phrase.patterns]],
        )
        places: dict[tuple[int, int], dict[str, list[int]]] = defaultdict(dict)
        for n, size, word, ats in rows:
            places[n, size][word] = ats
        hits = [(n, size, found) for (n, size), found in places.items()]
        return bm25(phrases, *self._counted(phrases), hits)[:limit] if hits else []

    def near(self, vector: NDArray[np.float32], wanted: Wanted | None, limit: int, rounding: float) -> list[int]:
        first, join, values = _narrowed(wanted, "v.n")
        rows = self.ask(
            f"WITH {first}near AS MATERIALIZED ("
            f"SELECT v.n, -(v.data::vector <#> %s::vector) AS cosine FROM vectors v {join})"
            " SELECT n FROM near WHERE cosine >="
            " coalesce((SELECT cosine FROM near ORDER BY cosine DESC OFFSET %s LIMIT 1), -2) - %s ORDER BY n",
            [*values, str(vector.tolist()), limit - 1, 2 * rounding],
        )
        return [row[0] for row in rows]

    def dimension(self) -> int | None:
        row = self.ask("SELECT vector_dims(data) FROM vectors LIMIT 1").fetchone()
        return None if row is None else int(row[0])

    def _counted(self, phrases: Sequence[Phrase]) -> tuple[list[int], int, float]:
        """In how many texts each phrase stands, how many texts there are, and how many words one has on average."""
        version = self.version()
        if self._known[0] != version:
            texts, words = self.ask("SELECT count(*), coalesce(sum(size), 0) FROM words").fetchone()
            self._known = (version, texts, float(words) / max(texts, 1) or 1.0, {})
        _, texts, mean, known = self._known
        new = [phrase.tsquery for phrase in phrases if phrase.tsquery not in known]
        if new:
            counts = ", ".join(["(SELECT count(*) FROM words WHERE tokens @@ %s::tsquery)"] * len(new))
            known |= zip(new, self.ask(f"SELECT {counts}", new).fetchone(), strict=True)
        return [known[phrase.tsquery] for phrase in phrases], texts, mean

    @contextmanager
    def limited(self, seconds: float) -> Iterator[None]:
        self.ask("SELECT set_config('statement_timeout', %s, false)", [str(int(1000 * seconds))])
        self._end = time.monotonic() + seconds
        try:
            yield
        except psycopg.errors.QueryCanceled:
            raise QueryError(f"the question took longer than {seconds:g} seconds: narrow it") from None
        finally:
            self._end = None
            self.ask("SET statement_timeout = 0")

    @contextmanager
    def told(self) -> Iterator[None]:
        """Turns what the database says is wrong into one line."""
        if self._end is not None and time.monotonic() > self._end:
            raise psycopg.errors.QueryCanceled
        try:
            yield
        except psycopg.Error as error:
            if self._end is not None and isinstance(error, psycopg.errors.QueryCanceled):
                raise
            raise refusal(self.address, error) from None

    def version(self) -> object:
        return self.ask("SELECT revision FROM map_state").fetchone()[0]

    def size(self) -> int:
        sql = (
            "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
        )
        return int(self.ask(sql).fetchone()[0])

    def damage(self) -> Iterator[str]:
        for said, one, other in (
            ("statements that the word index lacks", "statement", "words"),
            ("statements that have no words in the index", "words", "statement"),
        ):
            sql = f"SELECT count(*) FROM (SELECT n FROM {one} EXCEPT SELECT n FROM {other}) found"
            found = self.ask(sql).fetchone()[0]
            if found:
                yield f"{found} {said}"

    def begin(self) -> None:
        self.ask("BEGIN")
        self.ask(f"SET LOCAL lock_timeout = '{_LOCK_SECONDS}s'")
        self.ask("SELECT pg_advisory_xact_lock(%s, hashtext(current_schema()))", [_LOCK])

    def commit(self) -> None:
        self.ask("UPDATE map_state SET revision = revision + 1")
        self.ask("COMMIT")

    def rollback(self) -> None:
        with self.told():
            self.driver.rollback()

    def analyse(self) -> None:
        self.ask("ANALYZE")

    def lives(self) -> bool:
        return not self.driver.closed

    def close(self) -> None:
        self.driver.close()


def refusal(address: Address, error: Any) -> DiscourseError:
    """An error of the database, told in one line."""
    said = (str(error).strip().splitlines() or [type(error).__name__])[0]
    if isinstance(error, psycopg.errors.LockNotAvailable):
        return MapError(f"{address}: another has been writing to this map for {_LOCK_SECONDS} seconds: try again")
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return MapError(f"{address}: this role may not do that ({said}): use one that may, or ask the map's owner")
    if isinstance(error, psycopg.errors.ReadOnlySqlTransaction):
        return MapError(f"{address}: opened for reading ({said})")
    return MapError(f"{address}: the database refuses ({said}); what was written before is safe")


def _narrowed(wanted: Wanted | None, number: str) -> tuple[str, str, list[Any]]:
    """What a query begins with to know the statements wanted, what joins a number to them, and the values in it.

    They are worked out first: an index of near vectors would lose most of them if it were asked before.
    """
    if wanted is None:
        return "", f"JOIN statement s ON s.n = {number} AND s.hidden = 0", []
    return f"wanted AS MATERIALIZED ({query(wanted[0])}), ", f"JOIN wanted ON wanted.n = {number}", list(wanted[1])


def _binary_row(n: int, data: bytes) -> bytes:
    """A row of the table `vector` in PostgreSQL's binary form, whose numbers have their high bytes first."""
    numbers = np.frombuffer(data, dtype="<f2").astype(">f2").tobytes()
    return struct.pack(">hiqihh", 2, 8, n, 4 + len(numbers), len(data) // 2, 0) + numbers
