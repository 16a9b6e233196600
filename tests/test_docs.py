"""The commands in the README and the docs work, in order, and the output that the README shows is the real one."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from discourse.cli import main

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_BLOCK = re.compile(r"^```console\n(.*?)^```", re.M | re.S)
CODED = (("helps", "favour"), ("harms", "against"), ("describes", "none"))
_ELSEWHERE = ("make ", "python3 -m venv", ".venv/bin/", "python scripts/")
"""Commands of other tools: that what they name exists is checked, and `make test` and `make demo` run them."""
_STAND_IN = "python scripts/stand_in_coder.py "
"""The one script that is run: it does the part of a person."""


def blocks(page: Path) -> list[tuple[str, str]]:
    """Commands with the output shown after each."""
    found = []
    for block in _BLOCK.findall(page.read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, output = part.partition("\n")
            found.append((command.strip(), output))
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like a checkout after `make demo`."""
    place = tmp_path_factory.mktemp("docs")
    for name in ("corpus", "annotations", "scripts", "codebook.toml"):
        (place / name).symlink_to(ROOT / name)
    (place / "demo").mkdir()
    (place / "pairs.csv").write_text("target,text\nfunding,There is simply not enough money for children's services.\n")
    coded = [f"Topic {n % 4},It {word} number {n}.,{side}" for n in range(12) for word, side in CODED]
    (place / "coded.csv").write_text("target,text,stance\n" + "\n".join(coded) + "\n")
    return place


@pytest.mark.models
@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_commands(
    page: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for command, shown in blocks(page):
        if command == "make demo":
            monkeypatch.chdir(folder / "demo")
            run("discourse demo", capsys)
            monkeypatch.chdir(folder)
        elif command.startswith("make "):
            assert re.search(rf"^{command.split()[1]}:", makefile, re.M), command
        elif command.startswith(_STAND_IN):
            subprocess.run([sys.executable, *shlex.split(command)[1:]], check=True, capture_output=True)
        elif command.startswith("python scripts/"):
            assert (ROOT / command.split()[1]).is_file(), command
        elif not command.startswith(_ELSEWHERE):
            output = run(command, capsys)
            if shown.strip():
                assert output.strip() == shown.strip(), command


def run(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    words = shlex.split(command)
    assert words[0] == "discourse", command
    sys.argv = words
    capsys.readouterr()
    code: object = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code
    shown = capsys.readouterr()
    assert not code, f"{command}: {shown.err}"
    return shown.out


@pytest.mark.parametrize("page", [*PAGES, ROOT / "annotations" / "README.md"], ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    if not page.is_file():
        pytest.skip(f"no {page.name} yet")
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
