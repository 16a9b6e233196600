"""Who answers whom: turns of a debate, and neighbours in a text who take opposite sides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from discourse.links.cues import Rule, load_cues
from discourse.links.said import Said, asks, asserts, sides_agree
from discourse.records import Link

ANSWER = 0.8
"""Share of links right, as read, from what follows a question in the turn before;"""
OPPOSED = 0.8
"""and from a statement to the one before it by somebody who takes the other side of a topic, if both do."""
_OPENING = 3
"""Statements at the beginning of a turn in which the speaker before is addressed."""


def answers(said: Sequence[Said]) -> Iterator[Link]:
    """Links from a statement to the one that it answers, of another speaker, before it in the document."""
    yield from _in_turns(said)
    yield from _opposed(said)


def _in_turns(said: Sequence[Said]) -> Iterator[Link]:
    spoken = [s for s in said if s.kind == "record"]
    turns = [list(turn) for _, turn in groupby(spoken, key=lambda s: s.speaker)]
    for before, turn in pairwise(turns):
        if turn[0].speaker is not None and before[0].speaker is not None:
            yield from _between(before, turn)


def _between(before: Sequence[Said], turn: Sequence[Said]) -> Iterator[Link]:
    """The link from what a turn first says to what the turn before it last asked, or said."""
    source = next((s for s in turn[:_OPENING] if asserts(s.text)), None)
    target = next((s for s in reversed(before) if asks(s.text)), None)
    target = target or next((s for s in reversed(before) if asserts(s.text)), None)
    if source is None or target is None:
        return
    asks_on = any(asks(s.text) for s in turn)
    for rule in load_cues().rules:
        if rule.name == "thanks" and asks_on:
            continue  # who asks again is thankful for the last answer, and does not answer it
        if rule.name in ("address", "thanks"):
            for statement in turn[:_OPENING]:
                if found := rule.pattern.search(statement.text):
                    yield _link(source, target, rule, found["cue"])
                    return
    if asks(before[-1].text):
        yield Link(source.id, before[-1].id, "responds_to", "answer", "", ANSWER)


def _opposed(said: Sequence[Said]) -> Iterator[Link]:
    for earlier, later in pairwise(said):
        if later.speaker in (None, earlier.speaker) or earlier.speaker is None:
            continue
        if earlier.kind == "authored" and later.kind != "authored":
            continue  # whom an author quotes does not answer the author
        if sides_agree(earlier, later) is False:
            topics = {topic for topic, _ in earlier.sides} & {topic for topic, _ in later.sides}
            sure = max(_surest(earlier, topic) * _surest(later, topic) for topic in topics)
            yield Link(later.id, earlier.id, "responds_to", "opposed", "", round(OPPOSED * sure, 4))


def _surest(statement: Said, topic: str) -> float:
    return max(sure for (on, _), sure in statement.sides.items() if on == topic)


def _link(source: Said, target: Said, rule: Rule, cue: str) -> Link:
    return Link(source.id, target.id, "responds_to", rule.name, cue, rule.confidence)
