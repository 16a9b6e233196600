"""Interviews and debates written as a play is: a speaker's name, a colon, and what was said."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from discourse.nlp.passage import Place

_LABEL = re.compile(r"^\s*(?P<name>(?:[A-Z][\w’'.-]*)(?:\s+[A-Z][\w’'.-]*){0,4})(?:\s*\([^)]{2,60}\))?\s*:\s+(?=\S)")
_QUESTION = re.compile(r"^\s*(?:Q(?:uestion)?|Interviewer)\b[.:]?\s", re.I)
_ANSWER = re.compile(r"^\s*A(?:nswer)?\s*[.:]\s+")
_NO_NAMES = frozenset(
    ["Note", "Update", "Source", "Photo", "Image", "Read", "Contact", "Email", "Tel", "Date", "Notes", "Editor", "More", "Example", "Figure", "Table"]
)


def labels(paragraphs: Sequence[str]) -> list[tuple[str, int] | None]:
    """For each paragraph, the label before its words and where they begin, or None; no labels unless one comes twice."""
    found: list[tuple[str, int] | None] = []
    for text in paragraphs:
        question, answer, label = _QUESTION.match(text), _ANSWER.match(text), _LABEL.match(text)
        if question:
            found.append(("Q", question.end()))
        elif answer:
            found.append(("A", answer.end()))
        elif label and label.group("name").split()[0] not in _NO_NAMES:
            found.append((label.group("name"), label.end()))
        else:
            found.append(None)
    counts = Counter(item[0] for item in found if item)
    repeated = {name for name, count in counts.items() if count > 1}
    if not repeated or len(counts) < 2:
        return [None] * len(found)
    return [item if item and (item[0] in repeated or len(item[0]) > 1) else None for item in found]


def spoken(text: str, start: int) -> Place:
    """What follows a label."""
    return Place(start, len(text.rstrip()))
