"""What the words of a source phrase tell: its head noun, number, and whom a pronoun can mean."""

from __future__ import annotations

import re

from discourse.attribute.cast import Entity


def fits(entity: Entity, wanted: str) -> bool:
    """Whether a pronoun (male, female, thing, many, any) can mean the entity."""
    if wanted in ("male", "female"):
        return entity.kind == "person" and entity.gender in (None, wanted)
    if wanted == "thing":
        return entity.kind == "organisation"
    if wanted == "many":
        return entity.kind != "person"
    return True


def head_noun(words: str) -> str:
    """The last word of a phrase before any "of", "by" or comma, in small letters."""
    lead = re.split(r",|\s(?:of|by|from|in|at|on|for|to|who|which|that|with|published|released|among)\s", words)[0]
    last = re.findall(r"[\w%-]+", lead)
    return last[-1].lower() if last else ""


def is_plural(words: str) -> bool:
    """Whether the head noun of a phrase looks like a plural."""
    head = head_noun(words)
    return head.endswith("s") and not head.endswith(("ss", "us", "is", "dcs"))
