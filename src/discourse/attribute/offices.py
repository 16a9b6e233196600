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
_SPLIT = re.compile(
    rf"^(?P<title>.+?)\s+(?P<link>of|at|for|with|from|in)\s+(?:the\s+)?(?:[a-z]+\s+)?(?P<body>{_BODY})$"
)
_LEADING_BODY = re.compile(rf"^(?:the\s+)?(?P<body>{_BODY}?)(?P<poss>[’']s?)?\s+(?P<title>[a-z][\w’' -]*)$")
_ARTICLE = re.compile(r"^(?:the|a|an|its|their|former|then|our|his|her|my|current)\s+", re.IGNORECASE)


@cache
def role_heads() -> re.Pattern[str]:
    """The head nouns of offices, as a whole word."""
    return re.compile(rf"\b(?:{'|'.join(sorted(load_people().roles, key=len, reverse=True))})s?\b", re.IGNORECASE)


@cache
def _title_shape() -> re.Pattern[str]:
    """A few words, the head noun of an office, and perhaps what it is in charge of."""
    heads = "|".join(sorted(load_people().roles, key=len, reverse=True))
    return re.compile(
        rf"^(?:[\w’'&/-]+\s+){{0,6}}?(?:{heads})(?:[-\s](?:designate|elect))?"
        r"(?:\s+(?:for|of|in|on|to)\s+[\w’',& -]{2,60})?$",
        re.IGNORECASE,
    )


def parse_office(phrase: str) -> Office | None:
    """The office that a phrase names, such as "director for social care at Ofsted", or None where it names none."""
    words = _ARTICLE.sub("", " ".join(phrase.split()).strip(" ,.;")).strip()
    words = re.split(
        r"[,;]|\s+and\s+(?:an?|the)\s|\s+and\s+(?=(?:[a-z’'-]+\s+){0,3}(?:president|chair|leader|chief|director|member|vice)\b)",
        words,
    )[0].strip()
    if not words or len(words.split()) > 18 or _VERB.search(words):
        return None
    office = _split(words)
    if not _title_shape().match(office.title) or office.title.split()[0].lower() in _NO_TITLE:
        return None
    return office


_VERB = re.compile(r"\b(?:took|announced|was|is|has|had|who|which|that|said|says|will|became|told|when|after)\b")
_NO_TITLE = frozenset(["one", "two", "three", "no", "not", "own", "every", "each", "another", "other"])
_SEATS = re.compile(
    r"\b(?:mp|msp|ms|am|mep|councillor|mayor|bishop|archbishop|ambassador|senator|member)$", re.IGNORECASE
)
_GENERIC = frozenset(
    ["Council", "Government", "Party", "Board", "Committee", "Department", "Ministry", "Service", "Trust", "Charity"]
)
_COLLECTIVES = frozenset(
    ["Children", "Adults", "Women", "Men", "People", "Parents", "Families", "Victims", "Patients", "Students", "Pupils",
     "Workers", "Carers", "Consumers", "Opposition", "Deputy", "Shadow", "Assistant", "Chief", "Senior", "Former"]
)  # fmt: skip
"""Not bodies: "Children's services chief" is a title that begins a sentence."""
_POSSESSIVES = frozenset(["The", "Our", "Its", "His", "Her", "Their", "My"])


def _split(words: str) -> Office:
    """Title and body: chief executive of X, X chief executive, X's chief executive; a seat stays with its title."""
    split = _SPLIT.match(words)
    if split and split.group("body") == "State":
        return Office(_lower(words), None)
    if split and _title_shape().match(split.group("title")):
        portfolio = split.group("link") == "for" and not _is_body(split.group("body"))
        if portfolio or _SEATS.search(split.group("title")):
            return Office(_lower(words), None)
        inner = _LEADING_BODY.match(split.group("title"))
        return Office(inner.group("title") if inner else _lower(split.group("title")), split.group("body"))
    leading = _LEADING_BODY.match(words)
    if leading and role_heads().search(leading.group("title")):
        body = re.sub(r"[’']s?$", "", leading.group("body"))
        if body in _GENERIC | _COLLECTIVES:
            return Office(_lower(words), None)
        return Office(leading.group("title").strip(), body)
    return Office(_lower(words), None)


def _is_body(words: str) -> bool:
    """Whether capitalised words after "for" are a body rather than a portfolio: for Families, for Unison."""
    parts = words.split()
    return words.isupper() or any(part in load_people().organisation_words for part in parts)


def _lower(title: str) -> str:
    return title[0].lower() + title[1:] if title[1:2].islower() and " " in title else title


def offices_around(text: str, start: int, end: int) -> list[Office]:
    """The offices that an apposition after a name, or a role before it, gives the person named there."""
    found: list[Office] = []
    following = text[end : end + 240]
    after = _APPOSITION.match(following)
    if after:
        found.extend(_listed(following[after.end() :]))
    leading = _LEADS.match(following)
    if leading:
        found.append(Office(_LEADERS[leading.group("verb")], leading.group("body")))
    bracket = re.match(r"\s*\(([^()]{4,90})\)", text[end:])
    if bracket and (office := parse_office(bracket.group(1))):
        found.append(office)
    found.extend(_preceding(text[max(0, start - 120) : start]))
    return found


_APPOSITION = re.compile(r",\s+(?:who\s+(?:is|was)\s+)?(?:(?:also|now|formerly|currently|still|previously)\s+)?")
_LEADERS = {"chairs": "chair", "leads": "leader", "heads": "head"}
_LEADS = re.compile(rf",\s+who\s+(?:also\s+|now\s+)?(?P<verb>{'|'.join(_LEADERS)})\s+(?:the\s+)?(?P<body>{_BODY})")


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
    if len(offices) == 1 and offices[0].organisation is None and len(parts) > 1 and not _SEATS.search(offices[0].title):
        body = re.match(rf"\s*(?:the\s+)?({_BODY})\s*$", parts[1])
        if body:
            return [Office(offices[0].title, body.group(1))]
    return offices


_TITLE_LAST = re.compile(
    r"(?:the\s+)?(?P<body>(?:[A-Z][\w&’'-]*\s+){0,6})"
    r"(?P<title>(?:[a-z][\w’'-]*\s+){0,5}[\w-]+(?:\s(?:for|of)\s[a-z][\w’'-]*(?:\s[a-z&][\w’'-]*){0,4})?)$"
)


def _preceding(before: str) -> list[Office]:
    """The role right before a name: ADCS president Alan Wood; the ADCS president, Alan Wood."""
    words = before.rstrip()
    words = words[:-1] if words.endswith(",") else words
    tail = re.split(r"[,.;:“”\"()]|\s(?:said|that|by|and|with|but|when|while|from|to)\s", words)[-1].strip()
    match = _TITLE_LAST.search(tail)
    if match is None:
        return []
    last = re.split(r"\s(?:for|of)\s", match.group("title"))[0].split()[-1]
    if not role_heads().fullmatch(last):
        return []
    title = _ARTICLE.sub("", match.group("title").strip())
    if not _title_shape().match(title) or _VERB.search(title) or title.split()[0].lower() in _NO_TITLE:
        return []
    body = re.sub(r"[’']s?$", "", match.group("body").strip())
    body = re.sub(r"^(?:The|In|At|But|And|As|For|Also|Outgoing|Incoming|Former|Acting|Interim|New)\b\s*", "", body)
    if body in _POSSESSIVES:
        return [Office(title, None)]
    if body in _GENERIC | _COLLECTIVES:
        return [Office(f"{match.group('body').strip().lower()} {title}", None)]
    return [Office(title, body or None)]
