import sqlite3
from pathlib import Path

import pytest

from discourse.errors import MapError
from discourse.records import Analysis, Document, PageEntry, Statement
from discourse.store import Map, find, read, write


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


def test_a_read_only_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(MapError, match="no folder"):
        Map.create(tmp_path / "missing" / "m.db")
