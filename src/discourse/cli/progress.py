"""A progress bar with counts on a terminal, plain lines otherwise."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

from discourse.cli.output import say

if TYPE_CHECKING:
    from discourse.per_page import Progress
    from discourse.run_report import RunReport

_EVERY_SECONDS = 10.0


@contextmanager
def progress() -> Iterator[Progress]:
    """A function to call after each page."""
    if not sys.stderr.isatty():
        yield _Lines().tell
        return
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (
        SpinnerColumn("line"), BarColumn(20), TextColumn("{task.description}", markup=False), TimeElapsedColumn()
    )  # fmt: skip
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("loading models", total=None)
        yield lambda report, source: bar.update(
            task, description=_line(report, source), total=report.handed or None, completed=report.worked
        )


class _Lines:
    def __init__(self) -> None:
        self.last = monotonic()

    def tell(self, report: RunReport, source: str) -> None:
        if monotonic() - self.last >= _EVERY_SECONDS:
            self.last = monotonic()
            say(_line(report, source))


def _line(report: RunReport, source: str) -> str:
    if report.handed:
        return (
            f"{report.worked} of {report.handed} pages worked, {report.made['documents']} documents,"
            f" {report.made['statements']} statements: {source[-60:]}"
        )
    done = report.read + len(report.refused)
    return (
        f"{done} pages ({len(report.refused)} refused), {report.made['documents']} documents,"
        f" {report.made['statements']} statements: {source[-60:]}"
    )
