"""Names of people and organisations in a paragraph: what the entity recogniser says, corrected by the words' shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from spacy.tokens import Doc

from discourse.nlp.passage import Name
from discourse.nlp.people import full_name, load_people, titled_name

_KINDS = {"PERSON": "person", "ORG": "organisation", "GPE": "place", "NORP": "group", "LOC": "place", "FAC": "place"}
_CAPITALS = re.compile(
    r"[A-Z][\w&.’'-]*(?:\s+(?:(?:of|for|and|the|&|in|on)\s+){0,2}[A-Z][\w&.’'-]*){0,9}"
)  # a run of capitalised words, as the name of a body is written
_POSSESSIVE = re.compile(r"[’']s?$")
_TAIL = re.compile(r"(?<=\S)(?:\s+[a-z][\w’'-]*)+$")
"""Common words behind a body's name: "Dale Council children's services" in small letters."""
_LEAD = re.compile(r"(?!the\s+[A-Z])(?:[a-z][\w’'-]*\s+)+(?=[A-Z])")
"""Common words before a name: of "social care Gill Parry", the name."""
_EDGE = re.compile(r"[.,;:]+$")


def find_names(doc: Doc) -> list[Name]:
    """The names in a paragraph, longest first where they overlap, in order of place."""
    people = load_people()
    text = doc.text
    found: list[Name] = []
    for pattern in (titled_name(), full_name()):
        for match in pattern.finditer(text):
            phrase = _trimmed(match.group())
            if not any(word in people.organisation_words for word in phrase.split()[1:]):
                found.append(Name(match.start(), match.start() + len(phrase), "person"))
    for match in _CAPITALS.finditer(text):
        phrase = match.group()
        start, phrase = _without_person(*_without_article(match.start(), phrase))
        if any(_POSSESSIVE.sub("", w) in people.organisation_words for w in phrase.split()) and " " in phrase:
            found.append(Name(start, start + len(_trimmed(phrase)), "organisation"))
    for match in _described().finditer(text):
        if not role_like(match.group("name")):
            found.append(Name(match.start("name"), match.end("name"), "organisation"))
    found.extend(_sources(doc))
    for entity in doc.ents:
        kind = _KINDS.get(entity.label_)
        if kind is not None and len(entity.text) < 90:
            phrase = _trimmed(_TAIL.sub("", entity.text) if kind == "organisation" else entity.text)
            lead = _LEAD.match(phrase)
            skip = lead.end() if lead else 0
            start = entity.start_char + skip
            found.append(Name(start, start + len(phrase) - skip, _checked(phrase[skip:], kind)))
    return _with_subjects(doc, _without_overlaps(found))


@cache
def _described() -> re.Pattern[str]:
    """A body's name after what kind of body it is: the think tank Right Future, the charity Ladder."""
    kinds = "|".join(re.escape(kind) for kind in load_people().organisation_kinds)
    return re.compile(
        rf"\b(?:{kinds})\s+(?P<name>[A-Z][\w’'-]*\w(?:\s+(?:(?:of|for|and|the|&)\s+){{0,2}}[A-Z][\w’'-]*\w){{0,4}})"
    )


def role_like(phrase: str) -> bool:
    """Whether a capitalised phrase is a person's name or office rather than a body's name."""
    words = phrase.split()
    people = load_people()
    return words[0] in people.first_names or words[0] in people.titles or words[0].lower() in people.roles


_NAME_LAST = re.compile(r"(?:^|\s)(?P<name>[A-Z][\w’'-]+(?:\s+(?:[A-Z]\.|[A-Z][\w’'-]+)){1,3})$")


_ARTICLES = frozenset(
    [
        "The",
        "A",
        "An",
        "This",
        "That",
        "These",
        "Those",
        "His",
        "Her",
        "Its",
        "Their",
        "Our",
        "My",
        "One",
        "Some",
        "Many",
        "Most",
        "Other",
        "No",
    ]
)


def _sources(doc: Doc) -> list[Name]:
    """Persons that only their place in the sentence gives away: who speaks, in two or three capitalised words."""
    people = load_people()
    found: list[Name] = []
    for report in doc._.reports or ():
        if report.source is None or report.manner == "shows":
            continue
        text = doc.text[report.source.start : report.source.end]
        offset = report.source.start
        for part in re.split(r",\s+", text)[:2]:
            match = _NAME_LAST.search(part)
            start = doc.text.find(part, offset)
            before = part[: match.start("name")].split() if match else []
            role_first = not before or not people.roles.isdisjoint(word.lower() for word in before)
            if (
                match
                and role_first
                and match.group("name").split()[0] not in _ARTICLES
                and not any(w in people.organisation_words for w in part.split())
            ):
                found.append(Name(start + match.start("name"), start + match.end("name"), "person"))
            offset = start + len(part)
    found.extend(_subjects(doc))
    return [n for n in found if not _is_body(doc, n)]


