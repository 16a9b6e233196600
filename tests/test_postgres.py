"""A map in PostgreSQL: the same answers as in a file, one writer at a time, roles, and errors in one line."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discourse import corrections, query
from discourse.changes import changes
from discourse.collect import gather
from discourse.errors import DiscourseError, MapError, QueryError
from discourse.network import network
from discourse.overall import misled
from discourse.pipeline import Stages, run
from discourse.places import Address, place
from discourse.store import Map, browse, find, links, read, tables, write
from discourse.store.check import problems
from discourse.store.copy import copy
from discourse.store.links import Which
from discourse.store.read import Filter
from discourse.store.schema import MIGRATIONS
from discourse.summary import summarise
from tests.conftest import FakeEmbedder
from tests.postgres import Server
from tests.test_store import page, ready

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def shared(server: Server, gold: Path) -> Address:
    """The sample's map, copied into a database."""
    address = server.address("shared")
    with Map.open(gold) as source, Map.create(address) as target:
        copy(source, target)
    return address


@pytest.fixture(scope="module")
def both(gold: Path, shared: Address) -> Iterator[tuple[Map, Map]]:
    with Map.open(gold) as one, Map.open(shared) as other:
        yield one, other


@pytest.fixture
def fresh(server: Server, request: pytest.FixtureRequest) -> Address:
    """A schema of the test's own."""
    return server.address(re.sub(r"\W", "_", request.node.name)[-60:])


WHERES = (
    Filter(),
    Filter(topic="ratings"),
    Filter(topic="ratings", stance="favour", since="2016", until="2020-06"),
    Filter(stance="against", attribution="direct"),
    Filter(publisher="THE MORNING ENQUIRER"),
    Filter(kind="news", min_confidence=0.5),
    Filter(group="Inspectorate"),
    Filter(stakeholder="desmond-ferreday"),
)


@pytest.mark.parametrize("where", WHERES, ids=str)
@pytest.mark.parametrize(
    "ask",
    [
        query.positions,
        lambda store, where: query.positions(store, where, "group"),
        lambda store, where: query.positions(store, where, "organisation", 7),
        query.statements,
        lambda store, where: list(read.statements(store, where, 5)),
        read.shown_stances,
        browse.count,
        lambda store, where: browse.numbers(store, where, 9, 3),
        lambda store, where: browse.numbers(store, where, 9, 3, "oldest"),
        browse.by_year,
        find.unclear_statements,
        lambda store, where: query.facets(store, "inspection", FakeEmbedder(), where),
        lambda store, where: query.search(store, "inspection staff", FakeEmbedder(), where),
        lambda store, where: query.linked(store, Which(where)),
        lambda store, where: links.count(store, Which(where, evidence="none")),
        changes,
        network,
        summarise,
        lambda store, where: query.compare_sets(store, where, Filter(until="2018")),
    ],
)
def test_a_question_has_the_same_answer(
    both: tuple[Map, Map], ask: Callable[[Map, Filter], Any], where: Filter
) -> None:
    one, other = (ask(store, where) for store in both)
    assert one == other


@pytest.mark.parametrize(
    "ask",
    [
        query.arguments,
        query.stakeholders_of,
        query.topics_of,
        browse.coverage,
        read.documents,
        read.topic_counts,
        read.newest_fingerprint,
        tables.texts,
        tables.stances,
        tables.statement_vectors,
        lambda store: browse.documents(store, 5, 2),
        lambda store: browse.sides(store, "ratings", 10),
        lambda store: links.evidence_on(store, "ratings"),
        lambda store: links.answers_on(store, "ratings", 10),
        lambda store: query.more_like(store, query.statements(store)[3]["id"]),
        lambda store: {key: value for key, value in query.info(store).items() if key not in ("map", "bytes")},
        lambda store: [*problems(store), *misled(store)],
    ],
)
def test_an_overview_is_the_same(both: tuple[Map, Map], ask: Callable[[Map], Any]) -> None:
    one, other = (ask(store) for store in both)
    assert one == other


def test_the_map_says_where_it_is_without_the_password(shared: Address) -> None:
    address = place(shared.uri.replace("postgres:@", "postgres:geheim@") + "&password=geheim&connect_timeout=5")
    with Map.open(address) as store:
        said = [str(address), repr(address), query.info(store)["map"]]
        assert query.info(store)["bytes"] > 100_000
        with pytest.raises(QueryError) as error:
            query.resolve_topic(store, "nothing of the kind")
    assert "geheim" not in f"{said}{error.value}"
    assert "postgresql://postgres@/postgres?host=" in said[0]


