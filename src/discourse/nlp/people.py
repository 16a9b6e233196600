"""Words that tell persons, offices, organisations and groups apart, from people.toml."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Gender = Literal["male", "female"]


@dataclass(frozen=True, slots=True)
class People:
    """The lists of people.toml as sets, role and group words in small letters."""

    titles: dict[str, Gender | None]
    kept_titles: frozenset[str]
    honours: frozenset[str]
    roles: frozenset[str]
    spokes: frozenset[str]
    role_genders: dict[str, Gender]
    groups: frozenset[str]
    nobody: frozenset[str]
    things: frozenset[str]
    organisation_words: frozenset[str]
    organisation_kinds: tuple[str, ...]
    persons: frozenset[str]
    quantities: frozenset[str]
    first_names: dict[str, Gender | None]


@cache
def load_people() -> People:
    """The lists that come with the package."""
    tables = tomllib.loads((files("discourse.nlp") / "people.toml").read_text(encoding="utf-8"))
    titles: dict[str, Gender | None] = dict.fromkeys(tables["titles"]["any"].split())
    titles |= dict.fromkeys(tables["titles"]["male"].split(), "male")
    titles |= dict.fromkeys(tables["titles"]["female"].split(), "female")
    names: dict[str, Gender | None] = dict.fromkeys(tables["first_names"]["male"].split(), "male")
    names |= dict.fromkeys(tables["first_names"]["female"].split(), "female")
    names |= dict.fromkeys(tables["first_names"]["any"].split())
    genders: dict[str, Gender] = dict.fromkeys(tables["roles"]["male"].split(), "male")
    genders |= dict.fromkeys(tables["roles"]["female"].split(), "female")
    return People(
        titles=titles,
        kept_titles=frozenset(tables["titles"]["kept"].split()),
        honours=frozenset(tables["honours"]["after"].split()),
        roles=frozenset(tables["roles"]["heads"].split()),
        spokes=frozenset(tables["roles"]["spokes"].split()),
        role_genders=genders,
        groups=frozenset(tables["groups"]["heads"].split()),
        nobody=frozenset(tables["groups"]["nobody"].split()),
        things=frozenset(tables["groups"]["things"].split()),
        organisation_words=frozenset(tables["organisations"]["words"].split()),
        organisation_kinds=tuple(tables["organisations"]["kinds"]),
        persons=frozenset(tables["persons"]["heads"].split()),
        quantities=frozenset(tables["groups"]["quantities"].split()),
        first_names=names,
    )


_PART = r"(?:(?:Mc|Mac|O['’]|D['’])?[A-Z][\w’'-]*[\w]|[A-Z]\.?)"
_PARTICLE = r"(?:de|del|della|der|van|von|den|di|da|la|le|al|el|bin|ibn|ap)"


_WHOLE = frozenset({"Sir", "Lord", "Lady", "Dame", "Earl", "Duke", "King", "Miss", "Pope"})
"""Short titles that are no abbreviations, so that a full stop after them ends a sentence."""


@cache
def titled_name() -> re.Pattern[str]:
    """A title (or several) and one to four capitalised words: Ms Miller, Sir Alan Wood, Lord Laming."""
    titles = "|".join(
        re.escape(title) + (r"\.?" if len(title) <= 4 and title not in _WHOLE else "")
        for title in sorted(load_people().titles, key=len, reverse=True)
    )
    return re.compile(rf"\b(?:(?:{titles})\s+)+{_PART}(?:[ ](?:{_PARTICLE}[ ])?{_PART}){{0,3}}")


@cache
def full_name() -> re.Pattern[str]:
    """A known first name and a surname, with initials, particles and middle names: Jo Miller, Yvette van der Berg."""
    firsts = "|".join(sorted(load_people().first_names, key=len, reverse=True))
    return re.compile(rf"\b(?:{firsts})(?:-[A-Z]\w+)?(?:[ ][A-Z]\.)?(?:[ ](?:{_PARTICLE}[ ]){{0,2}}{_PART}){{1,3}}")
