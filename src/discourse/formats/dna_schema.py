"""The tables of a Discourse Network Analyzer 3 file, and what a new one holds before anything is coded."""

from __future__ import annotations

import base64
import hashlib
import sqlite3

VERSION = "3.0.7"
"""The version of the program whose files these tables are those of."""
RELEASED = "2022-06-10"
LIMIT = 190
"""How many characters its short texts hold."""
PASSWORD = "discourse"
"""What every coder of a new file opens it with, until changed in the program."""

_FLAG = "INTEGER NOT NULL CHECK ({0} BETWEEN 0 AND 1) DEFAULT {1}"
_SHORT = "TEXT NOT NULL {1} CHECK (LENGTH({0}) < 191)"
_COLOUR = "INTEGER NOT NULL DEFAULT 0 CHECK ({0} BETWEEN 0 AND 255)"
_BLANK = "DEFAULT ''"
_KEY = "INTEGER NOT NULL PRIMARY KEY"
_PERMISSIONS = (
    "AddDocuments", "EditDocuments", "DeleteDocuments", "ImportDocuments", "AddStatements", "EditStatements",
    "DeleteStatements", "EditAttributes", "EditRegex", "EditStatementTypes", "EditCoders", "EditCoderRelations",
    "ViewOthersDocuments", "EditOthersDocuments", "ViewOthersStatements", "EditOthersStatements",
)  # fmt: skip


def _short(name: str, default: str = "") -> str:
    return f"{name} {_SHORT.format(name, default)}"


def _colours() -> str:
    return ", ".join(f"{name} {_COLOUR.format(name)}" for name in ("Red", "Green", "Blue"))


def _flags(*names: str, default: int = 1) -> str:
    return ", ".join(f"{name} {_FLAG.format(name, default)}" for name in names)


def _to(column: str, table: str) -> str:
    return f"FOREIGN KEY({column}) REFERENCES {table}(ID) ON DELETE CASCADE"


def _data(table: str, column: str, *more: str) -> str:
    parts = (
        "ID INTEGER PRIMARY KEY NOT NULL, StatementId INTEGER NOT NULL, VariableId INTEGER NOT NULL", column,
        _to("StatementId", "STATEMENTS"), _to("VariableId", "VARIABLES"), *more, "UNIQUE (StatementId, VariableId)",
    )  # fmt: skip
    return f"CREATE TABLE {table}({', '.join(parts)})"


