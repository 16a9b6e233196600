"""The cheap gate before the stance model: pairs whose statement and topic are far apart take no side."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from discourse import resources
from discourse.errors import ModelError
from discourse.records import Topic
from discourse.stance.linear import Encoder

Vectors = NDArray[np.float32]
PLACE = "models/stance/gate.json"
_SHARE = 0.4
"""How much of what all propositions of public policy have in common is taken off a vector; chosen among 0 to 1."""
_MANY = 5


@dataclass(frozen=True, slots=True)
class Gate:
    """From which likeness on a pair is scored, for one embedder; tuned by `scripts/train_stance.py gate`."""

    embedder: str
    centre: tuple[float, ...]
    """The mean embedding of many propositions: what they have in common tells no topic from another."""
    bare: float
    """For topics that have a proposition and a name alone."""
    full: float
    """For topics with examples or terms, `_MANY` texts in all."""


def load_gate(embedder: Encoder) -> Gate | None:
    """The packaged gate, or None for an embedder that it was not tuned for: then every pair is scored."""
    file = resources.path(PLACE)
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
        gate = Gate(values["embedder"], tuple(values["centre"]), float(values["bare"]), float(values["full"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{file}: not a gate ({error}): install sector-discourse again") from None
    return gate if (gate.embedder, len(gate.centre)) == (embedder.name, embedder.dimension) else None


def write_gate(file: Path, gate: Gate) -> None:
    """Writes gate.json."""
    file.write_text(json.dumps(asdict(gate)) + "\n", encoding="utf-8")


class TopicGate:
    """Tells which statements are near enough to which topics; each topic's answer depends on that topic alone."""

    def __init__(self, gate: Gate | None, embedder: Encoder, topics: Sequence[Topic]) -> None:
        self._gate = gate
        if gate is None or not topics:
            return
        texts = [
            [topic.proposition, topic.name, *topic.examples_favour, *topic.examples_against, *topic.terms]
            for topic in topics
        ]
        vectors = embedder.encode([text for group in texts for text in group])
        parts = np.split(vectors, np.cumsum([len(group) for group in texts])[:-1])
        self._topics = np.vstack([topic_vector(part, gate.centre) for part in parts])
        self._least = np.asarray([gate.full if len(group) >= _MANY else gate.bare for group in texts])

    def __call__(self, vectors: Vectors) -> NDArray[np.bool_]:
        """Whether each statement (rows) may take a side on each topic (columns)."""
        if self._gate is None:
            return np.ones((len(vectors), 1), dtype=np.bool_)
        # A matrix product rounds otherwise in another batch: a pair on the edge would pass in one run alone.
        likeness = np.einsum("ij,kj->ik", statement_vectors(vectors, self._gate.centre), self._topics)
        passes: NDArray[np.bool_] = likeness >= self._least
        return passes


def topic_vector(vectors: Vectors, centre: Sequence[float]) -> Vectors:
    """One vector of length one for a topic's texts."""
    found: Vectors = statement_vectors(vectors, centre).mean(axis=0)
    return (found / max(float(np.linalg.norm(found)), 1e-9)).astype(np.float32)


def statement_vectors(vectors: Vectors, centre: Sequence[float]) -> Vectors:
    """Embeddings without the share of the centre, at length one again."""
    moved = vectors.astype(np.float32) - np.float32(_SHARE) * np.asarray(centre, dtype=np.float32)
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    return np.asarray(moved / np.maximum(lengths, 1e-9), dtype=np.float32)
