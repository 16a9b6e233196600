"""From labelled examples to a model folder: train, calibrate on other propositions, write settings and digests."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from discourse.errors import DiscourseError
from discourse.onnx_export import export_int8, save_tokenizer, write_digests
from discourse.records import digest
from discourse.stance import linear
from discourse.stance.biencoder import BiEncoderStance, save_heads
from discourse.stance.calibrate import choose_threshold, fit_scaling, fit_temperature
from discourse.stance.examples import Example
from discourse.stance.linear import Encoder, LinearStance
from discourse.stance.model import Pair
from discourse.stance.onnx_model import OnnxStance
from discourse.stance.paired import PairedStance
from discourse.stance.settings import Settings, read_settings, write_settings

if TYPE_CHECKING:
    from discourse.stance.training import Progress, Recipe


SHOWN_RIGHT = 0.75
"""The share of stances shown that are to be right, on the texts that the packaged models' threshold is chosen on."""


def as_pairs(examples: Sequence[Example]) -> list[Pair]:
    """What a model reads of examples."""
    return [Pair(example.text, example.target, example.context) for example in examples]


def train_linear(
    examples: Sequence[Example],
    dev: Sequence[Example],
    out: Path,
    embedder: Encoder,
    *,
    name: str = "linear",
) -> Settings:
    """Fits the linear model on `examples`, calibrates it on `dev` and writes the folder `out`, whole or not at all."""
    _refuse_without(examples, dev)
    settings = Settings(name, "linear", threshold=0.5, embedder=embedder.name)
    with _new_folder(out) as folder:
        linear.save(folder, *linear.fit(examples, embedder))
        write_settings(folder, settings)
        write_digests(folder)
        settings = _calibrated(LinearStance(folder, settings, embedder), settings, dev)
        write_settings(folder, settings)
        write_digests(folder)
    return settings


def train_cross_encoder(
    start: Path,
    examples: Sequence[Example],
    dev: Sequence[Example],
    out: Path,
    work: Path,
    recipe: Recipe,
    *,
    name: str = "cross-encoder",
    progress: Progress | None = None,
) -> Settings:
    """Fine-tunes the model in `start`, keeping checkpoints in `work`, and writes int8 ONNX to `out`."""
    from discourse.stance.training import train

    _refuse_without(examples, dev)
    train(start, examples, work, recipe, progress)
    return export_cross_encoder(work, dev, out, name=name)


def export_cross_encoder(trained: Path, dev: Sequence[Example], out: Path, *, name: str) -> Settings:
    """Writes a trained cross-encoder as int8 ONNX to `out`, calibrated as it will run, on `dev`."""
    from discourse.stance.export import logits_module

    settings = Settings(name, "cross-encoder", threshold=0.5)
    with _new_folder(out) as folder:
        export_int8(
            logits_module(trained),
            ["input_ids", "attention_mask", "token_type_ids"],
            folder / "model.onnx",
        )
        save_tokenizer(trained / "tokenizer.json", folder / "tokenizer.json", max_tokens=settings.max_tokens)
        write_digests(folder)
        settings = _calibrated(OnnxStance(folder, settings), settings, dev)
        write_settings(folder, settings)
        write_digests(folder)
    return settings


def export_biencoder(
    trained: Path,
    known: Sequence[Example],
    unknown: Sequence[Example],
    out: Path,
    embedder: Encoder,
    *,
    name: str,
) -> Settings:
    """Writes a trained bi-encoder as int8 ONNX and heads to `out`, calibrated as it will run.

    `known` are examples on propositions that it has heads for, on which the display threshold is chosen too;
    `unknown` are on others.
    """
    from discourse.stance.readers import load

    settings = Settings(name, "bi-encoder", threshold=0.5, max_tokens=128, embedder=embedder.name)
    model, propositions = load(trained)
    with _new_folder(out) as folder:
        export_int8(model, ["input_ids", "attention_mask", "token_type_ids"], folder / "model.onnx")
        save_tokenizer(trained / "tokenizer.json", folder / "tokenizer.json", max_tokens=settings.max_tokens)
        save_heads(folder, _heads(model, propositions))
        write_digests(folder)
        running = BiEncoderStance(folder, settings, embedder)
        logits = [running.logits(as_pairs(examples)) for examples in (known, unknown)]
        labels = [np.asarray([example.label for example in examples]) for examples in (known, unknown)]
        known_temperature, known_bias = fit_scaling(logits[0], labels[0])
        temperature, bias = fit_scaling(logits[1], labels[1])
        settings = replace(
            settings, temperature=temperature, bias=bias, known_temperature=known_temperature, known_bias=known_bias
        )
        threshold = choose_threshold(settings.calibrated(logits[0], known=True), labels[0])
        settings = replace(settings, threshold=threshold)
        write_settings(folder, settings)
        write_digests(folder)
    return settings


