"""Discourse Network Analyzer files: round trips, its limits and its way of counting, and damaged files."""

from __future__ import annotations

import base64
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from discourse.annotations import Annotation, Coded, Text, mark
from discourse.codebook import Codebook, parse_codebook
from discourse.errors import DiscourseError
from discourse.formats import dna, dna_csv, dna_schema
from discourse.formats.codes import as_toml
from discourse.formats.dna_read import read_codes
from discourse.formats.from_map import stances_alone
from discourse.records import Stakeholder, Topic
from tests.formats_cases import coded, facts_of

TEXT = Text(
    "speech-1", "\U0001f600 She said: “Funding is short.” Then she left.", "A speech", (("published", "2020-03-02"),)
)
START = TEXT.text.index("Funding")
TOPIC = Topic("funding", "Funding", "Services are under-funded.")
WHO = Stakeholder("ann-lee", "Ann Lee", "person", "directors", ("A. Lee", "Lee"))


def stance(side: str = "favour", topic: str = "funding", coder: str = "machine") -> Annotation:
    return mark(TEXT, START, START + 17, f"stance:{topic}", side, coder)


def speaker(name: str = "Ann Lee", kind: str = "person") -> Annotation:
    return mark(TEXT, START, START + 17, "speaker", name, "machine", attributes=(("speaker_kind", kind),))


def query(path: Path, sql: str) -> list[tuple]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def test_what_the_program_needs_is_there(tmp_path: Path) -> None:
    path = tmp_path / "a.dna"
    adcs = (("organisation", "ADCS"),)
    statement = mark(TEXT, START, START + 17, "statement", "direct", "machine", attributes=adcs)
    silent = mark(TEXT, 0, 3, "statement", "direct", "machine")
    dna.write(stances_alone(Coded((TEXT,), (silent, statement, speaker(), stance()))), path, [TOPIC], [WHO])
    assert query(path, "SELECT StatementTypeId FROM STATEMENTS") == [(1,)]
    assert query(path, "PRAGMA integrity_check") == [("ok",)]
    assert query(path, "PRAGMA foreign_key_check") == []
    assert query(path, "SELECT ID, Name FROM CODERS") == [(1, "Admin"), (2, "machine")]
    assert query(path, "SELECT Label FROM STATEMENTTYPES") == [("DNA Statement",), ("Annotation",)]
    # The face is one character for us and two for Java.
    assert query(path, "SELECT Start, Stop FROM STATEMENTS WHERE StatementTypeId = 1") == [(START + 1, START + 18)]
    values = query(
        path,
        "SELECT v.Variable, e.Value FROM DATASHORTTEXT d JOIN ENTITIES e ON e.ID = d.Entity"
        " JOIN VARIABLES v ON v.ID = d.VariableId WHERE v.StatementTypeId = 1 ORDER BY v.ID",
    )
    assert values == [("person", "Ann Lee"), ("organization", "ADCS"), ("concept", TOPIC.proposition)]
    assert query(path, "SELECT Value FROM DATABOOLEAN") == [(1,)]
    assert query(path, "SELECT Date FROM DOCUMENTS") == [(1583107200,)]
    alias = (
        "SELECT v.AttributeValue FROM ATTRIBUTEVALUES v JOIN ATTRIBUTEVARIABLES a ON a.ID = v.AttributeVariableId"
        " JOIN ENTITIES e ON e.ID = v.EntityId WHERE e.Value = 'Ann Lee' ORDER BY a.ID"
    )
    assert query(path, alias) == [("directors",), ("A. Lee; Lee",), ("",)]


def test_an_organisation_that_speaks_is_no_person(tmp_path: Path) -> None:
    dna.write(Coded((TEXT,), (speaker("The Board", "organisation"), stance("against"))), tmp_path / "a.dna", [TOPIC])
    found = dna.read(tmp_path / "a.dna").annotations
    side = next(a for a in found if a.layer == "stance:funding")
    assert (side.label, side.attribute("person"), side.attribute("organization")) == ("against", "", "The Board")
    assert [a.label for a in found if a.layer == "speaker"] == ["The Board"]


