"""The record of a run: pages by outcome, what was made of them, and seconds per stage."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field


@dataclass(slots=True)
class RunReport:
    """What a run did: pages by outcome, with the reason of each refusal, and seconds per stage."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    rescored: list[str] = field(default_factory=list)
    pruned: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    handed: int = 0
    """Pages handed to workers, where several work, and"""
    worked: int = 0
    """those of them that are finished."""
    made: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    gone: int = 0
    """Statements that changed pages no longer have."""
    argument_changes: Counter[str] = field(default_factory=Counter)

    @property
    def read(self) -> int:
        return len(self.added) + len(self.changed) + len(self.unchanged) + len(self.rescored)

    @property
    def counts(self) -> dict[str, int]:
        names = ("added", "changed", "unchanged", "rescored", "pruned", "refused")
        return {name: len(getattr(self, name)) for name in names} | {"gone": self.gone} | dict(self.made)
