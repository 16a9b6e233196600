"""Interviews and debates: a name and a colon before what was said, or questions and answers in turn."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_LABEL = re.compile(r"^\s*(?P<name>(?:[A-Z][\w’'.-]*)(?:\s+[A-Z][\w’'.-]*){0,4})(?:\s*\([^)]{2,60}\))?\s*:\s+(?=\S)")
_OFFICE = re.compile(
    r"^\s*(?:The|Her|His)\s[^:()“”\"]{3,90}\((?P<name>(?:[A-Z][\w’'.-]*\s+){1,4}[A-Z][\w’'-]*)\)\s*:\s+(?=\S)"
)
"""The Minister for Families (Mr John Dow): ..."""
_QUESTION = re.compile(r"^\s*(?:Q(?:uestion)?|Interviewer)\b[.:]?\s", re.I)
_ANSWER = re.compile(r"^\s*A(?:nswer)?\s*[.:]\s+")
_NO_NAMES = frozenset(
    [
        "Note",
        "Update",
        "Source",
        "Photo",
        "Image",
        "Read",
        "Contact",
        "Email",
        "Tel",
        "Date",
        "Notes",
        "Editor",
        "More",
        "Example",
        "Figure",
        "Table",
    ]
)
_FIRST_PERSON = re.compile(r"\b(?:I|I[’']\w+|[Ww]e|[Mm]y|[Oo]ur|[Mm]e|[Uu]s)\b")
_THIRD_PERSON = re.compile(r"\b(?:[Hh]e|[Ss]he)\b")
_INTERVIEW = re.compile(
    r"\b(?:interview(?:s|ed)?|Q&A|Q and A|in conversation|talks to|spoke to|caught up with|meets)\b", re.I
)
_FEWEST_QUESTIONS = 3
_SHORT = 7
"""An interviewer's remark between two answers has at most this many words: "Which costs money."."""


def labels(paragraphs: Sequence[str]) -> list[tuple[str, int] | None]:
    """For each paragraph, the label before its words and where they begin, or None; none unless a label comes twice."""
    found: list[tuple[str, int] | None] = []
    for text in paragraphs:
        question, answer, label = _QUESTION.match(text), _ANSWER.match(text), _LABEL.match(text) or _OFFICE.match(text)
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


def answers(paragraphs: Sequence[str], head: str) -> set[int]:
    """The paragraphs that answer a question, of an interview whose questions stand as paragraphs of their own.

    `head` is the title and the opening paragraphs: only where they speak of an interview, or of somebody met, is
    anything an answer.
    """
    questions = [
        i
        for i, text in enumerate(paragraphs)
        if text.rstrip().endswith("?") and len(text.split()) <= 60 and not _is_own(text)
    ]
    followed = [i for i in questions if i + 1 < len(paragraphs) and i + 1 not in questions]
    own = [i for i in followed if _FIRST_PERSON.search(paragraphs[i + 1])]
    if len(own) < _FEWEST_QUESTIONS or len(own) * 2 < len(followed) or not _INTERVIEW.search(head):
        return set()
    found: set[int] = set()
    answering = False
    for i in range(questions[0], len(paragraphs)):
        text = paragraphs[i]
        if i in questions:
            answering = True
        elif answering and i - 1 in found and len(text.split()) <= _SHORT and not _FIRST_PERSON.search(text):
            continue
        elif answering and (i - 1 in questions or len(paragraphs[i - 1].split()) <= _SHORT or _is_own(text)):
            found.add(i)
        elif _THIRD_PERSON.search(text):
            answering = False
    return found


def _is_own(text: str) -> bool:
    """Whether a paragraph speaks in the first person singular."""
    return re.search(r"\b(?:I|I[’']\w+|[Mm]y)\b", text) is not None
