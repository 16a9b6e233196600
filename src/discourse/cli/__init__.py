"""The command line: parses, calls the function of the same name, prints."""

from __future__ import annotations

import logging
import os
import sys

import typer

from discourse.errors import DiscourseError

app = typer.Typer(
    name="discourse",
    help="Who said what, where exactly, on which topic, for or against: build a stance map and question it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def main() -> None:
    """Runs the command line; a DiscourseError becomes one line and exit code 1."""
    logging.basicConfig(level=os.environ.get("DISCOURSE_LOG", "ERROR"), format="%(levelname)s %(name)s: %(message)s")
    try:
        app()
    except DiscourseError as error:
        print(f"discourse: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("discourse: stopped; what was finished is kept, and the next run goes on from there", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


from discourse.cli import (  # noqa: E402  (commands register themselves on `app`)
    ask,
    build,
    coding,
    evaluate,
    exchange,
    gather,
    keep,
    relate,
    sector,
    serve,
)

__all__ = [
    "app",
    "ask",
    "build",
    "coding",
    "evaluate",
    "exchange",
    "gather",
    "keep",
    "main",
    "relate",
    "sector",
    "serve",
]
