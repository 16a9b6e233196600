"""Two people and the machine: who has judged what, what is agreed, and what a third person must settle.

A judgement is a correction (also where it says what the machine said), so that there is one record of what people say.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from discourse.store import corrections
from discourse.store.map import Map
from discourse.store.read import Row

Stage = Literal["once", "agreed", "disputed", "settled"]
STAGES: tuple[Stage, ...] = ("once", "agreed", "disputed", "settled")


@dataclass(frozen=True, slots=True)
class Judged:
    """What people say of one field (speaker, or stance on a topic) of one statement: the last word of each."""

    statement: str
    field: str
    said: tuple[tuple[str, str], ...]
    """Who and what, in the order in which they last spoke."""

    @property
    def stage(self) -> Stage:
        """Agreed where two or more say the same; disputed where two differ; settled where a third one decided."""
        values = [value for _, value in self.said]
        if len(values) == 1:
            return "once"
        if len(set(values)) == 1:
            return "agreed"
        return "settled" if len(values) > 2 else "disputed"

    @property
    def topic(self) -> str | None:
        """The topic of a stance; None for a speaker."""
        return self.field.removeprefix("stance:") if self.field.startswith("stance:") else None

    def by(self, who: str) -> str | None:
        """What one person says, or None."""
        return dict(self.said).get(who)


def judged(store: Map) -> list[Judged]:
    """Every field that people have judged, those judged first first; what was undone or lost does not count."""
    return of(corrections.listed(store))


def of(rows: Iterable[Row]) -> list[Judged]:
    """The same from rows of corrections, in the order in which they were made."""
    held: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for row in rows:
        if row["state"] == "standing" and (row["field"] == "speaker" or row["field"].startswith("stance:")):
            said = held[row["anchor"], row["field"]]
            said.pop(row["who"], None)
            said[row["who"]] = row["value"]
    return [Judged(statement, field, tuple(said.items())) for (statement, field), said in held.items()]


def waiting(found: Sequence[Judged], who: str) -> list[tuple[str, str]]:
    """Pairs of statement and topic that one other person alone has judged: what `who` may look at a second time."""
    return [(j.statement, j.topic) for j in found if j.topic and j.stage == "once" and j.by(who) is None]


def disputed(found: Sequence[Judged], who: str) -> list[Judged]:
    """What two others disagree on: what `who` may settle."""
    return [j for j in found if j.stage == "disputed" and j.by(who) is None]


def progress(found: Sequence[Judged]) -> Row:
    """How many fields are at which stage, how many each person judged, and how far two who judged the same agree."""
    twice = [j for j in found if len(j.said) > 1]
    same = sum(1 for j in twice if j.said[0][1] == j.said[1][1])
    return {
        "stages": {stage: sum(1 for j in found if j.stage == stage) for stage in STAGES},
        "people": dict(Counter(who for j in found for who, _ in j.said).most_common()),
        "twice": len(twice),
        "same": same,
    }


def reviewed_by(found: Sequence[Judged], statement: str, fields: Iterable[str]) -> list[str]:
    """Who has reviewed a statement, if every one of these fields is agreed or settled; else nobody."""
    held = {j.field: j for j in found if j.statement == statement}
    wanted = [held.get(field) for field in fields]
    if not wanted or any(j is None or j.stage not in ("agreed", "settled") for j in wanted):
        return []
    return sorted({who for j in wanted if j for who, _ in j.said})
