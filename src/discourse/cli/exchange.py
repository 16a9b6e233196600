"""Commands that bring codings in and out: export, and annotations import, agreement, audit, queue, adjudicate."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from discourse.cli import app, options
from discourse.cli.options import DEFAULT_MAP
from discourse.cli.output import say, show
from discourse.errors import DiscourseError

codings = typer.Typer(no_args_is_help=True, help="Codings by people and machine: bring in, compare, settle, queue.")
app.add_typer(codings, name="annotations")

Files = Annotated[list[Path], typer.Argument(help="Files of annotations (JSON Lines), one or more.")]
Seed = Annotated[int, typer.Option("--seed", help="The same seed gives the same result.")]


@app.command()
def export(
    out: Annotated[Path, typer.Argument(help="The file or folder to write.")],
    to: Annotated[str, typer.Option("--to", help="dna, graphml, gexf, csv, parquet, jsonl, xlsx, doccano, "
        "label-studio, brat, conll, spacy, cas-json, qdpx, qdc, web-annotation, huggingface, aif, xaif, dna-csv, "
        "annotations, annotations-csv.")],
    map_: options.MapOption = DEFAULT_MAP,
) -> None:  # fmt: skip
    """The map in a format of the field; docs/formats.md says what each holds."""
    from discourse.formats import export as write
    from discourse.formats.base import UNREVIEWED
    from discourse.store import Map

    with Map.open(map_) as store:
        write(store, to, out)
    say(f"wrote {out} ({UNREVIEWED})")


@codings.command("import")
def import_(
    path: Annotated[Path, typer.Argument(help="The file or folder to read.")],
    out: Annotated[
        Path, typer.Argument(help="The file of annotations (JSON Lines) to write; of a .qdc, the codebook.")
    ],
    from_: Annotated[str, typer.Option("--from", help="Its format, such as doccano, brat, label-studio, dna, qdpx.")],
    map_: Annotated[Path | None, typer.Option("--map", help="Anchor them in this map's texts.", metavar="MAP")] = None,
    coder: Annotated[str | None, typer.Option("--coder", help="Who made them, where the format does not say.")] = None,
    codebook: Annotated[
        Path | None, typer.Option("--codebook-out", help="Also write its codes as a codebook (dna, qdc, qdpx).")
    ] = None,
) -> None:
    """Annotations of another tool as stand-off annotations; with --map, those that cannot be anchored are told."""
    from discourse.annotations import Coded, Text, anchor
    from discourse.formats import by_coder, read
    from discourse.formats.standoff import write
    from discourse.store import Map, tables

    if from_ == "qdc":
        _write_codebook(path, from_, codebook or out)
        return
    found = read(from_, path)
    if codebook is not None:
        _write_codebook(path, from_, codebook)
    found = by_coder(found, coder) if coder else found
    lost: list[Any] = []
    if map_ is not None:
        with Map.open(map_) as store:
            texts = [Text(row["id"], row["text"]) for row in tables.texts(store)]
        kept, lost = anchor(found.annotations, texts)
        found = Coded(found.texts, tuple(kept))
    write(found, out)
    for item in lost:
        a = item.annotation
        say(f"lost: {a.document} {a.start} to {a.end}, {a.layer} {a.label}: {item.reason}")
    say(f"wrote {len(found.annotations)} annotations to {out}; {len(lost)} lost")


def _write_codebook(path: Path, name: str, out: Path) -> None:
    from discourse.formats.base import writing
    from discourse.formats.codes import as_toml
    from discourse.formats.dna_read import read_codes
    from discourse.formats.refi import read_codebook

    if name not in ("dna", "qdc", "qdpx"):
        raise DiscourseError(f'--codebook-out: "{name}" holds no codebook: dna, qdc and qdpx do')
    codes = read_codes(path) if name == "dna" else read_codebook(path)
    with writing(out) as part:
        part.write_text(as_toml(codes), encoding="utf-8")
    say(f"wrote {len(codes)} codes as topics to {out}: make each a debatable proposition before you use it")


@codings.command()
def agreement(
    files: Files,
    map_: Annotated[
        Path | None, typer.Option("--map", help="Take texts, for spans, and the machine's codings from here.")
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
    document: Annotated[str, typer.Option("--document", help="Id of the document.")],
    start: Annotated[int, typer.Option("--start", min=0)],
    end: Annotated[int, typer.Option("--end", min=1)],
    layer: Annotated[str, typer.Option("--layer", help="Such as stance:TOPIC.")],
    label: Annotated[str, typer.Option("--label", help="What it is; none for no label.")],
    who: Annotated[str, typer.Option("--by", help="Who decides.")],
    gold: Annotated[Path, typer.Option("--gold", help="The file of decisions to add to.")] = Path("gold.jsonl"),
    why: Annotated[str | None, typer.Option("--why", help="The reason.")] = None,
) -> None:
    """Settles one disagreement: the decision is added to the gold, earlier ones stay as history."""
    from discourse.agreement.adjudicate import decide, record
    from discourse.formats.standoff import read_annotations

    history = read_annotations(gold) if gold.exists() else []
    at = datetime.now(UTC).isoformat(timespec="seconds")
    decision = decide(_read(files), history, document, start, end, layer, label, who=who, at=at, why=why)
    record(gold, decision)
    say(f"{gold}: {layer} of “{decision.quotation[:60]}” is {label}")


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
    map_: options.MapOption = DEFAULT_MAP,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many.")] = 50,
    by: Annotated[str, typer.Option("--by", help="mixed, uncertainty, diversity or consequence.")] = "mixed",
    judged: Annotated[
        list[Path] | None, typer.Option("--judged", help="Annotations already made, to leave out.")
    ] = None,
    seed: Seed = 0,
    format_: options.FormatOption = None,
) -> None:
    """What a person should look at next: unsure, unlike the rest, or what moves a displayed position."""
    from discourse.review_queue import queue as next_up
    from discourse.store import Map

    done = [
        (str(a.attribute("statement")), a.layer.removeprefix("stance:"))
        for a in _read(judged or [])
        if a.layer.startswith("stance:") and a.attribute("statement")
    ]
    with Map.open(map_) as store:
        rows = next_up(store, limit, by=by, seed=seed, judged=done)
    show(rows, format_, ("speaker", "text", "topic", "machine", "confidence", "uncertainty", "consequence"))
