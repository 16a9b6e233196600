"""Discourse Network Analyzer's export of statements: one a row, semicolons between the cells."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from discourse.annotations import Coded
from discourse.formats.base import FormatError, by_document
from discourse.formats.dna import MAIN_TYPE, epoch, statements_of
from discourse.formats.flat import read_csv, write_csv
from discourse.records import Topic

COLUMNS = (
    "statement_id", "time", "document_id", "document_title", "author", "source", "section", "type",
    "person", "organization", "concept", "agreement",
)  # fmt: skip
_NEEDED = ("statement_id", "time", "document_id", "concept", "agreement")


def write(coded: Coded, path: Path, topics: Sequence[Topic] = ()) -> None:
    """Writes the stances, one a row; text and offsets have no place in it."""
    rows = []
    for text, given in by_document(coded):
        facts = dict(text.facts)
        time = datetime.fromtimestamp(epoch(facts.get("published")), UTC).strftime("%Y-%m-%d %H:%M:%S")
        for annotation, values in statements_of(given, {topic.id: topic for topic in topics}):
            if values["statement_type"] == MAIN_TYPE:
                document = {
                    "statement_id": annotation.id, "time": time, "document_id": text.id,
                    "document_title": text.title or "", "author": facts.get("author", ""),
                    "source": facts.get("publisher", ""), "section": "", "type": facts.get("kind", ""),
                }  # fmt: skip
                rows.append(document | values | {"agreement": int(bool(values["agreement"]))})
    write_csv(rows, path, COLUMNS, delimiter=";")


def read(path: Path) -> list[dict[str, str]]:
    """The rows of such a file as they stand, once every time, agreement and id has been found sound."""
    rows, seen = [], set()
    for place, row in read_csv(path, _NEEDED, delimiter=";"):
        try:
            datetime.strptime(row["time"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
        except ValueError:
            raise FormatError(f'{place}: time "{row["time"]:.40}" is not of the form 2020-03-02 00:00:00') from None
        if not row["agreement"].lstrip("-").isdecimal():
            raise FormatError(f'{place}: agreement "{row["agreement"]:.40}" is not a whole number')
        if row["statement_id"] in seen:
            raise FormatError(f'{place}: statement_id "{row["statement_id"]}" stands twice')
        seen.add(row["statement_id"])
        rows.append(row)
    return rows
