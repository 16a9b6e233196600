"""Commands that put a question to a map."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

from discourse.cli import app, options
from discourse.cli.options import DEFAULT_MAP
from discourse.cli.output import Format, resolved, show
from discourse.errors import QueryError

arguments_app = typer.Typer(rich_markup_mode=None, invoke_without_command=True)
app.add_typer(arguments_app, name="arguments")


class RollUp(enum.StrEnum):
    """What positions are added up to."""

    person = "person"
    organisation = "organisation"
    group = "group"


@app.command()
def positions(
    map_: options.MapOption = DEFAULT_MAP,
    stakeholder: options.Stakeholder = None,
    topic: options.Topic = None,
    stance: options.Side = None,
    group: options.Group = None,
    since: options.Since = None,
    until: options.Until = None,
    publisher: options.Publisher = None,
    min_confidence: options.Confidence = None,
    by: Annotated[
        RollUp | None, typer.Option("--by", help="Persons only, or rolled up by organisation or group.")
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="How many positions at most.")] = None,
    format_: options.FormatOption = None,
) -> None:
    """Where each stakeholder stands on each topic, with the statements it rests on."""
    from discourse.cli.output import say
    from discourse.query import no_evidence
    from discourse.query import positions as ask
    from discourse.store import Map

    with Map.open(map_) as store:
        where = options.filtered(store, stakeholder, topic, stance, group, since, until, publisher, min_confidence)
        rows = ask(store, where, by.value if by else None, limit)
        if not rows:
            say(no_evidence(store, where))
    columns = ("stakeholder", "role", "topic", "stance", "confidence", "favour", "against", "sources", "events", "last")
    show(rows, format_, columns)


@app.command()
def search(
    query: Annotated[str | None, typer.Argument(help='Words, "phrases", prefix*, AND, OR, NOT, brackets.')] = None,
    map_: options.MapOption = DEFAULT_MAP,
    stakeholder: options.Stakeholder = None,
    topic: options.Topic = None,
    stance: options.Side = None,
    group: options.Group = None,
    since: options.Since = None,
    until: options.Until = None,
    publisher: options.Publisher = None,
    min_confidence: options.Confidence = None,
    like: Annotated[str | None, typer.Option("--like", help="A statement's id, in place of a query.")] = None,
    facets: Annotated[bool, typer.Option("--facets", help="Counts by topic, stance, stakeholder, year...")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many statements at most.")] = 20,
    format_: options.FormatOption = None,
) -> None:
    """Statements nearest to a query, by words and by meaning together; or like another statement."""
    from discourse import query as ask
    from discourse.embed import load_embedder
    from discourse.store import Map

    if (query is None) == (like is None):
        raise typer.BadParameter("give either a query or --like STATEMENT")
    if stance == "mixed":
        raise QueryError("--stance mixed is a position, not a statement's stance: ask favour or against")
    with Map.open(map_) as store:
        where = options.filtered(store, stakeholder, topic, stance, group, since, until, publisher, min_confidence)
        if like is not None:
            rows = ask.more_like(store, ask.resolve_statement(store, like)["id"], where, limit)
        else:
            embedder = load_embedder(store.setting("embedder") or "minilm")
            if facets:
                counted = ask.facets(store, query or "", embedder, where)
                rows = [
                    {"facet": f, "value": v, "statements": n} for f, held in counted.items() for v, n in held.items()
                ]
                show(rows, format_)
                return
            rows = ask.search(store, query or "", embedder, where, limit)
    show(rows, format_, ("speaker", "text", "stances", "document", "score"))


@arguments_app.callback()
def arguments(
    context: typer.Context,
    map_: options.MapOption = DEFAULT_MAP,
    topic: options.Topic = None,
    format_: options.FormatOption = None,
) -> None:
    """The points made for and against, each with its key point, statements and stakeholders."""
    if context.invoked_subcommand:
        return
    from discourse.query import arguments as ask
    from discourse.query import resolve_topic
    from discourse.store import Map

    with Map.open(map_) as store:
        rows = ask(store, resolve_topic(store, topic) if topic else None)
    show(rows, format_, ("topic", "stance", "key_point", "statements", "stakeholders", "terms", "stability"))


@app.command()
def topics(map_: options.MapOption = DEFAULT_MAP, format_: options.FormatOption = None) -> None:
    """The topics of a map, with their propositions and how many statements are for and against."""
    from discourse.query import topics_of
    from discourse.store import Map

    with Map.open(map_) as store:
        rows = topics_of(store)
    show(rows, format_)


@app.command()
def summarise(
    map_: options.MapOption = DEFAULT_MAP,
    topic: options.Topic = None,
    stakeholder: options.Stakeholder = None,
    group: options.Group = None,
    since: options.Since = None,
    until: options.Until = None,
    publisher: options.Publisher = None,
    min_confidence: options.Confidence = None,
    html: Annotated[bool, typer.Option("--html", help="As a page of its own, in place of --format.")] = False,
    format_: options.FormatOption = None,
) -> None:
    """A stance summary in which every sentence names the statements it rests on."""
    import json

    from discourse.store import Map
    from discourse.summary import as_html, as_markdown, as_text
    from discourse.summary import summarise as write

    with Map.open(map_) as store:
        where = options.filtered(store, stakeholder, topic, None, group, since, until, publisher, min_confidence)
        summary = write(store, where)
    wanted = resolved(format_)
    if html:
        typer.echo(as_html(summary))
    elif wanted in (Format.json, Format.jsonl):
        typer.echo(json.dumps(summary, ensure_ascii=False, indent=1 if wanted is Format.json else None))
    else:
        typer.echo(as_markdown(summary) if wanted is Format.md else as_text(summary))


@app.command()
def report(
    out: Annotated[Path, typer.Argument(help="The HTML file to write.")], map_: options.MapOption = DEFAULT_MAP
) -> None:
    """One self-contained page: stakeholders by topics, each cell opening its quotations."""
    from discourse.cli.output import say
    from discourse.report import write_report
    from discourse.store import Map

    with Map.open(map_) as store:
        write_report(store, out)
    say(f"wrote {out}")
