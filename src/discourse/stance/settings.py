"""What a model folder says about its model: stance.json."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from discourse.errors import ModelError

KINDS = ("linear", "cross-encoder", "bi-encoder")


@dataclass(frozen=True, slots=True)
class Settings:
    """How to read and use a model's outputs; all figures chosen on development data."""

    name: str
    kind: Literal["linear", "cross-encoder", "bi-encoder"]
    threshold: float
    """The display threshold: the least probability of a side that is shown as a stance."""
    temperature: float = 1.0
    """Divides the logits (Guo et al. 2017), so that probabilities are as often right as they say."""
    bias: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Added to the logits of favour, against and none after the division."""
    max_tokens: int = 256
    embedder: str = ""
    """The embedder of a linear model or a bi-encoder."""
    known_temperature: float = 1.0
    """The temperature for propositions that a bi-encoder has a head of its own for."""
    known_bias: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def calibrated(self, logits: NDArray[np.float32], *, known: bool = False) -> NDArray[np.float32]:
        """Probabilities of favour, against and none from logits of shape (n, 3)."""
        temperature, bias = (self.known_temperature, self.known_bias) if known else (self.temperature, self.bias)
        scaled = logits / temperature + np.asarray(bias, dtype=np.float32)
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
        for name in ("bias", "known_bias"):
            values[name] = tuple(float(number) for number in values.get(name, (0, 0, 0)))
        settings = Settings(**values)
        if {len(settings.bias), len(settings.known_bias)} != {3} or settings.kind not in KINDS:
            raise ValueError("kind or bias out of range")
        if not min(float(settings.temperature), float(settings.known_temperature)) > 0:
            raise ValueError("temperature out of range")
    except (OSError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise ModelError(f"{file}: not the settings of a stance model ({error})") from None
    return settings
