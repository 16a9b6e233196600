"""The review queue: reproducible, useful without labels, and it leaves out what people have judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from discourse.errors import DiscourseError
from discourse.records import Stance
from discourse.review_queue import STRATEGIES, candidates, enough, queue
from discourse.store import Map, tables


@pytest.fixture
def store(built: Path):
    with Map.open(built) as opened:
        yield opened


ALONE = [by for by in STRATEGIES if by != "disagreement"]


@pytest.mark.parametrize("by", ALONE)
def test_every_strategy_works_without_labels_and_alike_each_time(store: Map, by: str) -> None:
    rows = queue(store, 50, by=by)
    assert rows == queue(store, 50, by=by)
    assert {(row["statement"], row["topic"]) for row in rows} == {(c.statement, c.topic) for c in candidates(store)}
    assert queue(store, 2, by=by) == rows[:2]


def test_the_unsure_come_first_by_uncertainty(store: Map) -> None:
    found = [row["uncertainty"] for row in queue(store, by="uncertainty")]
    assert found == sorted(found, reverse=True)
    threshold = tables.threshold(store)
    nearest = min(candidates(store), key=lambda c: abs(c.confidence - threshold))
    assert queue(store, 1, by="uncertainty")[0]["confidence"] == pytest.approx(nearest.confidence, abs=1e-3)


def test_what_moves_nobody_has_no_consequence(store: Map) -> None:
    for candidate in candidates(store):
        assert 0 <= candidate.consequence <= candidate.uncertainty <= 1


def test_what_is_judged_is_left_out(store: Map) -> None:
    first = queue(store, 1)[0]
    done = [(first["statement"], first["topic"])]
    assert done[0] not in {(row["statement"], row["topic"]) for row in queue(store, judged=done)}


def test_diversity_takes_the_farthest_from_what_was_chosen(store: Map) -> None:
    rows = queue(store, 3, by="diversity")
    assert len({row["statement"] for row in rows}) == 3


def test_where_two_models_differ_most_comes_first(store: Map) -> None:
    first, *others = candidates(store)
    opposite = "against" if first.stance == "favour" else "favour"
    same = [Stance(c.statement, c.topic, c.stance, c.confidence) for c in others]  # type: ignore[arg-type]
    unseen = next(c.statement for c in others)
    topics = {c.topic for c in [first, *others] if c.statement == unseen}
    new = next(name for name in ("inspection", "funding") if name not in topics)
    second = [*same, Stance(first.statement, first.topic, opposite, 0.9), Stance(unseen, new, "favour", 0.5)]
    rows = queue(store, by="disagreement", second=second)
    assert [(row["statement"], row["topic"], row["disagreement"]) for row in rows[:3]] == [
        (first.statement, first.topic, pytest.approx((first.confidence + 0.9) / 2, abs=1e-3)),
        (unseen, new, 0.25),
        (rows[2]["statement"], rows[2]["topic"], 0.0),
    ]
    assert rows[1]["machine"] == "none"


def test_disagreement_needs_a_second_model(store: Map) -> None:
    with pytest.raises(DiscourseError, match="name it with --second"):
        queue(store, by="disagreement")


def test_an_unknown_strategy_is_told(store: Map) -> None:
    with pytest.raises(DiscourseError, match='no strategy "luck": there are mixed'):
        queue(store, by="luck")


@pytest.mark.parametrize(
    ("curve", "hint"),
    [
        ([], "too early"),
        ([(50, 0.6), (80, 0.7)], "too early"),
        ([(50, 0.60), (100, 0.70)], "go on: the last doubling, to 100 labels, gave [+]0.100"),
        ([(50, 0.60), (100, 0.70), (200, 0.702)], "enough for now"),
        ([(50, 0.60), (100, 0.58)], "enough for now"),
    ],
)
def test_the_hint_to_stop_comes_from_the_last_doubling(curve: list[tuple[int, float]], hint: str) -> None:
    import re

    assert re.match(hint, enough(curve))
