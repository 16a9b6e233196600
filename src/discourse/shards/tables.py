"""Records as Parquet tables that pandas, DuckDB and Spark read as they are, and back."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import asdict, fields
from functools import lru_cache
from typing import Any

import numpy as np

from discourse.errors import DiscourseError
from discourse.per_page import Due
from discourse.records import Analysis, Block, Document, Page, PageEntry, Stance, Statement, Turn

TABLES = ("pages", "documents", "statements", "stances")
"""The tables of what was made; in each, `page` says which page a row comes from."""
INPUT = "inputs"
"""The table of pages that wait to be worked."""
STATUS = "coded by machine, not reviewed"

_OF_FACT = ("name", "value")
_OF_BLOCK = tuple(field.name for field in fields(Block))
_OF_TURN = tuple(field.name for field in fields(Turn))


def arrow() -> Any:
    """pyarrow, which the extra "scale" brings."""
    try:
        importlib.import_module("pyarrow.parquet")
        return importlib.import_module("pyarrow")
    except ImportError:
        raise DiscourseError("--engine needs pyarrow: pip install 'sector-discourse[scale]' installs it") from None


@lru_cache(maxsize=1)
def schemas() -> dict[str, Any]:
    """The schema of each table."""
    pa = arrow()
    text, whole = pa.string(), pa.int64()
    types: dict[str, Any] = {
        "start": whole, "end": whole, "confidence": pa.float64(), "authors": pa.list_(text), "content": pa.binary(),
        "vector": pa.list_(pa.float32()),
        "blocks": pa.list_(pa.struct({"start": whole, "end": whole, "type": text})),
        "turns": pa.list_(pa.struct({n: whole if n in ("start", "end") else text for n in _OF_TURN})),
        "facts": pa.list_(pa.struct(dict.fromkeys(_OF_FACT, text))),
    }  # fmt: skip

    def schema(*names: str) -> Any:
        return pa.schema([(name, types.get(name, text)) for name in names], metadata={"status": STATUS})

    return {
        INPUT: schema(*(f.name for f in fields(Page)), "digest", "fingerprint"),
        "pages": schema(*(f.name for f in fields(PageEntry))),
        "documents": schema("page", *(f.name for f in fields(Document))),
        "statements": schema("page", *(f.name for f in fields(Statement)), "vector"),
        "stances": schema("page", *(f.name for f in fields(Stance))),
    }


def parquet(name: str, rows: Sequence[dict[str, Any]]) -> bytes:
    """Rows of one of the tables as a Parquet file."""
    pa = arrow()
    out = pa.BufferOutputStream()
    table = pa.Table.from_pylist(list(rows), schema=schemas()[name])
    pa.parquet.write_table(table, out, compression="zstd")
    content: bytes = out.getvalue().to_pybytes()
    return content


def rows_of(content: bytes) -> list[dict[str, Any]]:
    """The rows of a Parquet file."""
    rows: list[dict[str, Any]] = _table(content).to_pylist()
    return rows


def _table(content: bytes) -> Any:
    pa = arrow()
    return pa.parquet.read_table(pa.BufferReader(content))


def waiting(due: Sequence[Due]) -> list[dict[str, Any]]:
    """The rows of the pages that wait to be worked."""
    names = [field.name for field in fields(Page)]
    return [
        {name: getattr(item.page, name) for name in names}
        | {"digest": item.entry.digest, "fingerprint": item.entry.fingerprint}
        for item in due
    ]


def due_of(row: dict[str, Any]) -> Due:
    """A page that waits, from its row."""
    page = Page(**{field.name: row[field.name] for field in fields(Page)})
    return Due(
        page, PageEntry(page.canonical, page.source, row["digest"], row["fingerprint"], captured=page.captured), False
    )


def made(analyses: Sequence[Analysis]) -> dict[str, list[dict[str, Any]]]:
    """The rows of each table, of what was made of some pages."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    for analysis in analyses:
        page = {"page": analysis.page.canonical}
        rows["pages"].append(asdict(analysis.page))
        for document in analysis.documents:
            facts = [dict(zip(_OF_FACT, fact, strict=True)) for fact in document.facts]
            rows["documents"].append(page | asdict(document) | {"facts": facts})
        vectors = np.frombuffer(analysis.vectors, dtype="<f2").astype(np.float32)
        for statement, vector in zip(
            analysis.statements, vectors.reshape(len(analysis.statements), analysis.dimension), strict=True
        ):
            rows["statements"].append(page | asdict(statement) | {"vector": vector})
        rows["stances"] += [page | asdict(stance) for stance in analysis.stances]
    return rows


def analyses_of(tables: dict[str, bytes]) -> dict[str, Analysis]:
    """What was made of each page, by its canonical name."""
    documents: dict[str, list[Document]] = {}
    for row in rows_of(tables["documents"]):
        documents.setdefault(row.pop("page"), []).append(_document(row))
    said = _table(tables["statements"])
    vectors = said.column("vector").combine_chunks().flatten().to_numpy(zero_copy_only=False).astype("<f2")
    vectors = vectors.reshape(said.num_rows, -1 if said.num_rows else 0)
    statements: dict[str, list[Statement]] = {}
    places: dict[str, list[int]] = {}
    for place, row in enumerate(said.drop_columns(["vector"]).to_pylist()):
        page = row.pop("page")
        places.setdefault(page, []).append(place)
        statements.setdefault(page, []).append(Statement(**row))
    stances: dict[str, list[Stance]] = {}
    for row in rows_of(tables["stances"]):
        stances.setdefault(row.pop("page"), []).append(Stance(**row))
    return {
        row["canonical"]: Analysis(
            PageEntry(**row),
            tuple(documents.get(row["canonical"], ())),
            tuple(statements.get(row["canonical"], ())),
            vectors[places.get(row["canonical"], [])].tobytes(),
            vectors.shape[1],
            tuple(stances.get(row["canonical"], ())),
        )
        for row in rows_of(tables["pages"])
    }


def _document(row: dict[str, Any]) -> Document:
    row["authors"] = tuple(row["authors"])
    row["blocks"] = tuple(Block(*(block[name] for name in _OF_BLOCK)) for block in row["blocks"])
    row["turns"] = tuple(Turn(*(turn[name] for name in _OF_TURN)) for turn in row["turns"])
    row["facts"] = tuple((fact["name"], fact["value"]) for fact in row["facts"])
    return Document(**row)
