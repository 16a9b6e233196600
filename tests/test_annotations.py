"""Stand-off annotations: what a line may hold, and that anchoring never guesses."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from discourse.annotations import Annotation, Coded, Text, anchor, mark
from discourse.errors import DiscourseError
from discourse.formats.from_map import coded as coded_map
from discourse.formats.standoff import as_json, from_json, read_annotations, write_annotations
from discourse.store import Map, read
from tests.formats_cases import coded

SCHEMA = Path(__file__).parents[1] / "docs" / "schema" / "annotation.schema.json"
TEXT = Text("d", "She said it works. He said it works. They left.")


def works(which: int = 0) -> Annotation:
    start = (9, 27)[which]
    return mark(TEXT, start, start + 8, "statement", "indirect", "machine")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=coded(pieces=True))
def test_a_file_gives_back_what_was_written(tmp_path: Path, value: Coded) -> None:
    path = tmp_path / "a.jsonl"
    assert write_annotations(value.annotations, path) == len(value.annotations)
    assert read_annotations(path) == list(value.annotations)


@given(value=coded(pieces=True))
def test_every_line_keeps_to_the_published_schema(value: Coded) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    for annotation in value.annotations:
        schema.validate(as_json(annotation))


def test_the_schema_names_every_field() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert set(schema["properties"]) == {f.name for f in fields(Annotation)} | {"version"}


def line(**changes: Any) -> dict[str, Any]:
    made = as_json(works()) | changes
    return {key: value for key, value in made.items() if value != "DROP"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": 2}, "version is 2"),
        ({"start": 12}, "8 characters, start to end 5"),
        ({"start": -1, "end": 7}, "no stretch"),
        ({"start": 17}, "no stretch"),
        ({"end": "DROP"}, "go together"),
        ({"digest": "abc"}, "SHA-256"),
        ({"layer": "a=b"}, "layer"),
        ({"label": ""}, '"label" is missing'),
        ({"coder": "DROP"}, '"coder" is missing'),
        ({"labels": ["x"]}, 'no field "labels"'),
        ({"start": True}, "wrong type"),
        ({"start": 9.0}, "wrong type"),
        ({"attributes": {"a": []}}, "an attribute must be"),
        ({"pieces": [[9, 12], [11, 17]]}, "in order"),
        ({"pieces": [[9, "x"]]}, "pairs"),
        ({"source": "a", "target": "b"}, "a relation has no start"),
    ],
)
def test_an_unsound_line_is_refused_with_its_place(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DiscourseError, match=rf"x.jsonl, line 3: .*{message}"):
        from_json(line(**changes), "x.jsonl, line 3")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"version": 1, "id"', "line 1: not JSON .*whole"),
        ('{"a": "é"}'.encode("latin-1"), "not UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "not UTF-8|not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"version": NaN}', "NaN"),
        (b"[]", "not a JSON object"),
    ],
)
def test_a_broken_file_is_refused_in_one_line(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(content)
    with pytest.raises(DiscourseError, match=message) as caught:
        read_annotations(path)
    assert "\n" not in str(caught.value)


def test_an_id_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f"{json.dumps(line())}\n\n{json.dumps(line())}\n", encoding="utf-8")
    with pytest.raises(DiscourseError, match=r"line 3.*line 1 already"):
        read_annotations(path)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "a.jsonl"
    path.write_bytes(content)
    with suppress(DiscourseError):
        assert all(a.digest for a in read_annotations(path))


def test_the_same_text_keeps_every_annotation() -> None:
    kept, lost = anchor([works(0), works(1)], [TEXT])
    assert kept == [works(0), works(1)]
    assert not lost


def test_a_renamed_document_is_found_by_its_digest() -> None:
    kept, _ = anchor([works()], [replace(TEXT, id="other")])
    assert kept[0].document == "other"


def test_two_documents_with_the_same_text_are_not_guessed_between() -> None:
    kept, lost = anchor([works()], [replace(TEXT, id="one"), replace(TEXT, id="two")])
    assert not kept
    assert "no document d" in lost[0].reason


def test_text_before_moves_an_annotation_exactly() -> None:
    changed = replace(TEXT, text="News. " + TEXT.text)
    split = replace(works(), pieces=((9, 11), (12, 17)))
    kept, lost = anchor([split, works(1)], [changed])
    assert not lost
    assert [(a.start, changed.text[a.start : a.end]) for a in kept] == [(15, "it works"), (33, "it works")]
    assert kept[0].pieces == ((15, 17), (18, 23))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("She said it worked. He said it works. They left.", "no longer stands"),
        ("It works. She thinks it works.", "no longer stands"),
        (TEXT.text * 2, "more than once"),
        ("", "no longer stands"),
    ],
)
def test_what_cannot_be_anchored_exactly_is_lost(text: str, reason: str) -> None:
    first = mark(TEXT, 9, 17, "statement", "indirect", "machine")
    short = replace(first, prefix="said ", suffix=".")
    kept, lost = (
        anchor([short], [Text("d", text)]) if reason == "more than once" else anchor([first], [Text("d", text)])
    )
    assert not kept
    assert reason in lost[0].reason


def test_a_relation_is_lost_with_either_end_and_a_label_of_the_whole_with_its_text() -> None:
    relation = Annotation("d", TEXT.digest, "reply", "answers", "x", id="r", source=works(0).id, target=works(1).id)
    whole = Annotation("d", TEXT.digest, "kind", "speech", "x", id="w")
    kept, lost = anchor([relation, whole, works(0), works(1)], [TEXT])
    assert {a.id for a in kept} == {"r", "w", works(0).id, works(1).id}
    kept, lost = anchor([relation, whole, works(0), works(1)], [replace(TEXT, text=TEXT.text[:-16])])
    assert {item.annotation.id for item in lost} >= {"r", "w"}


@given(value=coded(), insertion=st.text(max_size=5), place=st.floats(0, 1))
def test_anchored_annotations_always_quote_the_new_text(value: Coded, insertion: str, place: float) -> None:
    changed = []
    for text in value.texts:
        at = int(place * len(text.text))
        changed.append(Text(text.id, text.text[:at] + insertion + text.text[at:]))
    kept, lost = anchor(value.annotations, changed)
    assert len(kept) + len(lost) == len(value.annotations)
    known = {text.id: text for text in changed}
    for annotation in kept:
        if annotation.is_span:
            assert known[annotation.document].text[annotation.start : annotation.end] == annotation.quotation
        assert annotation.digest == known[annotation.document].digest


def test_a_map_exports_by_the_coder_machine(built: Path) -> None:
    with Map.open(built) as store:
        value = coded_map(store)
        rows = list(read.statements(store))
        shown = read.shown_stances(store)
    assert {a.coder for a in value.annotations} == {"machine"}
    assert sum(a.layer == "statement" for a in value.annotations) == len(rows)
    assert sorted((str(a.attribute("statement")), a.layer, a.label) for a in value.annotations if ":" in a.layer) == (
        sorted((s["statement_id"], f"stance:{s['topic']}", s["stance"]) for s in shown)
    )
    kept, lost = anchor(value.annotations, value.texts)
    assert len(kept) == len(value.annotations)
    assert not lost
