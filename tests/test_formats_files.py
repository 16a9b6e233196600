"""Round trips and hostile input of REFI-QDA, DocBin, Hugging Face, GraphML, GEXF, AIF and the tables of a map."""

from __future__ import annotations

import csv
import json
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from discourse.annotations import Coded, Text, mark
from discourse.codebook import parse_codebook
from discourse.errors import DiscourseError
from discourse.formats import FORMATS, aif, dictionary, export, gexf, graphml, huggingface, read, refi, refi_zip, tables
from discourse.formats import spacy_bin as spacy_format
from discourse.formats.codes import Code, as_toml
from discourse.formats.graph import Edge, Graph, of_positions
from discourse.query import arguments, positions
from discourse.store import Map
from tests.formats_cases import coded, facts_of

calm = settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=25)
TEXT = Text("d1", "Ann \U0001f600 said it works.", "A title")
VALUE = Coded((TEXT,), (mark(TEXT, 6, 10, "cue", "said", "machine"), mark(TEXT, 11, 19, "stance:x", "favour", "Bo")))


@calm
@given(value=coded(notes=False, facts=False))
def test_a_project_gives_back_its_codings(tmp_path_factory: pytest.TempPathFactory, value: Coded) -> None:
    path = tmp_path_factory.mktemp("trip") / "a.qdpx"
    refi.write(value, path)
    back = refi.read(path)
    assert facts_of(back) == facts_of(value)
    assert back.texts == value.texts


def test_a_note_comes_back_on_a_stretch(tmp_path: Path) -> None:
    noted = mark(TEXT, 0, 3, "cue", "x", "Bo", note="why; not\n\U0001f600")
    refi.write(Coded((TEXT,), (noted,)), tmp_path / "a.qdpx")
    assert [a.note for a in refi.read(tmp_path / "a.qdpx").annotations] == [noted.note]


CODES = [Code("Money", "Services are under-funded."), Code("Pay", "", "Money"), Code("Ünïcode <&>", 'A "b" \\ c.')]


def test_a_codebook_comes_back_in_its_order_and_becomes_ours(tmp_path: Path) -> None:
    refi.write_codebook(CODES, tmp_path / "a.qdc")
    back = refi.read_codebook(tmp_path / "a.qdc")
    assert back == CODES
    book = parse_codebook(as_toml(back))
    assert [(t.id, t.name, t.proposition) for t in book.topics] == [
        ("money", "Money", "Services are under-funded."), ("pay", "Pay", "Pay"),
        ("unicode", "Ünïcode <&>", 'A "b" \\ c.'),
    ]  # fmt: skip


@given(st.lists(st.text(min_size=1, max_size=8), max_size=6), st.text(max_size=20))
def test_any_codes_make_a_valid_codebook(names: list[str], description: str) -> None:
    source = as_toml([Code(name, description) for name in names if name.strip()])
    if source.strip():
        assert len(parse_codebook(source).topics) == sum(bool(name.strip()) for name in names)


BOMB = "<!DOCTYPE lolz [<!ENTITY a 'lol'><!ENTITY b '&a;&a;&a;&a;'>]>"
SECRET = "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"


def project(inside: str, head: str = "") -> bytes:
    return f'<?xml version="1.0"?>{head}<Project xmlns="{refi.PROJECT}" name="p">{inside}</Project>'.encode()


