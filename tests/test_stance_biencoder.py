"""The bi-encoder: its way from PyTorch to ONNX on a tiny model, known and unknown propositions, bad folders."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from discourse.errors import DiscourseError, ModelError
from discourse.onnx_export import write_digests
from discourse.stance import Pair, load_stance_model
from discourse.stance.calibrate import fit_scaling
from discourse.stance.examples import AGAINST, FAVOUR, NONE, Example
from discourse.stance.settings import Settings, read_settings, write_settings

from .test_stance_training import tiny

__all__ = ["tiny"]

needs_torch = pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in ("torch", "transformers", "onnx")),
    reason="the extra [train] is not installed",
)
WRITTEN = [
    Example(target, text, label, target, split="own")
    for target in ("abab", "cdcd")
    for text, label in (("xxx", FAVOUR), ("yyyy", AGAINST), ("zz", NONE), ("xyx", FAVOUR))
]
GENERAL = [Example("efef", "xx", FAVOUR, sides_only=True), Example("efef", "yy", AGAINST, sides_only=True)]


class Letters:
    """Counts letters, in as many numbers as the tiny model has."""

    name = "letters"
    dimension = 32

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.full((len(texts), self.dimension), 0.01, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for letter in text:
                row[ord(letter) % self.dimension] += 1
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


@pytest.fixture(scope="module")
def folder(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bi-encoder trained for a few steps and exported."""
    from discourse.stance.biencoder_training import train_biencoder
    from discourse.stance.recipes import export_biencoder
    from discourse.stance.training import Recipe

    place = tmp_path_factory.mktemp("biencoder")
    recipe = Recipe(epochs=150, batch=4, rate=1e-3, max_tokens=32, threads=1)
    steps: list[int] = []
    train_biencoder(
        tiny,
        WRITTEN,
        GENERAL,
        Letters(),
        place / "work",
        recipe,
        share=0.5,
        progress=lambda s, n, loss: steps.append(s),
    )
    assert steps == list(range(1, len(steps) + 1))
    unknown = [replace(x, target="ghgh") for x in WRITTEN]
    export_biencoder(place / "work", WRITTEN, unknown, place / "out", Letters(), name="tiny")
    return place / "out"


@needs_torch
def test_probabilities_of_known_and_unknown_propositions(folder: Path) -> None:
    model = load_stance_model(str(folder), embedder=Letters())
    pairs = [Pair("xxx", "abab"), Pair("xxx", "ghgh"), Pair("yyyy", "abab", "zz zz"), Pair("", "abab")]
    found = model.predict(pairs)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
    assert model.predict([]).shape == (0, 3)
    assert model.knows("abab")  # type: ignore[attr-defined]  # of this kind of model alone
    assert not model.knows("ghgh")  # type: ignore[attr-defined]  # of this kind of model alone


@needs_torch
def test_it_learns_what_it_is_taught(folder: Path) -> None:
    model = load_stance_model(str(folder), embedder=Letters())
    found = model.predict([Pair(x.text, x.target) for x in WRITTEN])
    assert (found.argmax(axis=1) == [x.label for x in WRITTEN]).mean() >= 0.75


@needs_torch
def test_a_pair_is_told_alike_alone_and_among_others(folder: Path) -> None:
    model = load_stance_model(str(folder), embedder=Letters())
    pairs = [Pair("xxx", "abab"), Pair("yy", "ghgh"), Pair("xxx", "cdcd", "q"), Pair("zz", "abab")]
    together = model.predict(pairs)
    for number, pair in enumerate(pairs):
        np.testing.assert_allclose(model.predict([pair])[0], together[number], atol=1e-6)


@needs_torch
def test_the_numbers_are_those_of_pytorch(folder: Path) -> None:
    import torch

    from discourse.stance.biencoder import BiEncoderStance
    from discourse.stance.readers import encode, load, padded, readings

    model, known = load(folder.parent / "work")
    batch = readings(WRITTEN)[:3]
    vectors = model(*padded(encode(folder.parent / "work", batch, 32)))
    places = torch.tensor([known.index("abab")] * len(batch))
    running = load_stance_model(str(folder), embedder=Letters())
    assert isinstance(running, BiEncoderStance)
    for proposition, wanted in (
        ("abab", model.on_known(vectors, places)),
        ("ghgh", model.on_any(vectors, torch.tensor(Letters().encode(["ghgh"] * len(batch))))),
    ):
        found = running.logits([Pair(x.text, proposition) for x in batch])
        np.testing.assert_allclose(found, wanted.detach().numpy(), atol=0.15)


@needs_torch
def test_another_embedder_than_the_one_it_was_trained_with_is_not_used(folder: Path) -> None:
    with pytest.raises(DiscourseError, match="letters"):
        load_stance_model(str(folder))


