"""Who the words beside a cue mean: candidates, a reason, or an abstention, and never simply the nearest name."""

from __future__ import annotations

import re

from discourse.attribute.bodies import Bodies
from discourse.attribute.cast import Cast, Entity
from discourse.attribute.described import NUMBER, UNNAMED, group, nobody, unnamed
from discourse.attribute.names import parse_person, same_words, slug
from discourse.attribute.offices import Office, parse_office, role_heads
from discourse.attribute.phrases import fits, head_noun, is_plural
from discourse.attribute.speaker import Speaker
from discourse.nlp.lexicon import load_lexicon
from discourse.nlp.passage import Name, Passage, Place
from discourse.nlp.people import Gender, load_people

_PRONOUNS: dict[str, Gender | str] = {
    "he": "male", "him": "male", "his": "male", "she": "female", "her": "female", "they": "many", "it": "thing",
    "who": "any", "their": "many", "its": "thing", "them": "many",
}  # fmt: skip
_FIRST = frozenset({"i", "we", "my", "our", "us", "you", "me"})
_OPENING = 3
"""The paragraphs, with the title and what stands under it, in which news may keep a name back."""
_REACH = 5
"""How many paragraphs back a pronoun may look."""


def _is_within(before: str) -> bool:
    """Whether a name after these words only completes another's description: of "an aide to Ann Lee", not the aide."""
    link = re.search(r"\b(?:of|for|to|by|with|like|from|about)\s+(?P<words>(?:[a-z]+\s+){0,2})$", before)
    words = link.group("words").split() if link else []
    # "head of social care Ann Lee" is Ann Lee; "an aide to former minister Ann Lee" is not.
    return link is not None and (len(words) < 2 or words[0] in ("the", "a", "an") or words[-1] in load_people().roles)


