"""Commands that measure the stages on annotated data."""

from __future__ import annotations

import enum
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from discourse.cli import app, options
from discourse.cli.output import say
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
def stance(
    data: Data,
    model: Annotated[str | None, typer.Option("--model", help="A model folder, entry point or name.")] = None,
    split: Annotated[str | None, typer.Option("--split", help="One split of the file, such as dev.")] = None,
    before: Annotated[
        str | None, typer.Option("--before", help='A model to compare with: a folder or name, or "shipped".')
    ] = None,
    learn_from: Annotated[
        list[Path] | None,
        typer.Option("--learn-from", help="Codings not measured on: their learning curve, and whether to code more."),
    ] = None,
    codebook: options.CodebookOption = None,
    markdown: Annotated[bool, typer.Option("--md", help="Tables in place of JSON.")] = False,
) -> None:
    """Per-topic precision, recall, F1, intervals, calibration, risk and coverage, beside two baselines.

    The data are files of target, text and stance, or codings (annotations) on the topics of the codebook.
    """
    from discourse.codebook import load_codebook
    from discourse.coded_examples import as_files
    from discourse.embed import load_embedder
    from discourse.evaluate.stance_files import evaluate_on_files, to_markdown
    from discourse.stance import load_stance_model

    embedder = load_embedder()
    earlier = load_stance_model(None if before == "shipped" else before, embedder=embedder) if before else None
    given = [_there(path) for path in (data, *(learn_from or ()))]
    with as_files(given, load_codebook(codebook).topics) as (measured, *learnt):
        found = evaluate_on_files(
            measured, load_stance_model(model, embedder=embedder), embedder, split=split, before=earlier,
            learn_from=learnt,
        )  # fmt: skip
    typer.echo(to_markdown(found)) if markdown else _show(found)


@evaluate.command()
def sample() -> None:
    """Statements, speakers, stances and positions on the sample, whose pages are annotated whole."""
    from discourse.evaluate.sample import evaluate_sample

    _show(evaluate_sample())


class Kind(enum.StrEnum):
    """What kind of model to train."""

    linear = "linear"
    cross_encoder = "cross-encoder"


@app.command()
def train(
    data: Annotated[
        list[Path], typer.Option("--data", help="A file of target, text, stance, or of codings; may be repeated.")
    ],
    out: Annotated[Path, typer.Option("--out", help="The model folder to write.")],
    kind: Annotated[Kind, typer.Option("--kind", help="linear: seconds; cross-encoder: needs [train].")] = Kind.linear,
    start: Annotated[
        Path | None,
        typer.Option("--start", help="Fine-tune this model: a folder, or `packaged` for the shipped cross-encoder."),
    ] = None,
    epochs: Annotated[float, typer.Option("--epochs", min=0.01, max=100)] = 2.0,
    seed: Annotated[int, typer.Option("--seed")] = 7,
    codebook: options.CodebookOption = None,
) -> None:
    """Trains a stance model on your own examples or codings, with its settings, digests and a model card."""
    from discourse.codebook import load_codebook
    from discourse.coded_examples import as_files
    from discourse.embed import load_embedder
    from discourse.stance.train_files import train_on_files

    def tell(step: int, steps: int, loss: float) -> None:
        if step % 50 == 0 or step == steps:
            say(f"step {step} of {steps}, loss {loss:.3f}")

    sources = [_there(path) for path in data]
    embedder = load_embedder()
    how: dict[str, Any] = {"start": start, "epochs": epochs, "seed": seed, "progress": tell}
    with as_files(sources, load_codebook(codebook).topics) as files:
        train_on_files(kind.value, files, out, embedder=embedder, **how)
    say(f"wrote {out}: use it with --stance-model {out}")


def _there(data: Path) -> Path:
    if not data.exists():
        raise DiscourseError(f"{data}: no such file or folder: name the annotated data with --data")
    return data


def _show(figures: dict[str, Any]) -> None:
    typer.echo(json.dumps(figures, ensure_ascii=False, indent=1))
