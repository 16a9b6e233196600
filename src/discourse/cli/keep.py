"""Commands that keep a map right: corrections, stakeholders, what is in it, whether it is sound."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from discourse.cli import app, options
from discourse.cli.ask import arguments_app
from discourse.cli.options import DEFAULT_MAP
from discourse.cli.output import Format, resolved, say, show
from discourse.errors import DiscourseError
from discourse.places import Place, place

Who = Annotated[
    str | None, typer.Option("--who", help="Whose correction it is; default: the name you are logged in as.")
]
Why = Annotated[str | None, typer.Option("--why", help="The reason, kept with it.")]
Number = Annotated[int, typer.Argument(help="The number of the correction, as it was told or `corrections` lists it.")]

stakeholders_app = typer.Typer(rich_markup_mode=None, invoke_without_command=True)
app.add_typer(stakeholders_app, name="stakeholders")


@app.command()
def correct(
    statement: Annotated[str, typer.Argument(help="The statement's id, or enough of it.")],
    map_: options.MapOption = DEFAULT_MAP,
    speaker: Annotated[str | None, typer.Option("--speaker", help="Who said it: a stakeholder, or a new name.")] = None,
    nobody: Annotated[bool, typer.Option("--no-speaker", help="Nobody can be named as its speaker.")] = False,
    kind: Annotated[str, typer.Option("--kind", help="What a new name is: person, organisation, group.")] = "person",
    topic: options.Topic = None,
    stance: Annotated[str | None, typer.Option("--stance", help="favour, against or none, on --topic.")] = None,
    instead_of: Annotated[
        str | None, typer.Option("--instead-of", help="The topic that it was wrongly put under, in place of --topic.")
    ] = None,
    not_a_statement: Annotated[
        bool, typer.Option("--not-a-statement", help="Nobody said this: show it nowhere.")
    ] = False,
    who: Who = None,
    why: Why = None,
) -> None:
    """Says what is right about a statement; the machine's word is kept beside it, and `undo` brings it back."""
    from discourse import corrections
    from discourse.store import Map

    asked = [speaker is not None, nobody, topic is not None, not_a_statement]
    if sum(asked) != 1:
        raise typer.BadParameter("say one thing: --speaker, --no-speaker, --topic with --stance, or --not-a-statement")
    if topic is not None and stance is None and instead_of is None:
        raise typer.BadParameter("--topic needs --stance favour|against|none, or --instead-of another topic")
    name = who or options.login("--who")
    with Map.create(options.existing(map_)) as store:
        if not_a_statement:
            number = corrections.not_a_statement(store, statement, who=name, why=why)
        elif topic is None:
            number = corrections.correct_speaker(store, statement, speaker, who=name, why=why, kind=kind)
        elif instead_of is not None:
            number = corrections.correct_topic(store, statement, instead_of, topic, stance=stance, who=name, why=why)
        else:
            number = corrections.correct_stance(store, statement, topic, stance or "none", who=name, why=why)
    _told(number)


@app.command()
def undo(number: Number, map_: options.MapOption = DEFAULT_MAP, who: Who = None) -> None:
    """Takes a correction back; it stays on record as undone."""
    from discourse import corrections
    from discourse.store import Map

    with Map.create(options.existing(map_)) as store:
        rows = corrections.undo(store, number, who=who or options.login("--who"))
    say(f"undone: correction {number} ({', '.join(row['field'] for row in rows)})")


@app.command("corrections")
def list_corrections(map_: options.MapOption = DEFAULT_MAP, format_: options.FormatOption = None) -> None:
    """Every correction: what, by whom, when, why, and whether it stands, is undone or is lost."""
    from discourse import corrections
    from discourse.store import Map

    with Map.open(map_) as store:
        rows = corrections.listed(store)
    show(rows, format_, ("number", "state", "field", "target", "was", "value", "quotation", "who", "at", "why"))


@stakeholders_app.callback()
def stakeholders(
    context: typer.Context, map_: options.MapOption = DEFAULT_MAP, format_: options.FormatOption = None
) -> None:
    """The people, organisations and groups of a map; merge, split, rename and undo keep them right."""
    if context.invoked_subcommand:
        return
    from discourse.query import stakeholders_of
    from discourse.store import Map

    with Map.open(map_) as store:
        rows = stakeholders_of(store)
    show(rows, format_, ("id", "name", "kind", "group", "statements", "aliases"))


@stakeholders_app.command()
def merge(
    names: Annotated[
        list[str], typer.Argument(help="The stakeholders that are the same as --into.", metavar="NAME...")
    ],
    into: Annotated[str, typer.Option("--into", help="The stakeholder that they are.")],
    map_: options.MapOption = DEFAULT_MAP,
    who: Who = None,
    why: Why = None,
) -> None:
    """Says that several stakeholders are one."""
    from discourse import corrections
    from discourse.store import Map

    with Map.create(options.existing(map_)) as store:
        _told(corrections.merge_stakeholders(store, names, into, who=who or options.login("--who"), why=why))


