"""Commands for a sector of one's own: the files to begin with, and help with its codebook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from discourse.cli import app, options
from discourse.cli.output import Format, resolved, say, show
from discourse.places import Place, place

codebook_app = typer.Typer(rich_markup_mode=None, no_args_is_help=True, help="Checks a codebook, or proposes topics.")
app.add_typer(codebook_app, name="codebook")


@app.command()
def init(
    name: Annotated[str, typer.Argument(help="What the sector is called, such as housing.")],
    folder: Annotated[Path, typer.Option("--in", help="Where its folder is made.")] = Path(),
) -> None:
    """Writes a commented codebook, a sources file and a README for a sector of one's own."""
    from discourse.sector import init as write

    paths = write(name, folder)
    for path in paths:
        typer.echo(path)
    say(f"write your topics into {paths[0].parent / 'codebook.toml'}, then: discourse codebook check that file")


@codebook_app.command()
def check(
    codebook: Annotated[Path | None, typer.Argument(help="The codebook; default: as for `run`.")] = None,
    map_: Annotated[
        Place | None,
        typer.Option("--map", help="A map, to see which topics share statements.", metavar="MAP", parser=place),
    ] = None,
) -> None:
    """Explains mistakes in a codebook, and topics that cannot be told apart."""
    from discourse.codebook import load_codebook
    from discourse.embed import load_embedder
    from discourse.sector import doubts
    from discourse.store import Map

    found = load_codebook(codebook)
    if map_ is None:
        said = doubts(found, load_embedder())
    else:
        with Map.open(map_) as store:
            said = doubts(found, load_embedder(store.setting("embedder") or "minilm"), store)
    for doubt in said:
        typer.echo(doubt)
    counted = f"{len(found.topics)} topics, {len(found.stakeholders)} stakeholders"
    say(f"valid: {counted}; {len(said)} doubts" if said else f"valid: {counted}; nothing doubtful")


@codebook_app.command()
def suggest(
    map_: options.MapOption = options.DEFAULT_MAP,
    limit: Annotated[int, typer.Option("--limit", min=1, max=200, help="How many topics at most.")] = 10,
    toml: Annotated[bool, typer.Option("--toml", help="As [[topic]] blocks, commented out.")] = False,
    format_: options.FormatOption = None,
) -> None:
    """Proposes topics from statements that lie together and that no topic covers."""
    from discourse.embed import load_embedder
    from discourse.sector import as_toml
    from discourse.sector import suggest as ask
    from discourse.store import Map

    with Map.open(map_) as store:
        rows = ask(store, load_embedder(store.setting("embedder") or "minilm"), limit)
    if not rows and resolved(format_) is Format.table:
        say("nothing found: every group of statements is near a topic, or there are too few")
    if toml:
        typer.echo(as_toml(rows))
    else:
        show(rows, format_, ("proposition", "terms", "stakeholders", "documents", "statements"))
