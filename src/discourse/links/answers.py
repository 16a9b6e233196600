"""Who answers whom: turns of a debate, and neighbours in a text who take opposite sides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from discourse.links.cues import load_cues
from discourse.links.said import Said, asks, asserts, sides_agree
from discourse.records import Link

ANSWER = 0.85
"""Share of links right, as read, from what follows a question in the turn before;"""
OPPOSED = 0.88
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
    """The link from what a turn first says to what it takes up of the turn before."""
    told = _why(before, turn)
    ends = _ends(before, turn)
    if told and ends:
        rule, cue, confidence = told
        yield Link(ends[0].id, ends[1].id, "responds_to", rule, cue, confidence)


def _why(before: Sequence[Said], turn: Sequence[Said]) -> tuple[str, str, float] | None:
    """Rule, cue and confidence where a turn answers the one before."""
    asks_on = any(asks(s.text) for s in turn)
    for rule in load_cues().rules:
        if rule.link != "responds_to" or (rule.name == "thanks" and asks_on):
            continue  # who thanks and asks again is thankful for the last answer, and does not answer it
        for statement in turn[:_OPENING]:
            if cue := rule.cue_in(statement.text):
                return rule.name, cue, rule.confidence
    return ("answer", "", ANSWER) if asks(before[-1].text) else None


def _ends(before: Sequence[Said], turn: Sequence[Said]) -> tuple[Said, Said] | None:
    """The statement that opens an answer and the one it takes up: the pair with most words in common, questions first;
    None where no words are."""
    best: tuple[tuple[int, bool, int, int], Said, Said] | None = None
    earlier = [(target, target.content, asks(target.text)) for target in before]
    for later, source in enumerate(s for s in turn[:_OPENING] if asserts(s.text)):
        words = source.content
        for place, (target, theirs, is_question) in enumerate(earlier):
            common = len(words & theirs)
            rank = (common, is_question, -later, place)
            if common and (best is None or rank > best[0]):
                best = rank, source, target
    return None if best is None else (best[1], best[2])


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
