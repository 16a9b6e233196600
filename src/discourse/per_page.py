"""What the per-document stages make of each page, however they are run, and how it is written to the map."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from discourse.errors import PageError
from discourse.records import Analysis, Document, Page, PageEntry, Stance, Statement
from discourse.run_report import RunReport
from discourse.store import write
from discourse.store.map import Map

if TYPE_CHECKING:
    from discourse.pipeline import Stages

_log = logging.getLogger(__name__)

_BATCH = 256
"""Statements that are embedded and scored together; what is lost when a run is killed is at most this much work."""


Progress = Callable[[RunReport, str], None]
"""Called after each page with the report so far and the page's source."""


@dataclass(frozen=True, slots=True)
class Due:
    """A page that is new or changed; `known` when the map holds records of an earlier state of it."""

    page: Page
    entry: PageEntry
    known: bool


Worked = tuple[Due, list[Document], list[Statement]]
"""A page that was read, with what it gave so far."""


Read = Callable[[Page, "Stages", RunReport], tuple[list[Document], list[Statement]]]


class Engine(Protocol):
    """What takes pages that are due through the per-document stages and writes what they gave, in their order."""

    def work(self, due: Iterable[Due], store: Map, stages: Stages, report: RunReport, progress: Progress) -> None: ...


class Here:
    """Works the pages one after another in this process."""

    def work(self, due: Iterable[Due], store: Map, stages: Stages, report: RunReport, progress: Progress) -> None:
        for item, analysis in analyses(due, stages, report, progress):
            keep(store, analysis, item.known, report)


def analyses(
    due: Iterable[Due],
    stages: Stages,
    report: RunReport,
    progress: Progress = lambda report, source: None,
    read: Read | None = None,
) -> Iterator[tuple[Due, Analysis]]:
    """What the stages make of pages, in their order; those that hold nothing to read come as refused, at once."""
    batch: list[Worked] = []
    for item in due:
        try:
            documents, statements = (read or read_page)(item.page, stages, report)
        except PageError as error:
            yield item, Analysis(replace(item.entry, outcome="refused", reason=str(error)))
        else:
            batch.append((item, documents, statements))
        if sum(len(statements) for _, _, statements in batch) >= _BATCH:
            yield from _scored(batch, stages, report)
            batch.clear()
        progress(report, item.page.source)
    yield from _scored(batch, stages, report)


def keep(store: Map, analysis: Analysis, known: bool, report: RunReport) -> None:
    """Writes what was made of a page, or why nothing was, and notes it in the report."""
    started = perf_counter()
    report.gone += write.write_page(store, analysis)
    report.seconds["store"] += perf_counter() - started
    page = analysis.page
    if page.outcome == "refused":
        report.refused.append((page.source, page.reason or ""))
    else:
        (report.changed if known else report.added).append(page.source)


def read_page(page: Page, stages: Stages, report: RunReport) -> tuple[list[Document], list[Statement]]:
    """The documents of a page and their statements; PageError where there is nothing to read."""
    from discourse.extract.apart import extract_apart

    started = perf_counter()
    try:
        documents = extract_apart(page)
        extracted = perf_counter()
        statements = [statement for document in documents for statement in stages.attributor.attribute(document)]
    except PageError:
        raise
    except Exception as error:  # whatever a page does to the code, it costs that page and not the run
        _log.debug("%s", page.source, exc_info=True)
        raise PageError(f"a fault in this software ({type(error).__name__}: {error}): please report it") from error
    report.seconds["extract"] += extracted - started
    report.seconds["attribute"] += perf_counter() - extracted
    report.made["documents"] += len(documents)
    report.made["statements"] += len(statements)
    report.made["words"] += sum(document.text.count(" ") + 1 for document in documents)
    report.kinds.update(document.kind for document in documents)
    return documents, statements


def _scored(batch: Sequence[Worked], stages: Stages, report: RunReport) -> Iterator[tuple[Due, Analysis]]:
    """All that the stages make of pages that were read: their statements are embedded and scored together."""
    everything = [statement for _, _, statements in batch for statement in statements]
    if not batch:
        return
    started = perf_counter()
    vectors = encode(stages, everything)
    embedded = perf_counter()
    stances: dict[str, list[Stance]] = {}
    for stance in stages.scorer.score(everything, vectors):
        stances.setdefault(stance.statement_id, []).append(stance)
    report.seconds["embed"] += embedded - started
    report.seconds["stance"] += perf_counter() - embedded
    packed, first = vectors.astype("<f2"), 0
    for item, documents, statements in batch:
        rows = packed[first : first + len(statements)]
        first += len(statements)
        of_page = tuple(stance for statement in statements for stance in stances.get(statement.id, ()))
        report.made["stances"] += len(of_page)
        yield (
            item,
            Analysis(item.entry, tuple(documents), tuple(statements), rows.tobytes(), vectors.shape[1], of_page),
        )


def encode(stages: Stages, statements: Sequence[Statement]) -> NDArray[np.float32]:
    """The vectors of statements, one row each."""
    return stages.embedder.encode([statement.text for statement in statements])
