"""Workers that take shards: processes of this machine, or those of a Dask cluster."""

from __future__ import annotations

import importlib
import json
import multiprocessing
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from time import monotonic, sleep
from typing import Any

from discourse.errors import DiscourseError
from discourse.shards.folder import Mark
from discourse.shards.worker import Load, work

_WAIT = 1.0
_PAUSE = 0.1
_CONNECT_SECONDS = 10.0
_RETURN_SECONDS = 10.0
_NO_WORKER_SECONDS = 60.0
_LOST = "the process that read it ended or ran out of time: split the page, or leave it out"

Task = tuple[str, str, Load, float]
"""Folder, fingerprint of the models, their loader, seconds that one page may take."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A shard that was worked (it has a marker), or not, and why."""

    name: str
    mark: Mark | None
    reason: str = ""


class LocalPool:
    """Processes of this machine; one that ends early is replaced, and only its own shard is affected."""

    def __init__(self, workers: int, task: Task) -> None:
        self.capacity = workers
        self._context = multiprocessing.get_context("spawn")
        self._task = task
        self._idle: list[tuple[Connection, SpawnProcess]] = []
        self._busy: dict[Connection, tuple[str, SpawnProcess]] = {}

    def submit(self, name: str) -> None:
        connection, process = self._idle.pop() if self._idle else self._start()
        try:
            connection.send_bytes(name.encode())
        except OSError:
            connection.close()
            connection, process = self._start()
            connection.send_bytes(name.encode())
        self._busy[connection] = (name, process)

    def wait(self) -> list[Finished]:
        answered = wait(list(self._busy))
        return [self._receive(connection) for connection in list(self._busy) if connection in answered]

    def close(self) -> None:
        running = [process for _, process in (*self._idle, *self._busy.values())]
        for process in running:
            process.kill()
        for process in running:
            process.join()

    def _start(self) -> tuple[Connection, SpawnProcess]:
        ours, theirs = self._context.Pipe()
        threads = max(1, (os.cpu_count() or 1) // self.capacity)
        process = self._context.Process(target=_serve, args=(theirs, threads, *self._task))
        process.start()
        theirs.close()
        return ours, process

    def _receive(self, connection: Connection) -> Finished:
        name, process = self._busy.pop(connection)
        try:
            answer: dict[str, Any] = json.loads(connection.recv_bytes())
        except (EOFError, OSError):
            connection.close()
            process.join()
            return Finished(name, None, f"{_LOST} (exit code {process.exitcode})")
        self._idle.append((connection, process))
        if "stop" in answer:
            raise DiscourseError(answer["stop"])
        return Finished(name, Mark(**answer["mark"]) if "mark" in answer else None, answer.get("fault", ""))


def _serve(connection: Connection, threads: int, folder: str, fingerprint: str, load: Load, seconds: float) -> None:
    """The life of a local worker: shards in, markers out, until the run ends, be it by kill -9."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ["DISCOURSE_THREADS"] = str(threads)
    _limit_memory()
    while True:
        try:
            name = connection.recv_bytes().decode()
        except (EOFError, OSError):
            return
        answer: dict[str, Any]
        try:
            answer = {"mark": asdict(work(folder, name, fingerprint, load, seconds))}
        except (DiscourseError, OSError) as error:
            answer = {"stop": str(error)}
        except Exception as error:  # it costs a page of the shard, which is then looked for, and not the run
            answer = {"fault": told(error)}
        connection.send_bytes(json.dumps(answer).encode())


def told(error: BaseException) -> str:
    """A fault of this software as the reason of a refusal."""
    return f"a fault in this software ({type(error).__name__}: {error!s:.200}): please report it"


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _limit_memory() -> None:
    """Holds a worker to DISCOURSE_WORKER_MEMORY megabytes of address space, where the system can."""
    megabytes = os.environ.get("DISCOURSE_WORKER_MEMORY", "")
    if megabytes.isdigit():
        with suppress(ImportError, ValueError, OSError):
            resource = importlib.import_module("resource")
            resource.setrlimit(resource.RLIMIT_AS, (int(megabytes) << 20, resource.getrlimit(resource.RLIMIT_AS)[1]))


def connect(address: str, task: Task) -> DaskPool:
    """The workers of the Dask cluster whose scheduler listens there."""
    try:
        distributed = importlib.import_module("distributed")
    except ImportError:
        raise DiscourseError(
            "--engine dask:// needs dask.distributed: pip install 'sector-discourse[scale]' installs it"
        ) from None
    scheme = "tls" if distributed.Security().require_encryption else "tcp"
    try:
        client = distributed.Client(f"{scheme}://{address}", timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError) as error:
        told_ = " ".join(str(error).split())[:200]
        raise DiscourseError(f"no Dask scheduler answers at {address} ({told_}): start one, or see the port") from None
    return DaskPool(client, address, task, distributed)


class DaskPool:
    """The workers of a Dask cluster. Dask gives the shard of a lost worker to another, a few times over."""

    def __init__(self, client: Any, address: str, task: Task, distributed: Any) -> None:
        self._client = client
        self._address = address
        self._task = task
        self._distributed = distributed
        self._interruptions = (TimeoutError, distributed.TimeoutError, distributed.CancelledError)
        self._names: dict[Any, str] = {}
        self._seen = monotonic()
        self.capacity = 2 * max(1, self._workers())

    def submit(self, name: str) -> None:
        folder, fingerprint, load, seconds = self._task
        self.capacity = 2 * max(1, self._workers())
        future = self._ask(
            lambda: self._client.submit(work, folder, name, fingerprint, load, seconds, key=name, pure=False)
        )
        self._names[future] = name

    def wait(self) -> list[Finished]:
        while True:
            # What the loss of a worker or of the connection made of a shard is told by its status.
            with suppress(*self._interruptions), self._client.as_current():
                self._distributed.wait(list(self._names), timeout=_WAIT, return_when="FIRST_COMPLETED")
            if finished := [taken for future in list(self._names) if (taken := self._take(future)) is not None]:
                return finished
            self._look_for_workers()

    def close(self) -> None:
        with suppress(Exception):  # whatever state the connection is in: the run is over
            self._client.close(timeout=2)

    def _take(self, future: Any) -> Finished | None:
        """What became of a shard; None while it is worked, or worked again."""
        name = self._names[future]
        if future.status == "cancelled":  # with the connection; if that is back, so may the shard be
            del self._names[future]
            self.submit(name)
            return None
        # A finished shard is "lost" with the worker that held it, until another has worked it.
        if future.status not in ("finished", "error"):
            return None
        try:
            finished = Finished(name, future.result(timeout=_WAIT))
        except Exception as error:
            # Where the work did not fail, the worker was lost only now, or the connection.
            if future.status != "error" and isinstance(error, (OSError, *self._interruptions)):
                return None
            finished = self._failed(name, error)
        del self._names[future]
        return finished

    def _failed(self, name: str, error: Exception) -> Finished:
        if isinstance(error, (DiscourseError, OSError)):
            raise DiscourseError(str(error)) from None
        lost = type(error).__name__ == "KilledWorker"
        return Finished(name, None, _LOST if lost else told(error))

    def _workers(self) -> int:
        count = len(self._ask(self._client.nthreads))
        if count:
            self._seen = monotonic()
        return count

    def _look_for_workers(self) -> None:
        if not self._workers() and monotonic() - self._seen > _NO_WORKER_SECONDS:
            raise DiscourseError(
                f"the scheduler at {self._address} has had no worker for a minute: start workers and run again; "
                "finished shards are kept"
            )

    def _ask(self, question: Callable[[], Any]) -> Any:
        """The scheduler's answer, also after a short loss of the connection to it."""
        until = monotonic() + _RETURN_SECONDS
        while True:
            # One that is not there would be looked for too long.
            if self._client.status == "running":
                with suppress(OSError, RuntimeError, ValueError, *self._interruptions):
                    return question()
            if self._client.status == "closed" or monotonic() > until:
                raise DiscourseError(
                    f"the Dask scheduler at {self._address} no longer answers: start it and its workers, "
                    "and run again; finished shards are kept"
                )
            sleep(_PAUSE)