def test_passwords_are_stored_as_the_program_stores_them(tmp_path: Path) -> None:
    path = tmp_path / "a.dna"
    dna.write(Coded((TEXT,), (stance(),)), path)
    stored = query(path, "SELECT Password FROM CODERS")[0][0]
    raw = base64.b64decode(stored)
    assert len(raw) == 48
    assert dna_schema.password_digest(dna_schema.PASSWORD, raw[:16]) == stored
    assert dna_schema.password_digest("other", raw[:16]) != stored


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=15)
@given(value=coded(times=False, wholes=False, relations=False, facts=False, layers=["label", "speaker", "a b"]))
def test_spans_come_back(tmp_path: Path, value: Coded) -> None:
    path = tmp_path / "a.dna"
    dna.write(value, path)
    back = dna.read(path)
    assert back.texts == value.texts
    assert facts_of(back) == facts_of(value)


@pytest.mark.parametrize("side", ["favour", "against"])
def test_stances_come_back_and_a_second_file_is_the_same(tmp_path: Path, side: str) -> None:
    first, second = tmp_path / "1.dna", tmp_path / "2.dna"
    dna.write(Coded((TEXT,), (speaker(), stance(side), stance("against", "new-topic", "Bo Ray"))), first, [TOPIC])
    back = dna.read(first)
    assert back.texts == (TEXT,)
    assert {(a.layer, a.label, a.coder, a.quotation) for a in back.annotations if ":" in a.layer} == {
        ("stance:funding", side, "machine", "Funding is short."),
        ("stance:new-topic", "against", "Bo Ray", "Funding is short."),
    }
    dna.write(back, second, [TOPIC])
    assert facts_of(dna.read(second)) == facts_of(back)


def test_short_texts_are_cut_and_kept_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.dna"
    names = ["x" * 300, "x" * 299 + "y", "x" * 190]
    labels = tuple(mark(TEXT, i, i + 2, "label", name, "machine") for i, name in enumerate(names))
    dna.write(Coded((replace(TEXT, title="t" * 400),), labels), path)
    found = [a.label for a in dna.read(path).annotations]
    assert all(len(label) <= dna_schema.LIMIT for label in found)
    assert len(set(found)) == 3
    assert found[2] == names[2]


def test_what_is_no_span_is_refused_and_nothing_written(tmp_path: Path) -> None:
    whole = Annotation(TEXT.id, TEXT.digest, "kind", "speech", "machine", id="w")
    with pytest.raises(DiscourseError, match=r"annotation w: .*stretches"):
        dna.write(Coded((TEXT,), (stance(), whole)), tmp_path / "a.dna")
    assert list(tmp_path.iterdir()) == []


def test_topics_come_back_as_a_codebook(tmp_path: Path) -> None:
    path = tmp_path / "a.dna"
    dna.write(Coded((TEXT,), (stance(),)), path, [TOPIC, Topic("b", 'B "b"', "Ünïcode \\ works.")])
    book: Codebook = parse_codebook(as_toml(read_codes(path)))
    assert [(t.id, t.name, t.proposition) for t in book.topics] == [
        ("funding", "Funding", "Services are under-funded."), ("b", 'B "b"', "Ünïcode \\ works."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ("UPDATE SETTINGS SET Value = '2.0' WHERE Property = 'version'", "version 2.0 of DNA"),
        ("DELETE FROM SETTINGS", "version none"),
        ("UPDATE STATEMENTS SET Stop = 9999", "statement 1: .*no stretch of a text"),
        ("UPDATE STATEMENTS SET Start = 1", "inside a character"),
        ("PRAGMA ignore_check_constraints = 1; UPDATE STATEMENTS SET Start = 'x'", "whole numbers"),
        ("UPDATE STATEMENTS SET DocumentId = 9", "not in the file"),
        ("UPDATE STATEMENTS SET StatementTypeId = 9", "type that is not in the file"),
        ("UPDATE DOCUMENTS SET Date = 'x'", "whole number of seconds"),
        ("UPDATE DOCUMENTS SET Date = 999999999999999, Notes = ''", "no date"),
        ("DROP TABLE ENTITIES", "no table ENTITIES"),
        ("DROP TABLE CODERS; CREATE VIEW CODERS AS SELECT 1 AS ID", "no table CODERS"),
        ("UPDATE CODERS SET Name = CAST(x'ff' AS TEXT)", "damaged"),
    ],
)
def test_a_damaged_file_is_refused_in_one_line(tmp_path: Path, damage: str, message: str) -> None:
    path = tmp_path / "a.dna"
    dna.write(Coded((TEXT,), (stance(),)), path)
    connection = sqlite3.connect(path)
    connection.executescript(damage)
    connection.close()
    with pytest.raises(DiscourseError, match=message) as caught:
        dna.read(path)
    assert "\n" not in str(caught.value)


