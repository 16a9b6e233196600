"""What the exchange formats share: errors, guarded reading, writing whole or not at all, offsets, flat labels."""

from __future__ import annotations

import json
import os
import shutil
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from discourse.annotations import Annotation, Coded, Text, checked, mark
from discourse.errors import DiscourseError

UNREVIEWED = "coded by machine, not reviewed"
LARGEST = 200_000_000
"""The largest file that is read, in bytes."""
PLAIN_LAYER = "label"
"""The layer of labels from formats that have no layers."""


class FormatError(DiscourseError):
    """A file of an exchange format cannot be read or written; the message names the place and what would do."""


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """A file beside `path` to write into, which takes its place only once everything is written."""
    if not path.parent.is_dir():
        raise FormatError(f"{path}: there is no folder {path.parent}: make it first")
    if path.is_dir():
        raise FormatError(f"{path}: is a folder: name a file")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        part.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def writing_folder(path: Path) -> Iterator[Path]:
    """A folder beside `path` to write into, which takes its place once everything is written."""
    if not path.parent.is_dir():
        raise FormatError(f"{path}: there is no folder {path.parent}: make it first")
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise FormatError(f"{path}: exists already: name a new folder, or an empty one")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir()
        yield part
        if path.is_dir():
            path.rmdir()
        part.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _unwritable(path: Path, error: OSError) -> FormatError:
    return FormatError(f"{path}: cannot be written ({error.strerror or error}): free the disk or name another")


def read_bytes(path: Path) -> bytes:
    """The bytes of a file of bearable size."""
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise FormatError(f"{path}: {size} bytes, more than the {LARGEST} that are read: split it")
        return path.read_bytes()
    except OSError as error:
        raise FormatError(f"{path}: cannot be read ({error.strerror})") from None


def read_text(path: Path) -> str:
    """The text of a UTF-8 file, line ends as they are."""
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(f"{path}: not UTF-8 (at byte {error.start}): save the file as UTF-8") from None


def parse_json(source: str | bytes, place: str) -> Any:
    """What a JSON text states."""
    try:
        return json.loads(source)
    except UnicodeDecodeError:
        raise FormatError(f"{place}: not UTF-8: save the file as UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{place}: not JSON ({error}): is the file whole?") from None


def json_lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of a JSON Lines file, each with its place."""
    # Only "\n" ends a line: str.splitlines would break at the U+2028 that JSON allows inside a string.
    for number, line in enumerate(read_text(path).split("\n"), 1):
        if line.strip():
            place = f"{path}, line {number}"
            yield place, an_object(parse_json(line, place), place)


def an_object(value: object, place: str) -> dict[str, Any]:
    """The value itself if it is a JSON object."""
    if not isinstance(value, dict):
        raise FormatError(f"{place}: expected an object, found {_kind(value)}")
    return value


def a_list(value: object, place: str) -> list[Any]:
    """The value itself if it is a JSON list."""
    if not isinstance(value, list):
        raise FormatError(f"{place}: expected a list, found {_kind(value)}")
    return value


def a_string(value: object, place: str) -> str:
    """The value itself if it is a string without lone surrogates."""
    if not isinstance(value, str):
        raise FormatError(f"{place}: expected text, found {_kind(value)}")
    if any("\ud800" <= c <= "\udfff" for c in value) if not value.isascii() else False:
        raise FormatError(f"{place}: half of a surrogate pair in the text: the file was damaged on its way")
    return value


def text_or_none(value: object, place: str) -> str | None:
    """The value itself if it is a string or nothing."""
    return None if value is None else a_string(value, place)


def an_offset(value: object, place: str) -> int:
    """The value itself if it is a whole number from 0."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise FormatError(f"{place}: expected an offset, found {value!r:.40}")
    return value


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "nothing"}
    return names.get(type(value), "a number")


def joined(layer: str, label: str) -> str:
    """Layer and label as one string, for formats that have labels alone: "layer=label"."""
    return label if layer == PLAIN_LAYER and "=" not in label else f"{layer}={label}"


def split(flat: str) -> tuple[str, str]:
    """Layer and label of a string made by `joined`, or of a foreign label."""
    layer, equals, label = flat.partition("=")
    if equals and label and layer.strip() == layer and layer.isprintable() and layer:
        return layer, label
    return PLAIN_LAYER, flat


def span(text: Text, start: int, end: int, layer: str, label: str, coder: str, place: str, **more: Any) -> Annotation:
    """An annotation of a stretch that lies inside the text; FormatError where it does not, or has no label."""
    if not 0 <= start < end <= len(text.text):
        raise FormatError(
            f"{place}: {start} to {end} is no stretch of a text of {len(text.text)} characters: "
            "was the text changed after it was annotated?"
        )
    if not label:
        raise FormatError(f"{place}: a label is empty")
    return checked(mark(text, start, end, layer, label, coder, **more), place)


def by_document(coded: Coded) -> Iterator[tuple[Text, list[Annotation]]]:
    """Each text with its annotations, in their order; FormatError for an annotation of no text."""
    groups: dict[str, list[Annotation]] = {text.id: [] for text in coded.texts}
    for annotation in coded.annotations:
        if annotation.document not in groups:
            raise FormatError(f"annotation {annotation.id}: no text of document {annotation.document} to write it with")
        groups[annotation.document].append(annotation)
    for text in coded.texts:
        yield text, groups[text.id]


def by_coder(annotations: Iterable[Annotation]) -> dict[str, list[Annotation]]:
    """Annotations by who made them."""
    groups: dict[str, list[Annotation]] = {}
    for annotation in annotations:
        groups.setdefault(annotation.coder, []).append(annotation)
    return groups


def collect(texts: Sequence[Text], annotations: Sequence[Annotation], place: str) -> Coded:
    """Texts and annotations as one, once each annotation is sound and no id stands twice."""
    for annotation in annotations:
        checked(annotation, place)
    for name, ids in (("document", [t.id for t in texts]), ("annotation", [a.id for a in annotations])):
        if len(set(ids)) < len(ids):
            seen: set[str] = set()
            twice = next(i for i in ids if i in seen or seen.add(i))  # type: ignore[func-returns-value]
            raise FormatError(f'{place}: {name} "{twice}" stands twice: every id once')
    return Coded(tuple(texts), tuple(annotations))


@dataclass(frozen=True, slots=True)
class Utf16:
    """Offsets of one text in code points and in UTF-16 units, as Java, JavaScript and DNA count."""

    text: str
    wide: tuple[int, ...]
    """Where the characters outside the basic plane stand, in code points."""
    _units: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Utf16:
        wide = () if text.isascii() else tuple(i for i, c in enumerate(text) if c > "\uffff")
        return cls(text, wide, tuple(place + n for n, place in enumerate(wide)))

    def units(self, point: int) -> int:
        """The offset in UTF-16 units of an offset in code points."""
        return point + bisect_left(self.wide, point)

    def point(self, units: int, place: str) -> int:
        """The offset in code points of an offset in UTF-16 units; FormatError inside a character."""
        before = bisect_left(self._units, units)
        point = units - before
        if self.units(point) != units:
            raise FormatError(f"{place}: offset {units} lies inside a character (a surrogate pair)")
        return point
