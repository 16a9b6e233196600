from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from discourse.errors import QueryError
from discourse.query import (
    facets,
    match_expression,
    more_like,
    no_evidence,
    positions,
    resolve_stakeholder,
    resolve_topic,
    search,
)
from discourse.store import Map
from discourse.store.read import Filter
from discourse.store.vectors import _nearest, _roughened

pytestmark = pytest.mark.usefixtures("either")


def test_positions_are_derived_from_what_is_shown(built: Path) -> None:
    with Map.open(built) as store:
        found = {(p["stakeholder"], p["topic"]): p for p in positions(store)}
    ann = found["Ann Lee", "inspection"]
    assert (ann["stance"], ann["favour"], ann["against"], ann["sources"]) == ("mixed", 1, 1, 2)
    assert (ann["first"], ann["last"]) == ("2016-05-01", "2020-03-02")
    assert found["The Board", "inspection"]["kind"] == "organisation"
    assert ("Ann Lee", "funding") not in found, "below the threshold nothing is shown"


@pytest.mark.parametrize(
    ("where", "who"),
    [
        (Filter(topic="inspection", stance="favour"), {"The Board"}),
        (Filter(topic="inspection", stance="mixed"), {"Ann Lee"}),
        (Filter(topic="inspection", until="2016"), {"Ann Lee"}),
        (Filter(since="2016-05-02", topic="inspection"), {"Ann Lee", "The Board"}),
        (Filter(group="Boards"), {"The Board"}),
        (Filter(min_confidence=0.95), set()),
    ],
)
def test_filters(built: Path, where: Filter, who: set[str]) -> None:
    with Map.open(built) as store:
        assert {p["stakeholder"] for p in positions(store, where)} == who


def test_roll_ups_are_asked_for(built: Path) -> None:
    with Map.open(built) as store:
        assert {p["stakeholder"] for p in positions(store, by="group")} == {"boards"}
        assert "The Board" not in {p["stakeholder"] for p in positions(store, by="person")}


def test_search_finds_by_words_and_by_meaning_the_same_twice(built: Path, embedder) -> None:
    with Map.open(built) as store:
        found = search(store, "morale", embedder)
        assert {row["speaker"] for row in found[:2]} == {"Ann Lee"}
        assert found == search(store, "morale", embedder)
        assert search(store, "morale", embedder, Filter(since="2020"))[0]["text"].startswith("I now think")
        assert [row["score"] for row in found] == sorted((row["score"] for row in found), reverse=True)


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("drives improvement", '"drives" OR "improvement"'),
        ('"drives improvement" ratings', '"drives improvement" OR "ratings"'),
        ("inspect*", '"inspect"*'),
        ("inspection AND NOT", None),
        ("AND inspection", None),
        ('a "b', None),
        ("(a", None),
        ("a)(b", None),
        ('"(a"', '"a"'),
        ("(a) b", '( "a" ) AND "b"'),
        ("a AND (b OR c)", '"a" AND ( "b" OR "c" )'),
        ("Ofsted's o’clock", '"Ofsted s" OR "o clock"'),
        ("!!!", ""),
    ],
)
def test_queries(text: str, expression: str | None) -> None:
    if expression is None:
        with pytest.raises(QueryError):
            match_expression(text)
    else:
        assert match_expression(text) == expression


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("inspection AND NOT", r"NOT at character 16 needs .* before it"),
        ("AND inspection", r"AND at character 1 needs .* before it"),
        ("inspection (staff OR)", r"\) at character 21 needs .* before it"),
        ("inspection AND", r"AND at character 12 needs .* after it"),
        ('a "b', r"quotation mark at character 3"),
        ("((a)", r"\( at character 1 is never closed"),
        ("a)(b", r"\) at character 2"),
    ],
)
def test_errors_in_queries_say_where_and_what_to_do(text: str, place: str) -> None:
    with pytest.raises(QueryError, match=f"{place}.*: "):
        match_expression(text)


@given(st.text(max_size=60))
def test_no_query_breaks_the_search(tmp_path_factory, text: str) -> None:
    import sqlite3

    try:
        expression = match_expression(text)
    except QueryError:
        return
    if expression and "\x00" not in expression:
        connection = sqlite3.connect(":memory:")
        connection.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
        connection.execute("SELECT * FROM words WHERE words MATCH ?", (expression,)).fetchall()


