"""Keeps a map of the present schema for tests of later ones: `python -m tests.keep_map`, once for each schema."""

from __future__ import annotations

import gzip
import tempfile
from pathlib import Path

from discourse import corrections
from discourse.store import Map
from discourse.store.schema import MIGRATIONS
from tests.shard_fakes import build, write_pages

KEPT = Path(__file__).parent / "maps"


def kept(version: int) -> Path:
    return KEPT / f"schema-{version}.gz"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m.db"
        build(write_pages(Path(folder) / "pages", 8), path)
        with Map.create(path) as store:
            said = store.connection.execute("SELECT statement_id, topic FROM shown ORDER BY 1, 2").fetchone()
            corrections.correct_stance(store, *said, "against", who="a tester")
            store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            store.connection.execute("PRAGMA journal_mode = DELETE")
            store.connection.execute("VACUUM")
        kept(len(MIGRATIONS)).write_bytes(gzip.compress(path.read_bytes(), mtime=0))
