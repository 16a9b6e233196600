"""Commands that bring codings in and out: export, and annotations import."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from discourse.cli import app, options
from discourse.cli.coding import codings
from discourse.cli.options import DEFAULT_MAP
from discourse.cli.output import say
from discourse.errors import DiscourseError
from discourse.places import Place, place

if TYPE_CHECKING:
    from discourse.annotations import Coded


@app.command()
def export(
    out: Annotated[Path, typer.Argument(help="The file or folder to write.")],
    to: Annotated[str, typer.Option("--to", help="dna, graphml, gexf, csv, parquet, jsonl, xlsx, doccano, "
        "label-studio, brat, conll, spacy, cas-json, qdpx, qdc, web-annotation, huggingface, aif, xaif, dna-csv, "
        "annotations, annotations-csv, site, datasette.")],
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
    from_: Annotated[
        str, typer.Option("--from", help="Its format, such as doccano, brat, label-studio, dna, qdpx; or sheet.")
    ],
    map_: Annotated[
        Place | None, typer.Option("--map", help="Anchor them in this map's texts.", metavar="MAP", parser=place)
    ] = None,
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
    found = _sheet(path, map_, coder) if from_ == "sheet" else read(from_, path)
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


def _sheet(path: Path, map_: Place | None, coder: str | None) -> Coded:
    from discourse.agreement.sheet import read_sheet
    from discourse.annotations import Coded
    from discourse.store import Map

    if map_ is None or not coder:
        raise DiscourseError("a sheet says neither who coded it nor where its statements stand: add --coder and --map")
    with Map.open(map_) as store:
        return Coded((), tuple(read_sheet(store, path, coder)))


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
