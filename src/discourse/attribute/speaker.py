"""The speaker of a statement, as the resolver tells it."""

from __future__ import annotations

from dataclasses import dataclass

from discourse.attribute.cast import Entity
from discourse.records import StakeholderKind


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who said it, or None with the reason; the words that named them; role and organisation at the time."""

    name: str | None
    id: str | None = None
    kind: StakeholderKind | None = None
    text: str | None = None
    role: str | None = None
    organisation: str | None = None
    reason: str = ""
    sayable: bool = True
    """False where the words name nobody who could speak: narration, not a statement."""
    entity: Entity | None = None