def archived(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


SOURCE = '<Sources><TextSource guid="g" name="n" plainTextPath="{}">{}</TextSource></Sources>'
HERE = "internal://a.txt"


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"sources/a.txt": b"x"}, "no project.qde"),
        ({"project.qde": b"<Project"}, "not XML"),
        ({"project.qde": project("", BOMB)}, "document type"),
        ({"project.qde": project("", SECRET)}, "document type"),
        ({"project.qde": b"<Other/>"}, "its root is Other"),
        ({"project.qde": project(SOURCE.format("relative:///etc/passwd", ""))}, "not in the project"),
        ({"project.qde": project(SOURCE.format("internal://../../etc/passwd", ""))}, "no sources/../../etc/passwd"),
        ({"project.qde": project(SOURCE.format(HERE, "")), "sources/a.txt": b"\xff\xfe"}, "not UTF-8"),
        ({"project.qde": project(""), "../evil.txt": b"x"}, "outside the archive"),
        ({"project.qde": project(""), "/etc/evil": b"x"}, "outside the archive"),
        ({"project.qde": project(""), "C:\\evil": b"x"}, "outside the archive"),
        (
            {
                "project.qde": project(SOURCE.format(HERE, '<PlainTextSelection startPosition="0" endPosition="9"/>')),
                "sources/a.txt": b"abc",
            },
            None,
        ),
        (
            {
                "project.qde": project(
                    '<CodeBook><Codes><Code guid="c" name="x"/></Codes></CodeBook>'
                    + SOURCE.format(
                        HERE,
                        '<PlainTextSelection guid="s" startPosition="0" endPosition="9"><Coding>'
                        '<CodeRef targetGUID="c"/></Coding></PlainTextSelection>',
                    )
                ),
                "sources/a.txt": b"abc",
            },
            "0 to 9 is no stretch",
        ),
        (
            {
                "project.qde": project(
                    SOURCE.format(
                        HERE,
                        '<PlainTextSelection guid="s" startPosition="0" endPosition="2"><Coding>'
                        '<CodeRef targetGUID="c"/></Coding></PlainTextSelection>',
                    )
                ),
                "sources/a.txt": b"abc",
            },
            "not in the codebook",
        ),
    ],
)
def test_a_hostile_project_is_refused(tmp_path: Path, parts: dict[str, bytes], message: str | None) -> None:
    path = archived(tmp_path / "a.qdpx", parts)
    if message is None:
        assert refi.read(path).annotations == ()
        return
    with pytest.raises(DiscourseError, match=message) as caught:
        refi.read(path)
    assert "\n" not in str(caught.value)
    assert [p.name for p in tmp_path.iterdir()] == ["a.qdpx"]


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refi_zip, "LARGEST_PART", 1_000_000)
    path = archived(tmp_path / "a.qdpx", {"project.qde": b"\0" * 5_000_000})
    assert path.stat().st_size < 10_000
    with pytest.raises(DiscourseError, match="unpacks to more than"):
        refi.read(path)


