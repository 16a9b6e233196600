"""A bi-encoder at run time: each text is read once, and small heads tell its side on any number of propositions."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from discourse import resources
from discourse.errors import ModelError
from discourse.records import digest
from discourse.runtime import OnnxEncoder
from discourse.stance.linear import Encoder
from discourse.stance.model import Pair
from discourse.stance.settings import Settings

Vectors = NDArray[np.float32]
HEADS = "heads.npz"
CONTEXT = 300
"""How many characters of the sentence before a text are read."""


class BiEncoderStance:
    """Reads a text after its context into one vector, from which heads tell the sides.

    A proposition that it was trained on has a head of its own; any other goes with its embedding through one head
    for all. The text's vector is the mean over its word pieces, as the embedder makes them.
    """

    def __init__(self, folder: Path, settings: Settings, embedder: Encoder, *, threads: int | None = None) -> None:
        self.settings = settings
        self.name = settings.name
        self.threshold = settings.threshold
        self.fingerprint = resources.fingerprint(folder)
        self._embedder = embedder
        self._read = OnnxEncoder(folder, max_tokens=settings.max_tokens, threads=threads)
        if embedder.name != settings.embedder:
            raise ModelError(
                f"{folder}: was trained with the embedder {settings.embedder!r}, not {embedder.name!r}: "
                "name that embedder, or train the model again"
            )
        parts = _read_heads(folder, self._read.width)
        self._heads, self._biases, self._general = parts["heads"], parts["biases"], parts
        self._place = {str(key): number for number, key in enumerate(parts["known"])}

    def predict(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        if not pairs:
            return np.zeros((0, 3), dtype=np.float32)
        logits = self.logits(pairs)
        known = np.asarray([self.knows(pair.proposition) for pair in pairs])
        found = self.settings.calibrated(logits)
        if known.any():
            found[known] = self.settings.calibrated(logits[known], known=True)
        return found

    def knows(self, proposition: str) -> bool:
        """Whether the proposition was trained on, so that it has a head of its own."""
        return digest(proposition) in self._place

    def logits(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        """The heads' own three outputs, before calibration."""
        texts = list(dict.fromkeys((pair.context, pair.text) for pair in pairs))
        propositions = list(dict.fromkeys(pair.proposition for pair in pairs))
        vectors = self._read([segments(text, context) for context, text in texts])
        row = {text: number for number, text in enumerate(texts)}
        column = {proposition: number for number, proposition in enumerate(propositions)}
        rows = np.asarray([row[pair.context, pair.text] for pair in pairs], dtype=np.int64)
        columns = np.asarray([column[pair.proposition] for pair in pairs], dtype=np.int64)
        found = np.zeros((len(pairs), 3), dtype=np.float32)
        unknown = [proposition for proposition in propositions if not self.knows(proposition)]
        embedded = dict(zip(unknown, self._embedder.encode(unknown), strict=True)) if unknown else {}
        for proposition, number in column.items():
            of = np.flatnonzero(columns == number)
            u = vectors[rows[of]]
            place = self._place.get(digest(proposition))
            if place is None:
                found[of] = self._any(u, embedded[proposition])
            else:
                found[of] = _product(u, self._heads[place]) + self._biases[place]
        return found

    def _any(self, u: Vectors, embedding: Vectors) -> Vectors:
        """The head for all propositions: a layer over the features of InferSent (Conneau et al. 2017)."""
        v = np.broadcast_to(embedding * np.sqrt(np.float32(u.shape[1])), u.shape)
        features = np.hstack([u, v, np.abs(u - v), u * embedding])
        hidden = gelu(_product(features, self._general["first"]) + self._general["first_bias"])
        found: Vectors = _product(hidden, self._general["second"]) + self._general["second_bias"]
        return found


def _product(rows: Vectors, weights: Vectors) -> Vectors:
    """Rows times weights, added up in one order whatever the number of rows: BLAS rounds otherwise in other batches."""
    found: Vectors = np.einsum("ij,kj->ik", rows, weights)
    return found


def segments(text: str, context: str = "") -> tuple[str, str]:
    """What the encoder reads: the end of the context, then the text."""
    return context[-CONTEXT:], text


def gelu(values: Vectors) -> Vectors:
    """Gaussian error linear units (Hendrycks and Gimpel 2016), as PyTorch computes them."""
    from scipy.special import erf

    found: Vectors = (values * 0.5 * (1.0 + erf(values / np.sqrt(2.0)))).astype(np.float32)
    return found


def save_heads(folder: Path, parts: dict[str, NDArray[np.generic]]) -> None:
    """Writes heads.npz: `known` (digests of propositions), `heads` and `biases` for them, and the general head."""
    np.savez_compressed(folder / HEADS, **parts)  # type: ignore[arg-type]  # the stubs take a flag for the arrays


def _read_heads(folder: Path, width: int) -> dict[str, NDArray[np.float32]]:
    wanted = {"heads": (-1, 3, width), "biases": (-1, 3), "first": (-1, 4 * width), "second": (3, -1)}
    try:
        with np.load(io.BytesIO((folder / HEADS).read_bytes()), allow_pickle=False) as stored:
            parts = {name: stored[name] for name in stored.files}
        for name, shape in wanted.items():
            if any(size not in (-1, found) for size, found in zip(shape, parts[name].shape, strict=True)):
                raise ValueError(f"{name} has the shape {parts[name].shape}")
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"{folder}: {HEADS} cannot be read ({error}): train the model again") from None
    return {name: part if name == "known" else part.astype(np.float32) for name, part in parts.items()}
