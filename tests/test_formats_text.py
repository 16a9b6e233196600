"""Round trips and hostile input of the formats that hold texts with annotations."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from discourse.annotations import Annotation, Coded, Text, anchor, mark
from discourse.errors import DiscourseError
from discourse.formats import brat, cas_json, conll, doccano, flat, label_studio, standoff, web_annotation
from tests.formats_cases import coded, facts_of

calm = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
    deadline=None,
    max_examples=60,
)
ALIKE = {"max_size": 1}


def words_only(value: Coded) -> bool:
    """No span of white space alone or with white space at its edges."""
    return all(a.quotation.strip() == a.quotation != "" for a in value.annotations)


CASES: dict[str, tuple[ModuleType, st.SearchStrategy[Coded], bool]] = {
    "annotations": (standoff, coded(pieces=True), False),
    "annotations-csv": (flat, coded(pieces=True), False),
    "doccano": (doccano, coded(times=False, notes=False, facts=False), True),
    "label-studio": (label_studio, coded(times=True, pieces=True), True),
    "brat": (brat, coded(times=False, wholes=False, pieces=True), False),
    "conll": (
        conll, coded(times=False, wholes=False, relations=False, notes=False, facts=False).filter(words_only), True,
    ),
    "web-annotation": (web_annotation, coded(pieces=True), False),
    "cas-json": (cas_json, coded(pieces=True), True),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_lost_that_the_format_can_hold(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    module, strategy, holds_all_texts = CASES[name]

    @calm
    @given(value=strategy)
    def round_trip(value: Coded) -> None:
        place = tmp_path_factory.mktemp("trip") / "out"
        module.write(value, place)
        back = module.read(place)
        assert facts_of(back) == facts_of(value)
        texts = {t.id: t.text for t in back.texts}
        assert texts == ({t.id: t.text for t in value.texts} if holds_all_texts else texts)

    round_trip()


TEXT = Text("d1", "Ann \U0001f600 said it works.", "A title", (("publisher", "The Paper"), ("url", "x:y")))
SPAN = mark(TEXT, 6, 10, "cue", "said", "machine", attributes=(("confidence", 0.5),))
VALUE = Coded((TEXT,), (SPAN, mark(TEXT, 11, 19, "stance:x", "favour", "machine")))


@pytest.mark.parametrize("module", [doccano, label_studio, cas_json])
def test_what_is_known_of_a_text_comes_back(module: ModuleType, tmp_path: Path) -> None:
    module.write(VALUE, tmp_path / "out")
    assert module.read(tmp_path / "out").texts == (TEXT,)


@pytest.mark.parametrize("name", CASES)
def test_a_second_writing_is_the_same(name: str, tmp_path: Path) -> None:
    module = CASES[name][0]
    for file in ("1", "2"):
        module.write(VALUE, tmp_path / file)
    files = [sorted(p for p in (tmp_path / n).rglob("*") if p.is_file()) or [tmp_path / n] for n in ("1", "2")]
    assert [p.read_bytes() for p in files[0]] == [p.read_bytes() for p in files[1]]


@pytest.mark.parametrize("name", CASES)
def test_a_cut_file_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    module = CASES[name][0]
    place = tmp_path / "out"
    module.write(VALUE, place)
    file = place if place.is_file() else next(p for p in place.rglob("*") if p.suffix in (".json", ".txt"))
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2 if name != "conll" else content.index(b'"Ann') + 5])
    with pytest.raises(DiscourseError, match=str(place)) as caught:
        module.read(place)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", [name for name in CASES if name != "brat"])
@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_another_encoding_is_refused(name: str, encoding: str, tmp_path: Path) -> None:
    place = tmp_path / "out"
    place.write_text('{"text": "naïve é"}\n[é\tB-x', encoding=encoding)
    with pytest.raises(DiscourseError, match=r"UTF-8|JSON|column"):
        CASES[name][0].read(place)


@pytest.mark.parametrize("name", [name for name in CASES if name != "brat"])
def test_any_bytes_are_read_or_refused(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("any") / "a"

    @calm
    @given(st.one_of(st.binary(max_size=60), st.text(max_size=60).map(str.encode), json_like()))
    def any_bytes(content: bytes) -> None:
        path.write_bytes(content)
        with suppress(DiscourseError):
            assert isinstance(CASES[name][0].read(path), Coded)

    any_bytes()


KEYS = [
    "text", "label", "entities", "relations", "id", "data", "annotations", "predictions", "result", "value", "start",
    "end", "labels", "start_offset", "end_offset", "type", "items", "target", "body", "selector", "exact", "source",
    "%FEATURE_STRUCTURES", "%ID", "%TYPE", "sofaString", "begin", "meta", "from_id", "to_id", "choices",
]  # fmt: skip


def json_like() -> st.SearchStrategy[bytes]:
    """JSON of the readers' own words in the wrong places."""
    leaf = st.sampled_from([None, True, -1, 0, 3, 1e300, "", "x", "labels", "Annotation", "uima.cas.Sofa", "relation"])
    tree: Callable[[Any], Any] = lambda inner: st.one_of(  # noqa: E731
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    )
    return st.recursive(leaf, tree, max_leaves=25).map(lambda v: json.dumps(v).encode())


