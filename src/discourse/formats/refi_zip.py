"""Zip archives from outside, read without trusting what they say of their size or where their parts belong."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from types import TracebackType
from typing import Self

from discourse.formats.base import FormatError

MOST_PARTS = 20_000
LARGEST_PART = 200_000_000
LARGEST_WHOLE = 1_000_000_000


class Archive:
    """An open archive; each part is read up to a limit, never unpacked to disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.left = LARGEST_WHOLE
        try:
            self.zip = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise FormatError(f"{path}: not a zip archive, or a damaged one ({error})") from None
        names = self.zip.namelist()
        if len(names) > MOST_PARTS:
            raise FormatError(f"{path}: {len(names)} parts, more than the {MOST_PARTS} that are read")
        for name in names:
            if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name:
                raise FormatError(f'{path}: part "{name:.80}" would lie outside the archive')
        if len(set(names)) < len(names):
            raise FormatError(f"{path}: two parts of the same name")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.zip.close()

    def read(self, name: str) -> bytes:
        """The bytes of a part; FormatError where it is missing, damaged, encrypted or too large."""
        try:
            with self.zip.open(name) as stream:
                content = stream.read(min(LARGEST_PART, self.left) + 1)
        except KeyError:
            raise FormatError(f"{self.path}: no {name} in it") from None
        except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, NotImplementedError) as error:
            raise FormatError(f"{self.path}, {name}: cannot be unpacked ({error})") from None
        if len(content) > min(LARGEST_PART, self.left):
            raise FormatError(f"{self.path}, {name}: unpacks to more than {LARGEST_PART} bytes: not read")
        self.left -= len(content)
        return content

    def text(self, name: str) -> str:
        """The text of a part in UTF-8."""
        try:
            return self.read(name).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise FormatError(f"{self.path}, {name}: not UTF-8 (at byte {error.start})") from None
