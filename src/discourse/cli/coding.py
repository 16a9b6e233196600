"""Commands that compare and settle codings: annotations agreement, adjudicate, gold, audit, queue."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from discourse.cli import app, options
from discourse.cli.options import DEFAULT_MAP
from discourse.cli.output import say, show
from discourse.errors import DiscourseError
from discourse.places import Place, place

codings = typer.Typer(no_args_is_help=True, help="Codings by people and machine: bring in, compare, settle, queue.")
app.add_typer(codings, name="annotations")

Files = Annotated[list[Path], typer.Argument(help="Files of annotations (JSON Lines), one or more.")]
Seed = Annotated[int, typer.Option("--seed", help="The same seed gives the same result.")]


@codings.command()
def agreement(
    files: Files,
    map_: Annotated[
        Place | None,
        typer.Option(
            "--map", help="Take texts, for spans, and the machine's codings from here.", metavar="MAP", parser=place
        ),
    ] = None,
    machine: Annotated[bool, typer.Option("--machine", help="Compare the people with the map's machine too.")] = False,
    spans: Annotated[bool, typer.Option("--spans", help="Where the stretches lie, not what they are called.")] = False,
    disagreements: Annotated[bool, typer.Option("--disagreements", help="List every case instead.")] = False,
    seed: Seed = 0,
    format_: options.FormatOption = None,
) -> None:
    """How far coders agree, by layer, topic, pair of coders and month, with 95 % intervals."""
    from discourse import agreement as measures
    from discourse.formats.from_map import coded
    from discourse.store import Map

    given = _read(files)
    lengths: dict[str, int] = {}
    if map_ is not None:
        with Map.open(map_) as store:
            whole = coded(store)
        lengths = {text.id: len(text.text) for text in whole.texts}
        given += [a for a in whole.annotations if machine and a.coder == "machine"]
    elif spans or machine:
        raise DiscourseError("--spans and --machine need the map whose texts were annotated: name it with --map")
    if disagreements:
        show(measures.disagreements(given), format_, ("document", "start", "end", "layer", "quotation", "labels"))
    elif spans:
        rows = measures.span_agreement(given, lengths, seed=seed)
        show(rows, format_, ("layer", "coders", "documents", "alpha_u", "f1_exact", "f1_overlap"))
    else:
        rows = measures.label_agreement(given, seed=seed)
        columns = ("layer", "coders", "month", "units", "agreed", "alpha", "alpha_low", "alpha_high", "cohen", "fleiss")
        show(rows, format_, columns)


def _read(files: list[Path]) -> list[Any]:
    from discourse.formats.standoff import read_annotations

    return [annotation for path in files for annotation in read_annotations(path)]


@codings.command()
def adjudicate(
    files: Files,
    draw: Annotated[
        Path | None, typer.Option("--draw", help="Write the open disagreements to this sheet (CSV) and stop.")
    ] = None,
    sheet: Annotated[
        Path | None, typer.Option("--sheet", help="A sheet that --draw wrote, its column label filled in.")
    ] = None,
    document: Annotated[str | None, typer.Option("--document", help="One case: id of the document.")] = None,
    start: Annotated[int | None, typer.Option("--start", min=0)] = None,
    end: Annotated[int | None, typer.Option("--end", min=1)] = None,
    layer: Annotated[str | None, typer.Option("--layer", help="Such as stance:TOPIC.")] = None,
    label: Annotated[str | None, typer.Option("--label", help="What it is; none for no label.")] = None,
    who: Annotated[str | None, typer.Option("--by", help="Who decides.")] = None,
    decisions: Annotated[Path, typer.Option("--decisions", "--gold", help="The file of decisions to add to.")] = Path(
        "decisions.jsonl"
    ),
    why: Annotated[str | None, typer.Option("--why", help="The reason, of one case.")] = None,
) -> None:
    """Settles disagreements, one or a sheet of them: decisions are added to a file, earlier ones stay as history."""
    from discourse.agreement import adjudicate as settle
    from discourse.formats.standoff import read_annotations

    given, history = _read(files), read_annotations(decisions) if decisions.exists() else []
    if draw is not None:
        if draw.exists():
            raise DiscourseError(f"{draw}: exists already: name another, or record its decisions with --sheet")
        say(
            f'wrote {settle.write_cases(given, history, draw)} cases to {draw}: fill in "label" and "why", then --sheet'
        )
        return
    if who is None:
        raise typer.BadParameter("say who decides: --by NAME")
    at = datetime.now(UTC).isoformat(timespec="seconds")
    if sheet is not None:
        made = settle.decide_all(given, history, sheet, who=who, at=at)
    elif document is None or start is None or end is None or layer is None or label is None:
        raise typer.BadParameter(
            "give --draw or --sheet, or --document, --start, --end, --layer and --label of one case"
        )
    else:
        made = [settle.decide(given, history, document, start, end, layer, label, who=who, at=at, why=why)]
    settle.record(decisions, made)
    for decision in made:
        say(f"{decisions}: {decision.layer} of “{decision.quotation[:60]}” is {decision.label}")


@codings.command()
def gold(
    out: Annotated[Path, typer.Argument(help="The file of annotations (JSON Lines) to write.")],
    files: Files,
    decisions: Annotated[
        Path | None, typer.Option("--decisions", help="What `annotations adjudicate` decided.")
    ] = None,
) -> None:
    """What all coders agree on and what was decided, once each; says how many disagreements are still open."""
    from discourse.agreement.adjudicate import gold as agreed
    from discourse.formats.standoff import read_annotations, write_annotations

    if out.exists() and any(
        path.exists() and out.samefile(path) for path in (*files, *([decisions] if decisions else []))
    ):
        raise DiscourseError(f"{out}: is one of the files that the gold is made of: name another")
    found, left = agreed(_read(files), read_annotations(decisions) if decisions else [])
    write_annotations(found, out)
    say(f"wrote {len(found)} annotations to {out}; {len(left)} disagreements left open")


@codings.command()
def audit(
    sheet: Annotated[Path, typer.Argument(help="The sheet (CSV) to write, or with --score to read.")] = Path(
        "audit.csv"
    ),
    map_: options.MapOption = DEFAULT_MAP,
    sample: Annotated[int, typer.Option("--sample", min=1, max=100_000, help="How many cases to draw.")] = 200,
    stratify: Annotated[str, typer.Option("--stratify", help="topic, confidence or both.")] = "topic,confidence",
    score: Annotated[bool, typer.Option("--score", help="The sheet is filled in: score the machine by it.")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="With --score: write the answers as annotations.")] = None,
    coder: Annotated[str, typer.Option("--coder", help="With --out: who answered.")] = "auditor",
    seed: Seed = 0,
    format_: options.FormatOption = None,
) -> None:
    """Draws statements for a person to judge without seeing the machine's answer; later scores the machine."""
    from discourse.agreement import audit as blind
    from discourse.store import Map

    if not score:
        if sheet.exists():
            raise DiscourseError(f"{sheet}: exists already: name another, or score it with --score")
        with Map.open(map_) as store:
            cases = blind.draw(store, sample, [name.strip() for name in stratify.split(",") if name.strip()], seed)
            blind.write_sheet(store, cases, sheet)
        say(f'wrote {len(cases)} cases to {sheet}: fill in "answer" with favour, against or none, then --score')
        say(f"the machine's answers are in {blind.key_path(sheet)}: do not open it before")
        return
    key = blind.read_key(blind.key_path(sheet))
    given = blind.answers(sheet, key)
    result = blind.score(key.values(), given, seed)
    if out is not None:
        from discourse.formats.standoff import write_annotations

        with Map.open(map_) as store:
            write_annotations(blind.as_annotations(store, key.values(), given, coder), out)
    say(f"{result['cases']} of {len(key)} cases answered; accuracy {result['accuracy']}, alpha {result['alpha']}")
    show([{k: v for k, v in result.items() if k != "classes"} | row for row in result["classes"]], format_, _AUDIT)


