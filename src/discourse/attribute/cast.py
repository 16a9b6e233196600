"""The people and bodies that a document names, with roles, abbreviations and the codebook's entries for them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from discourse.attribute.names import PersonName, compatible, parse_person, same_words, slug
from discourse.attribute.offices import Office, offices_around
from discourse.codebook import Codebook
from discourse.nlp.passage import Name, Passage
from discourse.nlp.people import Gender
from discourse.records import Role, Stakeholder, StakeholderKind

_ABBREVIATION = re.compile(r"\s*\((?:the\s+)?[“\"'‘]?([A-Z][A-Za-z&]{1,9})[”\"'’]?\)")
_NOT_WORD = re.compile(r"[^\w&’' -]")
_TOLD = re.compile(r"\b(?P<name>[A-Z][\w’'-]+)(?=,\s+who\s+(?:is|was|also|now|chairs|leads|heads)\b)")
_AGED = re.compile(r"^,?\s*(?:aged?\s+)?(?:[1-9]|1[0-7])\b(?!\s*(?:per|%|years? (?:as|at|of|in)))")


@dataclass(eq=False, slots=True)
class Entity:
    """A person or body in one document."""

    name: str
    kind: StakeholderKind
    id: str
    person: PersonName | None = None
    gender: Gender | None = None
    offices: list[Office] = field(default_factory=list)
    stakeholder: Stakeholder | None = None
    first: int = 0
    """The paragraph that names it first."""

    def role_at(self, published: str | None) -> tuple[str | None, str | None]:
        """Role and organisation: as the document states them, else as the codebook does for that date."""
        for office in self.offices:
            return office.title, office.organisation
        if self.stakeholder is not None:
            role = current_role(self.stakeholder.roles, published)
            if role is not None:
                return role.title, role.organisation
        return None, None


def current_role(roles: Sequence[Role], published: str | None) -> Role | None:
    """The role held on a date; without a date, the only one there is."""
    if published is None:
        return roles[0] if len(roles) == 1 else None
    for role in roles:
        if (role.since is None or role.since <= published) and (role.until is None or published <= role.until):
            return role
    return None


class Cast:
    """Everybody in one document; asked by name, surname, office or description."""

    def __init__(self, codebook: Codebook, published: str | None) -> None:
        self.published = published
        self.people: list[Entity] = []
        self.bodies: dict[str, Entity] = {}
        self._by_surname: dict[str, list[Entity]] = defaultdict(list)
        self._by_given: dict[str, list[Entity]] = defaultdict(list)
        self._known: dict[str, Stakeholder] = {}
        self._named: set[str] = set()
        self.codebook = codebook
        self._paragraph = 0
        for stakeholder in codebook.stakeholders:
            for name in (stakeholder.name, *stakeholder.aliases):
                self._known.setdefault(same_words(name), stakeholder)

    def meet(self, passages: Sequence[Passage]) -> None:
        """Take in every name of the document: full names first, so that surnames find their bearers."""
        alone: list[tuple[PersonName, str, str, Name]] = []
        bodies: list[tuple[str, Name, str]] = []
        for number, passage in enumerate(passages):
            self._paragraph = number
            self._meet_aliases(passage.text)
            for name in passage.names:
                text = passage.text[name.start : name.end]
                if name.kind == "person" and not _has_article(passage.text, name, text):
                    alone.extend(
                        (person, text, passage.text, name) for person in self._meet_person(passage, name, text)
                    )
                elif name.kind in ("person", "organisation"):
                    bodies.append((passage.text, name, text))
        for person, text, around, name in alone:
            bearers = self.bearers(person) or [self.add_person(person, text)]
            if len(bearers) == 1:
                self._note_offices(bearers[0], around, name)
        self._meet_told(passages)
        for around, name, text in bodies:
            # A surname alone is often taken for a company's name.
            if " " in text or same_words(text) in self._known or not self._by_surname.get(same_words(text)):
                self._meet_body(around, name, text)

    def _meet_told(self, passages: Iterable[Passage]) -> None:
        """Take in what is told of people in passing, by surname: Lee, who is also president of the society."""
        for passage in passages:
            for match in _TOLD.finditer(passage.text):
                bearers = self._by_surname.get(same_words(match.group("name")), [])
                if len(set(map(id, bearers))) == 1:
                    self._note_offices(bearers[0], passage.text, Name(match.start(), match.end("name"), "person"))

    def _note_offices(self, entity: Entity, text: str, name: Name) -> None:
        for office in offices_around(text, name.start, name.end):
            if office not in entity.offices:
                entity.offices.append(office)

    def _meet_person(self, passage: Passage, name: Name, text: str) -> list[PersonName]:
        """Take in a full name; a surname alone is given back, until everybody's full name is known."""
        if _AGED.match(passage.text[name.end : name.end + 14]):
            return []
        known = self._known.get(same_words(text))
        if known is not None and known.kind != "person":
            self.body(text)
            return []
        person = parse_person(text)
        if person is None:
            return []
        if not (person.given and person.surname) and not (
            known or person.full.startswith(("Lord ", "Lady ", "Baroness "))
        ):
            return [person]
        entity = self._find_full(person) or self.add_person(person, text)
        if entity.gender is None:
            entity.gender = person.gender
        if len(person.full) > len(entity.name) and entity.stakeholder is None and person.surname:
            entity.person, entity.name, entity.id = person, person.full, slug(person.full)
            self._by_surname[same_words(person.surname)].append(entity)
        self._note_offices(entity, passage.text, name)
        return []

    def _find_full(self, person: PersonName) -> Entity | None:
        fits = [
            e
            for e in self._by_surname[same_words(person.surname)]
            if e.person is not None and compatible(e.person, person)
        ]
        exact = [e for e in fits if e.person and e.person.given == person.given]
        return exact[0] if exact else (fits[0] if len(fits) == 1 else None)

    def add_person(self, person: PersonName, text: str) -> Entity:
        """A new person of the document, the codebook's where it knows that name."""
        stakeholder = self._known.get(same_words(person.full)) or self._known.get(same_words(text))
        name = stakeholder.name if stakeholder else (person.full if person.given or not person.title else text)
        entity = Entity(
            name,
            "person",
            stakeholder.id if stakeholder else slug(name),
            person,
            person.gender,
            [],
            stakeholder,
            self._paragraph,
        )
        self.people.append(entity)
        self._by_surname[same_words(person.surname)].append(entity)
        if person.given:
            self._by_given[same_words(person.given)].append(entity)
        return entity

    def _meet_body(self, text: str, name: Name, words: str) -> None:
        entity = self.body(words)
        abbreviation = _ABBREVIATION.match(text, name.end)
        if abbreviation is None:
            return
        short = abbreviation.group(1)
        initials = "".join(w[0] for w in re.findall(r"[A-Za-z]+", words) if w[0].isupper())
        if short.upper() == short and set(short.upper()) <= set(initials.upper() + words.upper()):
            self.bodies[same_words(short)] = entity

    def _meet_aliases(self, text: str) -> None:
        """Note which of the codebook's stakeholders the document names."""
        folded = f" {same_words(_NOT_WORD.sub(' ', text))} "
        for alias, stakeholder in self._known.items():
            if stakeholder.id not in self._named and f" {alias} " in folded:
                self._named.add(stakeholder.id)

    def body(self, words: str) -> Entity:
        """The organisation of this name: the codebook's, the one an abbreviation stands for, or a new one."""
        key = same_words(words)
        known = self._known.get(key) or self._known.get(key.removesuffix("s"))
        entity = self.bodies.get(key)
        if entity is None:
            name = known.name if known else re.sub(r"^[Tt]he\s+", "", " ".join(words.split()))
            kind: StakeholderKind = known.kind if known else "organisation"
            entity = next((e for e in self.bodies.values() if known and e.id == known.id), None)
            entity = entity or Entity(name, kind, known.id if known else slug(name), stakeholder=known)
            self.bodies[key] = entity
        return entity

    def organisation_name(self, words: str) -> str:
        """The full name of a body that a text calls by one word of it: the Conference, the Council."""
        key = same_words(words)
        if " " not in key and key not in self._known:
            fuller = {e.name for k, e in self.bodies.items() if " " in k and key in k.split()}
            if len(fuller) == 1:
                return fuller.pop()
        return self.body(words).name

    def known(self, words: str) -> Entity | None:
        """The entity of a name that the codebook or the document knows already, or None."""
        key = same_words(words)
        if key in self.bodies:
            return self.bodies[key]
        stakeholder = self._known.get(key)
        if stakeholder is None:
            return None
        if stakeholder.kind == "person":
            person = parse_person(words)
            return (self._find_full(person) or self.add_person(person, words)) if person else None
        return self.body(words)

    def bearers(self, person: PersonName, paragraph: int | None = None) -> list[Entity]:
        """Everybody in the document who can be meant by a name; whom it names only later, if nobody else."""
        found = self._bearers(person)
        met = [e for e in found if paragraph is None or e.first <= paragraph]
        return met or found

    def _bearers(self, person: PersonName) -> list[Entity]:
        if person.surname:
            found = [e for e in self._by_surname[same_words(person.surname)] if e.person and _may_be(e, person)]
            unique = list(dict.fromkeys(found))
            if unique or person.given or person.title:
                return unique
            return list(dict.fromkeys(self._by_given[same_words(person.surname)]))
        return list(dict.fromkeys(self._by_given[same_words(person.given)]))

    def described(self, phrase: str) -> Entity | None:
        """The codebook's stakeholder that a phrase such as "the watchdog" describes, if the document names it."""
        wanted = same_words(phrase)
        found = {
            s.id: s
            for s in self.codebook.stakeholders
            if s.id in self._named and any(same_words(d) == wanted for d in s.descriptions)
        }
        if len(found) != 1:
            return None
        return self.body(next(iter(found.values())).name)

    def holders(self, title: str, organisation: str | None) -> list[Entity]:
        """Who holds an office, by what the document says of its people, else by the codebook's dated roles."""
        wanted = same_words(title)
        stated = [e for e in self.people if any(_is_office(o, wanted, organisation, self) for o in e.offices)]
        if stated:
            return stated
        if organisation is None:
            return []
        where = self.body(organisation)
        return [
            self._from_codebook(s)
            for s in self.codebook.stakeholders
            if s.kind == "person"
            and (role := current_role(s.roles, self.published)) is not None
            and same_words(role.title) == wanted
            and role.organisation is not None
            and self.body(role.organisation) is where
        ]

    def _from_codebook(self, stakeholder: Stakeholder) -> Entity:
        entity = next((e for e in self.people if e.id == stakeholder.id), None)
        if entity is None:
            person = parse_person(stakeholder.name)
            entity = Entity(stakeholder.name, "person", stakeholder.id, person, None, [], stakeholder)
        return entity


def _has_article(text: str, name: Name, words: str) -> bool:
    """Whether "the" stands before a name without a title: The Enquirer is no person."""
    lead = words if words.startswith("The ") else text[max(0, name.start - 4) : name.end]
    if not lead.lower().startswith("the "):
        return False
    person = parse_person(words)
    return person is None or (person.title is None and len(words.removeprefix("The ").split()) == 1)


def _may_be(entity: Entity, person: PersonName) -> bool:
    if person.gender and entity.gender and person.gender != entity.gender:
        return False
    return entity.person is not None and compatible(entity.person, person)


def _is_office(office: Office, wanted: str, organisation: str | None, cast: Cast) -> bool:
    title = same_words(office.title)
    if not (
        title == wanted
        or title.endswith(" " + wanted)
        or wanted.endswith(" " + title)
        or title.split(" for ")[0] == wanted
    ):
        return False
    if organisation is None or office.organisation is None:
        return True
    mine, theirs = cast.body(office.organisation), cast.body(organisation)
    return mine is theirs or same_words(mine.name).startswith(same_words(theirs.name))
