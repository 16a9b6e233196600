"""The commands that set stakeholders beside one another, on the sample's map."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.usefixtures("either")


@pytest.fixture
def cli(gold: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    from discourse.cli import app

    def call(*words: str) -> tuple[str, str]:
        app([*words, "--map", str(gold)], standalone_mode=False)
        said = capsys.readouterr()
        return said.out, said.err

    return call


def test_changes_has_the_fields_of_the_contract(cli) -> None:
    rows = json.loads(cli("changes")[0])
    assert len(rows) == 2
    for row in rows:
        assert row.keys() >= {"stakeholder", "topic", "from", "to", "kind"}
        assert row["from"].keys() >= {"stance", "date", "statement"} <= row["to"].keys()
    table, _ = cli("changes", "--format", "md")
    assert "2017-05-18 against: I have looked at every trust" in table


def test_compare_takes_names(cli) -> None:
    rows = json.loads(cli("compare", "Sunita Bhogal", "Pauline Escott")[0])
    assert {row["relation"] for row in rows} <= {"agree", "differ", "partly", "only"}
    assert "no evidence found" in cli("compare", "Sunita Bhogal", "Pauline Escott", "--format", "md")[0]


def test_network_in_json_and_as_ties(cli) -> None:
    whole = json.loads(cli("network")[0])
    assert whole.keys() == {"kind", "since", "until", "nodes", "edges", "coalitions", "polarisation"}
    assert len(whole["coalitions"]) > 1
    assert 0 < whole["polarisation"] <= 1
    out, err = cli("network", "--kind", "affiliation", "--format", "csv")
    assert out.startswith("source,target,weight\n")
    out, err = cli("network", "--format", "csv", "--window", "730")
    assert out.startswith("since,until,source,target,weight\n")
    assert "coalition 1:" in err


def test_search_facets_and_like(cli, use_fakes) -> None:
    rows = json.loads(cli("search", "inspection", "--facets")[0])
    known = {"topic", "stance", "stakeholder", "publisher", "kind", "attribution", "year", "group", "confidence"}
    assert {"topic", "stance", "year", "confidence"} <= {r["facet"] for r in rows} <= known
    found = json.loads(cli("search", "inspection")[0])
    like = json.loads(cli("search", "--like", found[0]["id"])[0])
    assert found[0]["id"] not in {row["id"] for row in like}
    assert [row["score"] for row in like] == sorted((row["score"] for row in like), reverse=True)


def test_no_evidence_is_an_answer(cli) -> None:
    out, err = cli("positions", "--stakeholder", "Sunita Bhogal", "--topic", "statutory-director")
    assert json.loads(out) == []
    assert err.startswith("no evidence found")
