"""Commands that set stakeholders beside one another: who moved, where two differ, who agrees with whom."""

from __future__ import annotations

import enum
import json
from typing import Annotated

import typer

from discourse.cli import app, options
from discourse.cli.options import DEFAULT_MAP
from discourse.cli.output import Format, resolved, say, show


class NetworkKind(enum.StrEnum):
    """What a tie stands for."""

    congruence = "congruence"
    conflict = "conflict"
    subtract = "subtract"
    affiliation = "affiliation"


class Normalisation(enum.StrEnum):
    """What ties are divided by."""

    none = "none"
    average = "average"
    jaccard = "jaccard"
    cosine = "cosine"
    activity = "activity"
    prominence = "prominence"


class Duplicates(enum.StrEnum):
    """Within what an actor's side of a topic counts once."""

    include = "include"
    document = "document"
    week = "week"
    month = "month"
    year = "year"


class LinkKind(enum.StrEnum):
    """What one statement does for another."""

    supports = "supports"
    responds_to = "responds_to"


class EvidenceKind(enum.StrEnum):
    """What sort of evidence a supporting statement gives."""

    figure = "figure"
    case = "case"
    authority = "authority"
    experience = "experience"


@app.command()
def links(
    map_: options.MapOption = DEFAULT_MAP,
    kind: Annotated[LinkKind | None, typer.Option("--kind", help="Links of this kind only.")] = None,
    evidence: Annotated[EvidenceKind | None, typer.Option("--evidence", help="Support by such evidence only.")] = None,
    stakeholder: options.Stakeholder = None,
    topic: options.Topic = None,
    group: options.Group = None,
    since: options.Since = None,
    until: options.Until = None,
    publisher: options.Publisher = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="How many links at most.")] = None,
    format_: options.FormatOption = None,
) -> None:
    """Which statements give a reason or evidence for which, and who answers whom, within a document."""
    from discourse.query import links as ask
    from discourse.store import Map

    with Map.open(map_) as store:
        where = options.filtered(store, stakeholder, topic, None, group, since, until, publisher)
        rows = ask(
            store, where, kind=kind.value if kind else None, evidence=evidence.value if evidence else None, limit=limit
        )
    if resolved(format_) in (Format.table, Format.md):
        for row in rows:
            for end in ("from", "to"):
                row[end] = f"{row[end]['speaker'] or 'somebody'}: {row[end]['text']}"
    show(rows, format_, ("kind", "from", "to", "evidence", "cue", "confidence"))


@app.command()
def changes(
    map_: options.MapOption = DEFAULT_MAP,
    stakeholder: options.Stakeholder = None,
    topic: options.Topic = None,
    group: options.Group = None,
    since: options.Since = None,
    until: options.Until = None,
    min_confidence: options.Confidence = None,
    format_: options.FormatOption = None,
) -> None:
    """Who took one side of a topic and later the other, between when and when, with both quotations."""
    from discourse.changes import changes as ask
    from discourse.store import Map

    with Map.open(map_) as store:
        where = options.filtered(store, stakeholder, topic, None, group, since, until, None, min_confidence)
        rows = ask(store, where)
    if resolved(format_) in (Format.table, Format.md):
        for row in rows:
            for end in ("from", "to"):
                row[f"{end}_"] = f"{row[end]['date']} {row[end]['stance']}: {row[end]['text']}"
    show(rows, format_, ("stakeholder", "topic", "kind", "from_", "to_", "noise"))


@app.command()
def compare(
    one: Annotated[str, typer.Argument(help="A stakeholder: name, alias or id.", metavar="A")],
    other: Annotated[str, typer.Argument(help="Another.", metavar="B")],
    map_: options.MapOption = DEFAULT_MAP,
    topic: options.Topic = None,
    since: options.Since = None,
    until: options.Until = None,
    format_: options.FormatOption = None,
) -> None:
    """Where two stakeholders agree and differ, with a quotation of each."""
    from discourse.query import compare as ask
    from discourse.query import resolve_stakeholder
    from discourse.store import Map

    with Map.open(map_) as store:
        first, second = resolve_stakeholder(store, one), resolve_stakeholder(store, other)
        rows = ask(store, first, second, options.filtered(store, topic=topic, since=since, until=until))
    if resolved(format_) in (Format.table, Format.md):
        for row in rows:
            for end in ("a", "b"):
                row[end] = f"{row[end]['stance']}: {row[end]['quote']['text']}" if row[end] else "no evidence found"
    show(rows, format_, ("topic", "relation", "a", "b"))


@app.command()
def network(
    map_: options.MapOption = DEFAULT_MAP,
    kind: Annotated[NetworkKind, typer.Option("--kind", help="What a tie stands for.")] = NetworkKind.subtract,
    normalisation: Annotated[
        Normalisation | None, typer.Option("--normalise", help="Default: average, or none for affiliation.")
    ] = None,
    duplicates: Annotated[
        Duplicates, typer.Option("--duplicates", help="Within what an actor's side of a topic counts once.")
    ] = Duplicates.document,
    least: Annotated[int, typer.Option("--min", min=1, help="Leave out whom or what fewer statements have.")] = 1,
    window: Annotated[int | None, typer.Option("--window", min=1, help="A network for each so many days.")] = None,
    step: Annotated[int | None, typer.Option("--step", min=1, help="Days from one window to the next.")] = None,
    topic: options.Topic = None,
    group: options.Group = None,
    since: options.Since = None,
    until: options.Until = None,
    min_confidence: options.Confidence = None,
    format_: options.FormatOption = None,
) -> None:
    """Who agrees with whom: discourse networks with coalitions and polarisation (JSON), or their ties."""
    from discourse.network import network as build
    from discourse.network import windows
    from discourse.store import Map

    plain = Normalisation.none if kind is NetworkKind.affiliation else Normalisation.average
    with Map.open(map_) as store:
        where = options.filtered(store, None, topic, None, group, since, until, None, min_confidence)
        wanted = {
            "kind": kind.value, "normalisation": (normalisation or plain).value,
            "duplicates": duplicates.value, "least": least,
        }  # fmt: skip
        if window:
            found = [network_.as_row() for network_ in windows(store, where, window, step, **wanted)]
        else:
            found = [build(store, where, **wanted).as_row()]  # type: ignore[arg-type]  # the enums hold the literals
    if resolved(format_) in (Format.json, Format.jsonl):
        indent = 1 if resolved(format_) is Format.json else None
        typer.echo(json.dumps(found if window else found[0], ensure_ascii=False, indent=indent))
        return
    ties = []
    for row in found:
        names = {node["id"]: node["name"] for node in row["nodes"]}
        dated = {"since": row["since"], "until": row["until"]} if window else {}
        ties += [
            dated | {"source": names[e["source"]], "target": names[e["target"]], "weight": e["weight"]}
            for e in row["edges"]
        ]
        for number, camp in enumerate(row["coalitions"], 1):
            if len(camp) > 1:
                say(f"coalition {number}: {', '.join(names[actor] for actor in camp)}")
        if row["polarisation"] is not None:
            say(f"polarisation: {row['polarisation']:.2f}")
    show(sorted(ties, key=lambda tie: -abs(tie["weight"])), format_)
