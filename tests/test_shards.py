"""A run in several processes gives the map that one process gives, whatever is killed meanwhile."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discourse.errors import DiscourseError
from discourse.per_page import Due
from discourse.records import Analysis, Block, Document, Page, PageEntry, Stance, Statement, Turn
from discourse.run_report import RunReport
from discourse.shards import Sharded, open_engine
from discourse.shards.engine import _cut
from discourse.shards.folder import Folder
from discourse.store import Map
from discourse.store.check import problems
from tests.shard_fakes import DELAY, LOG, ROOT, build, dump, load, write_pages

pytest.importorskip("pyarrow", reason="needs the extra [scale]")


def sharded(folder: Path, engine: str = "local:2", **options: object) -> Sharded:
    return Sharded(engine, load, folder, **{"pages_a_shard": 3, **options})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Twenty-four pages, and the map that one process makes of them."""
    folder = tmp_path_factory.mktemp("corpus")
    pages = write_pages(folder / "pages", 24)
    build(pages, folder / "one.db")
    return pages, folder / "one.db"


def test_the_same_map_as_from_one_process_and_shards_that_others_read(
    corpus: tuple[Path, Path], tmp_path: Path
) -> None:
    pages, undisturbed = corpus
    report = build(pages, tmp_path / "m.db", sharded(tmp_path / "shards", keep_shards=True))
    assert dump(tmp_path / "m.db") == dump(undisturbed)
    assert (report.counts["added"], report.counts["refused"], report.worked) == (22, 2, 24)
    pandas = pytest.importorskip("pandas")
    statements = pandas.read_parquet(tmp_path / "shards/statements")
    documents = pandas.read_parquet(tmp_path / "shards/documents").set_index("id")
    assert len(statements) == report.made["statements"]
    for row in statements.itertuples():
        assert documents.text[row.document_id][row.start : row.end] == row.text
    again = build(pages, tmp_path / "m.db", sharded(tmp_path / "shards"))
    assert again.counts["unchanged"] == 22
    assert not (tmp_path / "shards").exists()


