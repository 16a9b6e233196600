"""Interviews and debates in a document: which paragraph is whose, by labels or by question and answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from discourse.attribute.cast import Cast
from discourse.attribute.dialogue import answers, labels
from discourse.attribute.names import same_words
from discourse.attribute.speaker import Speaker
from discourse.attribute.units import Unit
from discourse.attribute.voice import author_entity
from discourse.nlp.passage import Passage
from discourse.records import Document


@dataclass(slots=True)
class Turns:
    """Whose words each paragraph is, and where they begin in it; `labelled` where names stand before colons."""

    spoken: dict[int, tuple[Speaker, int]] = field(default_factory=dict)
    unspoken: set[int] = field(default_factory=set)
    """Questions and remarks of an interviewer, which are nobody's statement."""
    labelled: bool = False


def turns_of(document: Document, units: Sequence[Unit], passages: Sequence[Passage], cast: Cast) -> Turns:
    """The turns of an interview or debate; none where a document is neither."""
    texts = [p.text for p in passages]
    found = labels(texts)
    if any(found):
        return _by_label(document, units, texts, found, cast)
    replies = _replies(document, units, texts)
    who = _interviewee(document, cast) if replies else None
    return Turns(dict.fromkeys(replies, (who, 0)) if who is not None else {})


def _by_label(
    document: Document, units: Sequence[Unit], texts: list[str], found: list[tuple[str, int] | None], cast: Cast
) -> Turns:
    turns = Turns(labelled=True)
    speaking: Speaker | None = None
    for number, unit in enumerate(units):
        label = found[number]
        if not unit.holds_statements:
            continue
        if label is not None:
            speaking = _labelled(label[0], document, cast)
            if speaking is None:
                turns.unspoken.add(number)
            else:
                turns.spoken[number] = speaking, label[1]
        elif speaking is not None and _is_about(texts[number], speaking):
            # "Ann Lee was talking to ...": the page speaks again.
            speaking = None
        elif speaking is not None:
            turns.spoken[number] = speaking, 0
    return turns


def _is_about(text: str, speaker: Speaker) -> bool:
    person = speaker.entity.person if speaker.entity is not None else None
    words = f" {same_words(text)} "
    return person is not None and bool(person.surname) and f" {same_words(person.surname)} " in words


def _labelled(label: str, document: Document, cast: Cast) -> Speaker | None:
    if label == "Q":
        return None
    if label == "A":
        return _interviewee(document, cast) or Speaker(None, text=label, reason="an answer without a name")
    entity = author_entity(label, cast)
    role, organisation = entity.role_at(document.published)
    return Speaker(
        entity.name, entity.id, entity.kind, label, role, organisation, "the name before the colon", True, entity
    )


def _replies(document: Document, units: Sequence[Unit], texts: list[str]) -> set[int]:
    opening = [i for i, u in enumerate(units) if u.type == "title" or u.holds_statements][:6]
    head = "\n".join([document.title or "", *(texts[i] for i in opening)])
    readable = [i for i, u in enumerate(units) if u.holds_statements or u.type == "heading"]
    return {readable[i] for i in answers([texts[i] for i in readable], head) if units[readable[i]].holds_statements}


def _interviewee(document: Document, cast: Cast) -> Speaker | None:
    """The person in the title, else the first who is named and did not write the page."""
    authors = set(document.authors)
    people = [e for e in cast.people if e.name not in authors and e.person is not None and e.person.given]
    named = [e for e in people if e.name in (document.title or "")] or sorted(people, key=lambda e: e.first)
    if not named:
        return None
    who = named[0]
    role, organisation = who.role_at(document.published)
    return Speaker(who.name, who.id, "person", None, role, organisation, "answers in an interview", True, who)
