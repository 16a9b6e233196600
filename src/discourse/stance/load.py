"""Finds a stance model by name: the packaged one, a folder, an entry point, or an entailment model of transformers."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

from discourse import resources
from discourse.embed import DEFAULT as MINILM
from discourse.embed import load_embedder
from discourse.errors import ModelError
from discourse.stance.biencoder import BiEncoderStance
from discourse.stance.linear import Encoder, LinearStance
from discourse.stance.model import StanceModel
from discourse.stance.onnx_model import OnnxStance
from discourse.stance.paired import PairedStance
from discourse.stance.settings import read_settings


def load_stance_model(
    name: str | None = None, *, embedder: Encoder | None = None, threads: int | None = None
) -> StanceModel:
    """The stance model of that name; the packaged one if there is no name.

    A name is a folder that `discourse train` wrote, an entry point in the group `discourse.stance`, or a model
    that transformers can load (which needs the extra `[train]`). `embedder` is what a linear model reads texts
    with, and a bi-encoder propositions. Raises ModelError where the model is missing, incomplete, altered, or no
    stance model.
    """
    if name is None:
        known = _load_folder(resources.path("models/stance-known"), embedder, threads)
        other = _load_folder(resources.path("models/stance"), embedder, threads)
        return PairedStance(known, other) if isinstance(known, BiEncoderStance) else known
    folder = Path(name)
    if (folder / "stance.json").is_file():
        return _load_folder(folder, embedder, threads)
    for entry in entry_points(group="discourse.stance", name=name):
        model: StanceModel = entry.load()()
        return model
    if folder.is_dir() and not (folder / "config.json").is_file():
        raise ModelError(
            f"{folder}: neither stance.json (written by `discourse train`) nor config.json (transformers) is there"
        )
    from discourse.stance.entailment import EntailmentStance

    return EntailmentStance(name)


def _load_folder(folder: Path, embedder: Encoder | None, threads: int | None) -> StanceModel:
    resources.checked(folder)
    settings = read_settings(folder)
    if settings.kind == "cross-encoder":
        return OnnxStance(folder, settings, threads=threads)
    if settings.embedder == MINILM and (embedder is None or embedder.name != MINILM):
        embedder = load_embedder(MINILM)
    if embedder is None:
        raise ModelError(f"{folder}: this stance model needs the embedder it was trained with, {settings.embedder!r}")
    if settings.kind == "bi-encoder":
        return BiEncoderStance(folder, settings, embedder, threads=threads)
    return LinearStance(folder, settings, embedder)
