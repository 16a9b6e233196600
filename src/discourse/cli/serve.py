"""The command that serves the pages of a map."""

from __future__ import annotations

from typing import Annotated

import typer

from discourse.cli import app, options
from discourse.cli.options import DEFAULT_MAP
from discourse.cli.output import say


@app.command()
def serve(
    map_: options.MapOption = DEFAULT_MAP,
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="The port to listen on.")] = 8010,
    allow_host: Annotated[
        list[str] | None, typer.Option("--allow-host", help="A further name under which to answer; may be repeated.")
    ] = None,
    rate: Annotated[float, typer.Option("--rate", min=0.1, help="Requests a second that one client may make.")] = 50.0,
) -> None:
    """The pages of a map in a browser, and JSON under /api/v1; read-only, until stopped with Ctrl-C."""
    import uvicorn

    from discourse.web import Settings, create_app
    from discourse.web.settings import hosts_for, is_loopback

    hosts = hosts_for(host, tuple(allow_host or ()))
    settings = Settings(hosts=hosts, requests_per_second=rate, burst=int(4 * rate) + 1)
    application = create_app(map_, settings)
    if not is_loopback(host):
        say(f"{host} can be reached from other machines: what is served names people and was not reviewed")
    say(f"http://{f'[{host}]' if ':' in host else host}:{port}/ (Ctrl-C stops)")
    uvicorn.run(
        application, host=host, port=port, log_level="warning", access_log=False, server_header=False,
        proxy_headers=False, limit_concurrency=200, timeout_keep_alive=5, h11_max_incomplete_event_size=32768,
    )  # fmt: skip
