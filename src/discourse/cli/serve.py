"""The command that serves the pages of a map."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from discourse.cli import app, options
from discourse.cli.options import DEFAULT_MAP
from discourse.cli.output import say
from discourse.errors import DiscourseError
from discourse.places import Place


@app.command()
def serve(
    map_: options.MapOption = DEFAULT_MAP,
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="The port to listen on.")] = 8010,
    allow_host: Annotated[
        list[str] | None, typer.Option("--allow-host", help="A further name under which to answer; may be repeated.")
    ] = None,
    rate: Annotated[float, typer.Option("--rate", min=0.1, help="Requests a second that one client may make.")] = 50.0,
    edit: Annotated[
        bool, typer.Option("--edit", help="Reviewers may correct; tokens are told (made of $DISCOURSE_TOKEN if set).")
    ] = False,
    reviewer: Annotated[
        list[str] | None,
        typer.Option("--reviewer", help="With --edit, who may review; may be repeated; default: you, as logged in."),
    ] = None,
    behind_tls: Annotated[
        bool, typer.Option("--behind-tls", help="A web server with TLS stands in front: --edit off this machine.")
    ] = False,
    full_texts: Annotated[
        bool | None,
        typer.Option("--full-texts/--no-full-texts", help="Show whole texts; default: on this machine alone."),
    ] = None,
    archive: Annotated[
        Path | None, typer.Option("--archive", help="With whole texts, show captured pages from this archive.")
    ] = None,
) -> None:
    """The pages of a map in a browser, and JSON under /api/v1; read-only without --edit; until stopped with Ctrl-C."""
    import uvicorn

    from discourse.web import Settings, create_app
    from discourse.web.settings import check_editing, hosts_for, is_loopback

    hosts = hosts_for(host, tuple(allow_host or ()))
    reviewers = _reviewers(map_, reviewer) if edit else {}
    if edit:
        check_editing(host, tuple(allow_host or ()), behind_tls)
    elif reviewer:
        raise DiscourseError("--reviewer needs --edit: without it, nothing can be changed")
    settings = Settings(
        hosts=hosts,
        requests_per_second=rate,
        burst=int(4 * rate) + 1,
        reviewers=reviewers,
        behind_tls=behind_tls,
        full_texts=is_loopback(host) and not allow_host if full_texts is None else full_texts,
        archive=archive,
    )
    application = create_app(map_, settings)
    if not is_loopback(host):
        say(f"{host} can be reached from other machines: what is served names people and was not reviewed")
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    for name, token in reviewers.items():
        say(f"to review as {name}: {address}review, with the token {token}")
    say(f"{address} (Ctrl-C stops)")
    uvicorn.run(
        application, host=host, port=port, log_level="warning", access_log=False, server_header=False,
        proxy_headers=False, limit_concurrency=200, timeout_keep_alive=5, h11_max_incomplete_event_size=32768,
    )  # fmt: skip


def _reviewers(map_: Place, named: list[str] | None) -> dict[str, str]:
    """The token of each reviewer named; of whoever is logged in where none is."""
    from discourse.store import Map, corrections
    from discourse.web.entry import tokens

    with Map.open(map_) as store:
        spoken = {row["who"] for row in corrections.listed(store)}
    return tokens(named or [options.login("--reviewer")], os.environ.get("DISCOURSE_TOKEN"), spoken)
