"""Statements and topics to stances, through a gate that spares the model the pairs that are far apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from discourse.records import Stance, Statement, Topic
from discourse.stance.linear import Encoder
from discourse.stance.model import Pair, StanceModel

RECORDED = 0.2
"""The least probability of a side at which a stance is kept, so that unclear ones can be counted."""
DEFAULT_GATE = 0.15


class Scorer:
    """Scores statements against the topics of a codebook.

    `saved` and `scored` count the pairs that the gate left out and let through.
    """

    def __init__(self, model: StanceModel, embedder: Encoder, topics: Sequence[Topic]) -> None:
        self.model = model
        self.topics = tuple(topics)
        self.saved = 0
        self.scored = 0
        settings = getattr(model, "settings", None)
        self.gate: float = DEFAULT_GATE if settings is None else settings.gate
        self._embedder = embedder
        self._likeness = TopicLikeness(embedder, self.topics)

    def restricted_to(self, topics: Sequence[Topic]) -> Scorer:
        """A scorer for these topics alone, with counts of its own."""
        return Scorer(self.model, self._embedder, topics)

    def score(self, statements: Sequence[Statement], vectors: NDArray[np.float32]) -> list[Stance]:
        """The stances of the statements, whose embeddings are the rows of `vectors`, in the statements' order."""
        if not statements or not self.topics:
            return []
        passed = np.argwhere(self._likeness(vectors) >= self.gate)
        self.scored += len(passed)
        self.saved += len(statements) * len(self.topics) - len(passed)
        pairs = [Pair(statements[s].text, self.topics[t].proposition, statements[s].context) for s, t in passed]
        found = self.model.predict(pairs)
        stances = []
        for (s, t), row in zip(passed, found, strict=True):
            side = int(row[1] > row[0])
            confidence = float(row[side])
            if confidence >= RECORDED:
                stances.append(
                    Stance(statements[s].id, self.topics[t].id, "against" if side else "favour", round(confidence, 4))
                )
        return stances


class TopicLikeness:
    """The cosine of statements to each topic: to the nearest of its proposition, name, examples and terms."""

    def __init__(self, embedder: Encoder, topics: Sequence[Topic]) -> None:
        texts = [
            [topic.proposition, topic.name, *topic.examples_favour, *topic.examples_against, *topic.terms]
            for topic in topics
        ]
        self._vectors = embedder.encode([text for group in texts for text in group])
        self._starts = np.cumsum([0, *(len(group) for group in texts[:-1])])

    def __call__(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Shape (statements, topics)."""
        cosines = vectors.astype(np.float32) @ self._vectors.T
        likeness: NDArray[np.float32] = np.maximum.reduceat(cosines, self._starts, axis=1)
        return likeness
