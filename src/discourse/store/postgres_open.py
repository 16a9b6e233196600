"""Opening a map in a PostgreSQL database, and making one there."""

from __future__ import annotations

from typing import Any

import psycopg

from discourse.errors import MapError
from discourse.places import Address
from discourse.store import postgres_rows
from discourse.store.postgres import PostgresConnection, refusal
from discourse.store.schema import MIGRATIONS
from discourse.store.translate import schema

_CONNECT_SECONDS = 30
_OWN = """
CREATE TABLE words (
  n BIGINT PRIMARY KEY REFERENCES statement (n) ON DELETE CASCADE, size INTEGER NOT NULL, tokens TSVECTOR NOT NULL
);
CREATE INDEX words_tokens ON words USING gin (tokens);
ALTER TABLE document ADD COLUMN rowid BIGINT GENERATED ALWAYS AS IDENTITY;
CREATE TABLE map_state (version INTEGER NOT NULL, revision BIGINT NOT NULL);
INSERT INTO map_state VALUES (0, 0);
"""
"""What SQLite has of itself: an index of words, numbers of rows, the version of the schema, a count of changes."""


def to_read(address: Address) -> PostgresConnection:
    """The map at an address, for reading; MapError if there is none or it cannot be read by this version."""
    connection = _connected(address)
    had = _version(connection)
    if had == 0:
        raise _closing(connection, f"{address}: no map here: make one with `discourse run PATH --map {address}`")
    if had < len(MIGRATIONS):
        raise _closing(
            connection, f"{address}: written by an older version: its owner runs `discourse run` once, which updates it"
        )
    _adapt(connection)
    connection.ask("SET default_transaction_read_only = on")
    return connection


def to_write(address: Address) -> PostgresConnection:
    """The map at an address, for writing; made if there is none, updated if it has an older schema."""
    connection = _connected(address)
    try:
        if _version(connection) < len(MIGRATIONS):
            _migrate(connection)
        _adapt(connection)
    except MapError:
        connection.close()
        raise
    return connection


def _connected(address: Address) -> PostgresConnection:
    more: dict[str, Any] = {"fallback_application_name": "discourse"}
    if "connect_timeout=" not in address.uri:
        more["connect_timeout"] = _CONNECT_SECONDS
    try:
        driver = psycopg.connect(address.uri, autocommit=True, **more)
    except psycopg.OperationalError as error:
        said = " ".join(str(error).split())
        raise MapError(f"{address}: cannot be opened ({said}): see that it runs, and that its name is right") from None
    except psycopg.Error:  # its words may hold the password
        raise MapError("the address of the map cannot be read: write postgresql://USER@HOST:PORT/DATABASE") from None
    connection = PostgresConnection(driver, address)
    connection.ask("SET jit = off")  # it takes longer than most questions
    return connection


def _version(connection: PostgresConnection) -> int:
    """How many migrations the map has had; 0 where there is none."""
    place = "quote_ident(current_schema()) || '.map_state'"
    if connection.ask(f"SELECT to_regclass({place}) IS NULL").fetchone()[0]:
        return 0
    version = int(connection.ask("SELECT version FROM map_state").fetchone()[0])
    if version > len(MIGRATIONS):
        raise _closing(
            connection,
            f"{connection.address}: written by a newer version (schema {version}; this one knows {len(MIGRATIONS)}): "
            "upgrade sector-discourse",
        )
    return version


def _migrate(connection: PostgresConnection) -> None:
    """Makes the map, or brings it to the current schema, all or nothing."""
    connection.begin()
    try:
        if _halfvec(connection) is None:
            _make_extension(connection)
        for number, script in enumerate(MIGRATIONS, 1):
            if number <= _version(connection):
                continue
            for sql in schema(script):
                _run(connection, sql)
            if number == 1:
                _run(connection, _OWN)
            connection.ask("UPDATE map_state SET version = %s", [number])
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def _make_extension(connection: PostgresConnection) -> None:
    try:
        connection.driver.execute("CREATE EXTENSION IF NOT EXISTS vector")
    except psycopg.Error as error:
        raise MapError(
            f"{connection.address}: needs the extension vector ({str(error).splitlines()[0]}): install pgvector on the "
            "server, and let an administrator of the database run CREATE EXTENSION vector"
        ) from None


def _adapt(connection: PostgresConnection) -> None:
    halfvec = _halfvec(connection)
    if halfvec is None:
        raise _closing(
            connection, f"{connection.address}: has no type halfvec: it takes pgvector 0.7 or later, on the search path"
        )
    postgres_rows.register(connection.driver, halfvec)


def _halfvec(connection: PostgresConnection) -> int | None:
    found: int | None = connection.ask("SELECT to_regtype('halfvec')::oid::bigint").fetchone()[0]
    return found


def _run(connection: PostgresConnection, sql: str) -> None:
    try:
        connection.driver.execute(sql)
    except psycopg.Error as error:
        raise refusal(connection.address, error) from None


def _closing(connection: PostgresConnection, said: str) -> MapError:
    connection.close()
    return MapError(said)
