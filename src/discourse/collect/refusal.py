"""An input that gave no page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """An input that could not be read, and why."""

    source: str
    canonical: str
    reason: str
