"""Speakers without a name: one carer, a group of leaders, two thirds of those asked."""

from __future__ import annotations

import re

from discourse.attribute.names import slug
from discourse.attribute.offices import parse_office
from discourse.attribute.phrases import head_noun, is_plural
from discourse.attribute.speaker import Speaker
from discourse.nlp.people import load_people

NUMBER = re.compile(r"^(?:\d[\d,.]*|two|three|four|five|six|seven|eight|nine|ten|dozens|hundreds|thousands)\b", re.I)
_INDEFINITE = re.compile(r"(?:an?|one|another|some|any|every)\s+(?:other\s+)?", re.I)
UNNAMED = "an office-holder who is not named"


def unnamed(words: str) -> Speaker | None:
    """One carer, a senior inspector at Ofsted: somebody who stays without a name, kept as described."""
    if not _INDEFINITE.match(words) or is_plural(words):
        return None
    lead = re.split(r",|\s(?:who|which|that)\s", words)[0]
    office = parse_office(_INDEFINITE.sub("", lead))
    people = load_people()
    if office is None and head_noun(words) not in people.persons:
        return None
    if head_noun(words) in people.persons:
        office = None
    title, organisation = office or (None, None)
    return Speaker(lead, None, "person", words, title, organisation, UNNAMED)


def group(words: str) -> Speaker | None:
    """A group or collective, kept as described; a share or number of one without an id."""
    head, people = head_noun(words), load_people()
    if words.lower() in people.nobody:
        return Speaker(None, None, "group", words, reason="said of nobody in particular")
    if head in people.things:
        return None
    if head in people.groups or is_plural(words) or NUMBER.match(words):
        name = re.sub(r"^(?:the|some|many|most)\s+", "", words, flags=re.I)
        counted = head in people.quantities or NUMBER.match(words) is not None
        return Speaker(name, None if counted else slug(name), "group", words, reason="a group, kept as described")
    return None


def nobody(words: str) -> Speaker:
    """The abstention for words that name nobody who could speak."""
    return Speaker(None, text=words, reason=f'"{words[:60]}" names no person, body or group', sayable=False)
