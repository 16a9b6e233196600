"""A .dna file that we write is held to the real file's definitions, and takes the edits that the program makes.

The program itself is not run here. What it must be able to do follows from its tables: their columns, checks, unique
keys and foreign keys, and the rule of its data model that a statement has a value for every variable of its type and
that every variable of short texts has an empty entity.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from discourse.annotations import Coded, Text, mark
from discourse.formats import dna
from discourse.records import Topic

TEXT = Text("d1", "Ann \U0001f600 said it works. Bo said it does not.", "A title", (("published", "2020-03-02"),))
TOPIC = Topic("x", "X", "It works.")
CODED = Coded(
    (TEXT,),
    (
        mark(TEXT, 11, 19, "stance:x", "favour", "Ann"),
        mark(TEXT, 11, 19, "speaker", "Ann Lee", "Ann"),
        mark(TEXT, 21, 23, "cue", "said", "Bo"),
    ),
)
TABLES_BY_KIND = {
    "boolean": "DATABOOLEAN",
    "integer": "DATAINTEGER",
    "long text": "DATALONGTEXT",
    "short text": "DATASHORTTEXT",
}


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    dna.write(CODED, tmp_path / "a.dna", [TOPIC])
    connection = sqlite3.connect(tmp_path / "a.dna")
    connection.execute("PRAGMA foreign_keys = ON")
    yield connection
    connection.close()


def definitions(connection: sqlite3.Connection) -> dict[str, set[str]]:
    """What each table demands, one clause a member, spelling and order of clauses aside."""
    found = {}
    for name, sql in connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'"):
        inside = sql[sql.index("(") + 1 : sql.rindex(")")]
        parts, depth, last = [], 0, 0
        for i, c in enumerate(inside):
            depth += (c == "(") - (c == ")")
            if c == "," and depth == 0:
                parts.append(inside[last:i])
                last = i + 1
        found[name] = {_plain(part) for part in [*parts, inside[last:]]}
    return found


def _plain(clause: str) -> str:
    words = re.findall(r"CHECK\s*\([^()]*(?:\([^()]*\)[^()]*)*\)|'[^']*'|[\w]+(?:\([^)]*\))?|\([^)]*\)", clause)
    squeezed = [re.sub(r"\s+", "", word).casefold() for word in words]
    # The order of the constraints of one column says nothing.
    return " ".join([squeezed[0], *sorted(squeezed[1:])])


@pytest.mark.data
def test_every_clause_of_every_table_is_that_of_a_real_file(outside_data: Path, opened: sqlite3.Connection) -> None:
    place = outside_data / "formats" / "sample.dna"
    if not place.is_file():
        pytest.skip(f"needs {place.name}")
    real = sqlite3.connect(f"file:{place}?mode=ro&immutable=1", uri=True)
    try:
        ours, theirs = definitions(opened), definitions(real)
        assert ours.keys() == theirs.keys()
        for table, clauses in theirs.items():
            assert ours[table] == clauses, table
        for pragma in ("encoding", "user_version", "application_id", "page_size", "journal_mode", "auto_vacuum"):
            assert opened.execute(f"PRAGMA {pragma}").fetchone() == real.execute(f"PRAGMA {pragma}").fetchone()
        settings = "SELECT Property FROM SETTINGS ORDER BY 1"
        assert opened.execute(settings).fetchall() == real.execute(settings).fetchall()
        main = "SELECT Variable, DataType FROM VARIABLES WHERE StatementTypeId = 1 ORDER BY ID"
        assert opened.execute(main).fetchall() == real.execute(main).fetchall()
        label = "SELECT Label FROM STATEMENTTYPES WHERE ID = 1"
        assert opened.execute(label).fetchall() == real.execute(label).fetchall()
        attributes = (
            "SELECT v.Variable, a.AttributeVariable FROM ATTRIBUTEVARIABLES a JOIN VARIABLES v ON v.ID = a.VariableId"
            " WHERE v.StatementTypeId = 1 ORDER BY 1, 2"
        )
        assert opened.execute(attributes).fetchall() == real.execute(attributes).fetchall()
    finally:
        real.close()


def whole(connection: sqlite3.Connection) -> None:
    """The rules of the data model that no constraint holds."""
    for number, variable, kind in connection.execute("SELECT ID, StatementTypeId, DataType FROM VARIABLES").fetchall():
        table = TABLES_BY_KIND[kind]
        missing = connection.execute(
            f"SELECT count(*) FROM STATEMENTS s WHERE s.StatementTypeId = ? AND NOT EXISTS"
            f" (SELECT 1 FROM {table} d WHERE d.StatementId = s.ID AND d.VariableId = ?)",
            (variable, number),
        ).fetchone()
        assert missing == (0,), table
        if kind == "short text":
            empty = "SELECT count(*) FROM ENTITIES WHERE VariableId = ? AND Value = ''"
            assert connection.execute(empty, (number,)).fetchone() == (1,)
    lost = "SELECT count(*) FROM DATASHORTTEXT d JOIN ENTITIES e ON e.ID = d.Entity WHERE e.VariableId != d.VariableId"
    assert connection.execute(lost).fetchone() == (0,)
    bare = (
        "SELECT count(*) FROM ENTITIES e JOIN ATTRIBUTEVARIABLES a ON a.VariableId = e.VariableId WHERE NOT EXISTS"
        " (SELECT 1 FROM ATTRIBUTEVALUES v WHERE v.EntityId = e.ID AND v.AttributeVariableId = a.ID)"
    )
    assert connection.execute(bare).fetchone() == (0,)
    beyond = (
        "SELECT count(*) FROM STATEMENTS s JOIN DOCUMENTS d ON d.ID = s.DocumentId WHERE s.Stop > length(d.Text) * 2"
    )
    assert connection.execute(beyond).fetchone() == (0,)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_every_statement_has_every_value_and_every_entity_its_attributes(opened: sqlite3.Connection) -> None:
    whole(opened)


def test_the_programs_edits_are_taken(opened: sqlite3.Connection, tmp_path: Path) -> None:
    """A coder, a document, an entity with attributes and a statement are added, a statement is moved and recoded
    and one deleted, as a coder would do it; we read the result."""
    change = opened.execute
    change("INSERT INTO CODERS (ID, Name, Red, Green, Blue, Password) VALUES (9, 'Cy', 1, 2, 3, 'x')")
    for coder in (1, 2, 3):
        change("INSERT INTO CODERRELATIONS (Coder, OtherCoder) VALUES (?, 9)", (coder,))
        change("INSERT INTO CODERRELATIONS (Coder, OtherCoder) VALUES (9, ?)", (coder,))
    change(
        "INSERT INTO DOCUMENTS (ID, Title, Text, Coder, Author, Source, Section, Notes, Type, Date)"
        " VALUES (9, 'New', 'Cy said that it fails.', 9, '', '', '', '', '', 1600000000)"
    )
    person, organization, concept, agreement = (
        row[0] for row in change("SELECT ID FROM VARIABLES WHERE StatementTypeId = 1 ORDER BY ID").fetchall()
    )
    change("INSERT INTO ENTITIES (VariableId, Value, Red, Green, Blue) VALUES (?, 'Cy Day', 0, 0, 0)", (person,))
    entity = change("SELECT ID FROM ENTITIES WHERE Value = 'Cy Day'").fetchone()[0]
    change(
        "INSERT INTO ATTRIBUTEVALUES (EntityId, AttributeVariableId, AttributeValue)"
        " SELECT ?, ID, '' FROM ATTRIBUTEVARIABLES WHERE VariableId = ?",
        (entity, person),
    )
    change("INSERT INTO STATEMENTS VALUES (9, 1, 9, 13, 21, 9)")
    value = "SELECT ID FROM ENTITIES WHERE VariableId = ? AND Value = ?"
    for variable, text in ((organization, ""), (concept, "It works.")):
        known = change(value, (variable, text)).fetchone()[0]
        change("INSERT INTO DATASHORTTEXT (StatementId, VariableId, Entity) VALUES (9, ?, ?)", (variable, known))
    change("INSERT INTO DATASHORTTEXT (StatementId, VariableId, Entity) VALUES (9, ?, ?)", (person, entity))
    change("INSERT INTO DATABOOLEAN (StatementId, VariableId, Value) VALUES (9, ?, 0)", (agreement,))
    change("UPDATE DATABOOLEAN SET Value = 0 WHERE StatementId = 1 AND VariableId = ?", (agreement,))
    change("UPDATE STATEMENTS SET Start = 6 WHERE ID = 1")
    change("DELETE FROM STATEMENTS WHERE StatementTypeId = 2")
    whole(opened)
    opened.commit()
    found = dna.read(tmp_path / "a.dna")
    sides = {(a.quotation, a.label, a.coder) for a in found.annotations if a.layer == "stance:x"}
    # Start 6 in the program's counting is the space after the face, which is two units wide.
    assert sides == {("it fails", "against", "Cy"), (TEXT.text[5:19], "against", "Ann")}
    assert {a.label for a in found.annotations if a.layer == "speaker"} == {"Cy Day", "Ann Lee"}
    assert not [a for a in found.annotations if a.layer == "cue"]


@pytest.mark.parametrize(
    "wrong",
    [
        "UPDATE STATEMENTS SET Stop = Start",
        "UPDATE STATEMENTS SET DocumentId = 99",
        "INSERT INTO DATABOOLEAN (StatementId, VariableId, Value) SELECT StatementId, VariableId, 1 FROM DATABOOLEAN",
        "UPDATE CODERS SET PermissionEditStatements = 2",
        "UPDATE ENTITIES SET Value = hex(zeroblob(96)) WHERE Value != ''",
        "UPDATE ENTITIES SET ChildOf = 99",
        "INSERT INTO CODERRELATIONS (Coder, OtherCoder) VALUES (1, 1)",
        "UPDATE VARIABLES SET DataType = 'date'",
    ],
)
def test_what_the_program_forbids_is_forbidden(wrong: str, opened: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        opened.execute(wrong)


def test_deleting_a_document_or_a_coder_takes_what_hangs_on_it(opened: sqlite3.Connection) -> None:
    opened.execute("DELETE FROM DOCUMENTS")
    for table in ("STATEMENTS", *TABLES_BY_KIND.values()):
        assert opened.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
    opened.execute("DELETE FROM CODERS WHERE Name = 'Ann'")
    assert opened.execute("SELECT count(*) FROM CODERRELATIONS").fetchone() == (2,)
