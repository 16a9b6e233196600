"""A folder laid out as a data set of the Hugging Face hub: Parquet files and a card that says what they hold."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from discourse.annotations import Annotation, Coded, Text
from discourse.formats.base import UNREVIEWED, FormatError, collect, writing_folder
from discourse.formats.dictionary import Columns
from discourse.formats.standoff import as_json, from_json
from discourse.formats.tables import needed, save_parquet

TEXTS: Columns = {
    "id": ("text", "Id of the document."),
    "text": ("text", "Its text."),
    "title": ("text", "Its title."),
    "facts": ("object", "What else is known of it, as a JSON object."),
}
_OBJECTS = ("pieces", "attributes")
_INTEGERS = ("version", "start", "end")
ANNOTATIONS: Columns = {"version": ("integer", "Version of the format.")}
ANNOTATIONS |= {
    f.name: ("object" if f.name in _OBJECTS else "integer" if f.name in _INTEGERS else "text", "")
    for f in fields(Annotation)
}
_CARD = """---
language: en
pretty_name: Stance map
task_categories: [text-classification, token-classification]
configs:
- config_name: annotations
  default: true
  data_files: [{{split: train, path: annotations/train.parquet}}]
- config_name: texts
  data_files: [{{split: train, path: texts/train.parquet}}]
---

# Stance map

{status}: {texts} documents and {annotations} annotations by {coders} coders.

`annotations` has one label a row: `document` and `digest` (SHA-256 of the text), `start` and `end` in Unicode code
points, `quotation`, `layer` (`statement`, `speaker`, `stance:TOPIC`), `label`, `coder`, `time`; `pieces` and
`attributes` are JSON. `texts` has the documents. The texts belong to those who wrote them: state their licences here
before you share them.
"""


def write(coded: Coded, path: Path) -> None:
    """Writes the folder; its card is to be completed with the licences of the texts."""
    with writing_folder(path) as folder:
        (folder / "texts").mkdir()
        (folder / "annotations").mkdir()
        texts = [{"id": t.id, "text": t.text, "title": t.title, "facts": dict(t.facts)} for t in coded.texts]
        save_parquet(texts, TEXTS, folder / "texts" / "train.parquet")
        blank = dict.fromkeys(ANNOTATIONS)
        rows = [blank | as_json(a) for a in coded.annotations]
        save_parquet(rows, ANNOTATIONS, folder / "annotations" / "train.parquet")
        coders = len({a.coder for a in coded.annotations})
        status = UNREVIEWED.capitalize() if coders == 1 else "Coded by machine and people"
        card = _CARD.format(status=status, texts=len(texts), annotations=len(rows), coders=coders)
        (folder / "README.md").write_text(card, encoding="utf-8")


def read(path: Path) -> Coded:
    """The texts and annotations of such a folder."""
    texts = []
    for number, row in enumerate(_rows(path / "texts" / "train.parquet", TEXTS), 1):
        if not isinstance(row["id"], str) or not isinstance(row["text"], str):
            raise FormatError(f"{path}, text {number}: no id or no text")
        facts = row["facts"] or {}
        texts.append(Text(row["id"], row["text"], row["title"], tuple(sorted(facts.items()))))
    found = []
    for number, row in enumerate(_rows(path / "annotations" / "train.parquet", ANNOTATIONS), 1):
        line = {key: value for key, value in row.items() if value is not None}
        found.append(from_json(line, f"{path}, annotation {number}"))
    return collect(texts, found, str(path))


def _rows(path: Path, columns: Columns) -> list[dict[str, Any]]:
    parquet, arrow = needed("pyarrow.parquet"), needed("pyarrow")
    if not path.is_file():
        raise FormatError(f"{path}: no such file: name the folder that holds texts/ and annotations/")
    try:
        listed: list[dict[str, Any]] = parquet.read_table(str(path), columns=list(columns)).to_pylist()
        for row in listed:
            if set(row) != set(columns):
                raise FormatError(f"{path}: its columns are not {', '.join(columns)}")
            for name, (kind, _) in columns.items():
                if kind == "object" and row[name] is not None:
                    row[name] = json.loads(row[name])
    except (OSError, ValueError, TypeError, KeyError, RecursionError, MemoryError, arrow.ArrowException) as error:
        raise FormatError(f"{path}: not to be read as Parquet ({' '.join(str(error).split())[:200]})") from None
    return listed
