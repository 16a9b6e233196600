"""Kills, full disks, two runs at once, clocks that jump, old maps: what was acknowledged is kept, the map is sound."""

from __future__ import annotations

import gzip
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from discourse import corrections
from discourse.codebook import Codebook, parse_codebook
from discourse.errors import CodebookError
from discourse.store import Map, read
from discourse.store.check import problems
from discourse.store.schema import MIGRATIONS
from tests.keep_map import kept
from tests.shard_fakes import DELAY, KEPT, LOG, ROOT, build, dump, write_pages

needs_kill = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Twenty pages, and the map that an undisturbed run makes of them."""
    folder = tmp_path_factory.mktemp("corpus")
    pages = write_pages(folder / "pages", 20)
    build(pages, folder / "undisturbed.db")
    return pages, folder / "undisturbed.db"


def environment(**more: str) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", DELAY: "0.01"} | more


def lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def kill_after(command: list[str], log: Path, wanted: int, pause: float, **more: str) -> bool:
    """Starts a process and ends it by kill -9 when its log has so many lines; tells whether it was in time."""
    with subprocess.Popen([sys.executable, *command], env=environment(**more), cwd=ROOT) as process:
        while process.poll() is None and lines(log) < wanted:
            time.sleep(0.002)
        time.sleep(pause)
        process.kill()
    assert process.returncode in (0, -signal.SIGKILL)
    return process.returncode != 0


def sound(path: Path) -> None:
    if path.exists():
        with Map.create(path) as store:
            assert list(problems(store)) == []


def kill_runs(pages: Path, folder: Path, kills: int, seed: int, which: str) -> None:
    """Kills runs while they read (LOG) or write (KEPT) until one gets through; the map is sound after each."""
    rng = random.Random(seed)
    path, log = folder / "m.db", folder / which
    command = ["-m", "tests.shard_fakes", str(pages), str(path), "here", str(folder / "shards")]
    happened = 0
    for _ in range(kills):
        wanted = lines(log) + rng.randrange(1, 6)
        happened += kill_after(command, log, wanted, rng.random() * 0.02, **{which: str(log)})
        sound(path)
    assert happened
    build(pages, path)


@needs_kill
@pytest.mark.parametrize("which", [LOG, KEPT])
def test_a_run_killed_while_it_reads_or_writes(corpus: tuple[Path, Path], tmp_path: Path, which: str) -> None:
    pages, undisturbed = corpus
    kill_runs(pages, tmp_path, 1, 1, which)
    assert dump(tmp_path / "m.db") == dump(undisturbed)


@needs_kill
@pytest.mark.soak
@pytest.mark.parametrize("which", [LOG, KEPT])
def test_a_run_killed_a_hundred_times(tmp_path: Path, which: str) -> None:
    pages = write_pages(tmp_path / "pages", 400)
    build(pages, tmp_path / "undisturbed.db")
    kill_runs(pages, tmp_path, 100, 2, which)
    assert dump(tmp_path / "m.db") == dump(tmp_path / "undisturbed.db")


CORRECTING = """
import sys
from pathlib import Path
from random import Random
from discourse import corrections
from discourse.store import Map
rng = Random(int(sys.argv[3]))
with Map.create(Path(sys.argv[1])) as store, open(sys.argv[2], "a") as log:
    ids = [row[0] for row in store.connection.execute("SELECT id FROM statement ORDER BY id")]
    while True:
        statement, made = rng.choice(ids), 0
        if rng.random() < 0.5:
            made = corrections.correct_stance(store, statement, "funding", rng.choice(["favour", "against"]), who="t")
        elif rng.random() < 0.5:
            made = corrections.correct_speaker(store, statement, f"Somebody {rng.randrange(9)}", who="t")
        else:
            standing = [row["number"] for row in corrections.listed(store) if row["state"] == "standing"]
            if standing:
                corrections.undo(store, rng.choice(standing), who="t")
        log.write(f"{made}\\n")
        log.flush()