def test_duckdb_reads_shards_as_they_are(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    folder = Folder(tmp_path)
    with folder:
        folder.finish("000001-a", "f", [analysis("a.txt", "Ann said so.")], {})
    query = f"SELECT page, len(vector), text FROM read_parquet('{tmp_path}/statements/*.parquet')"
    assert duckdb.sql(query).fetchall() == [("a.txt", 4, "said")]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
def test_killed_workers_change_nothing(corpus: tuple[Path, Path], tmp_path: Path) -> None:
    pages, undisturbed = corpus
    rng = random.Random(5)
    left = [2]

    def kill(report: RunReport, source: str) -> None:
        if left[0] and report.worked and (victims := multiprocessing.active_children()):
            left[0] -= 1
            rng.choice(victims).kill()

    build(pages, tmp_path / "m.db", sharded(tmp_path / "shards"), kill)
    assert left == [0]
    assert dump(tmp_path / "m.db") == dump(undisturbed)


def test_poison_is_set_aside_and_told(corpus: tuple[Path, Path], tmp_path: Path) -> None:
    pages, _ = corpus
    poison = {"0003.txt": "KILL THE READER", "0012.txt": "BREAK THE SCORER"}
    good, bad = tmp_path / "good", tmp_path / "bad"
    for page in sorted(pages.iterdir()):
        (bad / page.name).parent.mkdir(exist_ok=True)
        (good / page.name).parent.mkdir(exist_ok=True)
        text = page.read_text()
        (bad / page.name).write_text(text + f"\nAnn Lee: {poison[page.name]}\n" if page.name in poison else text)
        if page.name not in poison:
            (good / page.name).write_text(text)
    report = build(bad, tmp_path / "bad.db", sharded(tmp_path / "shards", pages_a_shard=12))
    refused = {Path(source).name: reason for source, reason in report.refused}
    assert refused.keys() == {*poison, "0007.txt", "0017.txt"}
    assert "(exit code -9)" in refused["0003.txt"]
    assert "ZeroDivisionError: division by zero" in refused["0012.txt"]
    build(good, tmp_path / "good.db")
    assert [row.split(",")[4:] for row in dump(tmp_path / "bad.db")["statement"]] == [
        row.split(",")[4:] for row in dump(tmp_path / "good.db")["statement"]
    ]


def test_a_page_that_hangs_is_set_aside(tmp_path: Path) -> None:
    # Alone: on a machine that is busy enough, any page could take a second.
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages/0001.txt").write_text("Ann Lee: We HANG on every word that anybody says about inspection.\n")
    report = build(tmp_path / "pages", tmp_path / "m.db", sharded(tmp_path / "s", "local:1", seconds_a_page=1))
    ((_, reason),) = report.refused
    assert "ran out of time" in reason


def run_killed(pages: Path, folder: Path, seed: int, kills: int, shards: int) -> Counter[str]:
    """Runs whose driver is killed when it has so many shards more; gives how often each page was read."""
    rng = random.Random(seed)
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", DELAY: "0.05"}
    environment[LOG] = str(folder / "log")
    command = [sys.executable, "-m", "tests.shard_fakes", str(pages), str(folder / "m.db"), "local:2"]
    command.append(str(folder / "shards"))
    for kill in range(kills + 1):
        before = len(list(folder.glob("shards/done/*.json")))
        with subprocess.Popen(command, env=environment, cwd=ROOT) as driver:
            wanted = before + rng.randrange(1, max(2, (shards - before) // 2))
            while driver.poll() is None and (kill == kills or len(list(folder.glob("shards/done/*.json"))) < wanted):
                time.sleep(0.01)
            driver.kill()
        if (folder / "m.db").exists():
            with Map.create(folder / "m.db") as store:
                assert list(problems(store)) == []
    assert driver.returncode == 0
    return Counter((folder / "log").read_text().splitlines())


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
def test_a_killed_run_begins_again_where_it_stopped(corpus: tuple[Path, Path], tmp_path: Path) -> None:
    pages, undisturbed = corpus
    reads = run_killed(pages, tmp_path, seed=2, kills=1, shards=12)
    assert dump(tmp_path / "m.db") == dump(undisturbed)
    # Two pages a shard: what was finished is not read again, what two workers were at may be.
    assert sum(reads.values()) <= 22 + 4


@pytest.mark.soak
def test_a_run_killed_twenty_times(tmp_path: Path) -> None:
    pages = write_pages(tmp_path / "pages", 200)
    build(pages, tmp_path / "one.db")
    run_killed(pages, tmp_path, seed=3, kills=20, shards=100)
    assert dump(tmp_path / "m.db") == dump(tmp_path / "one.db")


def test_a_damaged_shard_and_one_of_other_models_are_worked_again(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "shards")
    with folder:
        for name, models in (("1-a", "f"), ("2-b", "f"), ("3-c", "other")):
            folder.finish(name, models, [analysis(f"{name}.txt", "Ann said so.")], {})
        damaged = tmp_path / "shards/documents/2-b.parquet"
        damaged.write_bytes(damaged.read_bytes()[:-1])
        assert folder.finished("f").keys() == {"1-a"}
        assert [file.name for file in (tmp_path / "shards/statements").iterdir()] == ["1-a.parquet"]


def test_two_runs_do_not_share_a_folder(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    with (
        Folder(tmp_path / "shards"),
        pytest.raises(DiscourseError, match="another run works here"),
        Folder(tmp_path / "shards"),
    ):
        pass


@pytest.mark.parametrize("engine", ["", "local:0", "local:x", "dask://", "dask://h", "dask://h:0", "dask://h:70000",
                                    "dask://h:1/x y", "ray://h:1", "local:2\n", "http://h:1"])  # fmt: skip
def test_what_is_no_engine(engine: str, tmp_path: Path) -> None:
    with pytest.raises(DiscourseError, match="neither local:N"):
        open_engine(engine, load, tmp_path / "m.db")


def test_workers_of_another_version_stop_the_run(tmp_path: Path) -> None:
    stages = load()
    due = [Due(page(0), replace(entry("0000.txt"), digest="d"), False)]
    with_other = replace(stages, codebook=replace(stages.codebook, topics=()))
    engine = sharded(tmp_path / "shards", "local:1")
    with Map.create(tmp_path / "m.db") as store, pytest.raises(DiscourseError, match="other models than the run"):
        engine.work(due, store, with_other, RunReport(), lambda report, source: None)


def page(number: int, size: int = 10) -> Page:
    return Page(f"{number}", f"{number}", b"x" * size)


def entry(name: str) -> PageEntry:
    return PageEntry(name, name, "digest", "{}")


@given(st.lists(st.integers(0, 40_000_000), max_size=60), st.integers(1, 9), st.integers(1, 5))
@settings(max_examples=30, deadline=None)
def test_shards_hold_every_page_once_in_order_and_none_too_many(sizes: list[int], pages: int, workers: int) -> None:
    made = [Due(page(number, size // 1_000_000), entry(str(number)), False) for number, size in enumerate(sizes)]
    batches = list(_cut(made, pages, workers))
    assert [item for batch in batches for item in batch] == made
    assert all(0 < len(batch) <= pages for batch in batches)


def analysis(name: str, text: str) -> Analysis:
    document = Document(
        f"d{name}", "v", name, text, authors=("A", "B"), blocks=(Block(0, 2, "title"),), facts=(("a", "b"),),
        turns=(Turn(0, 3, None, "k"),),
    )  # fmt: skip
    said = Statement(f"s{name}", document.id, 4, 8, text[4:8], "direct", speaker="Ann")
    vector = b"\x00\x3c\x00\x00\x01\x00\xff\x7b"  # one, nought, the least and the greatest float16
    return Analysis(entry(name), (document,), (said,), vector, 4, (Stance(said.id, "t", "favour", 0.1),))


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=8), max_size=5))
@settings(max_examples=30, deadline=None)
def test_records_come_back_from_parquet_as_they_were(texts: list[str]) -> None:
    from discourse.shards.tables import TABLES, analyses_of, made, parquet

    given_ = [analysis(f"{number}.txt", text) for number, text in enumerate(texts)]
    given_.append(
        Analysis(replace(entry("refused.txt"), outcome="refused", reason="empty"), dimension=4 if texts else 0)
    )
    rows = made(given_)
    found = analyses_of({name: parquet(name, rows[name]) for name in TABLES})
    assert list(found.values()) == given_


@pytest.mark.models
def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from discourse.cli import app

    pages = tmp_path / "pages"
    pages.mkdir()
    for name in ("a", "b"):
        (pages / f"{name}.txt").write_text(
            f"Head {name} speaks\n\n“Inspection drives up standards in every school,” said Jane Smith, the minister.\n"
        )
    monkeypatch.chdir(tmp_path)
    for map_, extra in (("one.db", []), ("two.db", ["--engine", "local:1"])):
        ran = CliRunner().invoke(app, ["run", "pages", "--map", map_, *extra])
        assert ran.exit_code == 0, ran.output
    assert dump(tmp_path / "one.db") == dump(tmp_path / "two.db")
    assert dump(tmp_path / "one.db")["statement"]
    assert not (tmp_path / "two.db.shards").exists()
