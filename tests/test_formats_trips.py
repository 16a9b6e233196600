"""Round trips, drawn by hypothesis, of the formats that hold codes, points, rows or stances in place of spans."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from discourse.annotations import Coded, Text, mark
from discourse.formats import aif, dna, dna_csv, refi
from discourse.formats.codes import Code
from discourse.formats.dna_read import read_codes
from discourse.records import Topic

calm = settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=25)
WORDS = st.sampled_from(["a", "<&>", "naïve \U0001f600", "two\nlines", '"', "=1+1", ";", "'", "日本"])
PLAIN = st.sampled_from(["Ann", "Bo Ray", "naïve \U0001f600", "O'Neil; Son", '"Q"', "日本", "a : b"])
SIDE = st.sampled_from(["favour", "against"])


@st.composite
def points(draw: st.DrawFn) -> list[aif.Point]:
    found = []
    for _ in range(draw(st.integers(0, 4))):
        said = draw(st.lists(st.builds(aif.Said, PLAIN, WORDS, st.sampled_from(["", "2020-01-02"])), max_size=3))
        found.append(aif.Point(draw(WORDS), draw(SIDE), draw(WORDS), tuple(said)))
    return found


@pytest.mark.parametrize("writer", [aif.write, aif.write_xaif])
def test_points(writer: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("trip") / "a.json"

    @calm
    @given(value=points())
    def trip(value: list[aif.Point]) -> None:
        writer(value, path)
        assert aif.read(path) == value

    trip()


@st.composite
def codes(draw: st.DrawFn) -> list[Code]:
    """Codes each below one before it, or none, in the order in which a tree is read."""
    names = draw(st.lists(PLAIN, unique=True, max_size=6))
    found: list[Code] = []
    for name in names:
        line = [found[-1].name] if found else []
        while line and (above := next(c.parent for c in found if c.name == line[-1])):
            line.append(above)
        found.append(
            Code(name, draw(st.sampled_from(["", "Why <&>", "two\nlines"])), draw(st.sampled_from([None, *line])))
        )
    return found


@calm
@given(value=codes())
def test_codes(tmp_path_factory: pytest.TempPathFactory, value: list[Code]) -> None:
    path = tmp_path_factory.mktemp("trip") / "a.qdc"
    refi.write_codebook(value, path)
    assert refi.read_codebook(path) == value


TOPICS = [Topic("x", "X", "It works."), Topic("y", "Y <&>", "Ünïcode \\ “works”."), Topic("z", "Z", "z" * 250)]


@st.composite
def stances(draw: st.DrawFn) -> Coded:
    """Statements with a speaker and stances, one coder each, as a map gives them."""
    text = Text("d1", "\U0001f600 " + " ".join(draw(st.lists(WORDS, min_size=4, max_size=12))), "A title")
    found = []
    for start in draw(st.sets(st.integers(0, len(text.text) - 3), max_size=4)):
        place = (start, start + 2)
        if not text.text[start : start + 2].strip():
            continue
        coder, kind = draw(st.sampled_from(["machine", "Bo"])), draw(st.sampled_from(["person", "organisation"]))
        found.append(mark(text, *place, "speaker", draw(PLAIN), coder, attributes=(("speaker_kind", kind),)))
        for topic in draw(st.lists(st.sampled_from(TOPICS), unique=True, min_size=1)):
            found.append(mark(text, *place, f"stance:{topic.id}", draw(SIDE), coder))
    return Coded((text,), tuple(found))


def said(value: Coded) -> set[tuple[Any, ...]]:
    return {(a.start, a.end, a.layer, a.label, a.coder, a.quotation) for a in value.annotations}


@calm
@given(value=stances())
def test_stances_and_speakers_in_a_dna_file(tmp_path_factory: pytest.TempPathFactory, value: Coded) -> None:
    path = tmp_path_factory.mktemp("trip") / "a.dna"
    dna.write(value, path, TOPICS)
    back = dna.read(path)
    assert said(back) == said(value)
    assert back.texts == value.texts
    assert [code.name for code in read_codes(path)] == [topic.name for topic in TOPICS]


@calm
@given(value=stances())
def test_stances_in_the_programs_csv(tmp_path_factory: pytest.TempPathFactory, value: Coded) -> None:
    path: Path = tmp_path_factory.mktemp("trip") / "a.csv"
    dna_csv.write(value, path, TOPICS)
    speakers = {(a.start, a.end): a for a in value.annotations if a.layer == "speaker"}
    expected = set()
    for a in value.annotations:
        if a.layer.startswith("stance:"):
            who = speakers[a.start, a.end]
            person = who.attribute("speaker_kind") == "person"
            concept = next(t.proposition for t in TOPICS if f"stance:{t.id}" == a.layer)
            names = (who.label, "") if person else ("", who.label)
            expected.add((*names, concept, str(int(a.label == "favour"))))
    rows = dna_csv.read(path)
    assert {(r["person"], r["organization"], r["concept"], r["agreement"]) for r in rows} == expected
    assert len(rows) == sum(a.layer.startswith("stance:") for a in value.annotations)
