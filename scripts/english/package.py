"""The finished pipeline as a folder of data files with a list of their digests."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

from spacy.language import Language

FORBIDDEN = (".pkl", ".pickle", ".joblib", ".pt")


def save(nlp: Language, folder: Path) -> None:
    """Write the pipeline into the folder, the model card left as it is, and list every file's SHA-256."""
    card = folder / "README.md"
    text = card.read_bytes() if card.exists() else None
    if folder.exists():
        shutil.rmtree(folder)
    nlp.to_disk(folder)
    if text is not None:
        card.write_bytes(text)
    write_digests(folder)


def write_digests(folder: Path) -> None:
    """Write `digests.json`: path within the folder -> SHA-256, for every other file."""
    digests = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix in FORBIDDEN:
            raise ValueError(f"{path}: a model folder holds data only, no pickled objects")
        if path.is_file() and path.name != "digests.json":
            digests[path.relative_to(folder).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    text = json.dumps(digests, indent=1, sort_keys=True) + "\n"
    (folder / "digests.json").write_text(text, encoding="utf-8")


def size(folder: Path) -> int:
    """Give the bytes of all files."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
