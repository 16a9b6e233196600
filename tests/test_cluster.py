"""Arguments from made-up clouds of vectors: which points belong together, ids that live on, what is told of changes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from discourse.cluster import Change, Cluster, Said, cluster
from discourse.cluster.said import as_said

DIMENSION = 256


def cloud(points: int, size: int, *, outliers: int = 0, noise: float = 0.25, seed: int = 1) -> NDArray[np.float32]:
    """`size` normalised vectors around each of `points` random directions, then outliers."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(points, DIMENSION))
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    rows = np.repeat(centres, size, axis=0) + random.normal(scale=noise / DIMENSION**0.5, size=(points * size, 1))
    rows = rows + random.normal(scale=noise / DIMENSION**0.5, size=rows.shape)
    rows = np.vstack([rows, random.normal(size=(outliers, DIMENSION))])
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float32)


def grouped(vectors: NDArray[np.float32], earlier: list[Cluster] = [], **more: list[str]):  # noqa: B006
    ids = more.get("ids") or [f"s{i:04d}" for i in range(len(vectors))]
    texts = more.get("texts") or [f"Statement number {i} makes this one point in so many words." for i in ids]
    return cluster("topic", "favour", ids, texts, vectors, [c.argument for c in earlier])


def test_points_that_lie_together_make_an_argument_and_outliers_make_none() -> None:
    found, _ = grouped(cloud(4, 8, outliers=6))
    members = [{int(s[1:]) // 8 for s in c.argument.statements if int(s[1:]) < 32} for c in found]
    assert sorted(map(sorted, members)) == [[0], [1], [2], [3]]
    inside = {s for c in found for s in c.argument.statements}
    assert len(inside & {f"s{i:04d}" for i in range(32, 38)}) <= 1


def test_clear_arguments_are_stable_and_say_so() -> None:
    found, _ = grouped(cloud(4, 12))
    assert all(c.argument.stability is not None and c.argument.stability > 0.9 for c in found)


def test_a_second_time_gives_the_same() -> None:
    vectors = cloud(5, 9, outliers=5)
    assert [c.argument for c in grouped(vectors)[0]] == [c.argument for c in grouped(vectors)[0]]


def test_the_key_point_is_a_member_verbatim_that_stands_alone() -> None:
    texts = [
        "And it does that because of them?",
        "Inspection gives a council the push that it needs.",
        "That is what drives it on, as this shows […] again and again.",
        "Councils improve after inspectors call, and " + "so on and on " * 30,
        "This pushes them.",
        "They do it because of that, which is the point of it.",
    ]
    (argument,) = [c.argument for c in grouped(cloud(1, 6, noise=0.1), texts=texts)[0]]
    assert argument.key_point == texts[1]
    assert argument.statements[texts.index(argument.key_point)] == argument.key_statement


def test_terms_tell_one_argument_from_another() -> None:
    texts = ["Money is short this winter."] * 6 + ["Morale suffers after inspectors leave."] * 6
    terms = {c.argument.key_point: c.argument.terms for c in grouped(cloud(2, 6), texts=texts)[0]}
    assert "morale" in terms[texts[6]]
    assert "morale" not in terms[texts[0]]


def test_ids_live_on_when_a_tenth_more_arrives() -> None:
    vectors = cloud(8, 22, outliers=20)
    random = np.random.default_rng(5).permutation(len(vectors))
    ids = [f"s{i:04d}" for i in random]
    kept = int(len(ids) / 1.1)
    before, _ = grouped(vectors[random[:kept]], ids=ids[:kept])
    after, changes = grouped(vectors[random], before, ids=ids)
    old, new = ({c.argument.id for c in found} for found in (before, after))
    assert len(old & new) >= 0.9 * len(old)
    assert all(change.kind in ("appeared", "split", "merged", "gone") for change in changes)


def test_what_split_merged_appeared_and_went_is_told() -> None:
    first = cloud(3, 10, seed=3)
    before, told = grouped(first)
    assert {change.kind for change in told} == {"appeared"}
    gone_and_new = np.vstack([first[:20], cloud(1, 10, seed=99)])
    ids = [f"s{i:04d}" for i in [*range(20), *range(90, 100)]]
    after, changes = grouped(gone_and_new, before, ids=ids)
    lost = next(c.argument.id for c in before if "s0025" in c.argument.statements)
    new = next(c.argument.id for c in after if "s0095" in c.argument.statements)
    assert Change(lost, "gone") in changes
    assert Change(new, "appeared") in changes
    assert new not in {c.argument.id for c in before}


def test_a_split_names_both_heirs() -> None:
    apart = cloud(2, 10, seed=4)
    together = np.repeat(cloud(1, 1, seed=8), 20, axis=0) + 0.02 * apart
    together /= np.linalg.norm(together, axis=1, keepdims=True)
    whole = cluster("t", "favour", [f"s{i}" for i in range(20)], ["A point."] * 20, together.astype(np.float32))[0]
    if len(whole) == 1:
        after, changes = cluster(
            "t", "favour", [f"s{i}" for i in range(20)], ["A point."] * 20, apart, [whole[0].argument]
        )
        assert len(after) == 2
        split = next(change for change in changes if change.kind == "split")
        assert set(split.others) == {c.argument.id for c in after}


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_few_statements_do_no_harm(count: int) -> None:
    found, _ = grouped(cloud(1, count) if count else np.zeros((0, DIMENSION), np.float32))
    assert len(found) <= 1


def test_the_same_words_twenty_times_are_one_argument() -> None:
    found, _ = grouped(np.repeat(cloud(1, 1), 20, axis=0))
    assert [len(c.argument.statements) for c in found] == [20]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 60), st.integers(0, 5), st.booleans())
