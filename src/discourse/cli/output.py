"""Results to standard output in the format asked for; everything else goes to standard error."""

from __future__ import annotations

import enum
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import typer

from discourse.spreadsheet import as_csv


class Format(enum.StrEnum):
    """How a result is written."""

    table = "table"
    json = "json"
    jsonl = "jsonl"
    csv = "csv"
    md = "md"


def say(message: str) -> None:
    """One line to standard error."""
    typer.echo(message, err=True)


def resolved(wanted: Format | None) -> Format:
    """The format asked for, else a table on a terminal and JSON otherwise."""
    return wanted or (Format.table if sys.stdout.isatty() else Format.json)


def show(rows: Iterable[Mapping[str, Any]], wanted: Format | None, columns: Sequence[str] = ()) -> None:
    """Prints rows: whole as JSON, JSON Lines or CSV, the named columns as a table or Markdown."""
    wanted = resolved(wanted)
    if wanted is Format.jsonl:
        for row in rows:
            typer.echo(json.dumps(row, ensure_ascii=False))
        return
    listed = list(rows)
    if wanted is Format.json:
        typer.echo(json.dumps(listed, ensure_ascii=False, indent=1))
    elif wanted is Format.csv:
        typer.echo(as_csv(listed), nl=False)
    elif wanted is Format.md:
        typer.echo(as_markdown(listed, columns))
    else:
        _print_table(listed, columns)


def as_markdown(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Rows as a Markdown table of the named columns."""
    columns = columns or (list(rows[0]) if rows else [])
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    for row in rows:
        cells = [_cell(row.get(name)).replace("|", "\\|") for name in columns]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _print_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not rows:
        say("nothing found")
        return
    columns = columns or list(rows[0])
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(row.get(name))) for name in columns))
    width = None if sys.stdout.isatty() else 160
    Console(width=width, highlight=False, markup=False, emoji=False).print(table)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.2f}"
    if isinstance(value, dict):
        return _cell(value.get("title") or value.get("source") or json.dumps(value, ensure_ascii=False))
    if isinstance(value, (list, tuple)):
        if value and isinstance(value[0], dict) and "topic" in value[0]:
            return ", ".join(f"{v['topic']} {v['stance']} {v['confidence']:.2f}" for v in value)
        return (
            str(len(value))
            if value and isinstance(value[0], str) and len(value[0]) == 16
            else ", ".join(map(_cell, value))
        )
    return " ".join(str(value).split())
