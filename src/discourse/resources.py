"""Where the data files are: the copy inside an installed package, else the checkout's."""

from __future__ import annotations

import json
from pathlib import Path

from discourse.errors import ModelError
from discourse.records import digest

_PACKAGED = Path(__file__).parent / "_data"
_CHECKOUT = Path(__file__).parents[2]


def path(name: str) -> Path:
    """The place of a data file or folder such as "codebook.toml", "corpus/sample" or "models/embedding"."""
    for root in (_PACKAGED, _CHECKOUT):
        if (root / name).exists():
            return root / name
    raise ModelError(f"{name} is missing from this installation: install sector-discourse again")


def checked(folder: Path) -> Path:
    """The model folder itself, once every file named in its digests.json is there and unaltered."""
    listing = folder / "digests.json"
    if not listing.is_file():
        raise ModelError(f"{folder}: no digests.json, so the model cannot be trusted: train or install it again")
    try:
        expected: dict[str, str] = json.loads(listing.read_text(encoding="utf-8"))
        names = sorted(expected.items())
    except (ValueError, AttributeError) as error:
        raise ModelError(f"{listing}: not a JSON object of file names and SHA-256 digests ({error})") from None
    for name, wanted in names:
        file = folder / name
        if not file.resolve().is_relative_to(folder.resolve()) or not file.is_file():
            raise ModelError(f"{folder}: {name} is missing: train or install the model again")
        if digest(file.read_bytes()) != wanted:
            raise ModelError(f"{folder}: {name} has been altered (its digest differs): install the model again")
    return folder


def fingerprint(folder: Path) -> str:
    """A short digest of a model folder's listing: changes whenever any of its files does."""
    return digest((folder / "digests.json").read_bytes())[:12]