_AUDIT = (
    "class",
    "machine",
    "coder",
    "precision",
    "precision_low",
    "precision_high",
    "recall",
    "f1",
    "f1_low",
    "f1_high",
)


@codings.command()
def queue(
    sheet: Annotated[
        Path | None, typer.Argument(help="Write them to this sheet (CSV), to be coded, without the machine's answer.")
    ] = None,
    map_: options.MapOption = DEFAULT_MAP,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many.")] = 50,
    by: Annotated[
        str, typer.Option("--by", help="mixed, uncertainty, diversity, consequence or disagreement.")
    ] = "mixed",
    second: Annotated[
        str | None, typer.Option("--second", help="A second stance model: what it and the map's differ on.")
    ] = None,
    judged: Annotated[
        list[Path] | None, typer.Option("--judged", help="Annotations already made, to leave out.")
    ] = None,
    seed: Seed = 0,
    format_: options.FormatOption = None,
) -> None:
    """What a person should look at next: unsure, unlike the rest, in dispute, or what moves a displayed position."""
    from discourse.agreement.sheet import case_of, write_sheet
    from discourse.review_queue import queue as next_up
    from discourse.second_opinion import second_opinion
    from discourse.store import Map

    if sheet is not None and sheet.exists():
        raise DiscourseError(f"{sheet}: exists already: name another, or you may lose answers")
    done = [
        (str(a.attribute("statement")), a.layer.removeprefix("stance:"))
        for a in _read(judged or [])
        if a.layer.startswith("stance:") and a.attribute("statement")
    ]
    with Map.open(map_) as store:
        other = second_opinion(store, second) if second else None
        rows = next_up(store, limit, by=by, seed=seed, judged=done, second=other)
        if sheet is None:
            show(rows, format_, ("speaker", "text", "topic", "machine", "confidence", "uncertainty", "consequence"))
            return
        pairs = [(row["statement"], row["topic"]) for row in rows]
        write_sheet(store, [(case_of(*pair), *pair) for pair in pairs], sheet)
    say(f'wrote {len(rows)} cases to {sheet}: fill in "answer", then `annotations import --from sheet`')
