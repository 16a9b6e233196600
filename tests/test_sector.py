"""A sector of one's own: the files to begin with, doubts about a codebook, topics that it lacks."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from discourse.codebook import load_codebook, parse_codebook
from discourse.errors import DiscourseError
from discourse.sector import as_toml, doubts, init, suggest
from discourse.store import Map

TOPIC = '[[topic]]\nid = "{id}"\nname = "{id}"\nproposition = "{proposition}"\n'


def topics(*propositions: str) -> str:
    return "\n".join(TOPIC.format(id=f"t{i}", proposition=p) for i, p in enumerate(propositions))


@pytest.mark.parametrize("name", ["Housing", 'Housing in "Wales"\\', "Órgãos & ölçü 7", "{id}"])
def test_the_files_to_begin_with_are_valid_and_name_the_sector(name: str, tmp_path: Path) -> None:
    paths = init(name, tmp_path)
    assert sorted(path.name for path in paths) == ["README.md", "codebook.toml", "sources.toml"]
    folder = paths[0].parent
    assert len(load_codebook(folder / "codebook.toml").topics) == 1
    assert tomllib.loads((folder / "sources.toml").read_text(encoding="utf-8")) == {}
    with pytest.raises(DiscourseError, match="exists already"):
        init(name, tmp_path)


def test_what_is_commented_out_in_the_codebook_is_valid_too(tmp_path: Path) -> None:
    path = next(p for p in init("Housing", tmp_path) if p.name == "codebook.toml")
    lines = path.read_text(encoding="utf-8").splitlines()
    start = lines.index("[sector]")
    live = [
        line.removeprefix("# ") if line.startswith(("# [", "# ")) and ("=" in line or "[[" in line) else line
        for line in lines[start:]
    ]
    codebook = parse_codebook("\n".join(line for line in live if not line.startswith("#")))
    assert [s.id for s in codebook.stakeholders] == ["tenants-union", "ada-example"]
    assert codebook.topics[0].examples_favour


def test_a_name_without_letters_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DiscourseError, match="has no letter"):
        init("../..", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (topics("Should rents be limited by law?"), "is a question"),
        (topics("Limit rents"), "2 words long"),
        (topics("Rents should not be limited by law."), "denies something"),
        (topics("Rents should be limited by law.", "By law rents should be limited."), "t0 and t1 say much the same"),
        (topics("Rents should be limited by law.") + 'examples_favour = ["Cap rents now."]\n', "one side only"),
        (
            topics("Rents should be limited by law.")
            + '[[stakeholder]]\nid = "a"\nname = "Union"\n[[stakeholder]]\nid = "b"\nname = "B"\naliases = ["union"]\n',
            '"union" is a name of a and b',
        ),
        (topics("Rents should be limited by law.", "Schools need many more teachers."), None),
    ],
)  # fmt: skip
def test_doubts_about_a_codebook(source: str, said: str | None, embedder) -> None:
    found = doubts(parse_codebook(source), embedder)
    if said is None:
        assert found == []
    else:
        assert any(said in line for line in found), found


def test_topics_that_share_their_statements_are_told(tmp_path: Path, embedder) -> None:
    from tests.test_store import page, ready, write

    with ready(tmp_path / "m.db") as store:
        write.write_page(store, page(1))
        store.connection.execute("INSERT INTO stance SELECT statement_id, 'grades', stance, confidence FROM stance")
        store.connection.execute("DELETE FROM shown")
        store.connection.execute("INSERT INTO shown SELECT * FROM showable")
        assert any(
            "grades and inspection share 100%" in line
            for line in doubts(parse_codebook(topics("Rents are far too high.")), embedder, store)
        )


def test_suggestions_are_groups_that_no_topic_covers(pages: Path, stages, tmp_path: Path, embedder) -> None:
    from discourse.collect import gather
    from discourse.pipeline import run

    for i in range(4):
        (pages / f"p{i}.md").write_text(f"Cy Fox {'ABCD'[i]}: Buses must run at night in every town number {i}.\n")
    with Map.create(tmp_path / "m.db") as store:
        run(gather([str(pages)]), store, stages)
        found = suggest(store, embedder)
    assert len(found) == 1
    assert "buses" in " ".join(found[0]["terms"]) or "night" in " ".join(found[0]["terms"])
    assert (found[0]["documents"], len(found[0]["statements"])) == (4, 4)
    assert found[0]["proposition"].startswith("Buses must run")
    block = "\n".join(line.removeprefix("# ") for line in as_toml(found).splitlines()[1:])
    assert parse_codebook(block).topics[0].proposition == found[0]["proposition"]


def test_the_commands(tmp_path: Path, built: Path, use_fakes, monkeypatch, capsys: pytest.CaptureFixture[str]) -> None:
    from discourse.cli import app

    monkeypatch.chdir(tmp_path)
    app(["init", "Housing"], standalone_mode=False)
    assert "housing/codebook.toml" in capsys.readouterr().out
    app(["codebook", "check", "housing/codebook.toml", "--map", str(built)], standalone_mode=False)
    assert "valid: 1 topics" in capsys.readouterr().err
    app(["codebook", "suggest", "--map", str(built)], standalone_mode=False)
    assert json.loads(capsys.readouterr().out) == []
