"""Two models as one: a quick one that reads each text once, and a slower one for propositions that are new to it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from discourse.records import digest
from discourse.stance.biencoder import BiEncoderStance
from discourse.stance.model import Pair, StanceModel

SHARE = 0.65
"""What the first opinion counts on propositions that it has no head for; chosen on the dev propositions."""


class PairedStance:
    """A bi-encoder, and another model's opinion beside it on propositions that it has no head of its own for.

    There the opinions are put together as a weighed geometric mean (Hinton 2002). All probabilities are calibrated, so
    that one threshold holds for both kinds of proposition.
    """

    def __init__(self, known: BiEncoderStance, other: StanceModel) -> None:
        self.known = known
        self.other = other
        self.name = f"{known.name} + {other.name}"
        self.threshold = known.threshold
        self.fingerprint = digest(f"{known.fingerprint} {other.fingerprint} {SHARE}")[:12]

    def predict(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        found = self.known.predict(pairs)
        strange = np.asarray([not self.known.knows(pair.proposition) for pair in pairs], dtype=bool)
        second = self.other.predict([pair for pair, asked in zip(pairs, strange, strict=True) if asked])
        found[strange] = _together(found[strange], second)
        return found


def _together(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float32]:
    least = np.float32(1e-6)
    product = np.exp(SHARE * np.log(first + least) + (1 - SHARE) * np.log(second + least))
    found: NDArray[np.float32] = product / product.sum(axis=1, keepdims=True)
    return found
