"""Files and folders into pages."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from discourse.collect.refusal import Refusal
from discourse.records import Page

LARGEST = 40_000_000
"""Bytes; a larger file is refused unread."""

_IGNORED = frozenset({"thumbs.db", "desktop.ini", "readme", "readme.md", "readme.txt", "license", "licence"})
"""Files that speak of a folder rather than belong to what was collected in it."""
_NOT_PAGES = frozenset({".toml", ".db", ".sqlite", ".py", ".css", ".js"})


def read_files(path: Path) -> Iterator[Page | Refusal]:
    """The page of a file, or those of every file below a folder in order of name; hidden files are left out."""
    if not path.is_dir():
        yield _read(path, path.name)
        return
    unreadable: list[OSError] = []
    for folder, folders, names in os.walk(path, onerror=unreadable.append, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for linked in [name for name in folders if Path(folder, name).is_symlink()]:
            folders.remove(linked)
            place = Path(folder, linked)
            yield _refusal(place, _relative(place, path), "a link to a folder, not followed: name it by itself")
        for name in sorted(names):
            if name.startswith(".") or name.casefold() in _IGNORED or Path(name).suffix.casefold() in _NOT_PAGES:
                continue
            file = Path(folder, name)
            yield _read(file, _relative(file, path))
    for error in unreadable:
        place = Path(error.filename)
        yield _refusal(place, _relative(place, path), f"cannot be opened ({error.strerror})")


def _read(file: Path, canonical: str) -> Page | Refusal:
    if not _is_text(str(file)):
        return _refusal(file, canonical, "its name is not UTF-8: give it another")
    try:
        status = file.stat()
        if not file.is_file():
            return _refusal(file, canonical, "not a file: name a file or a folder")
        if status.st_size > LARGEST:
            size = f"{status.st_size / 1e6:.0f} MB"
            return _refusal(file, canonical, f"too large ({size}; the limit is {LARGEST // 1_000_000} MB)")
        content = file.read_bytes()
    except FileNotFoundError:
        return _refusal(file, canonical, "no such file or folder")
    except OSError as error:
        return _refusal(file, canonical, f"cannot be read ({error.strerror or error})")
    captured = datetime.fromtimestamp(status.st_mtime, UTC).isoformat(timespec="seconds")
    return Page(str(file), canonical, content, captured=captured)


def _refusal(file: Path, canonical: str, reason: str) -> Refusal:
    """A refusal that can be printed and kept, whatever bytes the name is made of."""
    return Refusal(_printable(str(file)), _printable(canonical), reason)


def _printable(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _relative(file: Path, folder: Path) -> str:
    return file.relative_to(folder).as_posix()