@stakeholders_app.command()
def split(
    name: Annotated[str, typer.Argument(help="The stakeholder that is really two.")],
    new: Annotated[str, typer.Argument(help="Whose the statements are that go: a stakeholder, or a new name.")],
    map_: options.MapOption = DEFAULT_MAP,
    statement: Annotated[list[str] | None, typer.Option("--statement", help="A statement that goes, by id.")] = None,
    organisation: Annotated[
        str | None, typer.Option("--organisation", help="What was said for this body goes.")
    ] = None,
    role: Annotated[str | None, typer.Option("--role", help="What was said in this role goes.")] = None,
    who: Who = None,
    why: Why = None,
) -> None:
    """Says that some of a stakeholder's statements are another's."""
    from discourse import corrections
    from discourse.store import Map

    with Map.create(options.existing(map_)) as store:
        _told(
            corrections.split_stakeholder(
                store, name, new, who=who or options.login("--who"), why=why,
                statements=statement or (), organisation=organisation, role=role,
            )
        )  # fmt: skip


@stakeholders_app.command()
def rename(
    name: Annotated[str, typer.Argument(help="The stakeholder.")],
    new: Annotated[str, typer.Argument(help="Its name from now on.")],
    map_: options.MapOption = DEFAULT_MAP,
    who: Who = None,
    why: Why = None,
) -> None:
    """Gives a stakeholder another name; the old one stays an alias."""
    from discourse import corrections
    from discourse.store import Map

    with Map.create(options.existing(map_)) as store:
        _told(corrections.rename_stakeholder(store, name, new, who=who or options.login("--who"), why=why))


stakeholders_app.command("undo")(undo)


@arguments_app.command("merge")
def merge_arguments(
    arguments: Annotated[list[str], typer.Argument(help="Arguments, by id, that make the point of --into.")],
    into: Annotated[str, typer.Option("--into", help="The argument that they are part of.")],
    map_: options.MapOption = DEFAULT_MAP,
    who: Who = None,
    why: Why = None,
) -> None:
    """Says that several arguments make the same point."""
    from discourse import corrections
    from discourse.store import Map

    with Map.create(options.existing(map_)) as store:
        _told(corrections.merge_arguments(store, arguments, into, who=who or options.login("--who"), why=why))


@arguments_app.command("split")
def split_argument(
    argument: Annotated[str, typer.Argument(help="The argument that makes two points.")],
    statement: Annotated[list[str], typer.Option("--statement", help="A statement that makes the other point.")],
    map_: options.MapOption = DEFAULT_MAP,
    who: Who = None,
    why: Why = None,
) -> None:
    """Says that some of an argument's statements make another point."""
    from discourse import corrections
    from discourse.store import Map

    with Map.create(options.existing(map_)) as store:
        _told(corrections.split_argument(store, argument, statement, who=who or options.login("--who"), why=why))


@arguments_app.command("rename")
def rename_argument(
    argument: Annotated[str, typer.Argument(help="The argument, by id.")],
    name: Annotated[str, typer.Argument(help="What to call it, beside its key point.")],
    map_: options.MapOption = DEFAULT_MAP,
    who: Who = None,
    why: Why = None,
) -> None:
    """Gives an argument a name."""
    from discourse import corrections
    from discourse.store import Map

    with Map.create(options.existing(map_)) as store:
        _told(corrections.rename_argument(store, argument, name, who=who or options.login("--who"), why=why))


arguments_app.command("undo")(undo)


@app.command()
def info(map_: options.MapOption = DEFAULT_MAP, format_: options.FormatOption = None) -> None:
    """What is in a map, how it was made, and what in it is out of date."""
    from discourse.query import info as ask
    from discourse.store import Map

    with Map.open(map_) as store:
        found = ask(store)
    if resolved(format_) in (Format.json, Format.jsonl):
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1 if resolved(format_) is Format.json else None))
    else:
        show([{"what": key, "value": _said(value)} for key, value in found.items()], format_, ("what", "value"))


@app.command()
def copy(
    source: Annotated[Place, typer.Argument(help="The map to copy.", metavar="FROM", parser=place)],
    target: Annotated[Place, typer.Argument(help="Where to: a new file or database.", metavar="TO", parser=place)],
) -> None:
    """Copies a map, corrections and all: a file into a PostgreSQL database, for others to share, or back."""
    from discourse.store import Map
    from discourse.store.copy import copy as copy_rows

    with Map.open(source) as store, Map.create(target) as new:
        rows = copy_rows(store, new)
    say(f"copied {source} to {target}: {rows} rows; `discourse verify --map {target}` checks them")


@app.command()
def verify(map_: options.MapOption = DEFAULT_MAP) -> None:
    """Checks every offset, digest, link and derived row; exit code 0 and one line when all hold."""
    from discourse.overall import misled
    from discourse.store import Map
    from discourse.store.check import problems
    from discourse.store.read import counts

    with Map.open(map_) as store:
        found = [*problems(store), *misled(store)]
        held = counts(store)
    for problem in found:
        typer.echo(problem)
    if found:
        raise DiscourseError(f"{map_}: {len(found)} problems: build it anew from its pages, or go back to a copy")
    rows = ", ".join(f"{count} {name}s" for name, count in held.items())
    typer.echo(f"{map_}: sound: every offset, digest, link and derived row holds ({rows})")


def _told(number: int) -> None:
    say(f"correction {number} is stored and applied; `discourse undo {number}` takes it back")


def _said(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {count}" for key, count in value.items())
    if isinstance(value, list):
        return "; ".join(_said(item) for item in value) or "nothing"
    return "" if value is None else str(value)