def test_unknown_names_get_the_nearest(built: Path) -> None:
    with Map.open(built) as store:
        assert resolve_stakeholder(store, "ann lee") == "ann-lee"
        with pytest.raises(QueryError, match="did you mean Ann Lee"):
            resolve_stakeholder(store, "Anne Lee")
        with pytest.raises(QueryError, match="did you mean inspection"):
            resolve_topic(store, "inspections")


def test_what_is_kept_in_memory_answers_as_the_disk_does(built: Path, embedder) -> None:
    from discourse.store import write

    where = Filter(since="2020")
    with Map.open(built) as store:
        first, wide = search(store, "morale", embedder, where), search(store, "morale", embedder)
        assert (search(store, "morale", embedder, where), search(store, "morale", embedder)) == (first, wide)
        with Map.create(built) as other:
            write.remove_pages(other, ["2016-speech.md"])
        assert {row["id"] for row in search(store, "morale", embedder)} == {row["id"] for row in wide} - {
            row["id"] for row in wide if row["document"]["published"] == "2016-05-01"
        }


@given(st.integers(0, 999), st.integers(1, 9), st.sampled_from([1, 7, 500]), st.sampled_from([0, 0.001, 0.5]))
def test_rough_vectors_lose_none_of_the_nearest(seed: int, limit: int, count: int, spread: float) -> None:
    """However alike the rows: those that single bytes cannot tell apart are all read."""
    random = np.random.default_rng(seed)
    rows = (random.normal(size=24) + spread * random.normal(size=(count, 24))).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    rows[random.integers(count)] *= 0
    numbers, vector = np.arange(count) * 3 + 1, rows[-1]
    truth = np.lexsort((numbers, -(rows @ vector)))[:limit]
    blocks = [(numbers[:400], rows[:400]), (numbers[400:], rows[400:])][: 1 + (count > 400)]
    rough = _roughened(iter(blocks))
    assert rough is not None
    assert set(numbers[truth]) <= set(rough.candidates(vector, limit))
    assert set(numbers[truth]) <= set(_nearest(iter(blocks), vector, limit)[0])
    even = numbers[::2]
    truth = np.lexsort((even, -(rows[::2] @ vector)))[:limit]
    assert set(even[truth]) <= set(rough.candidates(vector, limit, even))


def test_a_filter_that_nothing_matches_finds_nothing(built: Path, embedder) -> None:
    nothing = Filter(since="2999")
    with Map.open(built) as store:
        assert search(store, "morale", embedder, nothing) == []
        assert search(store, "morale", embedder)
        assert search(store, "morale", embedder, nothing) == []


def test_vectors_that_take_too_much_memory_are_read_each_time(built: Path, embedder, monkeypatch) -> None:
    with Map.open(built) as store:
        kept = search(store, "morale", embedder)
    monkeypatch.setattr("discourse.store.vectors._KEPT_BYTES", 100)
    with Map.open(built) as store:
        assert search(store, "morale", embedder) == search(store, "morale", embedder) == kept
        assert search(store, "morale", embedder, Filter(since="2020"))


def test_more_like_this_and_facets(built: Path, embedder) -> None:
    with Map.open(built) as store:
        target = search(store, "morale", embedder)[0]
        like = more_like(store, target["id"])
        assert target["id"] not in {row["id"] for row in like}
        counted = facets(store, "inspection", embedder, Filter(topic="inspection"))
        assert counted["stance"] == {"inspection favour": 2, "inspection against": 1}
        assert counted["year"] == {"2020": 2, "2016": 1}
        with pytest.raises(QueryError, match="no vector"):
            more_like(store, "none")


def test_a_query_of_another_embedder_is_told(built: Path, embedder) -> None:
    embedder.dimension = 32
    with Map.open(built) as store, pytest.raises(QueryError, match="have 64 numbers and the query's 32"):
        search(store, "morale", embedder)


def test_unclear_statements_are_counted_where_there_is_no_position(built: Path) -> None:
    with Map.open(built) as store:
        said = no_evidence(store, Filter(topic="funding", stakeholder="ann-lee"))
    assert said.startswith("no evidence found")
    assert "1 statement bears on it" in said