def _subjects(doc: Doc) -> Iterator[Name]:
    """Two or three proper nouns that are the subject of a sentence and no body by their words."""
    if not doc.has_annotation("DEP"):
        return
    people = load_people()
    for token in doc:
        if token.dep_ != "nsubj" or token.tag_ != "NNP" or token.head.dep_ != "ROOT":
            continue
        start = token.i
        while start and doc[start - 1].tag_ == "NNP" and doc[start - 1].head == token:
            start -= 1
        words = [t.text for t in doc[start : token.i + 1]]
        alone = start == 0 or doc[start - 1].text in (",", ".", '"', "“") or doc[start - 1].is_space
        named = len(words) in (2, 3) and all(w[:1].isupper() and not w.isupper() for w in words)
        plain = not any(w in people.organisation_words for w in words) and words[0] not in _ARTICLES
        if alone and named and plain:
            yield Name(doc[start].idx, token.idx + len(token), "person")


def _is_body(doc: Doc, name: Name) -> bool:
    """Whether the recogniser knows the words as a body or place, and the first is no first name."""
    first = doc.text[name.start : name.end].split()[0]
    if first in load_people().first_names:
        return False
    if doc.text[name.start : name.end].isupper():
        return True
    return any(
        e.label_ in ("ORG", "GPE", "NORP", "LOC") and e.start_char < name.end and e.end_char > name.start
        for e in doc.ents
    )


def _trimmed(phrase: str) -> str:
    return _EDGE.sub("", _POSSESSIVE.sub("", re.split(r"\s[–—―-]", phrase.rstrip())[0]))


def _without_article(start: int, phrase: str) -> tuple[int, str]:
    match = re.match(
        r"(?:The|A|An|In|At|On|But|And|For|As|By|When|While|If|Where|Since|Under|With|From|So|That|After|Before|Because|Yet)\s+(?:[Tt]he\s+)?"
        r"|(?:Will|Would|Can|Could|Shall|Should|May|Might|Must|Do|Does|Did|Is|Are|Was|Were|Has|Have|Had)\s+the\s+",
        phrase,
    )
    return (start + match.end(), phrase[match.end() :]) if match else (start, phrase)


def _without_person(start: int, phrase: str) -> tuple[int, str]:
    """Of "Professor Ann Lee of the University of Wexford", the university."""
    people = load_people()
    first = phrase.split()[0].rstrip(".") if phrase.split() else ""
    link = re.search(r"\s(?:of|for|at|in|on)\s+(?:the\s+)?", phrase)
    if link is None or (first not in people.titles and first not in people.first_names):
        return start, phrase
    return start + link.end(), phrase[link.end() :]


def _checked(phrase: str, kind: str) -> str:
    """The recogniser's kind, unless the words themselves say otherwise."""
    people = load_people()
    words = phrase.split()
    if words and kind == "organisation" and len(words) in (2, 3) and words[0] in people.first_names:
        return "organisation" if any(w in people.organisation_words for w in words) else "person"
    if kind == "person" and any(w in people.organisation_words for w in words):
        return "organisation"
    if kind == "person" and phrase.isupper() and len(words) == 1 and len(phrase) <= 6:
        return "organisation"
    return kind


def _without_overlaps(names: list[Name]) -> list[Name]:
    kept: list[Name] = []
    for name in sorted(names, key=lambda n: (n.start, -(n.end - n.start), n.kind != "person")):
        if name.end > name.start and (not kept or name.start >= kept[-1].end):
            kept.append(name)
    return kept


_ASKING = frozenset({"ask", "question", "quiz", "grill", "interview", "press"})
"""Whoever is asked is the next to speak."""


def _with_subjects(doc: Doc, names: list[Name]) -> list[Name]:
    if not doc.has_annotation("DEP"):
        return names
    subjects: list[int] = []
    for token in doc:
        main = token.dep_ in ("nsubj", "nsubjpass") and token.head.dep_ in ("ROOT", "conj", "ccomp")
        asked = token.dep_ in ("dobj", "dative") and token.head.lemma_ in _ASKING
        if main or asked or (token.dep_ == "pobj" and token.head.dep_ == "agent"):
            subjects.append(token.idx)
            subjects.extend(child.idx for child in token.children if child.dep_ == "appos")
    return [
        name._replace(subject=any(name.start <= s < name.end for s in subjects)) if subjects else name for name in names
    ]
