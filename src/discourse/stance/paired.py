"""Two models as one: a quick one for the propositions it was trained on, a slower one for second opinions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from discourse.records import digest
from discourse.stance.biencoder import BiEncoderStance
from discourse.stance.model import Pair, StanceModel

DOUBTED = 0.05
"""From which probability of a side on a second opinion is asked for: on running text one pair in ten."""
SHARE = 0.75
"""What the first opinion counts; chosen with the display threshold on invented texts kept out of training."""


class PairedStance:
    """A bi-encoder where it has a head of its own for the proposition, with a second opinion; else the other model.

    The opinions are put together as a weighed geometric mean (Hinton 2002). All probabilities are calibrated, so
    that one threshold holds for known and unknown propositions.
    """

    def __init__(self, known: BiEncoderStance, other: StanceModel) -> None:
        self.known = known
        self.other = other
        self.name = f"{known.name} + {other.name}"
        self.threshold = known.threshold
        self.fingerprint = digest(f"{known.fingerprint} {other.fingerprint} {DOUBTED} {SHARE}")[:12]

    def predict(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        is_known = np.asarray([self.known.knows(pair.proposition) for pair in pairs], dtype=bool)
        found = np.zeros((len(pairs), 3), dtype=np.float32)
        found[is_known] = self.known.predict(_chosen(pairs, is_known))
        asked = ~is_known | (found[:, :2].max(axis=1) >= DOUBTED)
        second = np.zeros_like(found)
        second[asked] = self.other.predict(_chosen(pairs, asked))
        found[~is_known] = second[~is_known]
        both = asked & is_known
        found[both] = _together(found[both], second[both])
        return found


def _chosen(pairs: Sequence[Pair], mask: NDArray[np.bool_]) -> list[Pair]:
    return [pair for pair, mine in zip(pairs, mask, strict=True) if mine]


def _together(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float32]:
    least = np.float32(1e-6)
    product = np.exp(SHARE * np.log(first + least) + (1 - SHARE) * np.log(second + least))
    found: NDArray[np.float32] = product / product.sum(axis=1, keepdims=True)
    return found
