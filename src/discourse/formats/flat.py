"""CSV that spreadsheets open without running anything, and the annotations as one such table."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from discourse.annotations import Annotation, Coded
from discourse.formats.base import FormatError, collect, read_bytes, writing
from discourse.formats.standoff import as_json, from_json

_DANGEROUS = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_NUMBERS = ("version", "start", "end")
_AS_JSON = ("pieces", "attributes")
COLUMNS = (
    "version", "id", "document", "digest", "layer", "label", "coder", "time", "start", "end", "quotation", "prefix",
    "suffix", "pieces", "source", "target", "note", "attributes",
)  # fmt: skip


def guarded(value: str) -> str:
    """The value with a quote before it if a spreadsheet would take it for a formula."""
    return "'" + value if _DANGEROUS.match(value) else value


def unguarded(value: str) -> str:
    """The value without the quote that `guarded` put before it."""
    return value[1:] if _GUARDED.match(value) else value


def write_csv(rows: Sequence[Mapping[str, Any]], path: Path, columns: Sequence[str] = (), delimiter: str = ",") -> None:
    """Rows as CSV in UTF-8 with a header; objects and lists as JSON, nothing as an empty cell."""
    columns = columns or (list(rows[0]) if rows else [])
    with writing(path) as part, part.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
        writer.writerow(columns)
        writer.writerows([_cell(row.get(name)) for name in columns] for row in rows)


def _cell(value: Any) -> Any:
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        return guarded(value)
    return "" if value is None else value


def read_csv(path: Path, needed: Sequence[str], delimiter: str = ",") -> Iterator[tuple[str, dict[str, str]]]:
    """The rows of a CSV file in UTF-8, each with its place; FormatError where a needed column or a cell is missing."""
    source = read_bytes(path)
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(f"{path}: not UTF-8 (at byte {error.start}): save it as CSV in UTF-8") from None
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    # A list of lines that keep their ends: a quoted cell may hold any of them.
    reader = csv.DictReader(re.findall(r"[^\n]*\n|[^\n]+", text), delimiter=delimiter, strict=True)
    try:
        missing = [name for name in needed if name not in (reader.fieldnames or ())]
        if missing:
            raise FormatError(f'{path}: no column "{missing[0]}": the first line names the columns')
        if len(set(reader.fieldnames or ())) < len(reader.fieldnames or ()):
            raise FormatError(f"{path}: two columns of the same name in the first line")
        for number, row in enumerate(reader, 2):
            line = reader.line_num
            # A spreadsheet counts rows, which are not lines once a cell holds several.
            place = f"{path}, line {line}" if line == number else f"{path}, row {number} (to line {line})"
            if None in row or None in row.values():
                raise FormatError(f"{place}: not as many cells as the first line names")
            yield place, {name: unguarded(value) for name, value in row.items()}
    except csv.Error as error:
        raise FormatError(f"{path}, line {reader.line_num}: not CSV ({error}): is the file whole?") from None


def write(coded: Coded, path: Path) -> None:
    """Writes the annotations as one table, one a row."""
    write_csv([as_json(annotation) for annotation in coded.annotations], path, COLUMNS)


def read(path: Path) -> Coded:
    """The annotations of such a table, without texts."""
    found: list[Annotation] = []
    for place, row in read_csv(path, ("version", "document", "digest", "layer", "label", "coder")):
        line: dict[str, Any] = {name: value for name, value in row.items() if value != ""}
        for name in _NUMBERS:
            if name in line:
                if not re.fullmatch(r"\d{1,15}", line[name]):
                    raise FormatError(f'{place}: "{name}" is "{line[name]:.40}", not a whole number')
                line[name] = int(line[name])
        for name in _AS_JSON:
            if name in line:
                line[name] = _json(line[name], f'{place}, "{name}"')
        found.append(from_json(line, place))
    return collect((), found, str(path))


def _json(cell: str, place: str) -> Any:
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        raise FormatError(f"{place}: not JSON") from None
