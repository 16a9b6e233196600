"""Who moved on what between when and when: two periods of one stakeholder that take opposite sides."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from discourse.query.rows import dress
from discourse.store import read
from discourse.store.filters import Row
from discourse.store.map import Map
from discourse.store.read import Filter
from discourse.store.schema import LEADS

Kind = Literal["changed", "softened", "conditional", "mixed"]
KINDS: tuple[Kind, ...] = ("changed", "softened", "conditional", "mixed")

NOISE = 0.15
"""A change is told only where the chance that stances were misread, and nothing changed, is at most this."""
_SLIP = 0.02
"""The least chance that a stance is misread, however sure the model is."""
_APART = 3
_CONDITION = re.compile(
    r"\b(?:if|unless|until|provided|providing|on condition|(?:as|so) long as|only (?:when|where|after))\b", re.I
)
_HEDGE = re.compile(
    r"\b(?:perhaps|maybe|might|may|could|sometimes|in part|partly|some of|not always|up to a point|to some extent"
    r"|less (?:sure|certain|convinced)|begun to|starting to|beginning to|wonder)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Occasion:
    """What a stakeholder said on a topic at one event, on one side."""

    date: str
    event: str
    stance: str
    weight: float
    """The confidence in each statement, added up: what a position leads with."""
    misread: float
    """The chance that every one of the statements was misread; at most three are taken to be read apart."""
    statements: tuple[str, ...]


def changes(store: Map, where: Filter | None = None, *, noise: float = NOISE) -> list[Row]:
    """Stakeholders who took one side of a topic and later the other, surest first.

    Each row has the last statement before and the first one after, `between` their dates, what `kind` of change it is,
    and `noise`: the chance that some stances were misread and nothing changed. Undated statements tell nothing, and
    neither do groups such as "directors", who need not be the same people twice.
    """
    held: dict[tuple[str, str], list[Row]] = defaultdict(list)
    names: dict[str, str] = {}
    for stance in read.shown_stances(store, where):
        if stance["name"] and stance["published"] and stance["stakeholder_kind"] != "group":
            held[stance["whose"], stance["topic"]].append(stance)
            names[stance["whose"]] = stance["name"]
    found = []
    for (whose, topic), stances in sorted(held.items()):
        occasions = _occasions(stances)
        split = _split(occasions)
        if split is None or split[1] > noise:
            continue
        row = _row(store, occasions[: split[0]], occasions[split[0] :])
        found.append(
            {"stakeholder": names[whose], "stakeholder_id": whose, "topic": topic} | row | {"noise": round(split[1], 4)}
        )
    return sorted(found, key=lambda row: (row["noise"], row["stakeholder"], row["topic"]))


def _occasions(stances: Sequence[Row]) -> list[_Occasion]:
    """One occasion for each event and side, in order of date; an event that is reported again counts when it was."""
    grouped: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for stance in stances:
        grouped[stance["event"], stance["stance"]].append(stance)
    found = [
        _Occasion(
            min(s["published"] for s in said),
            event,
            side,
            sum(s["confidence"] for s in said),
            max(_SLIP, math.prod(sorted(1 - s["confidence"] for s in said)[:_APART])),
            tuple(s["statement_id"] for s in sorted(said, key=lambda s: (-s["confidence"], s["published"], s["n"]))),
        )
        for (event, side), said in grouped.items()
    ]
    return sorted(found, key=lambda o: (o.date, o.event, o.stance))


def _split(occasions: Sequence[_Occasion]) -> tuple[int, float] | None:
    """Where one side gives way to the other, and the chance that nothing changed; None where no date parts them.

    The chance compares two accounts of the stances read: that the stakeholder held one side throughout and the others
    were misread (a statement with one minus its confidence), and that they held one side up to a date and the other
    from then on, each date being as likely as any other. A change must also leave each period with a leading side.
    """
    right = [math.log(1 - o.misread) for o in occasions]
    wrong = [math.log(o.misread) for o in occasions]

    def likelihood(first: int, last: int, side: str) -> float:
        return sum(right[i] if occasions[i].stance == side else wrong[i] for i in range(first, last))

    whole = len(occasions)
    places = [i for i in range(1, whole) if occasions[i - 1].date < occasions[i].date]
    if not places:
        return None
    constant = max(likelihood(0, whole, side) for side in ("favour", "against"))
    best, where = -math.inf, None
    for place in places:
        before, after = _leading(occasions[:place]), _leading(occasions[place:])
        if before and after and before != after:
            fit = likelihood(0, place, before) + likelihood(place, whole, after)
            if fit > best:
                best, where = fit, place
    if where is None:
        return None
    return where, 1 / (1 + math.exp(best - constant) / len(places))


def _leading(occasions: Sequence[_Occasion]) -> str | None:
    weight = {"favour": 0.0, "against": 0.0}
    for occasion in occasions:
        weight[occasion.stance] += occasion.weight
    side = max(weight, key=lambda s: weight[s])
    return side if weight[side] >= LEADS * sum(weight.values()) else None


def _row(store: Map, before: Sequence[_Occasion], after: Sequence[_Occasion]) -> Row:
    old, new = _leading(before), _leading(after)
    last = [o for o in before if o.stance == old][-1]
    later = [o for o in after if o.stance == new]
    rows = read.statements_by_id(store, [s for o in (last, *later) for s in o.statements])
    one, other = (_plainest([rows[s] for s in o.statements]) for o in (last, later[0]))
    quoted = {row["id"]: row for row in dress(store, [one, other])}
    return {
        "from": _end(quoted[one["id"]], last),
        "to": _end(quoted[other["id"]], later[0]),
        "kind": _kind(after, [rows[s] for o in later for s in o.statements]),
        "between": [last.date, later[0].date],
    }


def _end(row: Row, occasion: _Occasion) -> Row:
    end = {"stance": occasion.stance, "date": occasion.date, "statement": row["id"], "text": row["text"]}
    return end | {"document": row["document"], "role": row["role"], "organisation": row["organisation"]}


def _plainest(rows: Sequence[Row]) -> Row:
    """The first of the surest statements in the stakeholder's own words, neither a scrap nor too long to quote."""
    fit = [row for row in rows if 6 <= len(row["text"].split()) <= 60]
    return next((row for row in fit if row["kind"] != "indirect"), fit[0] if fit else rows[0])


def _kind(after: Sequence[_Occasion], later: Sequence[Row]) -> Kind:
    """Mixed where both sides were surely taken afterwards; conditional or softened where each later statement is so."""
    if len({o.stance for o in after if o.misread <= NOISE}) > 1:
        return "mixed"
    texts = [row["text"] for row in later]
    if all(_CONDITION.search(text) for text in texts):
        return "conditional"
    return "softened" if all(_HEDGE.search(text) for text in texts) else "changed"
