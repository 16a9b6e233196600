"""A map in another place: copied row by row, corrections and all, between files and databases."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from discourse.errors import MapError
from discourse.store.connection import Connection
from discourse.store.map import Map

_TABLES = (
    *("meta", "page", "document", "stakeholder", "statement", "vector", "stance", "correction", "verdict", "shown"),
    *("position", "argument", "member", "run", "former", "gone", "link"),
)
"""Each after those that it points to."""
_WAITING = ("stale", "bereft", "unlinked")
"""What waits to be worked out; writing the others fills them."""
_ROWS_AT_ONCE = 5000


def copy(source: Map, target: Map) -> int:
    """Copies a map into one that has nothing yet, all or nothing; gives how many rows it has."""
    with target.transaction(derived=False) as into:
        if into.execute("SELECT EXISTS (SELECT 1 FROM page) OR EXISTS (SELECT 1 FROM meta)").fetchone()[0]:
            raise MapError(f"{target.path}: holds a map already: copy into another place")
        count = sum(_copy(source.connection, into, table) for table in _TABLES)
        for table in _WAITING:
            into.execute(f"DELETE FROM {table}")
            count += _copy(source.connection, into, table)
    target.connection.analyse()
    return count


def _copy(source: Connection, into: Connection, table: str) -> int:
    columns = [column[0] for column in source.execute(f"SELECT * FROM {table} LIMIT 0").description]
    columns = [name for name in columns if name != "rowid"]
    order = " ORDER BY rowid" if table == "document" else ""
    rows = iter(source.each(f"SELECT {', '.join(columns)} FROM {table}{order}"))
    return sum(_load(into, table, columns, rows))


def _load(into: Connection, table: str, columns: list[str], rows: Iterator[Any]) -> Iterator[int]:
    while chunk := [tuple(row) for row in islice(rows, _ROWS_AT_ONCE)]:
        into.load(table, columns, chunk)
        yield len(chunk)
