"""Statements and topics to stances, through a gate that spares the model the pairs that are far apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from discourse.records import Side, Stance, Statement, Topic
from discourse.stance.gate import TopicGate, load_gate
from discourse.stance.linear import Encoder
from discourse.stance.model import Pair, StanceModel

RECORDED = 0.2
"""The least probability of a side at which a stance is kept, so that unclear ones can be counted."""

_COLOURLESS = frozenset((
    "said", "say", "says", "saying", "told", "tell", "tells", "telling", "added", "add", "adds", "adding", "wrote",
    "write", "writes", "writing", "reported", "report", "reports", "reporting", "noted", "note", "notes", "noting",
    "stated", "state", "states", "stating", "replied", "explained", "continued", "answered", "asked", "recalled",
    "according",
))  # fmt: skip
"""First words of cues that only report; another cue ("called for", "rejected") is part of what was said."""


def as_said(statement: Statement) -> str:
    """The words that are scored: of reported speech whose cue takes a side, the cue with them."""
    if statement.kind not in ("indirect", "mixed") or not statement.cue:
        return statement.text
    cue = statement.cue.strip()
    return statement.text if cue.split()[0].casefold() in _COLOURLESS else f"{cue} {statement.text}"


class Scorer:
    """Scores statements against the topics of a codebook.

    `saved` and `scored` count the pairs that the gate left out and let through. A stance depends on its statement
    and topic alone, not on what else is scored.
    """

    def __init__(self, model: StanceModel, embedder: Encoder, topics: Sequence[Topic]) -> None:
        self.model = model
        self.topics = tuple(topics)
        self.saved = 0
        self.scored = 0
        self._embedder = embedder
        self._near = TopicGate(load_gate(embedder), embedder, self.topics)

    def restricted_to(self, topics: Sequence[Topic]) -> Scorer:
        """A scorer for these topics alone, with counts of its own."""
        return Scorer(self.model, self._embedder, topics)

    def score(self, statements: Sequence[Statement], vectors: NDArray[np.float32]) -> list[Stance]:
        """The stances of the statements, whose embeddings are the rows of `vectors`, in the statements' order."""
        if not statements or not self.topics:
            return []
        spoken = np.asarray([bool(statement.text.strip()) for statement in statements])
        near = np.broadcast_to(self._near(vectors) & spoken[:, None], (len(statements), len(self.topics)))
        passed = np.argwhere(near)
        self.scored += len(passed)
        self.saved += near.size - len(passed)
        pairs = [Pair(as_said(statements[s]), self.topics[t].proposition, statements[s].context) for s, t in passed]
        stances = []
        for (s, t), row in zip(passed, self.model.predict(pairs), strict=True):
            side = int(row[1] > row[0])
            confidence = float(row[side])
            if confidence >= RECORDED:
                word: Side = "against" if side else "favour"
                stances.append(Stance(statements[s].id, self.topics[t].id, word, round(confidence, 4)))
        return stances
