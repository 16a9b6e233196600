import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from discourse.errors import MapError
from discourse.places import Place
from discourse.records import Analysis, Document, PageEntry, Stance, Statement, digest, identify
from discourse.store import Map, find, read, write
from discourse.store.check import problems
from discourse.store.derive import SHOWN_OF_ONE


def entry(name: str = "a.txt") -> PageEntry:
    return PageEntry(name, name, "digest", "{}")


def test_a_missing_map_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(MapError, match="no such map: make one"):
        Map.open(tmp_path / "none.db")


def test_what_is_no_map_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "text.db"
    text.write_text("not a database at all, though long enough to look at " * 20)
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE t (x)")
    for path in (text, other):
        for opening in (Map.open, Map.create):
            with pytest.raises(MapError, match="not a map"):
                opening(path)
        assert path.stat().st_size < 10_000


def test_a_newer_schema_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "newer.db"
    Map.create(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    for opening in (Map.open, Map.create):
        with pytest.raises(MapError, match="newer version"):
            opening(path)


def test_a_statement_off_its_place_is_refused_and_nothing_written(tmp_path: Path) -> None:
    document = Document("d", "v", "a.txt", "Some text.")
    wrong = Statement("s", "d", 0, 4, "Text", "direct")
    with Map.create(tmp_path / "m.db") as store:
        with pytest.raises(MapError, match="not at its offsets"):
            write.write_page(store, Analysis(entry(), (document,), (wrong,)))
        assert read.counts(store)["document"] == 0


def test_a_reader_cannot_write(built: Path) -> None:
    with Map.open(built) as store, pytest.raises(MapError):
        write.remove_pages(store, ["2020-news.md"])


def test_removing_a_page_leaves_no_word_of_it_in_the_index(built: Path) -> None:
    with Map.create(built) as store:
        write.remove_pages(store, ["2020-news.md", "2016-speech.md"])
        assert find.word_hits(store, '"inspection"', read.Filter(), 10) == []
        assert read.counts(store)["statement"] == read.counts(store)["stance"] == 0


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(MapError, match="no folder"):
        Map.create(tmp_path / "missing" / "m.db")


def page(number: int, statements: int = 20) -> Analysis:
    lines = [f"Number {number} has {i} good inspections, said aloud." for i in range(statements)]
    text = "\n".join(lines)
    document = Document(f"d{number}", digest(text), f"{number}.txt", text, published="2020-01-01")
    said = [
        Statement("", document.id, text.index(line), text.index(line) + len(line), line, "direct",
                  speaker="Ann Lee", speaker_id="ann-lee", speaker_kind="person")
        for line in lines
    ]  # fmt: skip
    identified = identify(said)
    vectors = np.eye(statements, 64, dtype="<f2").tobytes()
    stances = tuple(Stance(s.id, "inspection", "favour", 0.9) for s in identified)
    return Analysis(entry(f"{number}.txt"), (document,), tuple(identified), vectors, 64, stances)


def ready(path: Place) -> Map:
    store = Map.create(path)
    store.set(threshold="0.5", topics='[{"id": "inspection", "name": "Inspection", "proposition": "It helps."}]')
    return store


def test_a_full_disk_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "full.db"
    with ready(path) as store:
        store.connection.execute("PRAGMA max_page_count = 150")
        written = 0
        while written < 1000:
            try:
                write.write_page(store, page(written))
            except MapError as error:
                assert "what was written before is safe" in str(error)  # noqa: PT017  (it is what ends the loop)
                break
            written += 1
    with Map.open(path) as store:
        assert 0 < written < 1000
        assert written == read.counts(store)["document"]
        assert list(problems(store)) == []


WRITER = """
import sys
from pathlib import Path
from discourse.store import write
from tests.test_store import page, ready
with ready(Path(sys.argv[1])) as store:
    for number in range(100000):
        write.write_page(store, page(number % 50))
        print(number, flush=True)
"""


def test_a_killed_writer_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "killed.db"
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]) as writer:
        assert writer.stdout
        acknowledged = [int(writer.stdout.readline()) for _ in range(25)]
        writer.kill()
    with Map.open(path) as store:
        assert read.counts(store)["document"] >= len(acknowledged)
        assert list(problems(store)) == []


def test_two_writers_take_turns(tmp_path: Path) -> None:
    path = tmp_path / "two.db"
    ready(path).close()

    def write_some(first: int) -> None:
        with Map.create(path) as store:
            for number in range(first, first + 10):
                write.write_page(store, page(number, 3))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write_some, (0, 100)))
    with Map.open(path) as store:
        assert read.counts(store)["document"] == 20
        assert list(problems(store)) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_map_on_a_read_only_disk_is_read_and_writing_is_refused_in_one_line() -> None:
    folder = Path(tempfile.mkdtemp())
    path = folder / "m.db"
    with ready(path) as store:
        write.write_page(store, page(1))
    path.chmod(0o444)
    folder.chmod(0o555)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            if os.getuid() == 0:
                os.setuid(65534)
            with Map.open(path) as store:
                held = read.counts(store)["document"]
            try:
                Map.create(path)
            except MapError as error:
                code = 0 if held == 1 and "readonly" in str(error) else 2
        finally:
            os._exit(code)
    try:
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_writing_a_page_reads_nothing_of_the_others(tmp_path: Path) -> None:
    with ready(tmp_path / "m.db") as store:
        write.write_page(store, page(1))
        plan = store.connection.execute(f"EXPLAIN QUERY PLAN {SHOWN_OF_ONE}", ("s", "s")).fetchall()
    assert [row["detail"] for row in plan if row["detail"].startswith(("SCAN", "BLOOM"))] == []


def test_a_map_that_several_make_at_once_is_made_once(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def make(path: Path) -> str | None:
        with Map.create(path) as store:
            return store.setting("codebook")

    with ThreadPoolExecutor(8) as pool:
        for number in range(10):
            assert list(pool.map(make, [tmp_path / f"{number}.db"] * 8)) == [None] * 8