def settle_pair(
    known_folder: Path,
    other_folder: Path,
    known: Sequence[Example],
    unknown: Sequence[Example],
    neighbours: Sequence[Example],
    embedder: Encoder,
) -> float:
    """Chooses the display threshold on `known`, and calibrates what the two say together on `unknown`.

    Their opinions are put together as a weighed geometric mean, so a temperature and a bias on that are the same on
    each of them. Sides are then made likelier by as much as brings the threshold that is best on `neighbours`, which
    are `unknown` on other propositions of their field too, to the common one. Gives the threshold, which is written
    into both folders.
    """
    first = BiEncoderStance(known_folder, read_settings(known_folder), embedder)
    other = OnnxStance(other_folder, read_settings(other_folder))
    pair = PairedStance(first, other)
    threshold = _best_threshold(pair, known)
    together = np.log(pair.predict(as_pairs(unknown)) + np.float32(1e-6))
    scaling = fit_scaling(together, _labels(unknown))
    first.settings, other.settings = (_scaled(x.settings, *scaling) for x in (first, other))
    shift = _log_odds(threshold) - _log_odds(_best_threshold(pair, neighbours))
    for folder, settings in ((known_folder, first.settings), (other_folder, other.settings)):
        write_settings(folder, replace(_scaled(settings, 1.0, (shift, shift, 0.0)), threshold=threshold))
        write_digests(folder)
    return threshold


def _best_threshold(model: PairedStance, examples: Sequence[Example]) -> float:
    return choose_threshold(model.predict(as_pairs(examples)), _labels(examples), precision=SHOWN_RIGHT)


def _log_odds(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))


def _scaled(settings: Settings, temperature: float, bias: Sequence[float]) -> Settings:
    """The settings with one more division and bias on propositions without a head."""
    favour, against, none = (round(old / temperature + new, 4) for old, new in zip(settings.bias, bias, strict=True))
    return replace(settings, temperature=round(settings.temperature * temperature, 4), bias=(favour, against, none))


def _labels(examples: Sequence[Example]) -> NDArray[np.int_]:
    return np.asarray([example.label for example in examples])


def _heads(model: Any, propositions: Sequence[str]) -> dict[str, NDArray[np.generic]]:
    parts = {
        "heads": model.heads, "biases": model.biases, "first": model.first.weight, "first_bias": model.first.bias,
        "second": model.second.weight, "second_bias": model.second.bias,
    }  # fmt: skip
    found: dict[str, NDArray[np.generic]] = {name: part.detach().numpy() for name, part in parts.items()}
    return found | {"known": np.asarray([digest(proposition) for proposition in propositions])}


def _calibrated(model: LinearStance | OnnxStance, settings: Settings, dev: Sequence[Example]) -> Settings:
    logits = model.logits(as_pairs(dev))
    labels = np.asarray([example.label for example in dev])
    settings = replace(settings, temperature=round(fit_temperature(logits, labels), 4))
    return replace(settings, threshold=choose_threshold(settings.calibrated(logits), labels))


def _refuse_without(examples: Sequence[Example], dev: Sequence[Example]) -> None:
    if len({example.label for example in examples}) < 2:
        raise DiscourseError("the training data hold fewer than two labels: add statements of another side")
    if not dev:
        raise DiscourseError("no development data to calibrate on: give at least two topics, so that one is left out")


@contextmanager
def _new_folder(out: Path) -> Iterator[Path]:
    """A folder that takes `out`'s place when all went well; a model card in `out` is kept."""
    out.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        yield scratch
        out.mkdir(exist_ok=True)
        for file in sorted(scratch.iterdir()):
            os.replace(file, out / file.name)
        listed = {"model.onnx", "model.npz", "heads.npz", "tokenizer.json", "stance.json", "digests.json", "README.md"}
        for stale in ({file.name for file in out.iterdir()} & listed) - _listing(out):
            (out / stale).unlink()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _listing(folder: Path) -> set[str]:
    return set(json.loads((folder / "digests.json").read_text(encoding="utf-8"))) | {"digests.json", "README.md"}
