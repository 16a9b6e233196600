"""The map's SQL, which is SQLite's, in PostgreSQL's way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from discourse.store.schema import statements

_QUERIES = (
    (r"%", "%%"),
    (r"\?", "%s"),
    (r"\bend\b", '"end"'),
    # The name is taken by pgvector's type.
    (r"\b(TABLE|FROM|JOIN|INTO|COPY) vector\b", r"\1 vectors"),
    (r"\bINDEXED BY \w+", ""),
    # SQLite's CROSS JOIN is a join whose order it keeps.
    (r"\bCROSS JOIN\b", "JOIN"),
    # SQLite's NOCASE folds A to Z alone, and so does lower() under this collation.
    (r"(\S+) = %s COLLATE NOCASE", r'lower(\1) = lower(%s COLLATE "C")'),
    (r"\bmax\(([^(),]+), ([^(),]+)\)", r"greatest(\1, \2)"),
    (r"\bmin\(([^(),]+), ([^(),]+)\)", r"least(\1, \2)"),
    # PostgreSQL rounds halves to even numbers.
    (r"\bround\(([^()]+)\)", r"floor(\1 + 0.5)"),
    (r"\bINSERT OR IGNORE INTO ([^;]+)", r"INSERT INTO \1 ON CONFLICT DO NOTHING"),
)
_TABLES = (
    (r"\bWITHOUT ROWID\b", ""),
    # Texts are compared and put in order by their bytes, as SQLite does.
    (r"\bTEXT\b", 'TEXT COLLATE "C"'),
    (r"\bINTEGER\b", "BIGINT"),
    (r"\bREAL\b", "DOUBLE PRECISION"),
    (r"\bdata BLOB\b", "data HALFVEC"),
    (r"\bBLOB\b", "BYTEA"),
)
_TABLE = re.compile(r"\s*CREATE (TEMP )?TABLE\b")
_TRIGGER = re.compile(r"\s*CREATE TRIGGER (\w+) (AFTER .+? ON \w+)(?: WHEN (.+?))? BEGIN\n(.+)END;\s*", re.S)
_TRIGGER_IN_POSTGRES = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
{body}  RETURN NULL;
END $$;
CREATE TRIGGER {name} {when} FOR EACH ROW {condition}EXECUTE FUNCTION {name}();
"""


@lru_cache(maxsize=1024)
def query(sql: str) -> str:
    """A query, or a statement that makes a table, with `%s` for each value."""
    for pattern, replacement in _QUERIES + (_TABLES if _TABLE.match(sql) else ()):
        sql = re.sub(pattern, replacement, sql)
    return sql


def schema(script: str) -> Iterator[str]:
    """The statements of a migration one by one, without those of SQLite's word index."""
    for said in statements(script):
        if not re.search(r"\bwords\b", said):
            yield _definition(said)


def _definition(sql: str) -> str:
    trigger = _TRIGGER.fullmatch(sql)
    if trigger is None:
        return query(sql).replace("%%", "%")
    name, when, condition, body = trigger.groups()
    return _TRIGGER_IN_POSTGRES.format(
        name=name, when=when, condition=f"WHEN ({condition}) " if condition else "", body=query(body)
    )
