"""The commands that bring codings in and out, as a person would run them one after another."""

from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from discourse.cli import app, exchange
from discourse.codebook import load_codebook
from discourse.errors import DiscourseError
from discourse.formats.standoff import read_annotations

assert exchange


def run(*arguments: Any) -> Any:
    result = CliRunner().invoke(app, [str(a) for a in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def rows(*arguments: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run(*arguments, "--format", "json").stdout)
    return found


def fails(message: str, *arguments: Any) -> None:
    with pytest.raises(DiscourseError, match=message):
        CliRunner().invoke(app, [str(a) for a in arguments], catch_exceptions=False)


@pytest.mark.parametrize("name", ["doccano", "label-studio", "brat", "dna", "web-annotation"])
def test_out_and_back_in(built: Path, tmp_path: Path, name: str) -> None:
    run("export", tmp_path / "out", "--to", name, "--map", built)
    told = run("annotations", "import", tmp_path / "out", tmp_path / "back.jsonl", "--from", name, "--map", built)
    assert "; 0 lost" in told.stderr
    back = read_annotations(tmp_path / "back.jsonl")
    assert {a.label for a in back if a.layer == "stance:inspection"} == {"favour", "against"}


def test_what_is_lost_is_told(built: Path, tmp_path: Path) -> None:
    run("export", tmp_path / "out.jsonl", "--to", "doccano", "--map", built)
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    for line in lines:
        line["text"] = line["text"].replace("Inspection is bad", "Inspection is sad")
    (tmp_path / "out.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    told = run(
        "annotations", "import", tmp_path / "out.jsonl", tmp_path / "b.jsonl", "--from", "doccano", "--map", built
    )
    assert "lost: " in told.stderr
    assert "no longer stands" in told.stderr


def test_people_and_machine_are_compared_and_settled(built: Path, tmp_path: Path) -> None:
    run("export", tmp_path / "machine.jsonl", "--to", "annotations", "--map", built)
    run(
        "annotations", "import", tmp_path / "machine.jsonl", tmp_path / "ann.jsonl", "--from", "annotations",
        "--coder", "ann",
    )  # fmt: skip
    people = tmp_path / "ann.jsonl"
    people.write_text(people.read_text(encoding="utf-8").replace('"label": "against"', '"label": "favour"'))
    found = rows("annotations", "agreement", people, "--map", built, "--machine")
    assert {row["coders"] for row in found} == {"ann × machine"}
    stance = next(row for row in found if row["layer"] == "stance:inspection")
    assert 0 < stance["agreed"] < 1
    spans = rows("annotations", "agreement", people, "--map", built, "--machine", "--spans")
    assert next(row for row in spans if row["layer"] == "statement")["f1_exact"] == 1
    cases = rows("annotations", "agreement", people, "--map", built, "--machine", "--disagreements")
    assert cases
    case = cases[0]
    run(
        "annotations", "adjudicate", people, tmp_path / "machine.jsonl", "--document", case["document"], "--start",
        case["start"], "--end", case["end"], "--layer", case["layer"], "--label", "against", "--by", "bo",
        "--gold", tmp_path / "gold.jsonl",
    )  # fmt: skip
    gold = read_annotations(tmp_path / "gold.jsonl")
    assert [(a.coder, a.label, a.attribute("decided_by")) for a in gold] == [("gold", "against", "bo")]
    fails("name it with --map", "annotations", "agreement", people, "--spans")


def test_an_audit_from_drawing_to_score(built: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "audit.csv"
    run("annotations", "audit", sheet, "--map", built, "--sample", 9, "--stratify", "topic,confidence")
    fails("exists already", "annotations", "audit", sheet, "--map", built)
    fails("no answers yet", "annotations", "audit", sheet, "--map", built, "--score")
    with sheet.open(encoding="utf-8", newline="") as stream:
        listed = list(csv.DictReader(stream))
    with sheet.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, listed[0])
        writer.writeheader()
        writer.writerows(row | {"answer": "none"} for row in listed)
    out = tmp_path / "answers.jsonl"
    scored = rows("annotations", "audit", sheet, "--map", built, "--score", "--out", out, "--coder", "bo")
    assert [row["class"] for row in scored] == ["favour", "against", "none"]
    assert scored[0]["cases"] == 9
    assert scored[0]["precision"] in (0, None)
    assert {a.label for a in read_annotations(out)} == {"none"}
    left = rows("annotations", "queue", "--map", built, "--judged", out)
    assert len(left) < len(rows("annotations", "queue", "--map", built))


def test_a_codebook_comes_with_the_codings(built: Path, tmp_path: Path) -> None:
    run("export", tmp_path / "a.dna", "--to", "dna", "--map", built)
    run(
        "annotations", "import", tmp_path / "a.dna", tmp_path / "a.jsonl", "--from", "dna", "--codebook-out",
        tmp_path / "codebook.toml",
    )  # fmt: skip
    assert 'id = "inspection"' in (tmp_path / "codebook.toml").read_text(encoding="utf-8")
    run("export", tmp_path / "brat", "--to", "brat", "--map", built)
    fails("holds no codebook", "annotations", "import", tmp_path / "brat", tmp_path / "b", "--from", "brat",
          "--codebook-out", tmp_path / "c")  # fmt: skip


def test_a_codebook_alone_becomes_ours(built: Path, tmp_path: Path) -> None:
    run("export", tmp_path / "a.qdc", "--to", "qdc", "--map", built)
    run("annotations", "import", tmp_path / "a.qdc", tmp_path / "codebook.toml", "--from", "qdc")
    found = load_codebook(tmp_path / "codebook.toml").topics
    assert [topic.proposition for topic in found] == ["Inspection drives improvement.", "Services are under-funded."]


def test_a_damaged_file_gives_no_codebook_either(built: Path, tmp_path: Path) -> None:
    run("export", tmp_path / "a.dna", "--to", "dna", "--map", built)
    connection = sqlite3.connect(tmp_path / "a.dna")
    connection.executescript("UPDATE STATEMENTS SET Stop = 99999")
    connection.close()
    outputs = (tmp_path / "out", "--from", "dna", "--codebook-out", tmp_path / "book.toml")
    fails("no stretch", "annotations", "import", tmp_path / "a.dna", *outputs)
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "book.toml").exists()


def test_a_file_that_is_wrong_leaves_nothing_behind(built: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"text": "abc", "label": [[0, 9, "x"]]}\n')
    fails("line 1: 0 to 9", "annotations", "import", tmp_path / "bad.jsonl", tmp_path / "out", "--from", "doccano")
    assert not (tmp_path / "out").exists()
