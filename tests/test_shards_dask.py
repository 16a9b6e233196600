"""A run on a real Dask cluster of two worker processes, killed at random points."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from discourse.errors import DiscourseError
from discourse.run_report import RunReport
from discourse.shards import Sharded
from discourse.shards.pools import DaskPool, Finished, connect
from tests.shard_fakes import DELAY, ROOT, build, dump, load, say_the_name, write_pages

pytest.importorskip("pyarrow", reason="needs the extra [scale]")
pytest.importorskip("distributed", reason="needs the extra [scale]")


class Cluster:
    """A scheduler and two workers, each a process of its own."""

    def __init__(self, folder: Path, delay: float) -> None:
        self.folder = folder
        self.port = free_port()
        path = os.pathsep.join([str(ROOT / "src"), str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        self.environment = os.environ | {"PYTHONPATH": path, DELAY: str(delay)}
        self.running: list[subprocess.Popen[bytes]] = []
        self.start()

    def start(self) -> None:
        self.scheduler = self._process("scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-show")
        self.workers = [self.worker(), self.worker()]

    def worker(self) -> subprocess.Popen[bytes]:
        options = ("--nthreads", "1", "--no-nanny", "--local-directory", str(self.folder))
        return self._process("worker", f"tcp://127.0.0.1:{self.port}", "--host", "127.0.0.1", *options)

    def _process(self, kind: str, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--no-dashboard", *options]
        with (self.folder / "cluster.log").open("ab") as log:
            process = subprocess.Popen(command, env=self.environment, cwd=ROOT, stdout=log, stderr=log)
        self.running.append(process)
        return process

    def kill_worker(self, number: int) -> None:
        """Ends a worker by kill -9 and starts another in its place."""
        self.workers[number].kill()
        self.workers[number] = self.worker()

    def stop(self) -> None:
        for process in self.running:
            process.kill()
        for process in self.running:
            process.wait()

    @property
    def engine(self) -> str:
        return f"dask://127.0.0.1:{self.port}"


@pytest.fixture(autouse=True)
def patient_with_a_busy_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cluster that starts slowly is no lost one here; one that was killed does not come back by itself."""
    monkeypatch.setattr("discourse.shards.pools._CONNECT_SECONDS", 120)
    monkeypatch.setattr("discourse.shards.pools._NO_WORKER_SECONDS", 600)
    monkeypatch.setattr("discourse.shards.pools._RETURN_SECONDS", 0.5)


@contextmanager
def cluster(folder: Path, delay: float) -> Iterator[Cluster]:
    folder.mkdir(exist_ok=True)
    started = Cluster(folder, delay)
    try:
        wait_for(started.port)
        yield started
    finally:
        started.stop()


def run_with_kills(folder: Path, pages: Path, kills: list[str], seed: int, delay: float) -> None:
    """Runs until the map is whole, while workers and schedulers are killed after a random number of shards."""
    rng = random.Random(seed)
    left = list(kills)
    due = [rng.randrange(1, 4)]
    told: list[str] = []
    with cluster(folder / "dask", delay) as dask:

        def strike(report: RunReport, source: str) -> None:
            due[0] -= 1
            if due[0] <= 0 and left:
                due[0] = rng.randrange(1, 4)
                time.sleep(rng.random() * delay * 4)
                if left.pop(0) == "worker":
                    dask.kill_worker(rng.randrange(2))
                else:
                    dask.scheduler.kill()

        for _ in range(len(kills) + 1):
            try:
                build(pages, folder / "m.db", Sharded(dask.engine, load, folder / "shards", pages_a_shard=2), strike)
                break
            except DiscourseError as error:
                told.append(str(error))
                dask.stop()
                dask.start()
                wait_for(dask.port)
    assert left == []
    assert len(told) <= kills.count("scheduler")
    assert all("no longer answers" in reason and "\n" not in reason for reason in told)


def free_port() -> int:
    """A port below those that the system gives to connections, so that nothing takes it before it is listened at."""
    for port in random.sample(range(10_000, 30_000), 100):
        with socket.socket() as free, suppress(OSError):
            free.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def wait_for(port: int) -> None:
    for _ in range(3000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(f"nothing listens at port {port}")
    raise AssertionError(f"nothing listens at port {port}")


@contextmanager
def a_pool(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Cluster, DaskPool]]:
    """A pool whose workers only say which shard they were given."""
    monkeypatch.setattr("discourse.shards.pools.work", say_the_name)
    with cluster(folder, delay=0) as dask:
        pool = connect(f"127.0.0.1:{dask.port}", ("", "", load, 0))
        try:
            yield dask, pool
        finally:
            pool.close()


def names_taken(pool: DaskPool, count: int) -> list[str]:
    taken: list[Finished] = []
    while len(taken) < count:
        taken += pool.wait()
    assert all(finished.mark and finished.mark.fingerprint == finished.name for finished in taken)
    return sorted(finished.name for finished in taken)


def until(reached: Callable[[], bool]) -> None:
    for _ in range(12_000):
        if reached():
            return
        time.sleep(0.01)
    raise AssertionError("not reached in two minutes")


def test_what_a_lost_worker_held_finished_is_worked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"shard {number}" for number in range(8)]
    with a_pool(tmp_path, monkeypatch) as (dask, pool):
        for name in names:
            pool.submit(name)
        futures = list(pool._names)
        until(lambda: all(future.status == "finished" for future in futures))
        for worker in dask.workers:
            worker.kill()
        until(lambda: all(future.status == "lost" for future in futures))
        dask.worker()
        assert names_taken(pool, 8) == names


def test_a_short_loss_of_the_connection_is_no_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("discourse.shards.pools._RETURN_SECONDS", 120)
    with a_pool(tmp_path, monkeypatch) as (_, pool):
        pool.submit("before")
        pool._client.loop.add_callback(pool._client.scheduler_comm.abort)
        future = next(iter(pool._names))
        until(lambda: future.status == "cancelled")
        pool.submit("after")
        assert names_taken(pool, 2) == ["after", "before"]


def test_a_worker_and_the_scheduler_killed(tmp_path: Path) -> None:
    pages = write_pages(tmp_path / "pages", 24)
    build(pages, tmp_path / "one.db")
    run_with_kills(tmp_path, pages, ["worker", "scheduler"], seed=4, delay=0.05)
    assert dump(tmp_path / "m.db") == dump(tmp_path / "one.db")


@pytest.mark.soak
def test_killed_twenty_times(tmp_path: Path) -> None:
    pages = write_pages(tmp_path / "pages", 240)
    build(pages, tmp_path / "one.db")
    rng = random.Random(7)
    run_with_kills(tmp_path, pages, [rng.choice(["worker", "scheduler"]) for _ in range(20)], seed=8, delay=0.05)
    assert dump(tmp_path / "m.db") == dump(tmp_path / "one.db")


def test_no_scheduler_there_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("discourse.shards.pools._CONNECT_SECONDS", 0.5)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        engine = f"dask://127.0.0.1:{free.getsockname()[1]}"
        pages = write_pages(tmp_path / "pages", 1)
        with pytest.raises(DiscourseError, match="no Dask scheduler answers"):
            build(pages, tmp_path / "m.db", Sharded(engine, load, tmp_path / "shards"))
