"""The run that hands shards to workers, begins again where it was stopped, and loads the map once at the end."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Protocol

from discourse.errors import DiscourseError
from discourse.per_page import Due, Progress, keep
from discourse.pipeline import Stages
from discourse.places import Place
from discourse.records import Analysis
from discourse.run_report import RunReport
from discourse.shards.folder import Folder, Mark
from discourse.shards.pools import Finished, LocalPool, connect
from discourse.shards.tables import arrow
from discourse.shards.worker import SECONDS_A_PAGE, Load
from discourse.store.map import Map

PAGES_A_SHARD = 100
_BYTES_A_SHARD = 32_000_000
_HELD = 8
"""Full shards of pages held back at most, so that the last of them can be shared out evenly."""
_LOST_ALONE = 2
"""A page that was alone with a worker, each time lost, this often is set aside."""
_ADDRESS = re.compile(r"dask://(\[[0-9a-fA-F:.]+\]|[^\s/:\[\]]+):([0-9]{1,5})/?")


class Pool(Protocol):
    """Workers that take shards by name."""

    capacity: int

    def submit(self, name: str) -> None: ...

    def wait(self) -> list[Finished]:
        """The shards that finished, or whose worker was lost; at least one."""
        ...

    def close(self) -> None: ...


class Sharded:
    """An engine over shards in a folder; `keep_shards` leaves them there when the map is loaded."""

    def __init__(
        self,
        engine: str,
        load: Load,
        folder: Path,
        *,
        keep_shards: bool = False,
        pages_a_shard: int = PAGES_A_SHARD,
        seconds_a_page: float = SECONDS_A_PAGE,
    ) -> None:
        arrow()
        self.engine = engine
        self.load = load
        self.folder = Folder(folder.resolve())
        self.keep_shards = keep_shards
        self.pages_a_shard = pages_a_shard
        self.seconds_a_page = seconds_a_page

    def work(self, due: Iterable[Due], store: Map, stages: Stages, report: RunReport, progress: Progress) -> None:
        """Works the pages in shards, those alone that no finished shard holds; then loads all into the map."""
        with self.folder:
            job = _Job(self.folder, stages.fingerprint, report, progress)
            task = (str(self.folder.path), stages.fingerprint, self.load, self.seconds_a_page)
            address, workers = _parsed(self.engine)
            pool: Pool = connect(address, task) if address else LocalPool(workers, task)
            try:
                for batch in _cut(job.left(due), self.pages_a_shard, pool.capacity):
                    job.hand_out(batch, pool)
                job.hand_out(None, pool)
            finally:
                pool.close()
            job.load(store)
            if not self.keep_shards:
                self.folder.clear()


def open_engine(engine: str, load: Load, store: Place, shards: Path | None = None) -> Sharded:
    """The engine that `local:N` or `dask://HOST:PORT` names; its shards lie beside the map's file, or in the working
    directory, unless a folder is named."""
    _parsed(engine)
    beside = store if isinstance(store, Path) else Path(store.stem)
    return Sharded(engine, load, shards or beside.with_name(f"{beside.name}.shards"), keep_shards=shards is not None)


def _parsed(engine: str) -> tuple[str | None, int]:
    """The address of a scheduler, or how many processes."""
    if (address := _ADDRESS.fullmatch(engine)) and 0 < int(address[2]) < 65536:
        return f"{address[1]}:{address[2]}", 0
    if (local := re.fullmatch(r"local(?::([1-9][0-9]{0,3}))?", engine)) is not None:
        return None, int(local[1] or os.cpu_count() or 1)
    raise DiscourseError(f'--engine "{engine:.80}" is neither local:N, with N processes, nor dask://HOST:PORT')


def _cut(due: Iterable[Due], pages: int, workers: int) -> Iterator[list[Due]]:
    """Pages in shards of so many, or of less where they are large; the last ones are shared out among the workers."""
    held: list[list[Due]] = [[]]
    size = 0
    for item in due:
        if len(held[-1]) >= pages or (held[-1] and size + len(item.page.content) > _BYTES_A_SHARD):
            held.append([])
            size = 0
        if len(held) > min(workers, _HELD):
            yield held.pop(0)
        held[-1].append(item)
        size += len(item.page.content)
    rest = [item for batch in held for item in batch]
    share = min(pages, max(1, -(-len(rest) // (2 * workers))))
    for start in range(0, len(rest), share):
        yield rest[start : start + share]


class _Job:
    """What is known of the shards of one run."""

    def __init__(self, folder: Folder, fingerprint: str, report: RunReport, progress: Progress) -> None:
        self.folder = folder
        self.fingerprint = fingerprint
        self.report = report
        self.progress = progress
        self.marks = folder.finished(fingerprint)
        self.where = {page: name for name, mark in self.marks.items() for page in mark.pages}
        self.order: dict[str, bool] = {}
        """The pages in the order in which they came, and whether the map knew them."""
        self.waiting: dict[str, list[Due]] = {}
        self.todo: list[list[Due]] = []
        self.losses: dict[str, int] = {}
        self.used: set[str] = set()
        self.named = 0

    def left(self, due: Iterable[Due]) -> Iterator[Due]:
        """The pages that no finished shard holds in their present state."""
        for item in due:
            page = item.entry.canonical
            self.order[page] = item.known
            self.report.handed += 1
            name = self.where.get(page)
            if name is not None and self.marks[name].pages[page] == item.entry.digest:
                self.report.worked += 1
                self._count(name)
            else:
                yield item

    def hand_out(self, batch: list[Due] | None, pool: Pool) -> None:
        """Gives pages to the workers once they are free; without pages, waits until everything is worked."""
        if batch:
            self.todo.append(batch)
        while self.todo or (batch is None and self.waiting):
            if self.todo and len(self.waiting) < pool.capacity:
                self._submit(self.todo.pop(), pool)
            else:
                self.take(pool)

    def _submit(self, batch: list[Due], pool: Pool) -> None:
        name = self._new_name()
        self.folder.write_input(name, batch)
        # Only the pages' names and states: their bytes lie in the folder.
        self.waiting[name] = [replace(item, page=replace(item.page, content=b"")) for item in batch]
        pool.submit(name)

    def _new_name(self) -> str:
        self.named += 1
        return self.folder.new_name(self.named)

    def take(self, pool: Pool) -> None:
        """Takes what the workers finished; of a shard whose worker was lost, finds the page that was the cause."""
        for finished in pool.wait():
            batch = self.waiting.pop(finished.name)
            mark = finished.mark or self.folder.mark(finished.name)
            if mark is not None:
                self._keep(finished.name, mark)
            else:
                self._part(finished)
            self.progress(self.report, batch[-1].page.source)

    def _keep(self, name: str, mark: Mark) -> None:
        self.marks[name] = mark
        self.folder.forget_input(name)
        for page in mark.pages:
            self.where[page] = name
        self.report.worked += len(mark.pages)
        self._count(name)

    def _count(self, name: str) -> None:
        if name in self.used:
            return
        self.used.add(name)
        self.report.made.update(self.marks[name].made)
        self.report.kinds.update(self.marks[name].kinds)
        for stage, spent in self.marks[name].seconds.items():
            self.report.seconds[stage] += spent

    def _part(self, finished: Finished) -> None:
        due = self.folder.read_input(finished.name)
        culprit = self.folder.was_at(finished.name)
        self.folder.remove(finished.name)
        if len(due) == 1:
            self._lost_alone(due[0], finished.reason)
            return
        alone = [item for item in due if item.entry.canonical == culprit]
        rest = [item for item in due if item.entry.canonical != culprit]
        middle = len(rest) // 2
        parts = [alone, rest] if alone else [rest[:middle], rest[middle:]]
        self.todo += [part for part in parts if part]

    def _lost_alone(self, item: Due, reason: str) -> None:
        """Sets a page aside that was the end of its worker more than once; once may have had another cause."""
        page = item.entry.canonical
        self.losses[page] = self.losses.get(page, 0) + 1
        if self.losses[page] < _LOST_ALONE:
            self.todo.append([item])
            return
        entry = replace(item.entry, outcome="refused", reason=reason)
        name = self._new_name()
        self._keep(name, self.folder.finish(name, self.fingerprint, [Analysis(entry)], {}))

    def load(self, store: Map) -> None:
        """Writes everything to the map, in the order of the inputs, so that it comes out as from one process."""
        name, held = "", dict[str, Analysis]()
        for page, known in self.order.items():
            started = perf_counter()
            if self.where[page] != name:
                name = self.where[page]
                held = self.folder.load(name)
            self.report.seconds["store"] += perf_counter() - started
            keep(store, held[page], known, self.report)
        for spare in self.marks.keys() - set(self.where.values()):
            self.folder.remove(spare)
