"""The judge, which teaches the cross-encoder: what it learns, what it hands on, and which pairs it is given."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from discourse.stance import mixture, pair_mixture
from discourse.stance.examples import AGAINST, FAVOUR, NONE, Example, read_written

from .test_stance_biencoder import WRITTEN as EXAMPLES
from .test_stance_training import WRITTEN, needs_torch, tiny

__all__ = ["tiny"]


@needs_torch
def test_a_judge_learns_and_teaches_a_cross_encoder_what_it_makes_of_pairs(tiny: Path, tmp_path: Path) -> None:
    from discourse.stance.distil import train_teacher
    from discourse.stance.judge import judged, train_judge
    from discourse.stance.training import Recipe, train

    recipe = Recipe(epochs=150, batch=4, rate=1e-3, max_tokens=32, threads=1)
    train_teacher(tiny, EXAMPLES, tmp_path / "teacher", replace(recipe, epochs=2))
    losses: list[float] = []
    train_judge(tmp_path / "teacher", EXAMPLES, tmp_path / "judge", recipe, lambda step, steps, x: losses.append(x))
    assert losses[-1] < losses[0] * 0.6
    found = judged(tmp_path / "judge", [replace(x, label=NONE, sides_only=True) for x in EXAMPLES], 32)
    assert np.mean([x.label == y.label for x, y in zip(found, EXAMPLES, strict=True)]) >= 0.75
    assert all(x.odds is not None and sum(x.odds) == pytest.approx(1, abs=1e-3) for x in found)
    assert not any(x.sides_only for x in found)
    losses.clear()
    train(tiny, found, tmp_path / "pupil", recipe, lambda step, steps, x: losses.append(x))
    assert losses[-1] < losses[0] * 0.8


@pytest.mark.parametrize(
    ("example", "smoothing", "expected"),
    [
        (Example("T", "x", AGAINST), 0.0, (0, 1, 0)),
        (Example("T", "x", FAVOUR), 0.3, (0.8, 0.1, 0.1)),
        (Example("T", "x", NONE, odds=(0.6, 0.3, 0.1)), 0.3, (0.6, 0.3, 0.1)),
    ],
)
def test_what_is_to_be_learnt_of_an_example(
    example: Example, smoothing: float, expected: tuple[float, float, float]
) -> None:
    assert example.shares(smoothing) == pytest.approx(expected)


def letters(texts: Sequence[str]) -> NDArray[np.float32]:
    """Counts of letters: enough for some targets to be nearer than others."""
    found = np.zeros((len(texts), 32), dtype=np.float32)
    for row, text in enumerate(texts):
        codes = np.frombuffer(text[:80].encode("ascii", "replace"), dtype=np.uint8) % 32
        found[row] = np.bincount(codes, minlength=32)
    return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Outside sets of two or three rows each."""
    folder = tmp_path_factory.mktemp("data")
    sets = {
        "stance/perspectrum.csv": [
            ("claim", "perspective", "stance", "cluster", "split"),
            ("We should ban cars", "Cars kill people.", "support", "1", "train"),
            ("We should ban cars", "Kept for dev.", "undermine", "2", "dev"),
        ],
        "stance/ibm_claim_stance.csv": [("target", "text", "stance"), ("Zoos are cruel", "Cages hurt.", "favour")],
        "stance/pstance.csv": [("target", "text", "stance", "split"), ("Ann Poll", "Vote for her!", "favour", "train")],
        "keypoints/argkp/arguments_train.csv": [
            ("arg_id", "argument", "topic", "stance"),
            ("a1", "Homework tires children.", "We should abandon homework", "1"),
        ],
        "keypoints/argkp/key_points_train.csv": [("key_point_id", "key_point"), ("k1", "Homework is tiring")],
        "keypoints/argkp/labels_train.csv": [("arg_id", "key_point_id", "label"), ("a1", "k1", "1")],
        "nli/snli_train_100k.csv": [("premise", "hypothesis", "label"), ("Dogs run.", "Dogs sleep.", "contradiction")],
    }  # fmt: skip
    for name, rows in sets.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows(rows)
    return folder


def test_no_pair_shows_anything_that_is_kept_out(data: Path) -> None:
    dev = mixture.dev_propositions(WRITTEN)
    everything = read_written(WRITTEN)
    codebook = mixture.codebook_topics(WRITTEN)
    kept_out = {x.text for x in everything if x.split == "own" and x.topic in dev}
    kept_out |= {x.text for x in everything if x.split == "own" and x.topic in codebook and mixture.kept_back(x)}
    propositions = {x.target for x in everything if x.topic in dev}
    test = mixture.unseen_test(WRITTEN, neighbours=True)
    assert {x.topic for x in test} == mixture.test_propositions(WRITTEN) != set()
    propositions |= {x.target for x in test}
    kept_out |= {x.text for x in test}
    written = mixture.written(WRITTEN, leave_out=dev)
    to_judge = pair_mixture.unlabelled(WRITTEN, data, [("Before.", "A real sentence.")], letters)
    for pairs in (pair_mixture.labelled(data, written, letters), to_judge):
        assert len(pairs) > 10_000
        assert not {x.target for x in pairs} & propositions
        assert not {x.text for x in pairs} & (kept_out | {"Kept for dev."})
    assert any(x.text == "A real sentence." for x in to_judge)
