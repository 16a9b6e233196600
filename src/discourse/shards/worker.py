"""What a worker does with a shard: loads the models once, works the pages, writes what they gave."""

from __future__ import annotations

import faulthandler
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from discourse.errors import DiscourseError
from discourse.per_page import analyses, read_page
from discourse.records import Document, Page, Statement
from discourse.run_report import RunReport
from discourse.shards.folder import Folder, Mark

if TYPE_CHECKING:
    from discourse.pipeline import Stages

SECONDS_A_PAGE = 3600.0
"""A page that is not read within this time ends its worker, and is then known by it. The process that extracts has its
own, shorter limits; this one is for all that follows."""

Load = Callable[[], "Stages"]
"""Loads the models: a function that a worker finds under the same name, with its arguments."""

_kept: dict[str, Stages] = {}
_one_at_a_time = Lock()


def work(folder: str, name: str, fingerprint: str, load: Load, seconds: float = SECONDS_A_PAGE) -> Mark:
    """Works one shard of a folder and gives its marker."""
    place = Folder(Path(folder))
    if not place.path.is_dir():
        raise DiscourseError(
            f"worker {_here()} sees no folder {folder}: name one with --shards that all machines share"
        )
    with _one_at_a_time:
        # A worker can be lost after it wrote the marker and before it told of it.
        if (mark := place.mark(name)) is not None:
            return mark
        stages = _stages(fingerprint, load)
        report = RunReport()
        watch = _Watch(place, name, seconds)
        done = [analysis for _, analysis in analyses(place.read_input(name), stages, report, read=watch.read)]
        counts = {"made": dict(report.made), "kinds": dict(report.kinds), "seconds": dict(report.seconds)}
        return place.finish(name, fingerprint, done, counts)


def _stages(fingerprint: str, load: Load) -> Stages:
    if fingerprint not in _kept:
        _kept.clear()
        stages = load()
        if stages.fingerprint != fingerprint:
            raise DiscourseError(
                f"worker {_here()} has another version of sector-discourse or other models than the run that asks it: "
                "install the same on all machines"
            )
        _kept[fingerprint] = stages
    return _kept[fingerprint]


class _Watch:
    """Reads pages, each noted before it; ends the process when one takes too long, whatever code it hangs in."""

    def __init__(self, place: Folder, name: str, seconds: float) -> None:
        self.place = place
        self.name = name
        self.seconds = seconds

    def read(self, page: Page, stages: Stages, report: RunReport) -> tuple[list[Document], list[Statement]]:
        self.place.at(self.name, page.canonical)
        with Path(os.devnull).open("wb") as silent:
            faulthandler.dump_traceback_later(self.seconds, exit=True, file=silent)
            try:
                return read_page(page, stages, report)
            finally:
                faulthandler.cancel_dump_traceback_later()
                self.place.at(self.name, "")


def _here() -> str:
    with suppress(OSError):
        return f"{socket.gethostname()}, process {os.getpid()}"
    return f"process {os.getpid()}"
