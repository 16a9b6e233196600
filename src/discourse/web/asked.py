"""From the parameters of an address to a question that the map can be asked, and back."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from discourse.errors import QueryError
from discourse.query import resolve_stakeholder, resolve_topic
from discourse.records import ATTRIBUTIONS, DOCUMENT_KINDS, SIDES
from discourse.store import read
from discourse.store.map import Map
from discourse.store.read import Filter
from discourse.web.links import path

PAGE = 25
"""Statements on one page."""
DEEPEST = 10_000
"""Statements that can be leafed through; beyond, a question must be narrowed."""
_LONGEST = 300
_TERMS = 40
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_FILTERS = (
    "stakeholder", "group", "topic", "stance", "kind", "attribution", "publisher", "since", "until", "min_confidence",
)  # fmt: skip
ORDERS = {"best": "nearest first", "newest": "newest first", "oldest": "oldest first"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as an address has it."""

    where: Filter
    words: str
    like: str | None
    order: str
    page: int
    given: dict[str, str]
    """The parameters that say something, with ids in place of names."""

    @property
    def narrowed(self) -> bool:
        """Whether anything but words is given."""
        return bool(set(self.given) - {"q", "like", "page"})

    @property
    def offset(self) -> int:
        return (self.page - 1) * PAGE

    def url(self, to: str = "search", **changed: str | int | None) -> str:
        """The address of this search with some parameters changed (None: without), from its first page on."""
        kept = {name: value for name, value in self.given.items() if name != "page"}
        return path(to, **{**kept, **changed})


def parse(store: Map, parameters: Mapping[str, str]) -> Asked:
    """The search that parameters ask for; a QueryError says which of them cannot be."""
    given = {name: value.strip() for name, value in parameters.items() if value.strip()}
    given = {name: given[name] for name in ("q", "like", *_FILTERS, "sort", "page") if name in given}
    for name, value in given.items():
        if len(value) > _LONGEST:
            raise QueryError(f"{name} has {len(value):,} characters: write at most {_LONGEST}")
    where = filter_from(store, given)
    for name in ("stakeholder", "topic"):
        if name in given:
            given[name] = str(getattr(where, name))
    words, like = given.get("q", ""), given.get("like")
    if len(words.split()) > _TERMS:
        raise QueryError(f"the query has {len(words.split())} words: write at most {_TERMS}")
    order = given.get("sort") or ("best" if words or like else "newest")
    if order not in ORDERS:
        raise QueryError(f'sort "{order}" is none of {", ".join(ORDERS)}')
    page = given.get("page", "1")
    if not re.fullmatch(r"[1-9]\d{0,6}", page):
        raise QueryError(f'page "{page}" is not a number from 1 on')
    if int(page) * PAGE > DEEPEST:
        raise QueryError(f"a listing ends after {DEEPEST:,} statements: narrow it, say by date")
    return Asked(where, words, like, order, int(page), given)


def filter_from(store: Map, given: Mapping[str, str]) -> Filter:
    """The filter that these parameters ask for, with names turned into ids."""
    for name in ("since", "until"):
        if name in given and not _DATE.fullmatch(given[name]):
            raise QueryError(f'{name} "{given[name]}" is not a date: write 2016, 2016-05 or 2016-05-10')
    for name, allowed in (("stance", SIDES), ("kind", DOCUMENT_KINDS), ("attribution", ATTRIBUTIONS)):
        if name in given and given[name] not in allowed:
            raise QueryError(f'{name} "{given[name]}" is none of {", ".join(allowed)}')
    return Filter(
        stakeholder=stakeholder_id(store, given["stakeholder"]) if "stakeholder" in given else None,
        topic=resolve_topic(store, given["topic"]) if "topic" in given else None,
        min_confidence=_share(given["min_confidence"]) if "min_confidence" in given else None,
        **{name: given.get(name) for name in ("group", "stance", "kind", "attribution", "publisher", "since", "until")},
    )


def stakeholder_id(store: Map, name: str) -> str:
    """The id of the stakeholder with this id, name or alias; a QueryError names the nearest if there is none."""
    return name if read.stakeholders_by_id(store, [name]) else resolve_stakeholder(store, name[:_LONGEST])


def _share(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number <= 1:
        raise QueryError(f'min_confidence "{text}" is not a number from 0 to 1')
    return number


def page_number(text: str) -> int:
    """The number of a page of a listing; a QueryError where it is none."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:7]) <= 100_000 or len(text) > 6:
        raise QueryError("page is not a number from 1 on")
    return int(text)
