"""Commands that read pages: into documents, statements, or a map."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from discourse.cli import app, options
from discourse.cli.options import DEFAULT_MAP
from discourse.cli.output import Format, say, show
from discourse.errors import DiscourseError, PageError
from discourse.places import Place, place

if TYPE_CHECKING:
    from discourse.codebook import Codebook
    from discourse.pipeline import Stages
    from discourse.run_report import RunReport
    from discourse.shards import Sharded

Inputs = Annotated[list[str], typer.Argument(help="Files, folders, URLs or a sources file (.toml).", metavar="PATH...")]
Pipeline = Annotated[
    str | None, typer.Option("--pipeline", help="A spaCy pipeline by name or path, in place of the shipped one.")
]
StanceModelName = Annotated[
    str | None, typer.Option("--stance-model", help="A model folder, entry point or Hugging Face name.")
]


@app.command()
def extract(paths: Inputs, format_: options.FormatOption = None) -> None:
    """Clean text, metadata and blocks of each document."""
    from discourse.collect import Refusal, gather
    from discourse.extract.apart import extract_apart as read_page

    refused: list[tuple[str, str]] = []

    def rows() -> Iterator[dict[str, Any]]:
        for page in gather(paths):
            try:
                if isinstance(page, Refusal):
                    raise PageError(page.reason)
                yield from map(_document_fields, read_page(page))
            except PageError as error:
                refused.append((page.source, str(error)))

    _show_what_was_read(rows(), refused, format_, ("title", "author", "published", "publisher", "kind", "source"))


@app.command()
def statements(
    paths: Annotated[list[str] | None, typer.Argument(help="Files, folders or URLs; or give --map.")] = None,
    map_: Annotated[
        Place | None, typer.Option("--map", help="The map to read, in place of paths.", metavar="MAP", parser=place)
    ] = None,
    gone: Annotated[bool, typer.Option("--gone", help="Those that pages had and no longer have; with --map.")] = False,
    codebook: options.CodebookOption = None,
    pipeline: Pipeline = None,
    stance_model: StanceModelName = None,
    stakeholder: options.Stakeholder = None,
    topic: options.Topic = None,
    stance: options.Side = None,
    group: options.Group = None,
    since: options.Since = None,
    until: options.Until = None,
    publisher: options.Publisher = None,
    min_confidence: options.Confidence = None,
    format_: options.FormatOption = None,
) -> None:
    """Who said what, where exactly, on which topic, for or against."""
    columns = ("speaker", "kind", "text", "stances", "document")
    if bool(paths) == (map_ is not None):
        raise typer.BadParameter("give either paths or --map MAP")
    if gone and map_ is None:
        raise typer.BadParameter("--gone asks a map: give --map MAP")
    if map_ is not None:
        from discourse.query import gone_from_pages
        from discourse.query import statements as ask
        from discourse.store import Map

        with Map.open(map_) as store:
            if gone:
                show(gone_from_pages(store), format_, ("speaker", "text", "replaced", "source"))
                return
            where = options.filtered(store, stakeholder, topic, stance, group, since, until, publisher, min_confidence)
            show(ask(store, where), format_, columns)
        return
    from discourse.codebook import load_codebook
    from discourse.collect import gather
    from discourse.pipeline import analyse, load_stages
    from discourse.run_report import RunReport
    from discourse.statements import fields

    stages = load_stages(load_codebook(codebook), pipeline=pipeline, stance_model=stance_model)
    report = RunReport()
    rows = (
        row
        for documents, found, stances in analyse(gather(paths or []), stages, report)
        for row in fields(documents, found, [s for s in stances if s.confidence >= stages.model.threshold])
    )
    _show_what_was_read(rows, report.refused, format_, columns)


@app.command()
def run(
    paths: Inputs,
    map_: options.MapOption = DEFAULT_MAP,
    codebook: options.CodebookOption = None,
    pipeline: Pipeline = None,
    stance_model: StanceModelName = None,
    prune: Annotated[bool, typer.Option("--prune", help="Take out of the map what is not among the inputs.")] = False,
    engine: Annotated[
        str | None, typer.Option("--engine", help="local:N, so many processes, or dask://HOST:PORT, a cluster.")
    ] = None,
    shards: Annotated[
        Path | None, typer.Option("--shards", help="With --engine: a folder to lay out Parquet files in, and keep.")
    ] = None,
    topic_filter: options.TopicFilter = False,
    topic_threshold: options.TopicThreshold = None,
) -> None:
    """Builds or updates a map: new and changed inputs only."""
    if shards is not None and engine is None:
        raise typer.BadParameter("--shards needs --engine local:N or dask://HOST:PORT")
    threshold = options.least_relevance(topic_filter, topic_threshold)
    if threshold is not None and not any(path.endswith(".toml") for path in paths):
        raise typer.BadParameter("--topic-filter is for what a sources file (.toml) lists")
    report = build_map(paths, map_, codebook, pipeline, stance_model, prune, engine, shards, threshold)
    if report.refused and not report.read:
        raise DiscourseError("nothing could be read: see the reasons above")


def build_map(
    paths: list[str],
    map_: Place,
    codebook: Path | None = None,
    pipeline: str | None = None,
    stance_model: str | None = None,
    prune: bool = False,
    engine: str | None = None,
    shards: Path | None = None,
    least_relevance: float | None = None,
) -> RunReport:
    """Runs the pipeline with progress on standard error; says what was added, changed, skipped, refused, and why."""
    from discourse.cli.progress import progress
    from discourse.collect import gather
    from discourse.collect.relevance import Relevance
    from discourse.pipeline import load_stages
    from discourse.pipeline import run as build
    from discourse.query import stale
    from discourse.store import Map

    with Map.create(map_) as store, progress() as tell:
        load = partial(load_stages, _codebook_for(store, codebook), pipeline=pipeline, stance_model=stance_model)
        workers = _workers(engine, load, map_, shards)
        stages = load()
        least = least_relevance
        relevance = None if least is None else Relevance(stages.codebook, stages.embedder, least)
        pages = gather(paths, relevance)
        report = build(pages, store, stages, prune=prune, progress=tell, engine=workers)
        outdated = stale(store)
    for line in (*account(report, map_), *outdated):
        say(line)
    return report


def account(report: RunReport, map_: Place) -> Iterator[str]:
    """What a run did, line by line."""
    for source, reason in report.refused:
        yield f"refused {source}: {reason}"
    counts = report.counts
    names = ("added", "changed", "rescored", "unchanged", "pruned", "refused")
    yield "pages: " + ", ".join(f"{counts[name]} {name}" for name in names)
    if report.made["documents"]:
        kinds = ", ".join(f"{count} {kind}" for kind, count in report.kinds.most_common())
        yield f"read: {report.made['documents']} documents ({kinds}), {report.made['statements']} statements"
    if report.gone:
        yield f"gone from their pages: {report.gone} statements (`discourse statements --gone --map {map_}` shows them)"
    if report.argument_changes:
        changes = ", ".join(f"{count} {kind}" for kind, count in report.argument_changes.most_common())
        yield f"arguments: {changes}"
    if not (report.added or report.changed or report.rescored or report.pruned):
        yield f"nothing changed in {map_}"
    total = sum(report.seconds.values())
    if report.rescored:
        yield f"scored again: {len(report.rescored)} pages in {report.seconds['rescore']:.1f} s"
    if report.made["documents"] and total:
        shares = ", ".join(f"{name} {spent / total:.0%}" for name, spent in sorted(report.seconds.items()))
        yield f"time: {total:.1f} s ({shares}), {report.made['words'] / total:.0f} words a second"


@app.command()
def score(
    pairs: Annotated[Path, typer.Argument(help="A CSV file with columns target and text.")],
    codebook: options.CodebookOption = None,
    stance_model: StanceModelName = None,
    format_: options.FormatOption = None,
) -> None:
    """Scores pairs of target and text: favour, against or none, with a confidence."""
    from discourse.codebook import load_codebook
    from discourse.scoring import score_pairs

    show(score_pairs(pairs, load_codebook(codebook), stance_model), format_ or Format.csv)


@app.command()
def demo() -> None:
    """Builds the sample's map in the working directory, prints a summary, writes the report."""
    from discourse import resources
    from discourse.report import write_report
    from discourse.store import Map
    from discourse.store.read import Filter
    from discourse.summary import as_text, summarise

    sample, out = resources.path("corpus/sample"), Path("discourse-demo.html")
    say("The sample is invented: nobody said these words.")
    build_map([str(sample)], DEFAULT_MAP, sample / "codebook.toml")
    with Map.open(DEFAULT_MAP) as store:
        typer.echo(as_text(summarise(store, Filter(topic="inspection-value"))))
        write_report(store, out)
    typer.echo(f"\nThe map is {DEFAULT_MAP}; the report is {out}: open it in a browser. Try next:")
    tries = ("positions --topic outsourcing", 'search "inspection demoralises"', "summarise --topic ratings", "serve")
    for command in tries:
        typer.echo(f"  discourse {command}")