_WORDS = (
    "inspection",
    "inspections",
    "inspecting",
    "staff",
    "the",
    "of",
    "children's",
    "ratings",
    "rating",
    "café",
    "xyzzy",
)
_WORD = st.sampled_from(_WORDS)
_PHRASE = st.one_of(
    _WORD,
    _WORD.map(lambda word: f"{word[:4]}*"),
    st.lists(_WORD, min_size=2, max_size=3).map(lambda words: f'"{" ".join(words)}"'),
)
_QUERY = st.recursive(
    _PHRASE,
    lambda inner: st.tuples(inner, st.sampled_from(["AND", "OR", "NOT"]), inner).map(
        lambda said: f"({' '.join(said)})"
    ),
    max_leaves=4,
)


@given(_QUERY, st.sampled_from(WHERES))
@settings(max_examples=120)
def test_words_find_the_same_statements_in_the_same_order(both: tuple[Map, Map], text: str, where: Filter) -> None:
    expression = query.match_expression(text)
    one, other = (find.word_hits(store, expression, where, 10_000) for store in both)
    assert {n for n, _ in one} == {n for n, _ in other}
    if "(" not in text:
        assert [n for n, _ in one] == [n for n, _ in other]
        assert [score for _, score in one] == pytest.approx([score for _, score in other])


@given(st.lists(st.text(max_size=40).filter(lambda text: "\0" not in text), min_size=1, max_size=5), st.data())
@settings(max_examples=100)
def test_any_text_is_found_by_the_words_that_find_it_in_a_file(
    server: Server, texts: list[str], data: st.DataObject
) -> None:
    import sqlite3

    from discourse.store.words import Tokens

    asked = data.draw(st.sampled_from(texts)).replace('"', " ")
    expression = f'"{asked}"'
    index = sqlite3.connect(":memory:")
    index.execute("CREATE VIRTUAL TABLE w USING fts5(text, tokenize='porter unicode61 remove_diacritics 2')")
    index.executemany("INSERT INTO w VALUES (?)", [(text,) for text in texts])
    found = {row[0] - 1 for row in index.execute("SELECT rowid FROM w WHERE w MATCH ?", (expression,))}
    tokens = Tokens()
    wanted, _ = tokens.asked(expression)
    with server.connected() as connection:
        kept = {
            i
            for i, (words, _) in enumerate(tokens.tsvectors([(text, None) for text in texts]))
            if connection.execute("SELECT %s::tsvector @@ %s::tsquery", (words, wanted)).fetchone()[0]
        }
    assert kept == found


def test_a_long_word_and_a_name_after_the_text(fresh: Address) -> None:
    with ready(fresh) as store:
        write.write_page(store, page(1, 2))
        assert len(find.word_hits(store, '"aloud"', Filter(), 9)) == 2
        assert len(find.word_hits(store, '"lee"', Filter(), 9)) == 2
        assert find.word_hits(store, '"aloud Ann"', Filter(), 9) == []
        assert find.word_hits(store, f'"{"x" * 5000}"', Filter(), 9) == []


