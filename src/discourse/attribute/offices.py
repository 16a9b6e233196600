"""Offices: what a person is, and of what body, as the words around a name or a source phrase tell."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from discourse.nlp.people import load_people


class Office(NamedTuple):
    """A role and the organisation it is held in, as a text words them."""

    title: str
    organisation: str | None = None


_BODY = r"[A-Z][\w&.’'-]*(?:\s+(?:(?:of|for|and|the|&|in|on)\s+){0,2}[A-Z][\w&’'-]*){0,9}"
_STOP = re.compile(
    r"[“”\";:()]|\.\s|\s(?:said|says|told|added|who|which|has|had|was|is|were|will|warned|argued|claimed)\b"
)
_SPLIT = re.compile(rf"^(?P<title>.+?)\s+(?:of|at|for|with|from|in)\s+(?:the\s+)?(?P<body>{_BODY})$")
_LEADING_BODY = re.compile(rf"^(?:the\s+)?(?P<body>{_BODY}?)(?P<poss>[’']s?)?\s+(?P<title>[a-z][\w’' -]*)$")
_ARTICLE = re.compile(r"^(?:the|a|an|its|their|former|then|our|his|her|current)\s+", re.IGNORECASE)


@cache
def role_heads() -> re.Pattern[str]:
    """The head nouns of offices, as a whole word."""
    return re.compile(rf"\b(?:{'|'.join(sorted(load_people().roles, key=len, reverse=True))})s?\b", re.IGNORECASE)


def parse_office(phrase: str) -> Office | None:
    """The office that a phrase names, such as "director for social care at Ofsted", or None where it names none."""
    words = _ARTICLE.sub("", " ".join(phrase.split()).strip(" ,.;")).strip()
    words = re.split(
        r",|\s+and\s+(?=(?:[a-z’'-]+\s+){0,3}(?:president|chair|leader|chief|director|member|vice)\b)", words
    )[0].strip()
    if not words or len(words.split()) > 18 or not role_heads().search(words):
        return None
    split = _SPLIT.match(words)
    if split and role_heads().search(split.group("title")):
        inner = _LEADING_BODY.match(split.group("title"))
        return Office(inner.group("title") if inner else _lower(split.group("title")), split.group("body"))
    leading = _LEADING_BODY.match(words)
    if leading and role_heads().search(leading.group("title")):
        return Office(leading.group("title").strip(), re.sub(r"[’']s?$", "", leading.group("body")))
    return Office(_lower(words), None)


def _lower(title: str) -> str:
    return title[0].lower() + title[1:] if title[1:2].islower() and " " in title else title


def offices_around(text: str, start: int, end: int) -> list[Office]:
    """The offices that an apposition after a name, or a role before it, gives the person named there."""
    found: list[Office] = []
    after = re.match(r",\s+(?:(?:who|now|formerly|currently)\s+(?:is|was)?\s*)?", text[end:])
    if after:
        rest = text[end + after.end() : end + after.end() + 200]
        found.extend(_listed(rest))
    bracket = re.match(r"\s*\(([^()]{4,90})\)", text[end:])
    if bracket and (office := parse_office(bracket.group(1))):
        found.append(office)
    found.extend(_preceding(text[max(0, start - 120) : start]))
    return found


def _listed(rest: str) -> list[Office]:
    """The offices of an apposition up to its closing comma: chief executive of X and president of Y."""
    stop = _STOP.search(rest)
    phrase = rest[: stop.start()] if stop else rest
    parts = phrase.split(",")
    offices: list[Office] = []
    for part in re.split(r"\s+and\s+(?=(?:[\w’'-]+\s+){0,4}?(?:of|for|at)\s+[A-Z])", parts[0]):
        office = parse_office(part)
        if office is not None:
            offices.append(office)
    if len(offices) == 1 and offices[0].organisation is None and len(parts) > 1:
        body = re.match(rf"\s*(?:the\s+)?({_BODY})\s*$", parts[1])
        if body:
            return [Office(offices[0].title, body.group(1))]
    return offices


def _preceding(before: str) -> list[Office]:
    """The role right before a name: ADCS president Alan Wood; the ADCS president, Alan Wood."""
    words = before.rstrip()
    words = words[:-1] if words.endswith(",") else words
    tail = re.split(r"[,.;:“”\"()]|\s(?:said|that|by|and|with|but|when|while|from|to)\s", words)[-1].strip()
    match = re.search(
        r"(?:the\s+)?(?P<body>(?:[A-Z][\w&’'-]*\s+){0,6})(?P<title>(?:[a-z][\w’'-]*\s+){0,5}[\w-]+)$", tail
    )
    if match is None:
        return []
    last = match.group("title").split()[-1]
    if not role_heads().fullmatch(last):
        return []
    title = _ARTICLE.sub("", match.group("title").strip())
    body = re.sub(r"[’']s?$", "", match.group("body").strip())
    body = re.sub(r"^(?:The|In|At|But|And|As|For|Also)\b\s*", "", body)
    return [Office(title, body or None)]
