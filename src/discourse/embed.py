"""Texts to vectors: the packaged MiniLM in ONNX Runtime, or any other embedder by name."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from importlib.metadata import entry_points
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from discourse import resources
from discourse.errors import DiscourseError, ModelError
from discourse.runtime import OnnxEncoder

DEFAULT = "minilm"


class Embedder(Protocol):
    """Anything that turns texts into vectors of one length."""

    name: str
    dimension: int

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One L2-normalised row of `dimension` numbers per text, in the order given."""
        ...


class MiniLM:
    """all-MiniLM-L6-v2 (Apache-2.0) as int8 ONNX: 384 dimensions, reads the first 256 word pieces of a text."""

    name = DEFAULT

    def __init__(self, *, threads: int | None = None) -> None:
        folder = resources.checked(resources.path("models/embedding"))
        self._encoder = OnnxEncoder(folder, threads=threads)
        self.dimension = self._encoder.width
        self.fingerprint = resources.fingerprint(folder)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._encoder(texts)


class SentenceTransformerEmbedder:
    """Any model that sentence-transformers can load, by name or path; needs the extra `[train]`."""

    def __init__(self, name: str) -> None:
        try:
            library: Any = importlib.import_module("sentence_transformers")
        except ImportError:
            raise DiscourseError(
                f"embedder {name!r} needs sentence-transformers: pip install 'sector-discourse[train]', "
                f"or use {DEFAULT!r}"
            ) from None
        try:
            self._model: Any = library.SentenceTransformer(name, device="cpu")
        except Exception as error:  # the hub's errors have no common class
            raise ModelError(f"embedder {name!r} cannot be loaded: {_first_line(error)}") from None
        self.name = name
        self.dimension = int(self._model.encode(["dimension"]).shape[1])

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), self.dimension)


def load_minilm() -> Embedder:
    """The packaged embedder."""
    return MiniLM()


def load_embedder(name: str = DEFAULT) -> Embedder:
    """The embedder of that name: packaged, from an entry point in `discourse.embed`, or sentence-transformers'."""
    if name == DEFAULT:
        return load_minilm()
    for entry in entry_points(group="discourse.embed", name=name):
        embedder: Embedder = entry.load()()
        return embedder
    return SentenceTransformerEmbedder(name)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