class Resolver:
    """Reads a document from top to bottom and remembers who was spoken of."""

    def __init__(self, cast: Cast, passages: list[Passage]) -> None:
        self.cast = cast
        self.passages = passages
        self._focus: list[tuple[int, Entity]] = []
        """Those who were subject or source, in order, with the paragraph's number."""
        self.bodies = Bodies(cast, passages, self._focus)
        self._documents: dict[str, Entity] = {}
        self._descriptions: dict[str, Entity] = {}
        self._resolved: dict[tuple[int, Place], Speaker] = {}

    def see(self, paragraph: int, entity: Entity) -> None:
        """Note who has just been subject or source."""
        self._focus.append((paragraph, entity))

    def see_name(self, paragraph: int, name: Name) -> None:
        """Note the subject of a sentence where it is somebody known."""
        text = self.passages[paragraph].text[name.start : name.end]
        entity = self._named(text)
        if entity is not None and name.subject:
            self.see(paragraph, entity)

    def resolve(self, paragraph: int, place: Place) -> Speaker:
        """The speaker that the words at this place of a paragraph name."""
        before = self._resolved.get((paragraph, place))
        if before is not None:
            return before
        words = " ".join(self.passages[paragraph].text[place.start : place.end].split()).strip(" ,;:")
        speaker = self._resolved[paragraph, place] = self._read(paragraph, place, words)
        if speaker.entity is not None:
            self.see(paragraph, speaker.entity)
        elif speaker.reason == UNNAMED:
            # Whoever it is, the next "she" may mean this person and not the one named before.
            self.see(paragraph, Entity("", "person", ""))
        elif speaker.kind == "group":
            self.see(paragraph, Entity((speaker.id and speaker.name) or "", "group", speaker.id or ""))
        return speaker

    def _read(self, paragraph: int, place: Place, words: str) -> Speaker:
        lowered = words.lower()
        if lowered == "one":
            return Speaker(None, text=words, reason="one of those spoken of")
        if lowered in _FIRST:
            return Speaker(None, text=words, reason="first person outside a quotation", sayable=False)
        if lowered in _PRONOUNS:
            return self._pronoun(paragraph, words, _PRONOUNS[lowered])
        if not words or not re.search(r"[^\W\d_]", words):
            return Speaker(None, text=words or None, reason="no words name a speaker", sayable=False)
        for reader in (
            self._by_description,
            self._by_spokesperson,
            self._by_person,
            self._by_document,
            self._by_unnamed,
            self._by_body,
        ):
            speaker = reader(paragraph, place, words)
            if speaker is not None:
                return speaker
        if re.match(r"(?:no|not|none|nobody|no-one|neither|few|nothing)\b", lowered):
            return Speaker(None, text=words, reason="said of nobody", sayable=False)
        if head_noun(words) in load_people().groups | load_people().nobody:
            return group(words) or nobody(words)
        return self._by_office(paragraph, words) or group(words) or nobody(words)

    def speaker(self, entity: Entity, words: str | None, reason: str, office: Office | None = None) -> Speaker:
        """The speaker record of an entity, with role and organisation at the document's date."""
        role, organisation = (office.title, office.organisation) if office else entity.role_at(self.cast.published)
        if organisation is not None:
            organisation = self.cast.organisation_name(organisation)
        return Speaker(entity.name, entity.id, entity.kind, words, role, organisation, reason, True, entity)

    def _pronoun(self, paragraph: int, words: str, wanted: str) -> Speaker:
        seen: list[Entity] = []
        for number, entity in reversed(self._focus):
            if number < paragraph - _REACH:
                break
            if entity not in seen and fits(entity, wanted):
                seen.append(entity)
        if not seen and wanted in ("male", "female"):
            seen = self._only_one(paragraph, wanted)
        if not seen:
            return Speaker(None, text=words, reason=f'"{words}": nobody named before it fits')
        chosen = seen[0]
        if not chosen.name:
            return Speaker(None, text=words, reason=f'"{words}" is somebody who is not named')
        if wanted in ("male", "female") and chosen.gender is None and chosen.kind == "person":
            chosen.gender = wanted  # type: ignore[assignment]
        return self.speaker(chosen, words, f'"{words}" is the last fitting subject or speaker before it')

    def _only_one(self, paragraph: int, wanted: str) -> list[Entity]:
        """The one fitting person among all whom this and the two paragraphs before name, or nobody."""
        found: list[Entity] = []
        for passage in self.passages[max(0, paragraph - 2) : paragraph + 1]:
            for name in passage.names:
                entity = self._named(passage.text[name.start : name.end]) if name.kind == "person" else None
                if entity is not None and entity not in found and fits(entity, wanted):
                    found.append(entity)
        return found if len(found) == 1 else []

    def _named(self, words: str) -> Entity | None:
        known = self.cast.known(words)
        if known is not None:
            return known
        person = parse_person(words)
        bearers = self.cast.bearers(person) if person is not None else []
        return bearers[0] if len(bearers) == 1 else None

    def _names_in(self, paragraph: int, place: Place) -> list[Name]:
        return [n for n in self.passages[paragraph].names if place.start <= n.start and n.end <= place.end]

    def _by_description(self, paragraph: int, place: Place, words: str) -> Speaker | None:
        head = re.split(r",|\s(?:of|for|at|in|which|who)\s", words)[0]
        entity = self.cast.described(head) or self._descriptions.get(same_words(head))
        return self.speaker(entity, words, f'"{head}" describes {entity.name}') if entity is not None else None

    def _by_spokesperson(self, paragraph: int, place: Place, words: str) -> Speaker | None:
        match = re.search(rf"\b({'|'.join(load_people().spokes)})\b", words, re.I)
        if match is None or self._person_names(paragraph, place):
            return None
        bodies = [n for n in self._names_in(paragraph, place) if n.kind in ("organisation", "place", "group")]
        before = words[: match.start()].strip()
        entity = self.bodies.at(paragraph, bodies[0]) if bodies else self.bodies.mentioned(before or words)
        if entity is None and re.fullmatch(r"(?:an?|the|its)", before, re.I):
            entity = self.bodies.only_one_before(paragraph, place)
        if entity is None:
            return Speaker(
                None, text=words, role=match.group(1).lower(), reason="a spokesperson of nobody that is named"
            )
        return self.speaker(entity, words, "its spokesperson speaks for it", Office(match.group(1).lower(), None))

    def _person_names(self, paragraph: int, place: Place) -> list[Name]:
        text = self.passages[paragraph].text
        names = []
        for name in self._names_in(paragraph, place):
            known = self.cast.known(text[name.start : name.end])
            is_person = known.kind == "person" if known else name.kind == "person" or self._is_surname(name, text)
            possessive = re.match(r"[’']s?\s+\w", text[name.end : name.end + 4])
            if is_person and not possessive and not _is_within(text[place.start : name.start]):
                names.append(name)
        return names

    def _is_surname(self, name: Name, text: str) -> bool:
        """Whether a single word that was taken for a body or place is the surname of somebody in the document."""
        words = text[name.start : name.end]
        person = parse_person(words) if " " not in words else None
        return person is not None and bool(self.cast.bearers(person))

    def _by_person(self, paragraph: int, place: Place, words: str) -> Speaker | None:
        names = self._person_names(paragraph, place)
        lead = words.split(",")[0]
        if not names and re.fullmatch(r"[A-Z][\w’'-]+", lead) and self.cast.known(lead) is None:
            person = parse_person(lead)
            if person is not None and self.cast.bearers(person):
                names = [Name(place.start, place.start + len(lead), "person")]
        if not names:
            return None
        text = self.passages[paragraph].text
        if len(names) > 1 and re.fullmatch(r"\s*(?:,|and|&)\s*(?:[a-z ]+)?", text[names[0].end : names[1].start]):
            joined = [self._named(text[n.start : n.end]) for n in names]
            label = " and ".join(e.name if e else text[n.start : n.end] for e, n in zip(joined, names, strict=True))
            return Speaker(label, slug(label), "group", words, reason="several people together")
        comma = text.find(",", place.start, place.end)
        lead_names = [n for n in names if comma < 0 or n.end <= comma] or names[:1]
        phrase = text[lead_names[-1].start : lead_names[-1].end]
        known = self.cast.known(phrase)
        if known is not None:
            return self.speaker(known, words, "named")
        person = parse_person(phrase)
        if person is None:
            return None
        bearers = self.cast.bearers(person, paragraph)
        if len(bearers) == 1:
            how = "named" if person.given else "the only one of that surname in the document"
            return self.speaker(bearers[0], words, how)
        if bearers:
            listed = " or ".join(sorted(e.name for e in bearers))
            return Speaker(None, text=words, reason=f"ambiguous: {listed}")
        return Speaker(None, text=words, reason=f"{phrase}: not recognised as a person of the document")

    def _by_document(self, paragraph: int, place: Place, words: str) -> Speaker | None:
        head = head_noun(words)
        if head not in load_lexicon().documents and head.removesuffix("s") not in load_lexicon().documents:
            return None
        bodies = [n for n in self._names_in(paragraph, place) if n.kind in ("organisation", "place")]
        people = [n for n in self._names_in(paragraph, place) if n.kind == "person"]
        text = self.passages[paragraph].text
        entity = self.bodies.at(paragraph, bodies[0]) if bodies else None
        if entity is None and people:
            entity = self._named(text[people[0].start : people[0].end])
        if entity is None and re.match(r"(?:its|their|his|her)\b", words, re.I):
            wanted = _PRONOUNS[words.split()[0].lower()]
            entity = next((e for _, e in reversed(self._focus) if fits(e, wanted)), None)
            entity = entity or self.bodies.only_one_before(paragraph, place)
        sender = re.search(r"\b(?:from|by|of)\s+(the\s+[\w’' -]{3,60})$", words)
        if entity is None and sender is not None:
            entity = self.cast.described(sender.group(1)) or self.bodies.mentioned(sender.group(1))
        entity = entity or self._documents.get(head) or self.bodies.owner_of(head, paragraph)
        if entity is None:
            return Speaker(None, text=words, reason=f"whose {head} it is is not said", sayable=bool(bodies))
        self._documents[head] = entity
        return self.speaker(entity, words, f"its {head}")

    def _by_body(self, paragraph: int, place: Place, words: str) -> Speaker | None:
        names = [n for n in self._names_in(paragraph, place) if n.kind in ("organisation", "place")]
        lead = re.split(r",|\s(?:who|which|that)\s", words)[0]
        known = self.cast.known(lead)
        if known is not None:
            return self.speaker(known, words, "named")
        text = self.passages[paragraph].text
        for name in names:
            before, after = text[place.start : name.start].strip(), text[name.end : place.end]
            plain = re.fullmatch(r"(?:[Tt]he|[Aa]|[Bb]oth)?(?:\s+[a-z][\w-]*){0,4}", before) is not None
            if plain and re.match(r"\s*(?:$|,|\()", after) and not role_heads().search(before):
                return self.speaker(self.bodies.at(paragraph, name), words, "named")
        if re.fullmatch(r"(?:the|a|an|this|its|our)\s+(?:\w+\s+){0,2}\w+", words.lower()):
            entity = self.bodies.mentioned(words)
            if entity is not None and not role_heads().search(words):
                return self.speaker(entity, words, f"the only body so described is {entity.name}")
        return None

    def _by_unnamed(self, paragraph: int, place: Place, words: str) -> Speaker | None:
        return unnamed(words)

    def _by_office(self, paragraph: int, words: str) -> Speaker | None:
        office = parse_office(words)
        if office is None or NUMBER.match(words) or is_plural(words):
            return None
        holders = self.cast.holders(office.title, office.organisation)
        if len(holders) == 1:
            return self.speaker(holders[0], words, f"holds the office: {office.title}")
        if holders:
            listed = " or ".join(sorted(e.name for e in holders))
            recent = next((e for n, e in reversed(self._focus) if e in holders and n >= paragraph - _REACH), None)
            if recent is None or office.organisation is not None:
                return Speaker(
                    None, text=words, role=office.title, organisation=office.organisation, reason=f"ambiguous: {listed}"
                )
            return self.speaker(recent, words, "the holder of that office spoken of last")
        later = self._named_later(paragraph, office)
        if later is not None:
            return self.speaker(later, words, "named in the sentences after it", office)
        return Speaker(
            None,
            text=words,
            role=office.title,
            organisation=office.organisation,
            reason="an office; who holds it is not said",
        )

    def _named_later(self, paragraph: int, office: Office) -> Entity | None:
        """News names late: the opening's office is held by the first person whom the next paragraphs make a subject."""
        spoken_of = {id(e) for _, e in self._focus if e.kind == "person"}
        if office.organisation is None or paragraph > _OPENING:
            return None
        for passage in self.passages[paragraph : paragraph + 3]:
            subjects = [n for n in passage.names if n.subject and n.kind == "person"]
            if subjects:
                entity = self._named(passage.text[subjects[0].start : subjects[0].end])
                # "Ann Lee, who is also leader of ..." is told of somebody whom the reader has met.
                told = re.match(r",\s+who\s+(?:is|was|also)\b", passage.text[subjects[0].end :])
                if entity is None or spoken_of - {id(entity)}:
                    return None
                if not told and any(o.organisation is not None for o in entity.offices):
                    return None
                entity.offices.append(office)
                return entity
        return None
