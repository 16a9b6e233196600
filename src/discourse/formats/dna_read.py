"""Discourse Network Analyzer 3 files: reading them as annotations and as a codebook."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from discourse.annotations import Annotation, Coded, Scalar, Text
from discourse.formats.base import FormatError, Utf16, collect, span
from discourse.formats.codes import Code, slug
from discourse.formats.from_map import SPEAKER, STANCE
from discourse.records import make_id

_TABLES = (
    "SETTINGS", "CODERS", "DOCUMENTS", "STATEMENTTYPES", "VARIABLES", "STATEMENTS", "DATABOOLEAN", "DATAINTEGER",
    "DATASHORTTEXT", "DATALONGTEXT", "ENTITIES", "ATTRIBUTEVARIABLES", "ATTRIBUTEVALUES",
)  # fmt: skip
LARGEST = 2_000_000_000
"""The largest file that is read, in bytes; it is not read at once."""
_NOTE = re.compile(r"discourse ([^:\n]+): (.*)")


def read(path: Path) -> Coded:
    """The documents and statements of a file. A statement with concept and agreement becomes a stance on the concept
    (and, unless somebody coded one there, a speaker); any other an annotation of the layer its type names, with the
    variables as attributes. FormatError with table and id for what is not sound."""
    with _opened(path) as connection:
        coders = dict(_rows(connection, "SELECT ID, Name FROM CODERS"))
        texts = {row[0]: (text := _text(row, path), Utf16.of(text.text)) for row in _documents(connection)}
        values = _values(connection)
        topics = {value: _topic_id(code) for value, code in concepts(connection).items()}
        found: list[Annotation] = []
        rows = _rows(
            connection,
            "SELECT s.ID, t.Label, s.DocumentId, s.Start, s.Stop, s.Coder FROM STATEMENTS s"
            " JOIN STATEMENTTYPES t ON t.ID = s.StatementTypeId ORDER BY s.ID",
        )
        for number, kind, document, start, stop, coder in rows:
            place = f"{path}, statement {number}"
            if document not in texts or coder not in coders:
                raise FormatError(f"{place}: its document or coder is not in the file")
            if not isinstance(start, int) or not isinstance(stop, int):
                raise FormatError(f"{place}: Start and Stop must be whole numbers")
            text, offsets = texts[document]
            stretch = (text, offsets.point(start, place), offsets.point(stop, place))
            identifier = make_id("dna", text.id, number)
            given = values.get(number, {})
            found.append(_annotation(stretch, str(kind), given, str(coders[coder]), identifier, place, topics))
        count = connection.execute("SELECT count(*) FROM STATEMENTS").fetchone()[0]
        if count != len(rows):
            raise FormatError(f"{path}: {count - len(rows)} statements are of a type that is not in the file")
        return collect([text for text, _ in texts.values()], [*found, *_speakers(found, texts)], str(path))


def read_codes(path: Path) -> list[Code]:
    """The concepts of a file, used or not, for a codebook."""
    with _opened(path) as connection:
        return list(concepts(connection).values())


def concepts(connection: sqlite3.Connection) -> dict[str, Code]:
    """The codes of the entities of the variable "concept", by value; our own keep id and name as attributes."""
    attributes: dict[int, dict[str, str]] = {}
    for entity, name, value in _rows(
        connection,
        "SELECT v.EntityId, a.AttributeVariable, v.AttributeValue FROM ATTRIBUTEVALUES v"
        " JOIN ATTRIBUTEVARIABLES a ON a.ID = v.AttributeVariableId",
    ):
        attributes.setdefault(entity, {})[name] = str(value)
    rows = _rows(
        connection,
        "SELECT e.ID, e.Value, p.Value FROM ENTITIES e JOIN VARIABLES v ON v.ID = e.VariableId"
        " LEFT JOIN ENTITIES p ON p.ID = e.ChildOf WHERE lower(v.Variable) = 'concept' AND e.Value != '' ORDER BY e.ID",
    )
    codes: dict[str, Code] = {}
    for entity, value, parent in rows:
        given = attributes.get(entity, {})
        ours = given.get("Type") == "topic" and bool(given.get("Notes"))
        name, description = (given["Notes"], str(value)) if ours else (str(value), "")
        codes[str(value)] = Code(name, description, parent, given.get("Alias") or None)
    return codes


def _topic_id(code: Code) -> str:
    return code.id if code.id and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code.id) else slug(code.name)


def _annotation(
    stretch: tuple[Text, int, int], kind: str, given: dict[str, Scalar], coder: str, identifier: str, place: str,
    topics: dict[str, str],
) -> Annotation:  # fmt: skip
    concept, agreement = given.get("concept"), given.get("agreement")
    if isinstance(concept, str) and concept and isinstance(agreement, int):
        side = "favour" if agreement > 0 else "against" if agreement < 0 or agreement is False else "none"
        layer, label = STANCE + topics.get(concept, slug(concept)), side
    elif set(given) == {"layer", "label", "note"} and given["layer"] and given["label"]:
        note = str(given["note"]) or None
        return span(*stretch, str(given["layer"]), str(given["label"]), coder, place, id=identifier, note=note)
    else:
        layer, label = "dna", kind
    attributes = tuple(sorted((given | {"statement_type": kind}).items()))
    return span(*stretch, layer, label, coder, place, id=identifier, attributes=attributes)


def _speakers(found: list[Annotation], texts: dict[int, tuple[Text, Utf16]]) -> list[Annotation]:
    """Who spoke, for statements where the coder left no annotation of the layer "speaker"."""
    known = {(a.document, a.start, a.end, a.coder) for a in found if a.layer == SPEAKER}
    by_id = {text.id: text for text, _ in texts.values()}
    speakers = []
    for a in found:
        person, organisation = a.attribute("person"), a.attribute("organization")
        place = (a.document, a.start, a.end, a.coder)
        if not a.layer.startswith(STANCE) or place in known or not (person or organisation):
            continue
        known.add(place)
        kind = ("speaker_kind", "person" if person else "organisation")
        stretch = (by_id[a.document], a.start or 0, a.end or 0)
        speakers.append(span(*stretch, SPEAKER, str(person or organisation), a.coder, a.id, attributes=(kind,)))
    return speakers


def _text(row: tuple[Any, ...], path: Path) -> Text:
    number, title, text, author, source, kind, date, notes = row
    place = f"{path}, document {number}"
    if not isinstance(text, str) or not isinstance(date, int):
        raise FormatError(f"{place}: its text must be text and its date a whole number of seconds")
    lines = [_NOTE.fullmatch(line) for line in str(notes).split("\n")]
    ours = {line[1]: line[2] for line in lines if line}
    if "id" in ours:
        facts = tuple(sorted((k, v) for k, v in ours.items() if k not in ("id", "title")))
        return Text(ours["id"], text, ours.get("title"), facts)
    try:
        published = datetime.fromtimestamp(date, UTC).date().isoformat() if date else ""
    except (ValueError, OverflowError, OSError):
        raise FormatError(f"{place}: {date} is no date in seconds since 1970") from None
    theirs = {"author": author, "publisher": source, "kind": kind, "published": published}
    return Text(f"dna-{number}", text, str(title), tuple(sorted((k, str(v)) for k, v in theirs.items() if v)))


def _documents(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
    return _rows(connection, "SELECT ID, Title, Text, Author, Source, Type, Date, Notes FROM DOCUMENTS ORDER BY ID")


def _values(connection: sqlite3.Connection) -> dict[int, dict[str, Scalar]]:
    """What each statement says, by variable."""
    found: dict[int, dict[str, Scalar]] = {}
    for table, value in (
        ("DATABOOLEAN", "d.Value"),
        ("DATAINTEGER", "d.Value"),
        ("DATALONGTEXT", "coalesce(d.Value, '')"),
        ("DATASHORTTEXT", "(SELECT e.Value FROM ENTITIES e WHERE e.ID = d.Entity)"),
    ):
        sql = f"SELECT d.StatementId, v.Variable, {value} FROM {table} d JOIN VARIABLES v ON v.ID = d.VariableId"
        for statement, variable, given in _rows(connection, sql):
            found.setdefault(statement, {})[str(variable)] = bool(given) if table == "DATABOOLEAN" else given
    return found


def _rows(connection: sqlite3.Connection, sql: str) -> list[tuple[Any, ...]]:
    return connection.execute(sql).fetchall()


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The file for reading, once its tables are tables and its version is known; nothing in it is run."""
    if not path.is_file():
        raise FormatError(f"{path}: no such file")
    if path.stat().st_size > LARGEST:
        raise FormatError(f"{path}: larger than the {LARGEST} bytes that are read: split it in the program")
    connection = sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1", uri=True)
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        missing = [name for name in _TABLES if name not in tables]
        if missing:
            raise FormatError(f"{path}: no table {missing[0]}: a .dna file of DNA 3 has one; open and save it there")
        version = connection.execute("SELECT Value FROM SETTINGS WHERE Property = 'version'").fetchone()
        if version is None or not str(version[0]).startswith("3"):
            known = version[0] if version else "none"
            raise FormatError(f"{path}: version {known} of DNA, and this reads 3: convert it in DNA 3")
        yield connection
    except (
        sqlite3.Error,
        UnicodeDecodeError,
    ) as error:  # of a schema that is not UTF-8, not even the error can be told
        told = " ".join(str(error).split())
        raise FormatError(f"{path}: not a .dna file, or a damaged one ({told:.200}): save it anew in DNA 3") from None
    finally:
        connection.close()
