"""A shipped cross-encoder comes back from int8 to PyTorch, to be trained on from."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from discourse import resources
from discourse.errors import ModelError
from discourse.onnx_export import write_digests
from discourse.stance import Pair, load_stance_model
from discourse.stance.settings import read_settings, write_settings
from discourse.stance.train_files import PACKAGED, train_on_files

from .test_stance import TRAINING, LetterEmbedder
from .test_stance_training import needs_torch, tiny

__all__ = ["tiny"]
pytestmark = needs_torch


@pytest.fixture(scope="module")
def shipped(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from discourse.stance.recipes import train_cross_encoder
    from discourse.stance.training import Recipe

    place = tmp_path_factory.mktemp("shipped")
    recipe = Recipe(epochs=20, batch=8, rate=1e-3, threads=1)
    train_cross_encoder(tiny, TRAINING, TRAINING, place / "out", place / "work", recipe)
    return place / "out"


def test_what_comes_back_answers_as_what_was_shipped(shipped: Path, tiny: Path, tmp_path: Path) -> None:
    import torch
    from tokenizers import Tokenizer

    from discourse.stance.model import segments
    from discourse.stance.restore import restore_classifier
    from discourse.stance.training import load_classifier

    back = load_classifier(restore_classifier(shipped, tiny, tmp_path / "back")).eval()
    running = load_stance_model(str(shipped))
    pairs = [Pair(x.text, x.target) for x in TRAINING]
    tokenizer = Tokenizer.from_file(str(tmp_path / "back/tokenizer.json"))
    with torch.inference_mode():
        logits = np.vstack(
            [
                back(input_ids=torch.tensor([e.ids]), token_type_ids=torch.tensor([e.type_ids])).logits.numpy()
                for e in (tokenizer.encode(*segments(p.text, p.proposition)) for p in pairs)
            ]
        )
    np.testing.assert_allclose(read_settings(shipped).calibrated(logits), running.predict(pairs), atol=0.08)


def test_training_goes_on_from_a_folder(
    shipped: Path, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from discourse.stance import train_files

    monkeypatch.setattr(train_files, "_packaged_start", lambda: tiny)
    monkeypatch.setattr(resources, "path", lambda name: shipped)
    data = tmp_path / "data.jsonl"
    rows = [{"target": x.target, "text": x.text, "stance": str((1, -1, 0)[x.label])} for x in TRAINING]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    losses = {}
    for start in (tiny, PACKAGED):
        first: list[float] = []
        train_on_files(
            "cross-encoder", [data], tmp_path / start.name, embedder=LetterEmbedder(), start=start, epochs=40,
            progress=lambda step, steps, loss, first=first: first.append(loss),
        )  # fmt: skip
        losses[start] = first[0]
    assert losses[PACKAGED] < losses[tiny]
    assert "packaged" in (tmp_path / "packaged/README.md").read_text(encoding="utf-8")


def test_only_a_cross_encoder_of_that_shape_comes_back(shipped: Path, tiny: Path, tmp_path: Path) -> None:
    from discourse.stance.restore import restore_classifier

    wide = tmp_path / "wide"
    wide.mkdir()
    config = json.loads((tiny / "config.json").read_text())
    (wide / "config.json").write_text(json.dumps(config | {"hidden_size": 64}))
    with pytest.raises(ModelError, match="not of the shape"):
        restore_classifier(shipped, wide, tmp_path / "out")
    for file in shipped.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    write_settings(tmp_path, replace(read_settings(shipped), kind="linear"))
    write_digests(tmp_path)
    with pytest.raises(ModelError, match="not a cross-encoder"):
        restore_classifier(tmp_path, tiny, tmp_path / "out")
