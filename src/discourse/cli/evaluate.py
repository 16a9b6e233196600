"""Commands that measure the stages on annotated data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from discourse.cli import app
from discourse.errors import DiscourseError

evaluate = typer.Typer(
    help="Measure a stage on annotated data, beside baselines in the same run.", no_args_is_help=True
)
app.add_typer(evaluate, name="evaluate")

Data = Annotated[Path, typer.Option("--data", help="The folder (stance: or file) of annotated data.")]


@evaluate.command()
def extraction(data: Data) -> None:
    """Word-level F1 of main text by kind of page; title, author and date; beside trafilatura's defaults."""
    from discourse.evaluate.extraction import evaluate_extraction

    _show(evaluate_extraction(_there(data)))


@evaluate.command()
def attribution(
    data: Data, pipeline: Annotated[str | None, typer.Option("--pipeline", help="Another spaCy pipeline.")] = None
) -> None:
    """Precision, recall and F1 of source, cue, content and pairs on brat files (PolNeAR), beside a pattern baseline."""
    from discourse.attribute import Attributor
    from discourse.codebook import load_codebook
    from discourse.evaluate.attribution import evaluate_attribution

    _show(evaluate_attribution(_there(data), Attributor(load_codebook(), pipeline)))


@evaluate.command()
def sample() -> None:
    """Statements, speakers, stances and positions on the sample, whose pages are annotated whole."""
    from discourse.evaluate.sample import evaluate_sample

    _show(evaluate_sample())


def _there(data: Path) -> Path:
    if not data.exists():
        raise DiscourseError(f"{data}: no such file or folder: name the annotated data with --data")
    return data


def _show(figures: dict[str, Any]) -> None:
    typer.echo(json.dumps(figures, ensure_ascii=False, indent=1))