def test_a_truncated_or_foreign_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.dna"
    dna.write(Coded((TEXT,), (stance(),)), path)
    content = path.read_bytes()
    for broken in (content[:5000], content[: len(content) // 2], b"text" * 300, b""):
        path.write_bytes(broken)
        with pytest.raises(DiscourseError, match=r"a\.dna: "):
            dna.read(path)
    with pytest.raises(DiscourseError, match="no such file"):
        dna.read(tmp_path / "none.dna")


def test_many_statements(tmp_path: Path) -> None:
    text = Text("long", "Words and words. " * 5000)
    many = tuple(mark(text, i % 80_000, i % 80_000 + 5, "label", f"l{i % 7}", "m", id=str(i)) for i in range(20_000))
    dna.write(Coded((text,), many), tmp_path / "a.dna")
    assert len(dna.read(tmp_path / "a.dna").annotations) == len(many)


@pytest.mark.data
def test_a_real_file_comes_back_whole(outside_data: Path, tmp_path: Path) -> None:
    place = outside_data / "formats" / "sample.dna"
    if not place.is_file():
        pytest.skip(f"needs {place.name}")
    back = dna.read(place)
    stances = [a for a in back.annotations if a.layer.startswith("stance:")]
    assert [a.attribute("person") for a in stances] == ["Kateri Callahan"] * 4
    assert {a.coder for a in back.annotations} == {"Coder 1"}
    assert stances[0].quotation.startswith("Energy Star")
    assert all(back.texts[0].text[a.start : a.end] == a.quotation for a in back.annotations)
    again = tmp_path / "again.dna"
    dna.write(back, again)
    for table in dna_tables(place):
        assert query(again, f"PRAGMA table_info({table})") == query(place, f"PRAGMA table_info({table})")
    assert facts_of(dna.read(again)) == facts_of(back)
    assert "Emissions legislation should regulate CO2." in {code.name for code in read_codes(place)}


def dna_tables(path: Path) -> list[str]:
    return [row[0] for row in query(path, "SELECT name FROM sqlite_master WHERE type = 'table'")]


def test_the_programs_csv_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    dna_csv.write(Coded((TEXT,), (speaker(), stance("against"))), path, [TOPIC])
    assert path.read_text(encoding="utf-8").splitlines()[0].startswith("statement_id;time;document_id;")
    found = dna_csv.read(path)
    assert [(row["person"], row["concept"], row["agreement"]) for row in found] == [("Ann Lee", TOPIC.proposition, "0")]
    assert found[0]["time"] == "2020-03-02 00:00:00"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a;b\n1;2\n", "no column"),
        ("statement_id;time;document_id;concept;agreement\n1;x;1;c;1\n", "line 2: .*time"),
        ("statement_id;time;document_id;concept;agreement\n1;2020-01-01 00:00:00;1;c;yes\n", "line 2: .*agreement"),
        ("statement_id;time;document_id;concept;agreement\n1;2020-01-01 00:00:00\n", "line 2: not as many"),
        ("statement_id;time;document_id;concept;agreement\n1;2020-01-01 00:00:00;1;c;1\n" * 2, "line 3"),
    ],
)
def test_a_bad_csv_is_told_with_its_line(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DiscourseError, match=message):
        dna_csv.read(path)
