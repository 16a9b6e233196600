"""From what people type to the ids of the map, and what the map has to offer."""

from __future__ import annotations

import difflib
import json

from discourse.errors import QueryError
from discourse.store import read
from discourse.store.map import Map
from discourse.store.read import Row


def resolve_stakeholder(store: Map, name: str) -> str:
    """The id of the stakeholder with this id, name or alias; a QueryError names the nearest if there is none."""
    wanted = _fold(name)
    known = read.stakeholders(store)
    for row in known:
        if wanted in (row["id"], _fold(row["name"])):
            return str(row["id"])
    for row in known:
        if wanted in map(_fold, row["aliases"]):
            return str(row["id"])
    names = {_fold(label): row["name"] for row in known for label in (row["name"], row["id"], *row["aliases"])}
    raise QueryError(f'no stakeholder "{name}" in {store.path}{_nearest(wanted, names)}')


def resolve_topic(store: Map, name: str) -> str:
    """The id of the map's topic with this id or name; a QueryError names the nearest if there is none."""
    topics = known_topics(store)
    wanted = _fold(name)
    for topic in topics:
        if wanted in (_fold(topic["id"]), _fold(topic["name"])):
            return str(topic["id"])
    names = {_fold(label): t["id"] for t in topics for label in (t["id"], t["name"])}
    raise QueryError(f'no topic "{name}" in {store.path}{_nearest(wanted, names)}')


def resolve_statement(store: Map, name: str) -> Row:
    """The statement with this id, or whose id alone begins so; a QueryError if there is none or more than one."""
    wanted = name.strip().casefold()
    found = read.statements_like(store, wanted) if len(wanted) >= 4 else []
    if len(found) == 1:
        return found[0]
    if found:
        raise QueryError(f'"{name}" begins the ids of {len(found)} statements: write more of it')
    raise QueryError(f'no statement "{name}" in {store.path}: `discourse search` and `statements` give their ids')


def known_topics(store: Map) -> list[Row]:
    """The map's topics: id, name, proposition."""
    topics: list[Row] = json.loads(store.setting("topics") or "[]")
    return topics


def topics_of(store: Map) -> list[Row]:
    """The map's topics with how many statements are for and against."""
    tally = read.topic_counts(store)
    return [topic | tally.get(topic["id"], {"favour": 0, "against": 0}) for topic in known_topics(store)]


def stakeholders_of(store: Map) -> list[Row]:
    """The map's stakeholders with names, roles and how many statements count as theirs, most first."""
    rows = read.stakeholders(store)
    names = ("id", "name", "kind", "grp", "aliases", "roles", "url", "statements", "origin")
    return [{"group" if name == "grp" else name: row[name] for name in names} for row in rows]


def _fold(name: str) -> str:
    return " ".join(name.replace("’", "'").casefold().split())


def _nearest(wanted: str, names: dict[str, str]) -> str:
    close = difflib.get_close_matches(wanted, names, 3, 0.5)
    close += [name for name in names if wanted and wanted in name and name not in close][: 3 - len(close)]
    unique = list(dict.fromkeys(names[name] for name in close))
    return f": did you mean {' or '.join(unique)}?" if unique else ": `discourse stakeholders` and `topics` list them"
