"""The notebook's tables: documented columns and types, also where there is nothing to show."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import discourse
from discourse import query
from discourse.errors import DiscourseError
from discourse.formats import dictionary
from discourse.notebook import Shown, frame
from discourse.store import Map as Store

TYPES = {"text": "string", "integer": "Int64", "number": "Float64", "boolean": "boolean"}


@pytest.mark.parametrize(
    "table", ["positions", "statements", "stances", "codings", "documents", "stakeholders", "topics", "arguments"]
)
def test_every_table_has_the_documented_columns_and_types(built: Path, table: str) -> None:
    with discourse.Map(built) as opened:
        made = getattr(opened, table)()
    columns = dictionary.TABLES[table]
    assert list(made.columns) == list(columns)
    for name, (kind, _) in columns.items():
        assert str(made[name].dtype) == TYPES.get(kind, "object")
        assert str(frame(table, [])[name].dtype) == str(made[name].dtype)


def test_positions_are_those_of_the_map(built: Path) -> None:
    with Store.open(built) as store:
        expected = query.positions(store)
    with discourse.Map(built) as opened:
        made = opened.positions()
        assert made["stakeholder"].tolist() == [row["stakeholder"] for row in expected]
        assert made["statements"].tolist() == [row["statements"] for row in expected]
        assert set(opened.positions("Ann Lee", since="2020").stakeholder) == {"Ann Lee"}
        assert opened.positions(until="1900").empty
        assert (opened.statements(topic="inspection", stance="against").text == "Inspection is bad for morale.").all()


@pytest.mark.usefixtures("use_fakes")
def test_a_search_gives_statements_with_scores(built: Path) -> None:
    with discourse.Map(built) as opened:
        found = opened.search("inspection morale", limit=2)
    assert list(found.columns) == [*dictionary.TABLES["statements"], "score"]
    assert "morale" in found.text.iloc[0]
    assert found.score.is_monotonic_decreasing


def test_a_statement_lies_in_its_text(built: Path) -> None:
    with discourse.Map(built) as opened:
        for row in opened.statements().itertuples():
            assert opened.text(row.document)[row.start : row.end] == row.text
        with pytest.raises(DiscourseError, match="no document"):
            opened.text("nothing")


@pytest.mark.parametrize("asked", [{"stakeholder": "Nobody"}, {"topic": "weather"}, {"stance": "for"}])
def test_a_question_the_map_cannot_answer_is_refused(built: Path, asked: dict[str, str]) -> None:
    with discourse.Map(built) as opened, pytest.raises(DiscourseError):
        opened.positions(**asked)


def test_it_shows_what_it_holds_and_that_nobody_reviewed_it(built: Path) -> None:
    with discourse.Map(built) as opened:
        assert "2 documents" in repr(opened)
        assert "not reviewed" in opened._repr_html_()
        assert set(opened.columns("positions").column) == set(dictionary.TABLES["positions"])
        assert {a.coder for a in opened.annotations()} == {"machine"}


def test_importing_the_package_stays_light() -> None:
    code = (
        "import sys, discourse; print(sorted({'pandas', 'numpy', 'spacy'} & set(sys.modules)), 'Map' in dir(discourse))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("[]")
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        discourse.nothing  # noqa: B018


def test_a_statement_is_shown_in_its_place(built: Path) -> None:
    with discourse.Map(built) as opened:
        row = opened.statements(topic="inspection").iloc[0]
        shown = opened.show(row.id)
        assert (shown.statement, shown.speaker) == (row.text, row.speaker)
        assert f"<mark>{row.text}</mark>" in shown._repr_html_()
        assert row.text in repr(shown)
        assert shown.before + shown.statement + shown.after in opened.text(row.document)
        with pytest.raises(DiscourseError, match="no statement"):
            opened.show("nothing")


def test_what_is_shown_runs_nothing() -> None:
    evil = "<script>alert(1)</script>"
    row = {"start": 0, "end": 8, "speaker": evil, "title": evil, "published": None, "url": "javascript:alert(1)"}
    made = Shown(evil, row, (evil,))._repr_html_()
    assert "<script>" not in made
    assert "href" not in made
    assert "href" in Shown(evil, row | {"url": "https://example.org/"}, ())._repr_html_()


def test_a_grid_is_the_positions(built: Path) -> None:
    with discourse.Map(built) as opened:
        grid, positions = opened.grid(), opened.positions()
    assert set(grid.columns) == set(positions.topic)
    for row in positions.itertuples():
        assert grid.loc[row.stakeholder, row.topic] == row.stance
    assert (grid != "").to_numpy().sum() == len(positions)


NOTEBOOK = Path(__file__).parents[1] / "docs" / "notebook.ipynb"


@pytest.mark.usefixtures("use_fakes")
def test_the_notebook_in_the_documentation_runs(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its cells in their order, with what a notebook would display at the end of each."""
    (tmp_path / "discourse.db").write_bytes(built.read_bytes())
    monkeypatch.chdir(tmp_path)
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    names: dict[str, Any] = {}
    displayed = 0
    for cell in cells:
        if cell["cell_type"] != "code":
            continue
        assert cell["outputs"] == [], "outputs go stale: save it without them"
        tree = ast.parse("".join(cell["source"]))
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "cell", "exec"), names)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
            if value is not None:
                assert value._repr_html_(), "".join(cell["source"])
                displayed += 1
    assert displayed >= 8