def _codebook_for(store: Any, path: Path | None) -> Codebook:
    from discourse.codebook import load_codebook, parse_codebook

    stored = store.setting("codebook")
    if path is None and stored:
        return parse_codebook(stored, f"{store.path} (its codebook)")
    return load_codebook(path)


def _workers(engine: str | None, load: partial[Stages], map_: Place, shards: Path | None) -> Sharded | None:
    if engine is None:
        return None
    from discourse.shards import open_engine

    return open_engine(engine, load, map_, shards)


def _document_fields(document: Any) -> dict[str, Any]:
    names = ("id", "version", "source", "title", "author", "published", "publisher", "kind", "language", "text")
    fields = {name: getattr(document, name) for name in names}
    fields["blocks"] = [{"start": b.start, "end": b.end, "type": b.type} for b in document.blocks]
    return fields | {"url": document.url, "author_role": document.author_role, "facts": dict(document.facts)}


def _show_what_was_read(
    rows: Iterator[dict[str, Any]], refused: list[tuple[str, str]], format_: Format | None, columns: tuple[str, ...]
) -> None:
    first = next(rows, None)
    if first is not None:
        show(chain([first], rows), format_, columns)
    for source, reason in refused:
        say(f"refused {source}: {reason}")
    if first is None and refused:
        raise DiscourseError("nothing could be read: see the reasons above")
    if first is None:
        show([], format_, columns)