"""


def kill_corrections(path: Path, folder: Path, kills: int, seed: int) -> None:
    rng = random.Random(seed)
    log = folder / "corrections"
    for kill in range(kills):
        command = ["-c", CORRECTING, str(path), str(log), str(kill)]
        assert kill_after(command, log, lines(log) + rng.randrange(1, 9), rng.random() * 0.01)
        sound(path)
        with Map.open(path) as store:
            held = {row["number"] for row in corrections.listed(store)}
        assert {int(number) for number in log.read_text().split()} - {0} <= held


@needs_kill
def test_corrections_killed(corpus: tuple[Path, Path], tmp_path: Path) -> None:
    path = tmp_path / "m.db"
    path.write_bytes(corpus[1].read_bytes())
    kill_corrections(path, tmp_path, 1, 1)


@needs_kill
@pytest.mark.soak
def test_corrections_killed_a_hundred_times(corpus: tuple[Path, Path], tmp_path: Path) -> None:
    path = tmp_path / "m.db"
    path.write_bytes(corpus[1].read_bytes())
    kill_corrections(path, tmp_path, 100, 3)


MIGRATING = """
import sys
from itertools import count
from pathlib import Path
from discourse.store import Map
old, folder = Path(sys.argv[1]).read_bytes(), Path(sys.argv[2])
with open(folder / "log", "a") as log:
    for number in count(int(sys.argv[3])):
        path = folder / f"{number}.db"
        path.write_bytes(old)
        log.write(f"{number}\\n")
        log.flush()
        Map.create(path).close()
