"""The pages as files: whole, self-contained, each link leading to a file; nothing hostile leaves the folder."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discourse.errors import DiscourseError
from discourse.formats import export
from discourse.formats.datasette import QUERIES, metadata
from discourse.picture import picture
from discourse.store import Map
from discourse.web.copy import detached, file_of, kept
from discourse.web.drawing import HEIGHT, WIDTH, laid_out
from discourse.web.links import path
from tests.test_web_security import ATTACKS, write_hostile
from tests.web_client import Elements, client


def few(attacks: list[str]) -> list[str]:
    """Those that between them hold every character and every word that the copying of a page looks at."""
    looked_at = ("form", "href", "src", "class", "live", "//")
    kept, seen = [attacks[0]], set(attacks[0])
    for attack in attacks[1:]:
        signs = {sign for sign in attack if not sign.isalnum()} | {word for word in looked_at if word in attack}
        if signs - seen:
            kept.append(attack)
            seen |= signs
    return kept


def copied(source: Path, folder: Path) -> dict[str, str]:
    """The pages of a copy, by file."""
    with Map.open(source) as store:
        export(store, "site", folder)
    return {str(file.relative_to(folder)): file.read_text("utf-8") for file in sorted(folder.rglob("*.html"))}


def test_every_link_of_a_copy_leads_to_a_file(built: Path, tmp_path: Path) -> None:
    pages = copied(built, tmp_path / "site")
    assert {"index.html", "topics/inspection.html", "stakeholders/ann-lee.html", "about.html"} <= set(pages)
    led_to = set()
    for file, text in pages.items():
        assert "Coded by machine, not reviewed" in text
        seen = Elements(text)
        assert not {"form", "script", "input"} & {tag for tag, _ in seen.tags}
        for tag, attributes in seen.tags:
            for name in ("href", "src"):
                target = (attributes.get(name) or "").partition("#")[0]
                if target and not target.startswith("https://"):
                    there = os.path.normpath(Path(file).parent / target)
                    assert (tmp_path / "site" / there).is_file(), (file, tag, target)
                    led_to.add(there)
    assert set(pages) - led_to <= {"index.html"}
    cell = next(link for link in Elements(pages["index.html"]).links if "ann-lee-inspection" in link)
    assert "bad for morale" in pages[cell]


def test_a_copy_is_not_written_over_anything(built: Path, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "mine.txt").write_text("x")
    with Map.open(built) as store, pytest.raises(DiscourseError, match="exists already"):
        export(store, "site", tmp_path / "site")
    assert [file.name for file in (tmp_path / "site").iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("attacks", [few(ATTACKS), pytest.param(ATTACKS, marks=pytest.mark.soak)], ids=["few", "all"])
def test_a_copy_of_a_hostile_map_stays_in_its_folder_and_is_not_markup(attacks: list[str], tmp_path: Path) -> None:
    (tmp_path / "map").mkdir()
    write_hostile(tmp_path / "map" / "hostile.db", attacks)
    pages = copied(tmp_path / "map" / "hostile.db", tmp_path / "site")
    assert len(pages) > 3 * len(attacks) > 30
    assert {entry.name for entry in tmp_path.iterdir()} == {"map", "site"}
    for file, text in pages.items():
        assert re.fullmatch(r"[a-z0-9._/-]+", file), file
        for tag, attributes in Elements(text).tags:
            assert tag not in ("script", "iframe", "object", "embed", "img", "style", "base", "video", "math"), file
            assert not [name for name in attributes if name.startswith("on") or name == "style"], file
            assert re.match(r"[a-z0-9./#?-]|https?://", attributes.get("href") or "/"), (file, attributes)
            assert not re.match(r"(?!https?:)[a-z]+:|//", attributes.get("href") or "/"), (file, attributes)


@given(st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=60))
def test_files_differ_where_addresses_do_and_hold_no_way_out(one: str, other: str) -> None:
    files = [file_of(path("stakeholders", name)) for name in (one, other)]
    assert (files[0].casefold() == files[1].casefold()) == (one == other)
    for file in files:
        assert re.fullmatch(r"stakeholders/[a-z0-9][a-z0-9._-]*\.html|stakeholders/-[0-9a-f]{10}\.html", file)
        assert ".." not in file.split("/")


@pytest.mark.parametrize(
    ("address", "is_kept"),
    [
        ("/", True), ("/topics/x", True), ("/stakeholders?page=2", True), ("/documents/x?page=2", True),
        ("/search?stakeholder=a&topic=b", True), ("/search?stakeholder=a&page=2", True), ("/static/style.css?ab", True),
        ("/search", False), ("/search?q=x", False), ("/search?topic=a&kind=news", False),
        ("/search.csv?topic=a", False), ("/compare?a=x", False), ("/api/v1/openapi.json", False), ("/review", False),
        ("//evil.example/", False),
        ("https://evil.example/", False), ("/network?kind=conflict", False),
    ],
)  # fmt: skip
def test_what_asks_the_server_is_not_copied(address: str, is_kept: bool) -> None:
    assert kept(address) == is_kept


def test_a_link_that_is_not_copied_is_text() -> None:
    page = b'<a href="/search?q=x">ask</a> <a href="/topics/a#b">a</a> <a href="https://x.example/">x</a><form>y</form>'
    assert detached(page, "documents/d.html") == (
        b'<a>ask</a> <a href="../topics/a.html#b">a</a> <a href="https://x.example/">x</a>'
    )


def test_a_picture_has_every_argument_once_and_is_the_same_again(gold: Path) -> None:
    with Map.open(gold) as store:
        topics = [row["id"] for row in json.loads(store.setting("topics") or "[]")]
        drawn = [laid_out(store, topic) for topic in topics]
        full = max(drawn, key=lambda one: len(one["points"]))
        topic = topics[drawn.index(full)]
        held = store.connection.execute("SELECT id FROM argument WHERE topic = ?", (topic,)).fetchall()
        assert sorted(point["id"] for point in full["points"]) == sorted(row[0] for row in held)
        assert picture(store, topic) == picture(store, topic)
        assert picture(store, "nothing").points == []
    assert len(full["points"]) > 2
    for point in full["points"]:
        assert 0 < point["cx"] - point["r"] < point["cx"] + point["r"] < WIDTH
        assert 0 < point["cy"] - point["r"] < point["cy"] + point["r"] < HEIGHT
    for region in full["regions"]:
        words = region["name"].replace(",", "").split()
        assert len(words) == len(set(words)) > 0
        assert region["half"] <= region["cx"] <= WIDTH - region["half"]
        assert 0 < region["cy"] < HEIGHT
    page = client(gold).get(f"/topics/{topic}").text
    assert page.count('class="sign"') == len(full["points"])


def test_the_metadata_names_what_the_map_has_and_its_questions_have_answers(gold: Path, tmp_path: Path) -> None:
    with Map.open(gold) as store:
        export(store, "datasette", tmp_path / "metadata.json")
        told = metadata(store)
    assert json.loads((tmp_path / "metadata.json").read_text()) == told
    assert "not reviewed" in told["title"]
    connection = sqlite3.connect(gold)
    there = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")}
    tables = told["databases"][gold.stem]["tables"]
    assert there == set(tables) & there
    for name, table in tables.items():
        if table.get("hidden"):
            continue
        columns = {row[1] for row in connection.execute(f"PRAGMA table_info({name})")}
        assert {*table.get("facets", ()), *table.get("columns", {})} <= columns
        assert {table.get(key) for key in ("sort_desc", "label_column")} - {None} <= columns
    topic, holder = connection.execute("SELECT topic, holder FROM position ORDER BY said DESC").fetchone()
    for name, query in QUERIES.items():
        found = connection.execute(
            query["sql"], {"topic": topic, "stakeholder": holder, "words": "children"}
        ).fetchall()
        assert found or name == "speaker_unknown", name