@needs_torch
@pytest.mark.parametrize("fault", ["gone", "garbled", "short"])
def test_heads_that_cannot_be_read_are_one_line(folder: Path, tmp_path: Path, fault: str) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    heads = tmp_path / "heads.npz"
    if fault == "gone":
        heads.unlink()
    elif fault == "garbled":
        heads.write_bytes(b"PK")
    else:
        with np.load(heads) as stored:
            parts = {name: stored[name] for name in stored.files}
        np.savez(heads, **parts | {"first": parts["first"][:, :5]})
    write_digests(tmp_path)
    with pytest.raises(ModelError, match=r"heads\.npz cannot be read"):
        load_stance_model(str(tmp_path), embedder=Letters())


@needs_torch
def test_an_embedder_of_another_width_is_refused(tiny: Path, tmp_path: Path) -> None:
    from discourse.stance.biencoder_training import train_biencoder
    from discourse.stance.training import Recipe

    class Wide(Letters):
        dimension = 33

    with pytest.raises(DiscourseError, match="32 numbers and letters of 33"):
        train_biencoder(tiny, WRITTEN, [], Wide(), tmp_path, Recipe(threads=1))


@needs_torch
def test_a_teacher_learns_and_hands_on_what_it_makes_of_other_texts(tiny: Path, tmp_path: Path) -> None:
    from discourse.stance.biencoder_training import train_biencoder
    from discourse.stance.distil import load_lessons, read, train_teacher
    from discourse.stance.readers import readings
    from discourse.stance.training import Recipe

    recipe = Recipe(epochs=150, batch=4, rate=1e-3, max_tokens=32, threads=1)
    train_teacher(tiny, WRITTEN, tmp_path / "teacher", recipe)
    uncoded = [replace(x, label=NONE) for x in WRITTEN]
    read(tmp_path / "teacher", readings(uncoded), 32, tmp_path / "lessons.npz")
    lessons = load_lessons(tmp_path / "lessons.npz")
    found = lessons.taught([*uncoded, Example("abab", "never read", NONE), Example("unknown", "xxx", NONE)])
    assert [(x.text, x.target) for x in found] == [(x.text, x.target) for x in WRITTEN]
    assert np.mean([x.label == y.label for x, y in zip(found, WRITTEN, strict=True)]) >= 0.75
    assert all(x.odds is not None and sum(x.odds) == pytest.approx(1, abs=1e-3) for x in found)
    losses: list[float] = []
    train_biencoder(
        tiny, found, GENERAL, Letters(), tmp_path / "pupil", recipe, teacher=lessons,
        progress=lambda step, steps, loss: losses.append(loss),
    )  # fmt: skip
    assert losses[-1] < losses[0] * 0.6


@needs_torch
def test_odds_take_the_place_of_the_label(tiny: Path) -> None:
    import torch

    from discourse.stance.biencoder_training import Wanted, weight

    plain, sure = Example("abab", "xx", FAVOUR), Example("abab", "xx", NONE, odds=(0.1, 0.7, 0.2))
    wanted = Wanted.of([plain, sure])
    assert wanted.shares[1].tolist() == pytest.approx([0.1, 0.7, 0.2])
    entropies = wanted.entropy(torch.log(torch.tensor([[0.98, 0.01, 0.01], [0.1, 0.7, 0.2]])))
    assert entropies[1].item() == pytest.approx(-sum(p * np.log(p) for p in (0.1, 0.7, 0.2)), abs=1e-4)
    assert weight(replace(plain, label=NONE)) < weight(sure) < weight(plain)


@needs_torch
def test_a_pair_without_types_still_tells_text_from_context(tiny: Path, tmp_path: Path) -> None:
    import json

    from discourse.stance.readers import Reading, encode

    stored = json.loads((tiny / "tokenizer.json").read_text())
    for kind in ("single", "pair"):
        for part in stored["post_processor"][kind]:
            next(iter(part.values()))["type_id"] = 0
    (tmp_path / "tokenizer.json").write_text(json.dumps(stored))
    reading = Reading("zz", "xx", ())
    (typed,), (untyped,) = encode(tiny, [reading], 32), encode(tmp_path, [reading], 32)
    assert typed[0] == untyped[0]
    assert sum(untyped[1]) == sum(typed[1]) - 1  # without the separator at the end


def test_scaling_makes_up_for_how_rare_sides_are() -> None:
    chance = np.random.default_rng(7)
    labels = chance.choice(3, 4000, p=[0.04, 0.06, 0.9])
    logits = np.eye(3)[labels] * 2 + chance.normal(size=(4000, 3))
    temperature, bias = fit_scaling(logits.astype(np.float32), labels)
    settings = Settings("s", "bi-encoder", 0.5, known_temperature=temperature, known_bias=bias)
    found = settings.calibrated(logits.astype(np.float32), known=True)
    np.testing.assert_allclose(found.mean(axis=0), [0.04, 0.06, 0.9], atol=0.01)


def test_settings_of_known_propositions_are_kept(tmp_path: Path) -> None:
    settings = Settings("s", "bi-encoder", 0.6, known_temperature=1.5, known_bias=(-1.0, -0.5, 0.0), embedder="minilm")
    write_settings(tmp_path, settings)
    assert read_settings(tmp_path) == settings
    write_settings(tmp_path, replace(settings, known_temperature=0.0))
    with pytest.raises(ModelError, match="temperature"):
        read_settings(tmp_path)
