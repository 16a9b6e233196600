"""What a model folder says about its model: stance.json."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from discourse.errors import ModelError

KINDS = ("linear", "cross-encoder")


@dataclass(frozen=True, slots=True)
class Settings:
    """How to read and use a model's outputs; all figures chosen on development data."""

    name: str
    kind: Literal["linear", "cross-encoder"]
    threshold: float
    """The display threshold: the least probability of a side that is shown as a stance."""
    temperature: float = 1.0
    """Divides the logits (Guo et al. 2017), so that probabilities are as often right as they say."""
    bias: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Added to the logits of favour, against and none after the division."""
    max_tokens: int = 256
    embedder: str = ""
    """The embedder of a linear model."""

    def calibrated(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        """Probabilities of favour, against and none from logits of shape (n, 3)."""
        scaled = logits / self.temperature + np.asarray(self.bias, dtype=np.float32)
        scaled -= scaled.max(axis=1, keepdims=True)
        powers = np.exp(scaled)
        probabilities: NDArray[np.float32] = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
        return probabilities


def write_settings(folder: Path, settings: Settings) -> None:
    """Writes stance.json."""
    text = json.dumps(asdict(settings), indent=1) + "\n"
    (folder / "stance.json").write_text(text, encoding="utf-8")


def read_settings(folder: Path) -> Settings:
    """The settings of a model folder; raises ModelError where stance.json is missing or wrong."""
    file = folder / "stance.json"
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
        values["bias"] = tuple(float(number) for number in values.get("bias", (0, 0, 0)))
        settings = Settings(**values)
        if len(settings.bias) != 3 or settings.kind not in KINDS or not float(settings.temperature) > 0:
            raise ValueError("kind, bias or temperature out of range")
    except (OSError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise ModelError(f"{file}: not the settings of a stance model ({error})") from None
    return settings
