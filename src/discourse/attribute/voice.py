"""In whose voice a document speaks: its author, its publisher, the speaker of a turn, or nobody (a report of news)."""

from __future__ import annotations

import re

from discourse.attribute.cast import Cast, Entity
from discourse.attribute.names import parse_person, slug
from discourse.attribute.offices import Office, parse_office
from discourse.attribute.speaker import Speaker
from discourse.nlp.people import load_people
from discourse.records import Document

_FOOTER = re.compile(
    r"^(?P<name>(?:[A-Z][\w’'.-]+\s+){1,4}?[A-Z][\w’'-]+)(?:\s+(?:is|was)\s+|\s*[,:–—-]\s+)(?:the\s+|an?\s+)?(?P<role>[^.]{4,160})\.?$"
)
_NAME_LINE = re.compile(r"(?:[A-Z][\w’'.-]+\s+){1,3}[A-Z][\w’'-]+")
"""A letter's signature: the name on a line, the role on the next."""
_FIRST_PERSON = re.compile(r"\b(?:I|I[’'](?:m|ve|d|ll)|[Mm]y)\b")


def voice_of(document: Document, cast: Cast, own_text: str) -> Speaker | None:
    """Who speaks where nobody is quoted, or None where the text is narration.

    A document that is an opinion but names no author has a voice without a name.
    """
    kind = document.kind
    if kind == "other" and document.authors and len(_FIRST_PERSON.findall(own_text)) >= 3:
        kind = "opinion"
    if kind in ("news", "hansard", "other"):
        return None
    if kind in ("editorial", "report", "release"):
        return _publisher(document, cast) or _author(document, cast, own_text)
    return _author(document, cast, own_text)


def _publisher(document: Document, cast: Cast) -> Speaker | None:
    if not document.publisher:
        return None
    entity = cast.body(document.publisher)
    return Speaker(
        entity.name,
        entity.id,
        entity.kind,
        None,
        None,
        None,
        f"the publisher speaks in its own {document.kind}",
        True,
        entity,
    )


def _author(document: Document, cast: Cast, own_text: str) -> Speaker:
    authors = document.authors
    office = office_of_role(document.author_role) if document.author_role else None
    reason = "the author"
    if not authors and document.kind == "speech":
        authors, reason = _in_title(document, cast), "the title names who speaks"
    if not authors:
        footer = footer_of(own_text)
        if footer is None:
            return Speaker(None, reason="the text names no author")
        authors, office, reason = (footer[0],), footer[1], "named at the end of the text"
    if len(authors) > 1:
        names = " and ".join(authors)
        return Speaker(names, slug(names), "group", None, None, None, "the authors together")
    entity = author_entity(authors[0], cast)
    title, organisation = entity.role_at(document.published)
    if office is not None:
        title, organisation = office.title, office.organisation or organisation
    elif document.author_role and title is None:
        title = document.author_role
    if organisation is not None:
        organisation = cast.organisation_name(organisation)
    return Speaker(entity.name, entity.id, entity.kind, None, title, organisation, reason, True, entity)


def _in_title(document: Document, cast: Cast) -> tuple[str, ...]:
    """The only person whom the title of a speech, or else its first lines, name: Speech by the minister, Ann Lee."""
    title = f" {' '.join((document.title or '').split())} "
    kept = load_people().kept_titles
    people = [e for e in cast.people if e.person is not None and (e.person.given or e.person.title in kept)]
    named = [e.name for e in people if e.person is not None and e.person.full in title]
    return (named[0],) if len(named) == 1 else ()


def office_of_role(role: str) -> Office | None:
    """The first office of a byline's role: "chief executive, Doncaster MBC; and president, Solace"."""
    first = role.split(";")[0]
    office = parse_office(first)
    parts = [part.strip() for part in first.split(",")]
    if office is not None and office.organisation is None and len(parts) > 1 and parts[1][:1].isupper():
        return Office(office.title, parts[1])
    return office


def author_entity(name: str, cast: Cast) -> Entity:
    """The entity of a byline's name, which may be a person's or a body's."""
    known = cast.known(name)
    if known is not None:
        return known
    person = parse_person(name)
    if person is None or (not person.given and not person.title):
        return cast.body(name)
    bearers = cast.bearers(person)
    return bearers[0] if len(bearers) == 1 else cast.add_person(person, name)


def footer_of(text: str) -> tuple[str, Office] | None:
    """Name and office from a last line such as "Jo Miller is chief executive of Doncaster MBC"."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    signed = ", ".join(lines[-2:]) if len(lines) > 2 and _NAME_LINE.fullmatch(lines[-2]) else ""
    for line in [signed, *reversed(lines[-3:])]:
        match = _FOOTER.match(line)
        office = parse_office(match.group("role")) if match else None
        if match and office is not None and parse_person(match.group("name")) is not None:
            return match.group("name"), office
    return None


def is_byline(text: str, names: set[str]) -> bool:
    """Whether a paragraph only says who wrote the document."""
    match = _FOOTER.match(text.strip())
    return match is not None and match.group("name") in names and parse_office(match.group("role")) is not None