def refused(module: ModuleType, place: Path, content: Any, message: str) -> None:
    place.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    with pytest.raises(DiscourseError, match=message) as caught:
        module.read(place)
    assert "\n" not in str(caught.value)


ENTITY = {"id": 1, "label": "x", "start_offset": 0, "end_offset": 3}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"text": "abc", "entities": [ENTITY | {"end_offset": 9}]}, "line 1: 0 to 9 is no stretch"),
        ({"text": "abc", "entities": [ENTITY | {"start_offset": 3}]}, "no stretch"),
        ({"text": "abc", "entities": [ENTITY, ENTITY]}, "entity 1 stands twice"),
        ({"text": "abc", "entities": [ENTITY | {"label": ""}]}, "label is empty"),
        ({"text": "abc", "label": [[0, 1]]}, "start, end and name"),
        ({"text": "abc", "relations": [{"id": 1, "from_id": 1, "to_id": 2, "type": "x"}]}, "not on the line"),
        ({"data": "abc"}, 'no "text"'),
        ({"text": "\ud800"}, "surrogate"),
    ],
)
def test_doccano_tells_what_is_wrong(tmp_path: Path, line: dict[str, Any], message: str) -> None:
    refused(doccano, tmp_path / "a", line, message)


def test_doccano_exports_of_other_projects_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"id": 7, "text": "abc def", "label": [[0, 3, "NOUN"]]}\n{"id": 8, "text": "x", "label": ["good"]}\n'
    )
    found = doccano.read(path).annotations
    assert [(a.document, a.layer, a.label, a.quotation) for a in found] == [
        ("7", "label", "NOUN", "abc"), ("8", "label", "good", ""),
    ]  # fmt: skip


def task(**value: Any) -> list[Any]:
    result = {"id": "r", "type": "labels", "value": {"start": 0, "end": 3, "labels": ["x"]} | value}
    return [{"data": {"text": "a\U0001f600b c"}, "annotations": [{"result": [result]}]}]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (task(end=99), "does not stand"),
        (task(start="0"), "no stretch"),
        (task(end=2), "inside a character"),
        (task(text="zzz"), "does not stand at"),
        (task(labels="x"), "expected a list"),
        ([{"data": {"image": "x"}}], 'task 1: no "text"'),
        ([task()[0] | {"data": {"text": "abc", "document": "d"}}] * 2, 'document "d" stands twice'),
        ({"tasks": []}, "expected a list"),
    ],
)
def test_label_studio_tells_what_is_wrong(tmp_path: Path, content: Any, message: str) -> None:
    refused(label_studio, tmp_path / "a", content, message)


def test_label_studio_offsets_are_what_the_quoted_words_say(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    for start, end in ((3, 4), (2, 3)):
        path.write_text(json.dumps(task(start=start, end=end, text="b")), encoding="utf-8")
        assert label_studio.read(path).annotations[0].quotation == "b"
    path.write_text(json.dumps(task(start=3, end=4)), encoding="utf-8")
    assert label_studio.read(path).annotations[0].quotation == "b"


def test_machine_output_is_a_prediction_with_its_version(tmp_path: Path) -> None:
    label_studio.write(VALUE, tmp_path / "a.json")
    made = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))[0]
    assert made["annotations"] == []
    assert made["predictions"][0]["model_version"].startswith("discourse ")
    assert made["predictions"][0]["result"][0]["score"] == 0.5
    assert made["predictions"][0]["result"][0]["value"]["start"] == 7


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("T1\tx 0 99\tAnn", "line 1: its words do not stand"),
        ("T1\tx 0 3\tBob", "do not stand at 0 3"),
        ("T1\tx 0 3\tAnn\nT1\tx 0 3\tAnn", "line 2: T1 stands twice"),
        ("T1\tx 0-3\tAnn", "is no place"),
        ("R1\tx Arg1:T1 Arg2:T2", "T1 or T2 is not in the file"),
        ("A1\tx T9", "T9 is not in the file"),
        ("nonsense", "is no line of brat"),
        ("T1\tx 3 0\t", "no stretch"),
    ],
)
def test_brat_tells_what_is_wrong(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "d.txt").write_text("Ann said it.", encoding="utf-8")
    (tmp_path / "d.ann").write_text(line, encoding="utf-8")
    with pytest.raises(DiscourseError, match=message):
        brat.read(tmp_path)


