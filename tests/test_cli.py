"""Commands with the fakes: formats, exit codes, one line for a mistake."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from discourse.cli import main


@pytest.fixture
def discourse(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """Runs a command in an empty folder; gives exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["discourse", *map(str, words)])
        code: object = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code
        shown = capsys.readouterr()
        return (code if isinstance(code, int) else 0), shown.out, shown.err

    return run


@pytest.mark.usefixtures("use_fakes")
def test_run_then_ask(discourse, pages: Path, tmp_path: Path, codebook) -> None:
    (tmp_path / "codebook.toml").write_text(codebook.source)
    code, out, err = discourse("run", pages, "--map", "m.db")
    assert (code, out) == (0, "")
    assert "2 added" in err
    code, out, err = discourse("run", pages, "--map", "m.db")
    assert "nothing changed in m.db" in err
    code, out, _ = discourse("positions", "--map", "m.db", "--stakeholder", "ann lee", "--format", "json")
    assert [(p["topic"], p["stance"]) for p in json.loads(out)] == [("inspection", "mixed")]
    expected = {
        "stakeholder", "stakeholder_id", "kind", "role", "organisation", "topic", "stance", "confidence", "favour",
        "against", "sources", "first", "last", "statements",
    }  # fmt: skip
    assert expected <= json.loads(out)[0].keys()
    code, out, _ = discourse("statements", "--map", "m.db", "--topic", "inspection", "--format", "jsonl")
    rows = [json.loads(line) for line in out.splitlines()]
    assert len(rows) == 3
    assert rows[0]["document"].keys() == {"id", "source", "title", "url", "published", "publisher", "kind"}
    code, out, _ = discourse("search", "morale", "--map", "m.db", "--format", "csv")
    assert next(csv.DictReader(io.StringIO(out)))["speaker"] == "Ann Lee"


@pytest.mark.usefixtures("use_fakes")
def test_statements_from_paths_are_those_of_the_map(discourse, pages: Path, tmp_path: Path, codebook) -> None:
    (tmp_path / "codebook.toml").write_text(codebook.source)
    discourse("run", pages, "--map", "m.db")
    _, of_map, _ = discourse("statements", "--map", "m.db", "--format", "json")
    _, of_paths, _ = discourse("statements", pages, "--format", "json")
    assert json.loads(of_paths) == [row | {"argument": None} for row in json.loads(of_map)]


def test_extract_prints_documents_with_blocks(discourse, pages: Path) -> None:
    code, out, _ = discourse("extract", pages, "--format", "jsonl")
    first = json.loads(out.splitlines()[0])
    assert code == 0
    assert {
        "id",
        "version",
        "source",
        "title",
        "author",
        "published",
        "publisher",
        "kind",
        "language",
        "text",
        "blocks",
    } <= first.keys()
    assert first["text"] == (pages / "2016-speech.md").read_text()
    assert all(first["text"][b["start"] : b["end"]].strip() for b in first["blocks"])


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["positions", "--map", "none.db"], 1, "no such map"),
        (["extract", "none.txt"], 1, "none.txt: no such file"),
        (["positions", "--since", "May", "--map", "built"], 1, "--since"),
        (["positions", "--stance", "for", "--map", "built"], 1, "none of favour, against"),
        (["positions", "--topic", "inspektion", "--map", "built"], 1, "did you mean inspection"),
        (["positions", "--nonsense"], 2, "nonsense"),
        (["statements"], 2, "either paths or --map"),
        (["statements", "x.txt", "--codebook", "none.toml"], 1, "none.toml"),
        (["score", "none.csv"], 1, "none.csv"),
    ],
)
def test_mistakes(discourse, built: Path, words: list[str], code: int, said: str) -> None:
    words = [str(built) if word == "built" else word for word in words]
    got, out, err = discourse(*words)
    assert (got, out) == (code, "")
    assert said in err
    assert "Traceback" not in err
    if code == 1:
        assert len([line for line in err.splitlines() if line.startswith("discourse: ")]) == 1


def test_score_refuses_what_it_cannot_read(discourse, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("target,words\nx,y\n")
    assert "no column text" in discourse("score", "a.csv")[2]
    (tmp_path / "b.csv").write_text("target,text\nx,y,z\n")
    assert "line 2" in discourse("score", "b.csv")[2]
    (tmp_path / "c.csv").write_bytes(b"\xff\xfe\x00")
    assert "cannot be read" in discourse("score", "c.csv")[2]


def test_help_is_quick_and_imports_no_model() -> None:
    slow = ("spacy", "torch", "onnxruntime", "sklearn", "trafilatura", "pandas", "numpy")
    code = f"import sys, discourse.cli; sys.exit(', '.join(m for m in {slow} if m in sys.modules) or 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