TABLES = (
    "CREATE TABLE SETTINGS(Property TEXT PRIMARY KEY, Value TEXT NOT NULL)",
    f"CREATE TABLE CODERS(ID {_KEY}, {_short('Name')}, {_colours()},"
    " Refresh INTEGER NOT NULL CHECK (Refresh BETWEEN 0 AND 9999) DEFAULT 0,"
    " FontSize INTEGER NOT NULL CHECK (FontSize BETWEEN 1 AND 99) DEFAULT 14,"
    f" {_short('Password')}, PopupWidth INTEGER CHECK (PopupWidth BETWEEN 100 AND 9999) DEFAULT 300,"
    f" {_flags('ColorByCoder', 'PopupDecoration', default=0)}, {_flags('PopupAutoComplete')},"
    f" {_flags(*(f'Permission{name}' for name in _PERMISSIONS))})",
    f"CREATE TABLE DOCUMENTS(ID {_KEY}, {_short('Title')}, Text TEXT NOT NULL, Coder INTEGER, "
    + ", ".join(_short(name, _BLANK) for name in ("Author", "Source", "Section"))
    + f", Notes TEXT NOT NULL DEFAULT '', {_short('Type', _BLANK)}, Date INTEGER NOT NULL,"
    f" {_to('Coder', 'CODERS')})",
    f"CREATE TABLE STATEMENTTYPES(ID {_KEY}, {_short('Label')}, {_colours()})",
    f"CREATE TABLE VARIABLES(ID {_KEY}, {_short('Variable')}, DataType TEXT NOT NULL CHECK (DataType = 'boolean' OR"
    " DataType = 'integer' OR DataType = 'long text' OR DataType = 'short text') DEFAULT 'short text',"
    f" StatementTypeId INTEGER, {_to('StatementTypeId', 'STATEMENTTYPES')}, UNIQUE (Variable, StatementTypeId))",
    f"CREATE TABLE VARIABLELINKS(ID {_KEY}, SourceVariableId INTEGER, TargetVariableId INTEGER,"
    f" CHECK (TargetVariableId != SourceVariableId), {_to('SourceVariableId', 'VARIABLES')},"
    f" {_to('TargetVariableId', 'VARIABLES')})",
    f"CREATE TABLE REGEXES(Label TEXT PRIMARY KEY CHECK (LENGTH(Label) < 191), {_colours()})",
    f"CREATE TABLE CODERRELATIONS(ID {_KEY}, Coder INTEGER CHECK(Coder > 0), OtherCoder INTEGER CHECK(OtherCoder > 0), "
    + ", ".join(
        f"{name} INTEGER NOT NULL DEFAULT 1 CHECK({name} BETWEEN 0 AND 1)"
        for name in ("viewStatements", "editStatements", "viewDocuments", "editDocuments")
    )
    + f", CHECK (Coder != OtherCoder), {_to('Coder', 'CODERS')}, {_to('OtherCoder', 'CODERS')})",
    f"CREATE TABLE STATEMENTS(ID {_KEY}, StatementTypeId INTEGER, DocumentId INTEGER, Start INTEGER NOT NULL"
    " CHECK(Start >= 0), Stop INTEGER NOT NULL CHECK(Stop >= 0), Coder INTEGER, CHECK (Start < Stop),"
    f" {_to('StatementTypeId', 'STATEMENTTYPES')}, {_to('Coder', 'CODERS')}, {_to('DocumentId', 'DOCUMENTS')})",
    _data("DATABOOLEAN", "Value INTEGER NOT NULL DEFAULT 1"),
    _data("DATAINTEGER", "Value INTEGER NOT NULL DEFAULT 0"),
    "CREATE TABLE ENTITIES(ID INTEGER PRIMARY KEY NOT NULL, VariableId INTEGER NOT NULL,"
    f" {_short('Value', _BLANK)}, "
    + ", ".join(f"{name} INTEGER CHECK ({name} BETWEEN 0 AND 255)" for name in ("Red", "Green", "Blue"))
    + f", ChildOf INTEGER CHECK(ChildOf > 0), UNIQUE (VariableId, Value), {_to('ChildOf', 'ENTITIES')},"
    f" {_to('VariableId', 'VARIABLES')})",
    _data("DATASHORTTEXT", "Entity INTEGER NOT NULL", _to("Entity", "ENTITIES")),
    _data("DATALONGTEXT", "Value TEXT DEFAULT ''"),
    "CREATE TABLE ATTRIBUTEVARIABLES(ID INTEGER PRIMARY KEY NOT NULL, VariableId INTEGER NOT NULL,"
    f" {_short('AttributeVariable')}, UNIQUE(VariableId, AttributeVariable), {_to('VariableId', 'VARIABLES')})",
    "CREATE TABLE ATTRIBUTEVALUES(ID INTEGER PRIMARY KEY NOT NULL, EntityId INTEGER NOT NULL,"
    " AttributeVariableId INTEGER NOT NULL,"
    f" {_short('AttributeValue', _BLANK)}, UNIQUE (EntityId, AttributeVariableId),"
    f" {_to('EntityId', 'ENTITIES')}, {_to('AttributeVariableId', 'ATTRIBUTEVARIABLES')})",
)


def create(connection: sqlite3.Connection) -> None:
    """Makes the empty tables of a file of this version."""
    for statement in TABLES:
        connection.execute(statement)
    connection.executemany("INSERT INTO SETTINGS VALUES (?, ?)", [("version", VERSION), ("date", RELEASED)])


def password_digest(password: str, salt: bytes) -> str:
    """What the program stores of a password: SHA-256, 100,000 times, after a salt of 16 bytes, in base 64."""
    value = hashlib.sha256(salt + password.encode()).digest()
    for _ in range(99_999):
        value = hashlib.sha256(value).digest()
    return base64.b64encode(salt + value).decode()
