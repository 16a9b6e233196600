"""What a stance model is, and what it reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Pair:
    """A text and the proposition (or noun phrase) on which it may take a side."""

    text: str
    proposition: str
    context: str = ""
    """The sentence before the text, if any."""


class StanceModel(Protocol):
    """Anything that tells for, against and neither apart."""

    name: str
    fingerprint: str
    """Changes whenever the model's answers may."""
    threshold: float
    """The least probability of a side at which it is shown as a stance."""

    def predict(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        """Calibrated probabilities of favour, against and none: one row of three per pair."""
        ...


def segments(text: str, proposition: str, context: str = "") -> tuple[str, str]:
    """The two texts that a cross-encoder reads for a pair: the proposition, and the text after its context."""
    return proposition, f"{context} » {text}" if context else text
