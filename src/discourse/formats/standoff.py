"""The project's own format: stand-off annotations as JSON Lines, one annotation a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from discourse.annotations import Annotation, Coded, checked, identified
from discourse.formats.base import FormatError, writing

VERSION = 1
"""The version of the format; every line names it."""

_LONGEST_LINE = 4_000_000


def write(coded: Coded, path: Path) -> None:
    """Writes the annotations; the texts are named by id and digest, not held."""
    write_annotations(coded.annotations, path)


def read(path: Path) -> Coded:
    """The annotations of a file, without texts."""
    return Coded((), tuple(read_annotations(path)))


def as_json(annotation: Annotation) -> dict[str, Any]:
    """The object of one line of the format; what is empty is left out."""
    line: dict[str, Any] = {"version": VERSION, "id": annotation.id}
    for name in _NAMES:
        value = getattr(annotation, name)
        if name in _REQUIRED or value not in (None, "", ()):
            line[name] = value
    if annotation.pieces:
        line["pieces"] = [list(piece) for piece in annotation.pieces]
    if annotation.attributes:
        line["attributes"] = dict(annotation.attributes)
    return line


def write_annotations(annotations: Iterable[Annotation], path: Path) -> int:
    """Writes annotations as JSON Lines, whole or not at all; gives how many."""
    count = 0
    with writing(path) as part, part.open("w", encoding="utf-8", newline="\n") as stream:
        for annotation in annotations:
            stream.write(json.dumps(as_json(annotation), ensure_ascii=True, allow_nan=False) + "\n")
            count += 1
    return count


def read_annotations(path: Path) -> list[Annotation]:
    """The annotations of a JSON Lines file; an FormatError names the first line that is not one."""
    found: list[Annotation] = []
    seen: dict[str, int] = {}
    for number, line in _lines(path):
        annotation = from_json(line, f"{path}, line {number}")
        if annotation.id in seen:
            raise FormatError(
                f'{path}, line {number}: id "{annotation.id}" stands on line {seen[annotation.id]} already: '
                "every id once; leave ids out to have them made"
            )
        seen[annotation.id] = number
        found.append(annotation)
    return found


def from_json(line: object, place: str) -> Annotation:
    """The annotation that a JSON object states; `place` begins every message about it."""
    if not isinstance(line, dict):
        raise FormatError(f"{place}: not a JSON object: one annotation a line, as docs/formats.md shows")
    if line.get("version") != VERSION:
        raise FormatError(f"{place}: version is {line.get('version')!r}, and this reads {VERSION} only")
    values: dict[str, Any] = {key: value for key, value in line.items() if key != "version"}
    unknown = sorted(values.keys() - _ALL)
    if unknown:
        raise FormatError(f'{place}: no field "{unknown[0]}": put further facts under "attributes"')
    for name, kinds in _KINDS.items():
        if name in values and (not isinstance(values[name], kinds) or isinstance(values[name], bool)):
            raise FormatError(f'{place}: "{name}" is {values[name]!r:.40}, which is of the wrong type')
    missing = [name for name in _REQUIRED if not values.get(name)]
    if missing:
        raise FormatError(f'{place}: "{missing[0]}" is missing or empty')
    attributes = values.get("attributes", {})
    if any(not isinstance(value, (str, int, float, bool, type(None))) for value in attributes.values()):
        raise FormatError(f"{place}: an attribute must be text, a number, true, false or null")
    values["attributes"] = tuple(sorted(attributes.items()))
    pieces = values.get("pieces", [])
    if any(not isinstance(p, list) or len(p) != 2 or not all(type(x) is int for x in p) for p in pieces):
        raise FormatError(f'{place}: "pieces" must be pairs of offsets, such as [[0, 4], [9, 12]]')
    values["pieces"] = tuple((p[0], p[1]) for p in pieces)
    annotation = Annotation(**values)
    return identified(checked(annotation, place))


def _lines(path: Path) -> Iterator[tuple[int, object]]:
    try:
        with path.open("rb") as stream:
            number = 0
            while raw := stream.readline(_LONGEST_LINE + 1):
                number += 1
                if len(raw) > _LONGEST_LINE:
                    raise FormatError(f"{path}, line {number}: longer than {_LONGEST_LINE} bytes")
                if raw.strip():
                    yield number, _parsed(raw, number, path)
    except OSError as error:
        raise FormatError(f"{path}: cannot be read ({error.strerror})") from None


def _parsed(raw: bytes, number: int, path: Path) -> object:
    try:
        return json.loads(raw.decode("utf-8-sig" if number == 1 else "utf-8"), parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise FormatError(f"{path}, line {number}: not UTF-8: save the file as UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{path}, line {number}: not JSON ({error}): is the file whole?") from None


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


_NAMES = tuple(f.name for f in fields(Annotation) if f.name not in ("id", "pieces", "attributes"))
_ALL = {f.name for f in fields(Annotation)}
_REQUIRED = ("document", "digest", "layer", "label", "coder")
_KINDS: Mapping[str, Any] = (
    dict.fromkeys((*_REQUIRED, "id", "quotation", "prefix", "suffix"), str)
    | {name: (str, type(None)) for name in ("time", "source", "target", "note")}
    | {name: (int, type(None)) for name in ("start", "end")}
    | {"pieces": list, "attributes": dict}
)