def test_brat_events_normalisations_and_equivalences_are_read(tmp_path: Path) -> None:
    (tmp_path / "d.txt").write_text("Ann said it.", encoding="utf-8")
    lines = [
        "T1\tPer_son 0 3\tAnn",
        "T2\tSay 4 8\tsaid",
        "E1\tSay:T2 Who:T1",
        "N1\tReference T1 Q:1\tAnn",
        "*\tEquiv T1 T2",
    ]
    (tmp_path / "d.ann").write_text("\n".join([*lines, "#1\tAnnotatorNotes T1\tsure?"]), encoding="utf-8")
    found = brat.read(tmp_path).annotations
    spans = {a.id: a for a in found if a.is_span}
    assert [(a.label, a.note, a.attribute("reference")) for a in spans.values()] == [
        ("Per_son", "sure?", "Q:1"), ("Say", None, None),
    ]  # fmt: skip
    relations = {(a.label, spans[str(a.source)].label, spans[str(a.target)].label) for a in found if a.is_relation}
    assert relations == {("Who", "Say", "Per_son"), ("Equiv", "Per_son", "Say")}


@given(st.text(max_size=20))
def test_names_for_brat_are_safe_and_come_back(value: str) -> None:
    made = brat.encode(value)
    assert all(c.isascii() and (c.isalnum() or c in "_-") for c in made)
    assert brat.decode(made) == value


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.ann").write_text("T1\tx 0 1\ta")
    (tmp_path / "in" / "a.ann").symlink_to(tmp_path / "secret.ann")
    with pytest.raises(DiscourseError, match="leads out of the folder"):
        brat.read(tmp_path / "in")


def test_columns_of_others_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_text("-DOCSTART- -X- O\n\nAnn NNP I-PER\nLee NNP I-PER\nsaid VBD O\n\nBo X B-PER\nRay X B-PER\n")
    value = conll.read(path)
    assert value.texts[0].text == "Ann Lee said\nBo Ray "
    assert [a.quotation for a in value.annotations] == ["Ann Lee", "Bo", "Ray"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("Ann\n", "line 1: no tag"),
        ("Ann\tX-PER\n", 'tag "X-PER"'),
        ("Ann\tB-\n", 'tag "B-"'),
        ('# document = "d"\n# text = "Ann"\n# layers = ["x"]\nBob\t0\t3\tO\n', "does not stand at 0 to 3"),
        ('# document = "d"\n# text = "Ann"\n# layers = ["x"]\nAnn\t0\t99\tO\n', "does not stand|no stretch"),
        ('# document = "d"\n# text = "A"\nA\t0\t1\n\n# document = "d"\n# text = "B"\nB\t0\t1\n', "another text"),
        ("# document = d\n", "not JSON"),
        ('# document = "d"\n# text = "A"\nA\t0\t1\tO\n', "and 0 tags"),
    ],
)
def test_columns_that_are_wrong_are_told(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "a"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DiscourseError, match=message):
        conll.read(path)


def test_a_web_annotation_of_another_program_is_anchored_by_its_words(tmp_path: Path) -> None:
    item = {
        "@context": web_annotation.CONTEXT, "id": "x:1", "type": "Annotation", "body": {"value": "good"},
        "target": {"source": "d1", "selector": {"type": "TextQuoteSelector", "exact": "it works", "prefix": "said "}},
    }  # fmt: skip
    path = tmp_path / "a.json"
    path.write_text(json.dumps(item))
    kept, lost = anchor(web_annotation.read(path).annotations, [TEXT])
    assert [(a.start, a.label) for a in kept] == [(11, "good")]
    assert not lost


LONG = [{"type": "TextQuoteSelector", "exact": "abc"}, {"type": "TextPositionSelector", "start": 0, "end": 9}]


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({"type": "Thing"}, "not Annotation"),
        ({"type": "Annotation"}, "expected an object"),
        ({"type": "Annotation", "target": {"source": "d", "selector": {"type": "SvgSelector"}}}, "TextQuoteSelector"),
        ({"type": "Annotation", "target": {"source": "d", "selector": LONG}}, "3 characters, start to end 9"),
    ],
)
def test_a_web_annotation_that_is_wrong_is_told(tmp_path: Path, item: dict[str, Any], message: str) -> None:
    refused(web_annotation, tmp_path / "a", {"items": [item]}, message)