def test_every_statement_is_in_one_argument_at_most(count: int, seed: int, degenerate: bool) -> None:
    vectors = np.random.default_rng(seed).normal(size=(count, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9
    if degenerate:
        vectors[: count // 2] = 0
    found, _ = grouped(vectors, texts=["the of and"] * count)
    members = [s for c in found for s in c.argument.statements]
    assert len(members) == len(set(members))
    assert all(c.argument.key_statement in c.argument.statements for c in found)
    assert len({c.argument.id for c in found}) == len(found)


@pytest.mark.parametrize(
    ("said", "labels"),
    [
        ([], [0, 0, 1, 1, -1, -1]),
        ([Said("same", "a", "c")], [0, 0, 0, 0, -1, -1]),
        ([Said("same", "e", "a")], [0, 0, 1, 1, 0, -1]),
        ([Said("same", "e", "f")], [0, 0, 1, 1, 2, 2]),
        ([Said("other", "a", "a"), Said("other", "c", "a")], [2, 0, 2, 1, -1, -1]),
        ([Said("same", "a", "gone"), Said("other", "gone", "a")], [0, 0, 1, 1, -1, -1]),
        ([Said("same", "a", "c"), Said("other", "b", "b")], [0, 1, 0, 0, -1, -1]),
    ],
)
def test_what_a_person_says_of_points_holds(said: list[Said], labels: list[int]) -> None:
    found = as_said(np.array([0, 0, 1, 1, -1, -1]), list("abcdef"), said).tolist()
    same = [
        [(a == b) if a >= 0 and b >= 0 else (a, b) == (-1, -1) for a in row] for row, b in ((found, b) for b in found)
    ]
    wanted = [[(a == b) if a >= 0 and b >= 0 else (a, b) == (-1, -1) for a in labels] for b in labels]
    assert same == wanted
    assert set(found) - {-1} == set(range(len(set(found) - {-1})))


def test_points_are_found_in_a_heap_of_many_subjects() -> None:
    subjects = cloud(6, 1, seed=11).repeat(24, axis=0)
    points = cloud(24, 6, noise=0.2, seed=12)
    heap = 0.8 * subjects + points
    heap /= np.linalg.norm(heap, axis=1, keepdims=True)
    found, _ = grouped(heap.astype(np.float32))
    members = sorted(sorted({int(s[1:]) // 6 for s in c.argument.statements}) for c in found)
    assert members == [[point] for point in range(24)]


def test_one_loose_point_is_not_torn_up() -> None:
    loose = cloud(3, 1, seed=13).repeat(30, axis=0)
    loose += np.random.default_rng(13).normal(scale=0.9 / DIMENSION**0.5, size=loose.shape).astype(np.float32)
    found, _ = grouped(loose / np.linalg.norm(loose, axis=1, keepdims=True))
    assert sorted(len(c.argument.statements) for c in found) == [30, 30, 30]
