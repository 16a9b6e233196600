"""Names of people and bodies: with and without titles, as ids, as the same or not the same."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from discourse.nlp.people import Gender, load_people

_POSSESSIVE = re.compile(r"[’']s?$")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_ARTICLE = re.compile(r"^(?:the|a|an)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PersonName:
    """A person's name in parts; `given` is empty where a text gives a title and surname only."""

    title: str | None
    given: str
    surname: str
    full: str
    """Without title and honours, except that members of the Lords keep theirs."""
    gender: Gender | None = None


def slug(name: str) -> str:
    """The id of a stakeholder that no codebook names: "Jo Miller" becomes "jo-miller"."""
    plain = unicodedata.normalize("NFKD", name.replace("’", "").replace("'", ""))
    ascii_only = plain.encode("ascii", "ignore").decode().lower()
    return _NOT_SLUG.sub("-", ascii_only).strip("-")[:80] or "unnamed"


def same_words(name: str) -> str:
    """The form in which two spellings of one name are equal: case, article, apostrophes and blanks aside."""
    plain = _ARTICLE.sub("", " ".join(name.replace("’", "'").split())).casefold()
    return plain.replace("&", "and").replace(".", "").replace("'", "").removesuffix(",")


def parse_person(text: str) -> PersonName | None:
    """A person's name from the words of a text, or None where there is no name in them."""
    people = load_people()
    words = [w.strip(",;") for w in _POSSESSIVE.sub("", text.strip()).split()]
    titles: list[str] = []
    while len(words) > 1 and (words[0].rstrip(".") in people.titles or words[0] in ("The", "Former")):
        titles.append(words.pop(0).rstrip("."))
    while words and words[-1].rstrip(".") in people.honours:
        words.pop()
    if not words or not words[-1][:1].isupper():
        return None
    genders = [people.titles[t] for t in titles if people.titles.get(t)]
    gender = genders[0] if genders else None
    title = titles[-1] if titles else None
    kept = next((t for t in titles if t in people.kept_titles), None)
    if gender is None and len(words) > 1:
        gender = people.first_names.get(words[0].split("-")[0])
    if kept is not None and len(words) < 3:
        return PersonName(kept, "", words[-1], " ".join([kept, *words]), gender)
    given = words[0] if len(words) > 1 else ""
    if title in ("Sir", "Dame") and len(words) == 1:
        return PersonName(title, words[0], "", f"{title} {words[0]}", gender)
    return PersonName(title, given, words[-1], " ".join(words), gender)


def compatible(first: PersonName, second: PersonName) -> bool:
    """Whether two names can be one person's: surnames alike, given names alike or one an initial or absent."""
    if first.gender and second.gender and first.gender != second.gender:
        return False
    if not first.surname or not second.surname:
        return bool(first.given) and first.given == second.given
    if same_words(first.surname) != same_words(second.surname):
        return False
    one, other = first.given.rstrip("."), second.given.rstrip(".")
    if not one or not other or one == other:
        return True
    return one[0] == other[0] and min(len(one), len(other)) == 1
