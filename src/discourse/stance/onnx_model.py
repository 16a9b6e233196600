"""The cross-encoder at run time: int8 ONNX, no PyTorch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from discourse import resources
from discourse.runtime import OnnxEncoder
from discourse.stance.model import Pair, segments
from discourse.stance.settings import Settings


class OnnxStance:
    """A cross-encoder that `discourse train` wrote; reads the first `max_tokens` word pieces of a pair."""

    def __init__(self, folder: Path, settings: Settings, *, threads: int | None = None) -> None:
        self.settings = settings
        self.name = settings.name
        self.threshold = settings.threshold
        self.fingerprint = resources.fingerprint(folder)
        self._encoder = OnnxEncoder(folder, max_tokens=settings.max_tokens, threads=threads)

    def predict(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        return self.settings.calibrated(self.logits(pairs))

    def logits(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        """The network's own three outputs, before calibration."""
        return self._encoder([segments(pair.text, pair.proposition, pair.context) for pair in pairs])