def test_a_cut_or_foreign_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.qdpx"
    refi.write(VALUE, path)
    content = path.read_bytes()
    for broken in (content[: len(content) // 2], b"", b"PK\x03\x04 no"):
        path.write_bytes(broken)
        with pytest.raises(DiscourseError, match=r"a\.qdpx"):
            refi.read(path)


@calm
@given(value=coded(times=False, wholes=False, relations=False, notes=False, facts=False))
def test_a_docbin_gives_back_its_spans(tmp_path_factory: pytest.TempPathFactory, value: Coded) -> None:
    path = tmp_path_factory.mktemp("trip") / "a.spacy"
    spacy_format.write(value, path)
    back = spacy_format.read(path)
    assert facts_of(back) == facts_of(value)
    assert back.texts == value.texts


def test_a_docbin_that_is_none_or_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.spacy"
    spacy_format.write(VALUE, path)
    whole = path.read_bytes()
    for content in (b"", b"text", zlib.compress(b"text"), whole[:-9], zlib.compress(b"\x80")):
        path.write_bytes(content)
        with pytest.raises(DiscourseError, match=r"a\.spacy"):
            spacy_format.read(path)
    monkeypatch.setattr(spacy_format, "LARGEST", 1000)
    path.write_bytes(zlib.compress(b"\0" * 5_000_000))
    with pytest.raises(DiscourseError, match="unpacks to more"):
        spacy_format.read(path)


@calm
@given(value=coded(pieces=True))
def test_a_data_set_gives_back_everything(tmp_path_factory: pytest.TempPathFactory, value: Coded) -> None:
    pytest.importorskip("pyarrow")
    path = tmp_path_factory.mktemp("trip") / "set"
    huggingface.write(value, path)
    back = huggingface.read(path)
    assert facts_of(back) == facts_of(value)
    assert back.texts == value.texts


def test_a_damaged_data_set_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    huggingface.write(VALUE, tmp_path / "set")
    file = tmp_path / "set" / "annotations" / "train.parquet"
    content = file.read_bytes()
    for broken in (content[: len(content) // 2], b"", b"PAR1"):
        file.write_bytes(broken)
        with pytest.raises(DiscourseError, match="Parquet"):
            huggingface.read(tmp_path / "set")
    with pytest.raises(DiscourseError, match="no such file"):
        huggingface.read(tmp_path)


WORDS = st.sampled_from(["a", "<&>", "naïve \U0001f600", "two\nlines", '"', "  x "])
NODE = st.fixed_dictionaries({"label": WORDS, "kind": WORDS})
LINE = st.fixed_dictionaries(
    {"sign": st.integers(-1, 1), "weight": st.floats(0, 1e6), "reviewed": st.booleans(), "stance": WORDS}
)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    nodes = {f"n:{i}": draw(NODE) for i in range(draw(st.integers(0, 4)))}
    pairs = (
        draw(st.lists(st.tuples(st.sampled_from(list(nodes)), st.sampled_from(list(nodes))), max_size=5))
        if nodes
        else []
    )
    return Graph(nodes, [Edge(a, b, draw(LINE)) for a, b in pairs], directed=draw(st.booleans()))


@pytest.mark.parametrize("module", [graphml, gexf])
def test_graphs_come_back_with_their_types(module: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("graph") / "a.xml"

    @calm
    @given(graph=graphs())
    def round_trip(graph: Graph) -> None:
        module.write(graph, path)
        back = module.read(path)
        assert (back.nodes, back.edges, back.directed) == (graph.nodes, graph.edges, graph.directed)
        assert (dict(back.node_types), dict(back.edge_types)) == (dict(graph.node_types), dict(graph.edge_types))

    round_trip()


def test_an_attribute_without_a_type_is_refused() -> None:
    with pytest.raises(DiscourseError, match='attribute "size", which has no type'):
        Graph({"a": {"label": "A", "size": 3}}, [])


@pytest.mark.parametrize(("module", "reader"), [(graphml, "read_graphml"), (gexf, "read_gexf")])
def test_networkx_reads_the_positions_of_a_map(module: ModuleType, reader: str, built: Path, tmp_path: Path) -> None:
    networkx = pytest.importorskip("networkx")
    with Map.open(built) as store:
        graph = of_positions(store)
        expected = positions(store)
    module.write(graph, tmp_path / "a.xml")
    back = getattr(networkx, reader)(tmp_path / "a.xml")
    assert set(back.nodes) == set(graph.nodes)
    lines = [data for *_, data in back.edges(data=True)]
    assert sorted((d["stance"], d["favour"], d["against"]) for d in lines) == sorted(
        (p["stance"], p["favour"], p["against"]) for p in expected
    )
    assert all(type(d["sign"]) is int and type(d["weight"]) is float and type(d["reviewed"]) is bool for d in lines)


@pytest.mark.parametrize(
    ("module", "content", "message"),
    [
        (graphml, "<graphml", "not XML"),
        (graphml, f"{BOMB}<graphml/>", "document type"),
        (graphml, "<x/>", "its root is x"),
        (graphml, "<graphml/>", "no graph"),
        (graphml, '<graphml><graph><node id="a"/><node id="a"/></graph></graphml>', "stands twice"),
        (graphml, '<graphml><graph><edge source="a" target="b"/></graph></graphml>', "is no node"),
        (graphml, '<graphml><graph><node id="a"><data key="k">1</data></node></graph></graphml>', "not declared"),
        (graphml, '<graphml><key id="k" attr.type="thing"/><graph/></graphml>', "not known"),
        (
            graphml,
            '<graphml><key id="k" for="node" attr.name="n" attr.type="int"/><graph><node id="a"><data key="k">x</data>'
            "</node></graph></graphml>",
            '"x" is no integer',
        ),
        (gexf, "<gexf/>", "not a gexf"),
        (gexf, f"{SECRET}<gexf/>", "document type"),
        (gexf, '<gexf><graph><nodes><node id="a"/><node id="a"/></nodes></graph></gexf>', "stands twice"),
        (gexf, '<gexf><graph><edges><edge source="a" target="b"/></edges></graph></gexf>', "is no node"),
    ],
)
def test_a_hostile_graph_is_refused(module: ModuleType, content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_text(content, encoding="utf-8")
    with pytest.raises(DiscourseError, match=message) as caught:
        module.read(tmp_path / "a")
    assert "\n" not in str(caught.value)


def test_control_characters_in_a_name_do_not_break_the_xml(tmp_path: Path) -> None:
    graph = Graph({"n\x00": {"label": "a\x08b"}}, [])
    for module in (graphml, gexf):
        module.write(graph, tmp_path / "a")
        assert module.read(tmp_path / "a").nodes == {"n\ufffd": {"label": "a\ufffdb"}}


POINTS = [
    aif.Point(
        "Inspection works.", "favour", "It shows what to change.", (aif.Said("Ann Lee", "It showed us.", "2020-01-02"),)
    ),
    aif.Point(
        "Inspection works.",
        "against",
        "It drives people out.",
        (aif.Said("Bo", "They left."), aif.Said("Cy", "I left.")),
    ),
]


@pytest.mark.parametrize("writer", [aif.write, aif.write_xaif])
def test_an_argument_map_comes_back(writer: Any, tmp_path: Path) -> None:
    writer(POINTS, tmp_path / "a.json")
    assert aif.read(tmp_path / "a.json") == POINTS
    graph = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    nodes = (graph.get("AIF") or graph)["nodes"]
    assert {node["type"] for node in nodes} == {"I", "L", "RA", "CA", "MA", "YA"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[]", "expected an object"),
        ('{"nodes": [{"nodeID": 1}, {"nodeID": 1}], "edges": []}', "stands twice"),
        ('{"nodes": [], "edges": [{"fromID": 1, "toID": 2}]}', "ends at no node"),
        ('{"nodes": {}}', "expected a list"),
        ('{"nodes": [', "not JSON"),
    ],
)
def test_a_hostile_argument_map_is_refused(content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(content, encoding="utf-8")
    with pytest.raises(DiscourseError, match=message):
        aif.read(tmp_path / "a.json")


@pytest.mark.parametrize("name", FORMATS)
def test_a_map_is_written_in_every_format(name: str, built: Path, tmp_path: Path) -> None:
    if name in ("parquet", "huggingface"):
        pytest.importorskip("pyarrow")
    if name == "xlsx":
        pytest.importorskip("openpyxl")
    out = tmp_path / "out"
    with Map.open(built) as store:
        export(store, name, out)
        if FORMATS[name].reads:
            back = read(name, out)
            words = {row["id"]: row["text"] for row in tables.rows(store, "statements")}
            assert any(a.quotation in words.values() for a in back.annotations)
            assert any(a.layer.startswith("stance:") for a in back.annotations)
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_an_unknown_format_names_those_there_are(built: Path, tmp_path: Path) -> None:
    with Map.open(built) as store, pytest.raises(DiscourseError, match=r'no format "word": there are aif, .*xlsx'):
        export(store, "word", tmp_path / "a")
    with pytest.raises(DiscourseError, match="cannot be imported"):
        read("gexf", tmp_path / "a")


def test_every_table_has_exactly_the_documented_columns(built: Path, tmp_path: Path) -> None:
    with Map.open(built) as store:
        tables.write_csv_tables(store, tmp_path / "out")
        for name, columns in dictionary.TABLES.items():
            with (tmp_path / "out" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
                listed = list(csv.DictReader(stream))
            expected = tables.rows(store, name)
            assert len(listed) == len(expected)
            assert all(list(row) == list(columns) for row in [*listed, *expected])
    with (tmp_path / "out" / "data_dictionary.csv").open(encoding="utf-8", newline="") as stream:
        assert list(csv.DictReader(stream)) == dictionary.rows()
    assert "not reviewed" in (tmp_path / "out" / "README.txt").read_text(encoding="utf-8")


def test_parquet_keeps_types_and_meanings(built: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    with Map.open(built) as store:
        tables.write_parquet(store, tmp_path / "out")
        expected = tables.rows(store, "positions")
    table = parquet.read_table(tmp_path / "out" / "positions.parquet")
    assert table.to_pylist() == expected
    meaning = dictionary.TABLES["positions"]["favour"][1]
    assert table.schema.field("favour").metadata[b"meaning"].decode() == meaning


def test_a_workbook_runs_no_formula(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    original = tables.rows
    evil = {"text": "=HYPERLINK(1)", "cue": "a\x00b", "title": "x" * 40_000}
    monkeypatch.setattr(tables, "rows", lambda store, name: [row | evil for row in original(store, name)])
    with Map.open(built) as store:
        tables.write_excel(store, tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == [*dictionary.TABLES, "data_dictionary"]
    sheet = book["statements"]
    header = [cell.value for cell in sheet[1]]
    cell = sheet.cell(2, header.index("text") + 1)
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s")


def test_json_lines_are_the_statements_of_the_contract(built: Path, tmp_path: Path) -> None:
    with Map.open(built) as store:
        tables.write_json_lines(store, tmp_path / "a.jsonl")
        count = len(tables.rows(store, "statements"))
    rows = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(rows) == count
    assert {"id", "document", "start", "end", "text", "speaker", "stances", "argument"} <= set(rows[0])


def test_arguments_of_a_map_are_the_points(built: Path) -> None:
    with Map.open(built) as store:
        points, expected = aif.of_map(store), arguments(store)
    assert [(p.stance, p.key_point, len(p.said)) for p in points] == [
        (a["stance"], a["key_point"], len(a["statements"])) for a in expected
    ]


@calm
@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "a"
    path.write_bytes(content)
    for reading in (refi.read, refi.read_codebook, spacy_format.read, graphml.read, gexf.read, aif.read):
        with suppress(DiscourseError):
            assert reading(path) is not None


def test_every_format_has_its_place_in_the_documentation() -> None:
    page = (Path(__file__).parents[1] / "docs" / "formats.md").read_text(encoding="utf-8")
    assert [name for name in FORMATS if f"`{name}`" not in page] == []