def test_a_cas_is_what_dkpro_cassis_reads(tmp_path: Path) -> None:
    cassis = pytest.importorskip("cassis")
    cas_json.write(VALUE, tmp_path / "out")
    with (tmp_path / "out" / "d1.json").open("rb") as stream:
        cas = cassis.load_cas_from_json(stream)
    assert cas.sofa_string == TEXT.text
    assert [(a.layer, a.label, a.get_covered_text()) for a in cas.select(cas_json.SPAN)] == [
        ("cue", "said", "said"), ("stance:x", "favour", "it works"),
    ]  # fmt: skip


def test_a_cas_that_dkpro_cassis_writes_is_read(tmp_path: Path) -> None:
    cassis = pytest.importorskip("cassis")
    types = cassis.TypeSystem()
    kind = types.create_type("webanno.custom.Claim", supertypeName="uima.tcas.Annotation")
    types.create_feature(kind, "label", "uima.cas.String")
    cas = cassis.Cas(typesystem=types)
    cas.sofa_string = TEXT.text
    cas.add(kind(begin=11, end=19, label="premise"))
    cas.to_json(tmp_path / "a.json")
    found = cas_json.read(tmp_path / "a.json").annotations
    assert [(a.layer, a.label, a.quotation, a.attribute("label")) for a in found] == [
        ("Claim", "premise", "it works", "premise")
    ]


def cas(*more: dict[str, Any]) -> dict[str, Any]:
    return {"%FEATURE_STRUCTURES": [{"%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaString": "a\U0001f600b"}, *more]}


SPAN_FS = {"%ID": 2, "%TYPE": cas_json.SPAN, "begin": 0, "end": 1, "layer": "x", "label": "y"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (cas(SPAN_FS | {"end": 9}), "%ID 2: 0 to 8 is no stretch"),
        (cas(SPAN_FS | {"end": 2}), "inside a character"),
        (cas(SPAN_FS | {"begin": -1}), "expected an offset"),
        (cas(SPAN_FS, SPAN_FS), "same %ID"),
        (cas(SPAN_FS | {"%TYPE": cas_json.RELATION, "@source": 7, "@target": 8}), "not in the file"),
        ({"%FEATURE_STRUCTURES": []}, "0 subjects"),
        ({}, "expected a list"),
    ],
)
def test_a_cas_that_is_wrong_is_told(tmp_path: Path, content: Any, message: str) -> None:
    refused(cas_json, tmp_path / "a.json", content, message)


@pytest.mark.parametrize("name", ["doccano", "brat", "conll"])
def test_what_a_format_cannot_hold_is_refused_and_nothing_is_left_behind(name: str, tmp_path: Path) -> None:
    whole = Annotation("d1", TEXT.digest, "kind", "speech", "machine", id="w")
    lone = replace(whole, id="r", source="a", target="b")
    with pytest.raises(DiscourseError, match=r"annotation|relation"):
        CASES[name][0].write(Coded((TEXT,), (SPAN, lone)), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_an_annotation_without_its_text_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(DiscourseError, match="no text of document d1"):
        doccano.write(Coded((), (SPAN,)), tmp_path / "a.jsonl")


def test_a_folder_that_holds_something_is_not_written_into(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(DiscourseError, match="exists already"):
        brat.write(VALUE, tmp_path / "out")
    assert (tmp_path / "out" / "mine.txt").read_text() == "mine"


@calm
@given(value=coded(wholes=False, relations=False))
def test_formulas_do_not_run_in_a_spreadsheet(tmp_path: Path, value: Coded) -> None:
    assume(value.annotations)
    flat.write(value, tmp_path / "a.csv")
    for _, row in flat.read_csv(tmp_path / "a.csv", ()):
        for cell in row.values():
            assert not flat.guarded(cell).startswith(("=", "+", "-", "@"))


def test_a_file_larger_than_is_read_is_told_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.jsonl"
    with path.open("wb") as stream:
        stream.truncate(300_000_000)
    for module in (doccano, label_studio, conll, flat, web_annotation, cas_json):
        with pytest.raises(DiscourseError, match=r"huge\.jsonl: 300000000 bytes.*split it"):
            module.read(path)
