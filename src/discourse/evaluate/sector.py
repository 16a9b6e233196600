"""Real statements annotated as offsets and digests, turned back into texts with the data they were drawn from."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from discourse.errors import DiscourseError, PageError
from discourse.extract import extract
from discourse.extract.hansard import read_hansard
from discourse.records import Block, Document, Page, Side, Turn, digest, make_document_id

_WORD_START = re.compile(r"(?<!\S)\S")
_LINE = re.compile(r"[^\n]*\S[^\n]*")
Row = Mapping[str, Any]


class SectorStatement(NamedTuple):
    """One annotated statement with its words."""

    id: str
    text: str
    context: str
    """The sentence before it, empty where there is none."""
    labels: dict[str, Side]
    """The side taken on each topic on which one is taken."""
    split: str
    """"train" or "held-out"."""
    stratum: str
    """What it was drawn as."""


class Lost(NamedTuple):
    """An annotated statement whose words are not to be had, and why."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Record:
    """A document of the data folder: `id` tells it apart where a file holds several."""

    id: str | None
    document: Document


def read_sector(annotations: Path, data: Path) -> tuple[list[SectorStatement], list[Lost]]:
    """The annotated statements of `annotations/stance/sector` with texts from the data folder, and those lost.

    A statement counts only where its digest is met: at its place, or, in a document that has changed, anywhere
    else. The labels are those of the final pass if there is one, else of the first.
    """
    final = annotations / "final.jsonl"
    chosen = final if final.is_file() else annotations / "pass1.jsonl"
    labels = {labelled["id"]: labelled["labels"] for labelled in read_rows(chosen)}
    by_file: dict[str, list[Row]] = defaultdict(list)
    for stored in read_rows(annotations / "statements.jsonl"):
        by_file[stored["file"]].append(stored)
    statements: list[SectorStatement] = []
    lost: list[Lost] = []
    for file, rows in by_file.items():
        try:
            texts = {record.id: record.document.text for record in read_records(data, file)}
        except (OSError, PageError, ValueError) as error:
            lost += [Lost(row["id"], f"{file} cannot be read: {error}") for row in rows]
            continue
        for row in rows:
            text = texts.get(row["record"])
            found = None if text is None else find_statement(text, row)
            if row["id"] not in labels:
                lost.append(Lost(row["id"], "no labels"))
            elif text is None:
                lost.append(Lost(row["id"], f"{file} has no record {row['record']}"))
            elif found is None:
                lost.append(Lost(row["id"], f"{file} has changed"))
            else:
                statements.append(SectorStatement(row["id"], *found, labels[row["id"]], row["split"], row["stratum"]))
    return statements, lost


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSONL file, one a line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise DiscourseError(f"{path}: cannot be read ({error.strerror}): name the annotations' folder") from None
    rows = []
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict) or "id" not in row:
            raise DiscourseError(f'{path}, line {number}: not a JSON object with an "id"')
        rows.append(row)
    return rows


def read_records(data: Path, file: str) -> Iterator[Record]:
    """The documents of one file below the data folder: speeches of a JSONL file, debates of a day, or one document."""
    path = data / file
    if path.suffix == ".jsonl":
        yield from _speeches(file, path.read_text(encoding="utf-8").splitlines())
        return
    page = Page(str(path), file, path.read_bytes())
    documents = extract(page)
    if path.suffix == ".xml":
        names = {make_document_id(file, draft.record): draft.record for draft in read_hansard(page)}
        yield from (Record(names[document.id], document) for document in documents)
    else:
        yield from (Record(None, document) for document in documents)


def find_statement(text: str, row: Row) -> tuple[str, str] | None:
    """A row's words and context in its document's text; None where the digest is met nowhere."""
    start = _place(text, row["start"], row["end"] - row["start"], row["text_sha256"])
    if start is None:
        return None
    words = text[start : start + row["end"] - row["start"]]
    if row.get("context_start") is None:
        return words, ""
    length = row["context_end"] - row["context_start"]
    before = text[:start]
    place = _place(before, row["context_start"] + start - row["start"], length, row["context_sha256"])
    return words, "" if place is None else " ".join(before[place : place + length].split())


def _speeches(file: str, lines: Iterable[str]) -> Iterator[Record]:
    """One speech a line, with id, date, speaker and text."""
    for line in lines:
        row = json.loads(line)
        text, record = row["text"], row["id"]
        yield Record(
            record,
            Document(
                id=make_document_id(file, record),
                version=digest(text),
                source=file,
                text=text,
                title=" – ".join(part for part in (row.get("debate"), row.get("sub")) if part) or None,
                published=row.get("date"),
                kind="hansard",
                language="en",
                blocks=tuple(Block(m.start(), m.end(), "paragraph") for m in _LINE.finditer(text)),
                turns=(Turn(0, len(text), row.get("speaker") or None),),
            ),
        )


def _place(text: str, start: int, length: int, wanted: str) -> int | None:
    """Where a stretch of this length and digest begins: at `start`, else at the first word that fits."""
    if start >= 0 and digest(text[start : start + length]) == wanted:
        return start
    for word in _WORD_START.finditer(text):
        if digest(text[word.start() : word.start() + length]) == wanted:
            return word.start()
    return None