"""


def kill_migrations(folder: Path, old: bytes, kills: int, seed: int) -> None:
    rng = random.Random(seed)
    (folder / "old").write_bytes(old)
    for kill in range(kills):
        log = folder / "log"
        command = ["-c", MIGRATING, str(folder / "old"), str(folder), str(1000 * kill)]
        assert kill_after(command, log, lines(log) + rng.randrange(1, 9), rng.random() * 0.01)
        for path in folder.glob("*.db"):
            sound(path)
            path.unlink()


@needs_kill
def test_migrations_killed(tmp_path: Path) -> None:
    kill_migrations(tmp_path, b"", 1, 1)


@needs_kill
@pytest.mark.soak
@pytest.mark.parametrize("version", range(len(MIGRATIONS)))
def test_migrations_killed_a_hundred_times(tmp_path: Path, version: int) -> None:
    kill_migrations(tmp_path, gzip.decompress(kept(version).read_bytes()) if version else b"", 100, 5)


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS) + 1))
def test_a_map_of_each_schema_so_far_becomes_a_current_one(tmp_path: Path, version: int) -> None:
    assert kept(version).exists(), "a new schema: keep a map of it with `python -m tests.keep_map`"
    path = tmp_path / "old.db"
    path.write_bytes(gzip.decompress(kept(version).read_bytes()))
    with Map.create(path) as store:
        assert list(problems(store)) == []
        assert read.counts(store)["statement"] == 25
        assert [row["field"] for row in corrections.listed(store)] == ["stance:inspection"]
        assert store.connection.execute("SELECT count(*) FROM shown WHERE corrected").fetchone()[0] == 1


@contextmanager
def limited(kilobytes: int) -> Iterator[dict[str, str]]:
    """The environment of a process in which no file grows beyond this."""
    yield environment(FAKE_LIMIT=str(kilobytes))


LIMITED = """
import os, resource, sys
limit = int(os.environ["FAKE_LIMIT"]) << 10
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
from tests.shard_fakes import main
main(*sys.argv[1:])
"""


@pytest.mark.parametrize(("engine", "kilobytes"), [("here", 64), ("here", 300), ("local:1", 8)])
def test_a_full_disk_is_one_line_and_the_next_run_goes_on(
    corpus: tuple[Path, Path], tmp_path: Path, engine: str, kilobytes: int
) -> None:
    pytest.importorskip("resource")
    if engine != "here":
        pytest.importorskip("pyarrow")
    pages, undisturbed = corpus
    path = tmp_path / "m.db"
    given_ = [str(pages), str(path), engine, str(tmp_path / "shards")]
    with limited(kilobytes) as full:
        ran = subprocess.run(
            [sys.executable, "-c", LIMITED, *given_], env=full, cwd=ROOT, capture_output=True, text=True, timeout=300
        )
    assert ran.returncode == 1
    assert ran.stderr.startswith("discourse: ")
    assert ran.stderr.count("\n") == 1
    sound(path)
    build(pages, path)
    assert dump(path) == dump(undisturbed)


@pytest.mark.soak
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may mount")
def test_a_disk_that_is_full_and_then_read_only(tmp_path: Path) -> None:
    pages = write_pages(tmp_path / "pages", 400)
    build(pages, tmp_path / "undisturbed.db")
    disk = tmp_path / "disk"
    disk.mkdir()
    for kilobytes in range(100, 1100, 100):
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(disk)], check=True)
        try:
            command = [sys.executable, "-m", "tests.shard_fakes", str(pages), str(disk / "m.db"), "here", "-"]
            ran = subprocess.run(command, env=environment(), cwd=ROOT, capture_output=True, text=True, timeout=600)
            assert ran.returncode == 1
            assert ran.stderr.startswith("discourse: ")
            assert ran.stderr.count("\n") == 1
            subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
            ran = subprocess.run(command, env=environment(), cwd=ROOT, capture_output=True, text=True, timeout=600)
            assert ran.returncode == 1
            assert ran.stderr.count("\n") == 1
            subprocess.run(["mount", "-o", "remount,rw,size=100m", str(disk)], check=True)
            sound(disk / "m.db")
            build(pages, disk / "m.db")
            assert dump(disk / "m.db") == dump(tmp_path / "undisturbed.db")
        finally:
            subprocess.run(["umount", str(disk)], check=True)


def test_two_runs_at_once(corpus: tuple[Path, Path], tmp_path: Path) -> None:
    pages, undisturbed = corpus
    path = tmp_path / "m.db"
    command = [sys.executable, "-m", "tests.shard_fakes", str(pages), str(path), "here", "-"]
    both = [subprocess.Popen(command, env=environment(), cwd=ROOT) for _ in range(2)]
    assert [process.wait(timeout=300) for process in both] == [0, 0]
    sound(path)

    def said(path: Path) -> set[tuple[str, ...]]:
        with Map.open(path) as store:
            return {(row["id"], row["text"], row["whose"]) for row in read.statements(store)}

    assert said(path) == said(undisturbed)


def test_a_clock_that_jumps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages, path = write_pages(tmp_path / "pages", 6), tmp_path / "m.db"
    for touched, now in ((4e9, "2099-01-01T00:00:00+00:00"), (0, "1970-01-01T00:00:00+00:00")):
        for page in pages.iterdir():
            os.utime(page, (touched, touched))
        for place in ("discourse.pipeline._now", "discourse.corrections._now"):
            monkeypatch.setattr(place, lambda now=now: now)
        report = build(pages, path)
        with Map.create(path) as store:
            statement = next(iter(read.statements(store)))["id"]
            side = "against" if touched else "favour"
            corrections.correct_stance(store, statement, "funding", side, who="t")
            assert list(problems(store)) == []
            (shown,) = read.stances_of(store, [statement])[statement][:1]
    assert report.counts["unchanged"] == 6
    # The later correction stands, whatever its clock said.
    assert (shown["topic"], shown["stance"], shown["corrected"]) == ("funding", "favour", 1)


_PIECES = ["[[topic]]", "[[stakeholder]]", "[topic]", "id", "name", "proposition", "kind", "aliases", "roles", "=",
           '"', '"""', "'", "[", "]", "{", "}", ",", "\n", "1979-05-27", "nan", "true", "0x1", "a", "é", "\\u0000",
           "examples_favour", "terms", "group", "since", "#", "."]  # fmt: skip


def read_codebook(text: str) -> None:
    told = ""
    try:
        found = parse_codebook(text)
    except CodebookError as error:
        told = str(error)
    else:
        assert isinstance(found, Codebook)
        assert found.topics
    assert "\n" not in told


@given(st.one_of(st.text(), st.lists(st.sampled_from(_PIECES), max_size=40).map(" ".join)))
@example("[[topic]]\n" * 400)
@example("a = " + "[" * 3000)
@settings(max_examples=150, deadline=None)
def test_any_text_is_a_codebook_or_told_why_not_in_one_line(text: str) -> None:
    read_codebook(text)


@given(st.integers(0, 10**6), st.sampled_from(_PIECES), st.integers(0, 30))
@settings(max_examples=100, deadline=None)
def test_a_codebook_with_a_slip_is_told_in_one_line(place: int, piece: str, cut: int) -> None:
    text = (ROOT / "codebook.toml").read_text(encoding="utf-8")[:6000]
    at = place % len(text)
    read_codebook(text[:at] + piece + text[at + cut :])
