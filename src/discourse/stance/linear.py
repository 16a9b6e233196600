"""A linear stance model: logistic regression on the embeddings of text and proposition. The baseline."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from discourse import resources
from discourse.errors import ModelError
from discourse.stance.examples import Example
from discourse.stance.model import Pair
from discourse.stance.settings import Settings


class Encoder(Protocol):
    """What a linear model needs of an embedder."""

    name: str
    dimension: int

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One L2-normalised row per text."""
        ...


def features(embedder: Encoder, texts: Sequence[str], targets: Sequence[str]) -> NDArray[np.float32]:
    """u, v, |u − v| and u · v for each text u and target v (the features of InferSent, Conneau et al. 2017)."""
    places: dict[str, int] = {}
    for text in (*texts, *targets):
        places.setdefault(text, len(places))
    vectors = embedder.encode(list(places))
    u = vectors[[places[text] for text in texts]] if texts else vectors[:0]
    v = vectors[[places[target] for target in targets]] if targets else vectors[:0]
    # The interactions are small numbers; scaled up, the penalty treats them like the rest.
    scale = np.float32(np.sqrt(embedder.dimension))
    return np.hstack([u, v, np.abs(u - v) * 2, u * v * scale]).astype(np.float32)


def fit(
    examples: Sequence[Example], embedder: Encoder, *, penalty: float = 1.0, seed: int = 7
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Coefficients (3, 4 · dimension) and intercepts (3,) of a three-way logistic regression."""
    inputs = features(embedder, [x.text for x in examples], [x.target for x in examples])
    model = LogisticRegression(C=1.0 / penalty, max_iter=400, tol=1e-3, random_state=seed)
    model.fit(inputs, np.asarray([x.label for x in examples]))
    coefficients = np.zeros((3, inputs.shape[1]), dtype=np.float32)
    intercepts = np.full(3, -30.0, dtype=np.float32)  # a label that the data lack is never predicted
    if len(model.classes_) == 2:
        coefficients[model.classes_[1]] = model.coef_[0]
        intercepts[model.classes_] = (0.0, model.intercept_[0])
    else:
        coefficients[model.classes_] = model.coef_
        intercepts[model.classes_] = model.intercept_
    return coefficients, intercepts


def save(folder: Path, coefficients: NDArray[np.float32], intercepts: NDArray[np.float32]) -> None:
    """Writes model.npz."""
    np.savez_compressed(folder / "model.npz", coefficients=coefficients, intercepts=intercepts)


class LinearStance:
    """A linear model that `discourse train --kind linear` wrote."""

    def __init__(self, folder: Path, settings: Settings, embedder: Encoder) -> None:
        self.settings = settings
        self.name = settings.name
        self.threshold = settings.threshold
        self.fingerprint = resources.fingerprint(folder)
        self._embedder = embedder
        try:
            with np.load(io.BytesIO((folder / "model.npz").read_bytes()), allow_pickle=False) as stored:
                self._coefficients = stored["coefficients"].astype(np.float32)
                self._intercepts = stored["intercepts"].astype(np.float32)
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(f"{folder}: model.npz cannot be read ({error}): train the model again") from None
        if embedder.name != settings.embedder or self._coefficients.shape != (3, 4 * embedder.dimension):
            raise ModelError(
                f"{folder}: was trained with the embedder {settings.embedder!r}, not {embedder.name!r}: "
                "name that embedder, or train the model again"
            )

    def predict(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        return self.settings.calibrated(self.logits(pairs))

    def logits(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        """Scores before calibration; the context is not read."""
        inputs = features(self._embedder, [p.text for p in pairs], [p.proposition for p in pairs])
        scores: NDArray[np.float32] = (inputs @ self._coefficients.T + self._intercepts).astype(np.float32)
        return scores
