"""The rules of the house: imports go one way, modules stay small, the library neither prints nor exits."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "discourse"
MODULES = sorted(SOURCE.rglob("*.py"))
STAGES = {"extract", "attribute", "stance", "embed", "cluster"}
LONGEST_MODULE = 330
LONGEST_FUNCTION = 60


def room(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{name.name}" for name in node.names}
    return found


def rooms_imported(path: Path) -> set[str]:
    return {name.split(".")[1] for name in imports(path) if name.startswith("discourse.")}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_module(path: Path) -> None:
    here, used, outside = room(path), rooms_imported(path), {name.split(".")[0] for name in imports(path)}
    if here == "records":
        assert not used
    if here in STAGES:
        assert not used & ({"store", "cli", "pipeline", "query"} | STAGES - {here} - _allowed(here))
    if here in ("store", "query"):
        assert not used & (STAGES - {"embed"} | {"pipeline", "cli", "nlp"})
    if here != "cli":
        assert "typer" not in outside
        assert "cli" not in used
    if here not in ("nlp", "formats"):
        assert "spacy" not in outside
    if here != "store":
        assert "sqlite3" not in outside or here in ("formats", "evaluate")
    assert not outside & {"pickle", "joblib", "dill", "marshal", "shelve"}
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


def _allowed(stage: str) -> set[str]:
    """The stance stage gates by similarity, so it knows what an embedder is."""
    return {"embed"} if stage == "stance" else set()


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_functions(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno < LONGEST_FUNCTION, node.name
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and room(path) != "cli":
            assert node.func.id not in ("print", "exit", "eval", "exec"), f"line {node.lineno}"
