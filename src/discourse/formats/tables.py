"""Every table of a map as CSV, JSON Lines, Parquet or an Excel workbook, with a data dictionary."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from discourse.formats import dictionary
from discourse.formats.base import UNREVIEWED, FormatError, writing, writing_folder
from discourse.formats.flat import write_csv
from discourse.formats.safe_xml import clean
from discourse.query import arguments, positions, statements, topics_of
from discourse.store import links, read, tables
from discourse.store.map import Map

Row = dict[str, Any]
SINGLE = "codings"
"""The table that a single file holds."""
MACHINE = "machine, not reviewed"
LARGEST_CELL = 32_767
"""How many characters a cell of a workbook holds; longer text is cut there."""


def rows(store: Map, name: str) -> list[Row]:
    """One table of the map, each row with the columns that `dictionary.TABLES` names, in their order."""
    if name not in dictionary.TABLES:
        raise FormatError(f'no table "{name}": there are {", ".join(dictionary.TABLES)}')
    columns = dictionary.TABLES[name]
    return [{column: row.get(column) for column in columns} for row in _SOURCES[name](store)]


def with_document(row: Row) -> Row:
    """A statement as the contract lays it out, with its document's columns beside its own."""
    document = row["document"]
    more = {"document": document["id"], "document_kind": document["kind"]}
    return row | more | {key: document[key] for key in ("title", "published", "publisher", "url")}


def _statements(store: Map) -> Iterator[Row]:
    return map(with_document, statements(store))


def _stances(store: Map) -> list[Row]:
    people = {(v["statement_id"], v["topic"]): v["who"] for v in tables.verdicts(store)}
    return [
        {"statement": row["statement_id"], "topic": row["topic"], "stance": row["stance"]}
        | {"confidence": row["confidence"], "coded_by": _coder(row, people)}
        for row in read.shown_stances(store)
    ]


def _coder(row: Row, people: dict[tuple[str, str], str]) -> str:
    return people.get((row["statement_id"], row["topic"])) or "reviewer" if row["corrected"] else MACHINE


def _codings(store: Map) -> Iterator[Row]:
    given: dict[str, list[Row]] = {}
    for stance in _stances(store):
        given.setdefault(stance["statement"], []).append(stance)
    for row in _statements(store):
        for stance in given.get(row["id"], [{}]):
            yield row | stance


def _stakeholders(store: Map) -> list[Row]:
    return [row | {"group": row["grp"]} for row in read.stakeholders(store)]


_SOURCES: dict[str, Any] = {
    "documents": lambda store: read.documents(store),
    "stakeholders": _stakeholders,
    "topics": topics_of,
    "statements": _statements,
    "stances": _stances,
    "positions": lambda store: positions(store),
    "arguments": lambda store: arguments(store),
    "links": lambda store: links.listed(store, links.Which()),
    "codings": _codings,
}


def write_csv_tables(store: Map, path: Path) -> None:
    """Writes a file that ends in .csv (the table "codings"), else a folder of every table with a data dictionary."""
    if path.suffix.casefold() == ".csv":
        write_csv(rows(store, SINGLE), path, list(dictionary.TABLES[SINGLE]))
        return
    with writing_folder(path) as folder:
        for name, columns in dictionary.TABLES.items():
            write_csv(rows(store, name), folder / f"{name}.csv", list(columns))
        write_csv(dictionary.rows(), folder / "data_dictionary.csv")
        _say_unreviewed(folder)


def write_json_lines(store: Map, path: Path) -> None:
    """Writes a file that ends in .jsonl (statements with document and stances, as `discourse statements` gives them),
    else a folder of every table with a data dictionary."""
    if path.suffix.casefold() in (".jsonl", ".ndjson"):
        with writing(path) as part:
            _json_lines(statements(store), part)
        return
    with writing_folder(path) as folder:
        for name in dictionary.TABLES:
            _json_lines(rows(store, name), folder / f"{name}.jsonl")
        _json_lines(dictionary.rows(), folder / "data_dictionary.jsonl")
        _say_unreviewed(folder)


def _json_lines(listed: Sequence[Any], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in listed)


def _say_unreviewed(folder: Path) -> None:
    (folder / "README.txt").write_text(
        f"Stances are {UNREVIEWED}, unless the column coded_by names a person.\n", encoding="utf-8"
    )


def write_parquet(store: Map, path: Path) -> None:
    """Writes a file that ends in .parquet (the table "codings"), else a folder of every table with a dictionary."""
    if path.suffix.casefold() == ".parquet":
        with writing(path) as part:
            save_parquet(rows(store, SINGLE), dictionary.TABLES[SINGLE], part)
        return
    with writing_folder(path) as folder:
        for name, columns in dictionary.TABLES.items():
            save_parquet(rows(store, name), columns, folder / f"{name}.parquet")
        texts: dictionary.Columns = dict.fromkeys(("table", "column", "type", "meaning"), ("text", ""))
        save_parquet(dictionary.rows(), texts, folder / "data_dictionary.parquet")
        _say_unreviewed(folder)


def save_parquet(listed: Sequence[Row], columns: dictionary.Columns, path: Path) -> None:
    """Writes rows as Parquet, with types and meanings from the columns."""
    pa, parquet = needed("pyarrow"), needed("pyarrow.parquet")
    types = {
        "text": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(),
        "list": pa.list_(pa.string()), "object": pa.string(),
    }  # fmt: skip
    fields = [
        pa.field(name, types[kind], metadata={"meaning": meaning} if meaning else None)
        for name, (kind, meaning) in columns.items()
    ]
    data = [dict(row) for row in listed]
    for name, (kind, _) in columns.items():
        if kind == "object":
            for row in data:
                row[name] = json.dumps(row[name], ensure_ascii=False)
    schema = pa.schema(fields, metadata={"status": UNREVIEWED})
    parquet.write_table(pa.Table.from_pylist(data, schema=schema), str(path))


def write_excel(store: Map, path: Path) -> None:
    """Writes one workbook with a sheet for each table and one for the data dictionary; nothing in it is a formula."""
    openpyxl, cells = needed("openpyxl"), needed("openpyxl.cell")
    book = openpyxl.Workbook(write_only=True)
    listed: dict[str, tuple[list[str], Sequence[Row]]] = {
        name: (list(columns), rows(store, name)) for name, columns in dictionary.TABLES.items()
    }
    listed["data_dictionary"] = (["table", "column", "type", "meaning"], dictionary.rows())
    for name, (columns, given) in listed.items():
        sheet = book.create_sheet(name)
        sheet.append(columns)
        for row in given:
            made = []
            for column in columns:
                value = row[column]
                if isinstance(value, (list, tuple, dict)):
                    value = json.dumps(value, ensure_ascii=False)
                if isinstance(value, str):
                    value = cells.WriteOnlyCell(sheet, clean(value)[:LARGEST_CELL])
                    value.data_type = "s"  # or a text that begins with "=" would be a formula
                made.append(value)
            sheet.append(made)
    book.properties.title = f"Stance map, {UNREVIEWED}"
    with writing(path) as part:
        book.save(part)


def needed(name: str) -> Any:
    """A module of the extra "formats"; FormatError says how to install it."""
    try:
        return importlib.import_module(name)
    except ImportError:
        raise FormatError(
            f"this format needs {name.split('.')[0]}: pip install 'sector-discourse[formats]' installs it"
        ) from None
