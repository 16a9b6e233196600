"""Discourse networks by hand-made counts, against values worked out on paper."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discourse.errors import QueryError
from discourse.network import affiliation, coalitions, count_uses, network, one_mode, polarisation, windows
from discourse.store import Map
from discourse.store.read import Filter
from tests.test_changes import make

pytestmark = pytest.mark.usefixtures("either")


def uses(**actors: str) -> dict[str, Counter]:
    """Each actor's statements as "t+ t+ u-"."""
    sides = {"+": "favour", "-": "against"}
    return {name: Counter((use[:-1], sides[use[-1]]) for use in said.split()) for name, said in actors.items()}


@pytest.mark.parametrize(
    ("kind", "normalisation", "weight"),
    [
        ("congruence", "none", 3.0),  # t+: 2 * 1, u-: 1 * 1
        ("conflict", "none", 1.0),  # v: 1 * 1
        ("subtract", "none", 2.0),
        ("congruence", "average", 1.0),  # three topics each
        ("congruence", "jaccard", 1.0),  # three topics together
        ("congruence", "cosine", 3 / (6**0.5 * 3**0.5)),
        ("subtract", "average", 2 / 3),
    ],
)
def test_ties_between_two_actors(kind, normalisation, weight: float) -> None:
    edges = one_mode(uses(a="t+ t+ u- v+", b="t+ u- v-"), kind, normalisation)
    assert edges == {("a", "b"): pytest.approx(weight)}


def test_average_and_jaccard_count_distinct_topics() -> None:
    both = uses(a="t+ u+ v+ w+", b="t+ x-")
    assert one_mode(both, "congruence", "average") == {("a", "b"): 1 / 3}
    assert one_mode(both, "congruence", "jaccard") == {("a", "b"): 1 / 5}


def test_affiliation_by_activity_and_prominence() -> None:
    both = uses(a="t+ t+ u-", b="t-")
    assert affiliation(both, "none") == {("a", "t"): 2, ("a", "u"): -1, ("b", "t"): -1}
    assert affiliation(both, "activity")["a", "t"] == pytest.approx(2 / 3)
    assert affiliation(both, "prominence")["a", "t"] == pytest.approx(2 / 3)
    assert affiliation(both, "prominence")["b", "t"] == pytest.approx(-1 / 3)


@pytest.mark.parametrize(("policy", "count"), [("include", 6), ("document", 5), ("week", 4), ("month", 3), ("year", 2)])
def test_what_counts_once(policy, count: int) -> None:
    dates = ["2020-01-06", "2020-01-06", "2020-01-08", "2020-01-20", "2020-05-01", "2021-01-01"]
    names = ["d0", "d0", "d1", "d2", "d3", "d4"]
    stances = [
        {"whose": "a", "topic": "t", "stance": "favour", "published": day, "document_id": name}
        for day, name in zip(dates, names, strict=True)
    ]
    assert count_uses(stances, policy)["a"].total() == count


CAMPS = {"a": "t+ u+", "b": "t+ u+", "c": "t+ u+", "x": "t- u-", "y": "t- u-", "z": "t- u-"}


def test_two_camps_are_found_and_wholly_polarised() -> None:
    said = uses(**CAMPS)
    camps = coalitions(one_mode(said, "congruence", "average"), said)
    assert camps == [["a", "b", "c"], ["x", "y", "z"]]
    assert polarisation(said, camps) == 1.0


def test_where_sides_cut_across_there_is_little_polarisation() -> None:
    said = uses(a="t+ u+", b="t+ u-", c="t- u+", d="t- u-")
    assert polarisation(said, [["a", "b"], ["c", "d"]]) == pytest.approx(1 / 3, abs=1e-4)
    assert polarisation(said, [["a", "d"], ["b", "c"]]) == pytest.approx(-1 / 3, abs=1e-4)
    assert polarisation(said, [["a", "b", "c", "d"]]) is None


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from("tuv"), st.sampled_from("+-")), max_size=40))
def test_invariants(said: list[tuple[str, str, str]]) -> None:
    actors: dict[str, str] = {}
    for actor, topic, side in said:
        actors[actor] = f"{actors.get(actor, '')} {topic}{side}"
    counted = uses(**actors)
    plain = {kind: one_mode(counted, kind, "none") for kind in ("congruence", "conflict", "subtract")}  # type: ignore[arg-type]
    for pair in plain["subtract"]:
        assert plain["subtract"][pair] == plain["congruence"].get(pair, 0) - plain["conflict"].get(pair, 0)
    assert all(weight <= 1 + 1e-9 for weight in one_mode(counted, "congruence", "cosine").values())
    camps = coalitions(plain["congruence"], counted)
    assert sorted(actor for camp in camps for actor in camp) == sorted(counted)
    index = polarisation(counted, camps)
    assert index is None or -1 <= index <= 1


def test_the_network_of_a_map(built: Path) -> None:
    with Map.open(built) as store:
        found = network(store, kind="congruence", normalisation="none")
        assert found.edges == {("ann-lee", "the-board"): 1.0}
        assert found.nodes["the-board"]["group"] == "boards"
        assert network(store, kind="conflict", normalisation="none").edges == {("ann-lee", "the-board"): 1.0}
        assert "bo-ray" not in network(store, least=2).nodes
        two_mode = network(store, kind="affiliation", normalisation="none")
        assert two_mode.edges["the-board", "inspection"] == 1
        assert network(store, Filter(until="2016"), kind="congruence", normalisation="none").edges == {}
        with pytest.raises(QueryError, match="choose none, average, jaccard, cosine"):
            network(store, kind="congruence", normalisation="activity")


def test_windows_of_time(tmp_path: Path) -> None:
    sayings = [
        ("Ann", "2016-01-01", "favour", 0.9),
        ("Bo", "2016-01-20", "favour", 0.9),
        ("Bo", "2017-01-01", "against", 0.9),
    ]
    with make(tmp_path / "m.db", sayings) as store:
        found = windows(store, Filter(), 183, kind="congruence", normalisation="none")
        assert [len(network.edges) for network in found] == [1, 0, 0]
        assert (found[0].since, found[0].until) == ("2016-01-01", "2016-07-01")
        assert windows(store, Filter(since="2030"), 30) == []
        with pytest.raises(QueryError, match="one day or longer"):
            windows(store, Filter(), 0)
