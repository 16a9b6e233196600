"""Who a cue belongs to, read from the words around it alone: for text without a parse, or where the parse fails."""

from __future__ import annotations

import re

from discourse.nlp.passage import Place

_PRONOUN = r"(?:[Hh]e|[Ss]he|[Tt]hey|I|[Ww]e|[Ww]ho)"
_CAPITAL = r"[A-Z][\w&.’'/-]*"
_JOIN = r"(?:of|for|and|the|in|at|on|to|&|de|van|von|bin|al|le|la)"
_NAME = rf"{_CAPITAL}(?:\s+(?:{_JOIN}\s+){{0,2}}{_CAPITAL}){{0,9}}"
_DETERMINER = (
    r"(?:[Tt]he|[Aa]n?|[Hh]is|[Hh]er|[Tt]heir|[Ii]ts|[Oo]ur|[Oo]ne|[Ss]ome|[Mm]any|[Mm]ost|[Ss]everal|[Oo]ther)"
)
_COMMON = rf"{_DETERMINER}\s+(?:[\w’'-]+\s+){{0,7}}?[\w’'-]+"
_APPOSITION = r"(?:,\s+[^,“”\"]{2,90}(?:,\s+[^,“”\"]{2,60})?,)?"
_ADVERB = r"(?:\s+(?:also|later|then|had|has|have|further|now|once|even|and|\w+ly)){0,3}"
_BEFORE = re.compile(
    rf"(?P<np>{_PRONOUN}|(?:{_COMMON}\s+)?{_NAME}|{_COMMON})(?P<ap>(?:\s+\([^()]{{1,40}}\))?{_APPOSITION}){_ADVERB}\s*$"
)
_AFTER = re.compile(rf"\s+(?P<np>{_PRONOUN}\b|(?:{_COMMON}\s+)?{_NAME}{_APPOSITION}|{_COMMON}(?=\s*(?:[,.;:“\"]|$)))")
_NOT_SOURCES = {"In", "At", "On", "But", "And", "However", "After", "Before", "During", "When", "As", "That", "This",
                "It", "There", "Also", "Then", "For", "While", "If", "With", "By", "From", "So", "Yet", "Today",
                "Yesterday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}  # fmt: skip


def source_before(text: str, start: int, cue: int) -> Place | None:
    """The noun phrase that ends right before a cue, with its apposition, not before start."""
    begin = max(start, cue - 220)
    window = text[begin:cue]
    match = _BEFORE.search(window)
    if match is None:
        return None
    phrase_start = match.start("np")
    while (word := re.match(r"(\w+),?\s+", window[phrase_start : match.end("np")])) and word.group(1) in _NOT_SOURCES:
        phrase_start += word.end()
    phrase = window[phrase_start : match.end("np")]
    if phrase in _NOT_SOURCES or not phrase:
        return None
    return Place(begin + phrase_start, begin + match.end("ap"))


def source_after(text: str, cue_end: int, end: int) -> Place | None:
    """The noun phrase that follows a cue at once: said Alan Wood, president of the association."""
    match = _AFTER.match(text, cue_end, min(end, cue_end + 260))
    if match is None or match.group("np").split()[0] in _NOT_SOURCES:
        return None
    return Place(match.start("np"), match.end("np"))