def test_of_many_hits_the_best_are_ranked(both: tuple[Map, Map], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("discourse.store.postgres._RANKED", 7)
    everything, some = (find.word_hits(store, '"the"', Filter(), 100) for store in both)
    assert len(everything) == 100
    assert len(some) == 7


def test_a_copy_of_a_copy_is_the_same_row_by_row(gold: Path, shared: Address, tmp_path: Path) -> None:
    back = tmp_path / "back.db"
    with Map.open(shared) as source, Map.create(back) as target:
        copy(source, target)
    with Map.open(gold) as one, Map.open(back) as other:
        sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'words%'"
        for (table,) in one.connection.execute(sql).fetchall():
            sql = f"SELECT * FROM {table}"
            held, came = (sorted(map(repr, map(tuple, store.connection.execute(sql)))) for store in (one, other))
            assert held == came, table
        assert list(problems(other)) == []


def test_a_map_is_not_copied_over_another(gold: Path, shared: Address) -> None:
    with Map.open(gold) as source, Map.create(shared) as target, pytest.raises(MapError, match="holds a map already"):
        copy(source, target)


def test_commands_take_an_address(
    fresh: Address, pages: Path, use_fakes: None, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from discourse.cli import app

    def call(*words: str) -> str:
        app([*words], standalone_mode=False)
        return capsys.readouterr().out

    (tmp_path / "codebook.toml").write_text(__import__("tests.conftest", fromlist=["CODEBOOK"]).CODEBOOK)
    on = ("--map", fresh.uri)
    call("run", str(pages), "--codebook", str(tmp_path / "codebook.toml"), *on)
    assert {row["stakeholder"] for row in json.loads(call("positions", *on))} == {"Ann Lee", "Bo Ray", "The Board"}
    first = json.loads(call("search", "morale", *on))[0]
    call("correct", first["id"], "--topic", "inspection", "--stance", "favour", "--who", "Cy", *on)
    call("undo", "1", "--who", "Cy", *on)
    assert [row["state"] for row in json.loads(call("corrections", *on))] == ["undone"]
    assert "sound: every offset" in call("verify", *on)
    call("copy", fresh.uri, str(tmp_path / "back.db"))
    assert json.loads(call("positions", "--map", str(tmp_path / "back.db"))) == json.loads(call("positions", *on))


def test_two_writers_take_turns_and_a_reader_sees_whole_pages(fresh: Address) -> None:
    ready(fresh).close()
    stop, torn = threading.Event(), []

    def write_some(first: int) -> None:
        with Map.create(fresh) as store:
            for number in range(first, first + 8):
                write.write_page(store, page(number, 3))

    def look() -> None:
        with Map.open(fresh) as store:
            while not stop.is_set():
                torn.append(store.connection.execute("SELECT count(*) FROM statement").fetchone()[0] % 3)

    with ThreadPoolExecutor(3) as pool:
        looking = pool.submit(look)
        for done in [pool.submit(write_some, first) for first in (0, 100)]:
            done.result()
        stop.set()
        looking.result()
    assert set(torn) == {0}
    with Map.open(fresh) as store:
        assert read.counts(store)["document"] == 16
        assert list(problems(store)) == []


def test_a_writer_that_waits_too_long_is_told(fresh: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("discourse.store.postgres._LOCK_SECONDS", 1)
    said = pytest.raises(MapError, match="another has been writing to this map for 1 seconds")
    with ready(fresh) as store, Map.create(fresh) as other, store.transaction(), said:
        write.write_page(other, page(1))


WRITER = """
import sys
from discourse.places import place
from discourse.store import write
from tests.test_store import page, ready
with ready(place(sys.argv[1])) as store:
    for number in range(100000):
        write.write_page(store, page(number % 50))
        print(number, flush=True)
"""


def test_a_killed_writer_loses_nothing_that_was_acknowledged(fresh: Address) -> None:
    command = [sys.executable, "-c", WRITER, fresh.uri]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as writer:
        assert writer.stdout
        acknowledged = [int(writer.stdout.readline()) for _ in range(15)]
        writer.kill()
    with Map.open(fresh) as store:
        assert read.counts(store)["document"] >= len(acknowledged)
        assert list(problems(store)) == []
        assert len(find.word_hits(store, '"aloud"', Filter(), 10_000)) == read.counts(store)["statement"]


def test_a_reader_cannot_write(shared: Address) -> None:
    with Map.open(shared) as store, pytest.raises(MapError, match="opened for reading"):
        write.remove_pages(store, ["a"])


def test_a_question_is_stopped_after_its_time(shared: Address) -> None:
    slow = "SELECT count(*) FROM statement a, statement b, statement c"
    with Map.open(shared) as store:
        with pytest.raises(QueryError, match="longer than"), browse.time_limit(store, 0.3):
            store.connection.execute(slow).fetchone()
        assert browse.count(store, Filter()) > 600


def test_a_map_of_an_earlier_schema_is_told_and_brought_up(
    server: Server, fresh: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        for module in ("postgres_open", "schema"):
            before.setattr(f"discourse.store.{module}.MIGRATIONS", MIGRATIONS[:1])
        Map.create(fresh).close()
    with pytest.raises(MapError, match="written by an older version"):
        Map.open(fresh)
    with ready(fresh) as store:
        write.write_page(store, page(1))
        assert list(problems(store)) == []
        store.connection.execute("UPDATE map_state SET version = 99")
    for opening in (Map.open, Map.create):
        with pytest.raises(MapError, match="written by a newer version"):
            opening(fresh)


def test_an_address_without_a_map_says_how_to_make_one(fresh: Address) -> None:
    with pytest.raises(MapError, match="no map here: make one with `discourse run"):
        Map.open(fresh)


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("postgresql://me:geheim@127.0.0.1:9/x?connect_timeout=2", "cannot be opened"),
        ("postgresql://me:geheim@127.0.0.1:port/x", "cannot be opened"),
        ("postgresql://me:geheim@[::1/x", "cannot be read: write postgresql://"),
        ("postgresql://me:geheim@/x?host=/nowhere&nonsense=1", "cannot be read: write postgresql://"),
    ],
)
def test_what_cannot_be_reached_is_told_in_one_line_without_the_password(server: Server, uri: str, said: str) -> None:
    with pytest.raises(MapError, match=said) as error:
        Map.open(place(uri))
    assert "geheim" not in str(error.value)
    assert "\n" not in str(error.value)


def test_a_wrong_password_is_told(server: Server) -> None:
    server.ask("CREATE ROLE locked LOGIN PASSWORD 'right'")
    with server.asking_for_passwords():
        wrong, right = (server.uri.replace("postgres:@", f"locked:{word}@") for word in ("geheim", "right"))
        with pytest.raises(MapError, match="password authentication failed") as error:
            Map.open(place(wrong))
        assert "geheim" not in str(error.value)
        with pytest.raises(MapError, match="no map here"):
            Map.open(place(right))


def test_a_database_without_pgvector_says_what_to_do(server: Server) -> None:
    server.ask("CREATE ROLE plain LOGIN")
    server.ask("CREATE DATABASE bare OWNER plain")
    bare = server.uri.replace("postgres:@/postgres", "plain:@/bare")
    with pytest.raises(MapError, match=r"needs the extension vector .* CREATE EXTENSION vector"):
        Map.create(place(bare))


def test_one_who_may_not_make_a_map_is_told(server: Server) -> None:
    server.ask("CREATE ROLE guest LOGIN")
    server.ask("CREATE SCHEMA theirs")
    server.ask("GRANT USAGE ON SCHEMA theirs TO guest")
    with pytest.raises(MapError, match=r"may not do that \(permission denied for schema theirs\)"):
        Map.create(server.within("theirs", "guest"))


def test_roles_may_do_what_they_are_for_and_no_more(server: Server, gold: Path) -> None:
    owner = server.address("roles")
    with Map.open(gold) as source, Map.create(owner) as target:
        copy(source, target)
    script = (ROOT / "scripts" / "postgres_roles.sql").read_text(encoding="utf-8")
    for _ in range(2):
        server.ask(f"SET search_path = roles, public; {script}")
    for role in ("reader", "editor", "loader"):
        server.ask(f"CREATE ROLE a_{role} LOGIN IN ROLE discourse_{role}")
    reader, editor, loader = (server.within("roles", f"a_{role}") for role in ("reader", "editor", "loader"))

    with Map.open(reader) as store:
        target = query.statements(store, Filter(topic="ratings"))[0]
        assert len(query.search(store, "inspection", FakeEmbedder())) == 20
        assert list(problems(store)) == []
    group = [row["id"] for row in _arguments(owner)][:2]

    forbidden: dict[Address, list[Callable[[Map], object]]] = {
        reader: [
            lambda store: corrections.correct_stance(store, target["id"], "ratings", "none", who="x"),
            lambda store: write.write_page(store, page(1)),
        ],
        editor: [
            lambda store: write.write_page(store, page(1)),
            lambda store: store.set(threshold="0.1"),
            lambda store: write.remove_pages(store, [page(1).page.canonical]),
            lambda store: store.connection.execute("UPDATE statement SET text = 'other'"),
            lambda store: store.connection.execute("UPDATE stance SET confidence = 1"),
            lambda store: store.connection.execute("DELETE FROM correction"),
            lambda store: store.connection.execute("UPDATE correction SET who = 'another'"),
            lambda store: store.connection.execute("CREATE TABLE roles.more (x INT)"),
        ],
        loader: [
            lambda store: corrections.correct_stance(store, target["id"], "ratings", "none", who="x"),
            lambda store: store.connection.execute("DELETE FROM correction"),
            lambda store: store.connection.execute("UPDATE map_state SET version = 1"),
            lambda store: store.connection.execute("DROP TABLE roles.page"),
        ],
    }
    with Map.create(editor) as store:
        corrections.correct_stance(store, target["id"], "ratings", "none", who="Cy")
        corrections.merge_stakeholders(store, ["Julian Stavely"], "Desmond Ferreday", who="Cy")
        corrections.correct_speaker(store, target["id"], "Somebody New", who="Cy")
        corrections.rename_stakeholder(store, "Desmond Ferreday", "The Chief", who="Cy")
        corrections.merge_arguments(store, group[:1], group[1], who="Cy")
        corrections.undo(store, 2, who="Cy")
    with Map.create(loader) as store:
        write.write_page(store, page(7, 3))
        write.end_run(store, write.begin_run(store, "2026-01-01", "{}"), "2026-01-01", {})
    for address, calls in forbidden.items():
        for call in calls:
            with Map.create(address) as store, pytest.raises(MapError, match="may not do that"):
                call(store)
    with Map.open(owner) as store:
        assert [row["state"] for row in corrections.listed(store)].count("undone") == 1
        known = [problem for problem in problems(store) if "topic inspection" not in problem]
        assert known == []


def test_a_database_of_its_own_is_run_by_a_loader_and_corrected_by_an_editor(
    server: Server, pages: Path, stages: Stages
) -> None:
    server.ask("CREATE DATABASE sector")
    owner = Server(server.uri.replace("/postgres?", "/sector?"), server.folder)
    owner.ask("CREATE EXTENSION vector")
    with Map.create(Address(owner.uri)) as store:
        run(gather([str(pages)]), store, stages)
    owner.ask((ROOT / "scripts" / "postgres_roles.sql").read_text(encoding="utf-8"))
    for role in ("editor", "loader"):
        server.ask(f"CREATE ROLE sector_{role} LOGIN IN ROLE discourse_{role}")
    loader, editor = (Address(owner.uri.replace("postgres:@", f"sector_{role}:@")) for role in ("loader", "editor"))
    (pages / "2020-news.md").write_text("---\ndate: 2020-03-02\n---\n\nAnn Lee: Inspection is good, I now think.\n")
    with Map.create(loader) as store:
        assert len(run(gather([str(pages)]), store, stages).changed) == 1
    with Map.create(editor) as store:
        said = query.statements(store, Filter(topic="inspection"))
        corrections.correct_stance(store, said[0]["id"], "inspection", "favour", who="Cy")
    with Map.open(loader) as store:
        assert {(p["stakeholder"], p["stance"]) for p in query.positions(store, Filter(topic="inspection"))} == {
            ("Ann Lee", "favour")
        }
        assert [*problems(store), *misled(store)] == []


def _arguments(address: Address) -> list[dict[str, Any]]:
    with Map.open(address) as store:
        return [row for row in query.arguments(store, "ratings") if row["stance"] == "against"]


def test_the_pages_are_served_from_a_database(server: Server, fresh: Address, gold: Path) -> None:
    from tests.web_client import client

    with Map.open(gold) as source, Map.create(fresh) as target:
        copy(source, target)
    web, in_file = client(fresh), client(gold)
    for address in ("/api/v1/positions", "/api/v1/statements?limit=5", "/api/v1/search?q=inspection"):
        assert web.get(address).json()["items"] == in_file.get(address).json()["items"]
    assert web.get("/").status_code == web.get("/topics/ratings").status_code == 200
    before = web.get("/api/v1/documents").json()["total"]
    with Map.create(fresh) as store:
        write.write_page(store, page(1))
    for _ in range(100):  # what was kept is shown until it has been made anew
        if web.get("/api/v1/documents").json()["total"] == before + 1:
            break
        time.sleep(0.05)
    else:
        pytest.fail("the page that was written is not shown")
    server.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid != pg_backend_pid()")
    answers = [web.get("/api/v1/topics").status_code for _ in range(20)]
    assert answers[-1] == 200, "connections that ended are replaced"


def test_the_driver_is_not_imported_for_a_file(gold: Path) -> None:
    code = (
        "import sys; from discourse.cli import app;"
        f"app(['positions', '--map', {str(gold)!r}], standalone_mode=False);"
        "assert 'psycopg' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_without_the_extra_the_address_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("discourse.store.postgres")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("discourse.store.postgres_open", raising=False)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(DiscourseError, match=r"pip install 'sector-discourse\[postgres\]'"):
        Map.open(place("postgresql://localhost/x"))
