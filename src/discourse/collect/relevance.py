"""How far a text bears on the topics of a codebook, so that a collection keeps what does."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from discourse.codebook import Codebook
from discourse.embed import Embedder
from discourse.records import make_id

THRESHOLD = 0.33
"""Texts that score less are off topic, unless another threshold is asked for (chosen by scripts/bench_relevance.py)."""

_SENTENCE = re.compile(r"(?<=[.!?])[”\"’')\]]*\s+")
_LEAST, _MOST = 8, 60
"""Words of the stretches that are compared: shorter sentences are joined, longer ones cut."""
_STRETCHES = 60
"""Of a text with more stretches as many are looked at, evenly spaced."""
_WINDOW = 20
"""Stretches in a row whose average counts: a part of a long text may bear on a codebook where the whole does not, and
one sentence alone may be a chance (see scripts/bench_relevance.py: better than the best three sentences, by far)."""


class Relevance:
    """Scores texts by how like their sentences are, on average, to what a codebook says of its topics."""

    def __init__(self, codebook: Codebook, embedder: Embedder, threshold: float = THRESHOLD) -> None:
        self.threshold = threshold
        self._embedder = embedder
        self._topics: list[str] = []
        wanted: list[str] = []
        for topic in codebook.topics:
            said = (topic.proposition, topic.name, *topic.examples_favour, *topic.examples_against)
            wanted += said
            self._topics += [topic.id] * len(said)
        self._vectors = embedder.encode(wanted)
        self.name = make_id("relevance", embedder.name, *(topic.fingerprint for topic in codebook.topics))

    def score(self, text: str) -> tuple[float, str | None]:
        """From 0 to 1, and the topic on which the text bears most."""
        found = _stretches(text)
        stretches = found[:: max(1, -(-len(found) // _STRETCHES))]
        if not stretches or not self._topics:
            return 0.0, None
        likeness: NDArray[np.float32] = self._embedder.encode(stretches) @ self._vectors.T
        nearest = likeness.max(axis=1)
        width = min(_WINDOW, len(nearest))
        means = np.convolve(nearest, np.ones(width) / width, "valid")
        start = int(means.argmax())
        of_topics = {
            topic: float(likeness[start : start + width, [name == topic for name in self._topics]].max(axis=1).mean())
            for topic in dict.fromkeys(self._topics)
        }
        topic = max(of_topics, key=lambda name: (of_topics[name], name))
        return min(max(round(float(means[start]), 4), 0.0), 1.0), topic


def _stretches(text: str) -> list[str]:
    """Sentences of a text, short ones joined to the next, long ones cut."""
    found: list[str] = []
    for line in text.splitlines():
        pending: list[str] = []
        for sentence in _SENTENCE.split(line):
            pending += sentence.split()
            if len(pending) >= _LEAST:
                found += [" ".join(pending[i : i + _MOST]) for i in range(0, len(pending), _MOST)]
                pending = []
        if len(pending) >= 3:
            found.append(" ".join(pending))
    return found
