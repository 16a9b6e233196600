"""Which pairs of statement and topic a person should look at next, and when it is time to stop."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from discourse.errors import QueryError
from discourse.records import Stance, make_id
from discourse.store import read, tables
from discourse.store.map import Map

STRATEGIES = ("mixed", "uncertainty", "diversity", "consequence", "disagreement")
BATCH = 50
NONE = "none"
ENOUGH = 0.005
"""How much a figure must still rise over the last doubling of labels for more of them to be worth while."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pair that the model found a side for, shown or not, that no person has judged."""

    statement: str
    topic: str
    stance: str
    confidence: float
    uncertainty: float
    """1 where the confidence is the display threshold, 0 where it is 0 or 1."""
    consequence: float
    """Share of a position's evidence that would go if the stance went, or come if it came; 0 where nobody holds it."""
    disagreement: float = 0.0
    """Half the distance to a second model on a line from surely against to surely in favour; 0 without one."""


def queue(
    store: Map,
    limit: int = BATCH,
    *,
    by: str = "mixed",
    seed: int = 0,
    judged: Collection[tuple[str, str]] = (),
    second: Sequence[Stance] | None = None,
) -> list[Row]:
    """The next pairs to judge, most useful first; the same map, seed and labels give the same queue.

    "uncertainty" takes what lies nearest the display threshold, "consequence" what moves a displayed position most,
    "diversity" what lies farthest in meaning from what is already chosen or judged, "disagreement" that on which the
    stances of a second model are farthest from the map's, "mixed" all of them by rank (reciprocal rank fusion). Labels
    are not needed. `judged` are pairs that people have labelled outside the map.
    """
    if by not in STRATEGIES:
        raise QueryError(f'no strategy "{by}": there are {", ".join(STRATEGIES)}')
    if by == "disagreement" and second is None:
        raise QueryError("disagreement between models needs a second one: name it with --second MODEL")
    done = set(judged) | {(row["statement_id"], row["topic"]) for row in tables.verdicts(store)}
    pool = [c for c in candidates(store, second) if (c.statement, c.topic) not in done]
    pool.sort(key=lambda c: make_id("queue", seed, c.statement, c.topic))
    order = _order(store, pool, by, limit, {statement for statement, _ in done})
    chosen = [pool[i] for i in order[:limit]]
    known = read.statements_by_id(store, [c.statement for c in chosen])
    topics = {topic["id"]: topic["proposition"] for topic in json.loads(store.setting("topics") or "[]")}
    return [_row(c, known[c.statement], topics.get(c.topic, c.topic)) for c in chosen]


def candidates(store: Map, second: Sequence[Stance] | None = None) -> list[Candidate]:
    """Every pair for which the model, or the second, gave a side, with how unsure it is and what hangs on it."""
    threshold = tables.threshold(store)
    whose = {row["id"]: row["whose"] for row in read.statements(store)}
    evidence: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: {"favour": 0.0, "against": 0.0})
    for row in read.shown_stances(store):
        if row["whose"]:
            evidence[row["whose"], row["topic"]][row["stance"]] += row["confidence"]
    theirs = {(s.statement_id, s.topic): _signed(s.stance, s.confidence) for s in second or ()}
    found = []
    for row in tables.stances(store):
        apart = 0.0
        if second is not None:
            other = theirs.pop((row["statement_id"], row["topic"]), 0.0)
            apart = abs(_signed(row["stance"], float(row["confidence"])) - other) / 2
        confidence, holder = float(row["confidence"]), whose.get(row["statement_id"])
        room = threshold if confidence < threshold else 1 - threshold
        unsure = max(0.0, 1 - abs(confidence - threshold) / room) if room else 0.0
        moved = 0.0
        if holder:
            total = sum(evidence.get((holder, row["topic"]), {}).values())
            moved = confidence / max(total, confidence) if row["shown"] else confidence / (total + confidence)
        pair = (row["statement_id"], row["topic"], row["stance"])
        found.append(Candidate(*pair, confidence, unsure, moved * unsure, apart))
    return found + [Candidate(*pair, NONE, 0.0, 0.0, 0.0, abs(other) / 2) for pair, other in theirs.items()]


def _signed(side: str, confidence: float) -> float:
    return confidence if side == "favour" else -confidence


def _order(store: Map, pool: Sequence[Candidate], by: str, limit: int, done: set[str]) -> list[int]:
    """Places in the pool, most useful first; ties fall as the seed shuffled the pool."""
    ranked = {
        "uncertainty": sorted(range(len(pool)), key=lambda i: -pool[i].uncertainty),
        "consequence": sorted(range(len(pool)), key=lambda i: -pool[i].consequence),
    }
    if any(c.disagreement for c in pool):
        ranked["disagreement"] = sorted(range(len(pool)), key=lambda i: -pool[i].disagreement)
    if by in ranked or by == "disagreement":
        return ranked.get(by, list(range(len(pool))))
    ranked["diversity"] = _farthest(store, [c.statement for c in pool], limit, done)
    if by == "diversity":
        return ranked[by]
    scores = np.zeros(len(pool))
    for order in ranked.values():
        for rank, i in enumerate(order):
            scores[i] += 1 / (60 + rank)
    fused: list[int] = np.argsort(-scores, kind="stable").tolist()
    return fused


def _farthest(store: Map, statements: Sequence[str], limit: int, done: set[str]) -> list[int]:
    """Places of statements, each the farthest from those before it and from those judged (k-centre, greedily)."""
    known = dict(tables.statement_vectors(store))
    with_vector = [i for i, statement in enumerate(statements) if statement in known]
    if not with_vector:
        return list(range(len(statements)))
    matrix = _matrix([known[statements[i]] for i in with_vector])
    judged = [known[statement] for statement in sorted(done) if statement in known]
    nearest = np.full(len(matrix), -np.inf, dtype=np.float32)
    for vector in _matrix(judged) if judged else []:
        nearest = np.maximum(nearest, matrix @ vector)
    order: list[int] = []
    for _ in range(min(limit, len(matrix))):
        best = int(np.argmin(nearest))
        order.append(with_vector[best])
        nearest = np.maximum(nearest, matrix @ matrix[best])
        nearest[best] = np.inf
    return order


def _matrix(vectors: Sequence[bytes]) -> NDArray[np.float32]:
    return np.frombuffer(b"".join(vectors), dtype="<f2").reshape(len(vectors), -1).astype(np.float32)


def _row(c: Candidate, statement: Row, proposition: str) -> Row:
    return {
        "statement": c.statement,
        "topic": c.topic,
        "proposition": proposition,
        "text": statement["text"],
        "speaker": statement["speaker"],
        "published": statement["published"],
        "document": statement["document_id"],
        "machine": c.stance,
        "confidence": round(c.confidence, 4),
        "uncertainty": round(c.uncertainty, 4),
        "consequence": round(c.consequence, 4),
        "disagreement": round(c.disagreement, 4),
    }


def enough(curve: Sequence[tuple[int, float]], gain: float = ENOUGH) -> str:
    """A hint from a learning curve of (labels, figure) points: whether the last doubling of labels still paid."""
    points = sorted(curve)
    if len(points) < 2 or points[0][0] * 2 > points[-1][0]:
        return "too early to say: measure again once there are twice as many labels"
    last, best = points[-1]
    half = max(figure for labels, figure in points if labels * 2 <= last)
    if best - half >= gain:
        return f"go on: the last doubling, to {last} labels, gave {best - half:+.3f}"
    return f"enough for now: the last doubling, to {last} labels, gave {best - half:+.3f}, less than {gain:.3f}"
