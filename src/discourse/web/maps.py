"""The served map: a few connections, changed for those of a map that has been rebuilt in its place once it is whole."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from queue import Empty, LifoQueue
from typing import Any

from discourse.errors import DiscourseError, MapError
from discourse.places import Place
from discourse.store import browse, read
from discourse.store.map import Map

_log = logging.getLogger(__name__)
_LOOK = 1.0
"""Seconds between two looks at whether another file lies in the map's place."""
_CACHE_MB = 8
"""What each connection keeps of the file in memory: the system keeps it too, once for all of them, and what fills only
as people ask would look like a leak."""
_MAKERS = 2
"""Overviews that are made at once."""
_WAIT = 10.0
"""Seconds that a request waits for a connection."""

State = tuple[object, ...]


_outdated: ContextVar[list[str] | None] = ContextVar("outdated", default=None)


@contextmanager
def watching() -> Iterator[list[str]]:
    """A list that gets the names of overviews given inside it although the map has changed since they were made."""
    names: list[str] = []
    before = _outdated.set(names)
    try:
        yield names
    finally:
        _outdated.reset(before)


class Busy(DiscourseError):
    """Every connection is at work."""


class _Pool:
    """Connections to one file or database."""

    def __init__(self, path: Place, size: int) -> None:
        self.path, self.file = path, _identity(path)
        self.free: LifoQueue[Map] = LifoQueue()
        for _ in range(size):
            self.free.put(Map.open(path, _CACHE_MB))
        self.closed = False

    def take(self) -> Map:
        try:
            store = self.free.get(timeout=_WAIT)
        except Empty:
            raise Busy("too much is being asked at the moment: try again soon") from None
        return store if store.connection.lives() else self._instead_of(store)

    def _instead_of(self, store: Map) -> Map:
        try:
            return Map.open(self.path, _CACHE_MB)
        except MapError:
            self.free.put(store)
            raise

    def give(self, store: Map) -> None:
        if self.closed:
            store.close()
        else:
            self.free.put(store)

    def close(self) -> None:
        self.closed = True
        while not self.free.empty():
            self.free.get_nowait().close()


class Maps:
    """Gives requests a map to read; MapError at the start when there is none."""

    def __init__(self, path: Place, *, readers: int, seconds: float, keep: float) -> None:
        self.path, self.readers, self.seconds, self.keep = path, readers, seconds, keep
        self._pool, self._searchers, self._makers = self._opened()
        self._changing = threading.Lock()
        self._looked = time.monotonic()
        self._kept: dict[str, tuple[State, float, Any]] = {}
        self._making: dict[str, threading.Lock] = {}

    @contextmanager
    def reading(self) -> Iterator[Map]:
        """A map for one question, which may take `seconds`."""
        self._follow()
        with self._taken(self._pool) as store, browse.time_limit(store, self.seconds):
            yield store

    @contextmanager
    def searching(self) -> Iterator[Map]:
        """The one map whose vectors are kept in memory."""
        self._follow()
        with self._taken(self._searchers) as store, browse.time_limit(store, self.seconds):
            yield store

    def kept(self, name: str, make: Callable[[Map], Any]) -> Any:
        """What `make` gives for the map as it is; while that is made anew, what it gave for the map as it was."""
        state = self.state()
        held = self._kept.get(name)
        if held is not None and (held[0] == state or time.monotonic() - held[1] < self.keep):
            self._tell(name, held[0] != state)
            return held[2]
        lock = self._making.setdefault(name, threading.Lock())
        if held is not None:
            if lock.acquire(blocking=False):
                threading.Thread(target=self._remake, args=(name, make, lock), daemon=True).start()
            self._tell(name, True)
            return held[2]
        with lock:
            if name not in self._kept:
                self._make(name, make)
            return self._kept[name][2]

    def state(self) -> State:
        """Something that changes whenever the map does, or another file answers in its place."""
        if not isinstance(self.path, Path):
            with self._taken(self._pool) as store:
                return (store.connection.version(),)
        return (self._pool.file, *(_stamp(Path(f"{self.path}{ending}")) for ending in ("", "-wal")))

    def warm(self, read_once: Callable[[Map], Any]) -> None:
        """Lets the map that is searched by meaning read what it keeps in memory."""
        with self._taken(self._searchers) as store:
            read_once(store)

    def close(self) -> None:
        for pool in (self._pool, self._searchers, self._makers):
            pool.close()

    def _opened(self) -> tuple[_Pool, _Pool, _Pool]:
        """Connections for questions, for searches, and for overviews, which a question may wait for while it has its
        own: taken from the same few, they would wait for one another."""
        return _Pool(self.path, self.readers), _Pool(self.path, 1), _Pool(self.path, _MAKERS)

    def _tell(self, name: str, outdated: bool) -> None:
        names = _outdated.get()
        if outdated and names is not None:
            names.append(name)

    @contextmanager
    def _taken(self, pool: _Pool) -> Iterator[Map]:
        store = pool.take()
        try:
            yield store
        finally:
            pool.give(store)

    def _make(self, name: str, make: Callable[[Map], Any]) -> None:
        self._follow()
        state = self.state()
        with self._taken(self._makers) as store:
            self._kept[name] = (state, time.monotonic(), make(store))

    def _remake(self, name: str, make: Callable[[Map], Any], lock: threading.Lock) -> None:
        try:
            self._make(name, make)
        except DiscourseError as error:
            _log.warning("%s not made anew: %s", name, error)
        finally:
            lock.release()

    def _follow(self) -> None:
        """Turns to another file in the map's place, once that is a whole map; until then the old one answers."""
        now = time.monotonic()
        if now - self._looked < _LOOK or not self._changing.acquire(blocking=False):
            return
        try:
            self._looked = now
            if _identity(self.path) in (None, self._pool.file) or not _whole(self.path):
                return
            old = (self._pool, self._searchers, self._makers)
            self._pool, self._searchers, self._makers = self._opened()
            for pool in old:
                pool.close()
        except MapError as error:
            _log.warning("still serving the earlier map: %s", error)
        finally:
            self._changing.release()


def _whole(path: Place) -> bool:
    """Whether a map has documents and no run that has not ended."""
    with Map.open(path) as store:
        runs = read.runs(store)
        return bool(browse.documents(store, 1)) and (not runs or runs[-1]["ended"] is not None)


def _identity(path: Place) -> tuple[int, int] | None:
    """Which file it is; None for none, and for a database."""
    if not isinstance(path, Path):
        return None
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        found = os.stat(path)
    except OSError:
        return (0, 0, 0)
    return found.st_ino, found.st_mtime_ns, found.st_size
