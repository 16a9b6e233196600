"""What a person has said of statements: that two make the same point, or that some make another than the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Said:
    """`statement` makes the same point as `other`; or, whatever it lay with before, the point of `other` alone."""

    kind: Literal["same", "other"]
    statement: str
    other: str


def as_said(labels: NDArray[np.int64], ids: Sequence[str], said: Sequence[Said]) -> NDArray[np.int64]:
    """Labels brought in line with what was said, in its order; what is not among the ids is passed over.

    "same" joins the groups of two statements (an outlier comes along alone); "other" takes a statement out of its
    group, into a new one that all with the same `other` share.
    """
    places = {statement: place for place, statement in enumerate(ids)}
    labels = labels.copy()
    apart: dict[str, int] = {}
    for wish in said:
        place = places.get(wish.statement)
        if place is None:
            continue
        if wish.kind == "other":
            label = apart.setdefault(wish.other, int(labels.max(initial=-1)) + 1)
            labels[place] = label
        elif wish.other in places:
            one, other = labels[place], labels[places[wish.other]]
            joined = max(one, other) if max(one, other) >= 0 else labels.max() + 1
            for label, member in ((one, place), (other, places[wish.other])):
                labels[labels == label if label >= 0 else member] = joined
    if not said:
        return labels
    kept, renamed = np.unique(labels[labels >= 0], return_inverse=True)
    del kept
    labels[labels >= 0] = renamed
    return labels
