"""Questions that a map answers: positions, search, statements, arguments."""

from __future__ import annotations

import difflib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from discourse.errors import QueryError
from discourse.store import find, read
from discourse.store.map import Map
from discourse.store.read import Filter, Row

if TYPE_CHECKING:
    from discourse.embed import Embedder

RollUp = Literal["person", "organisation", "group"]

LEADS = 0.7
"""A side leads with at least this share of the evidence, weighed by confidence; else the position is mixed."""

_CANDIDATES = 200
_FUSION = 60.0
"""The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009)."""


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
    topics = topics_of(store)
    wanted = _fold(name)
    for topic in topics:
        if wanted in (_fold(topic["id"]), _fold(topic["name"])):
            return str(topic["id"])
    names = {_fold(label): t["id"] for t in topics for label in (t["id"], t["name"])}
    raise QueryError(f'no topic "{name}" in {store.path}{_nearest(wanted, names)}')


def topics_of(store: Map) -> list[Row]:
    """The map's topics with how many statements are for and against."""
    tally = read.topic_counts(store)
    known = json.loads(store.setting("topics") or "[]")
    return [topic | tally.get(topic["id"], {"favour": 0, "against": 0}) for topic in known]


def positions(store: Map, where: Filter | None = None, by: RollUp | None = None) -> list[Row]:
    """Where each stakeholder stands on each topic, derived from the stances shown; strongest evidence first."""
    wanted_stance = where.stance if where else None
    if where and where.stance:
        where = _without_stance(where)
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    holders: dict[str, Row] = {}
    for stance in read.shown_stances(store, where):
        holder = _holder(stance, by)
        if holder:
            holders[holder["stakeholder_id"]] = holder
            groups[holder["stakeholder_id"], stance["topic"]].append(stance)
    found = [_position(holders[key], topic, stances) for (key, topic), stances in groups.items()]
    if wanted_stance:
        found = [position for position in found if position["stance"] == wanted_stance]
    return sorted(found, key=lambda p: (-len(p["statements"]), -p["confidence"], p["stakeholder"], p["topic"]))


def statements(store: Map, where: Filter | None = None) -> list[Row]:
    """Statements with document, stances shown and argument, as the contract lays them out."""
    return _dress(store, list(read.statements(store, where)))


def search(store: Map, text: str, embedder: Embedder | None, where: Filter | None = None, limit: int = 20) -> list[Row]:
    """Statements nearest to a query by words and by meaning, fused by rank; without an embedder, by words alone."""
    where = where or Filter()
    expression = match_expression(text)
    rankings: list[list[int]] = []
    if expression:
        rankings.append([number for number, _ in find.word_hits(store, expression, where, _CANDIDATES)])
    if embedder is not None:
        rankings.append(_nearest_in_meaning(store, text, embedder, where))
    scores: dict[int, float] = defaultdict(float)
    for ranking in rankings:
        for rank, number in enumerate(ranking):
            scores[number] += 1 / (_FUSION + rank + 1)
    best = sorted(scores, key=lambda number: (-scores[number], number))[:limit]
    ids = read.statement_ids(store, best)
    rows = read.statements_by_id(store, list(ids.values()))
    dressed = _dress(store, [rows[ids[number]] for number in best])
    return [row | {"score": round(scores[number], 6)} for row, number in zip(dressed, best, strict=True)]


def match_expression(text: str) -> str:
    """The FTS5 expression for a query of words, "phrases", prefix*, AND, OR, NOT and brackets; "" if it has no word."""
    if text.count('"') % 2:
        place = text.rindex('"') + 1
        raise QueryError(f'the quotation mark at character {place} is never closed: write "a phrase" with both marks')
    if text.count("(") != text.count(")"):
        raise QueryError("the brackets do not match: every ( needs its )")
    tokens = re.findall(r'"[^"]*"|\(|\)|[^\s()"]+', text)
    operators = {"AND", "OR", "NOT"}
    structured = any(token in operators or token in "()" for token in tokens)
    parts = []
    for token in tokens:
        if token in operators or token in ("(", ")"):
            parts.append(token)
            continue
        words = re.findall(r"\w+", token)
        if words:
            star = "*" if token.rstrip('"').endswith("*") else ""
            parts.append(f'"{" ".join(words)}"{star}')
    if not any(part.startswith('"') for part in parts):
        return ""
    return _checked(parts, text) if structured else " OR ".join(parts)


def arguments(store: Map, topic: str | None = None) -> list[Row]:
    """Arguments as the contract lays them out, those with most statements first on each side."""
    return [
        {key: row[key] for key in ("id", "topic", "stance", "key_point", "key_statement", "terms", "statements")}
        | {"stakeholders": row["stakeholders"], "stability": row["stability"]}
        for row in read.arguments(store, topic)
    ]


def _checked(parts: list[str], text: str) -> str:
    """Parts joined into an expression; operators must stand between operands."""
    operand_expected, joined = True, []
    for part in parts:
        is_operand = part.startswith('"') or part == "("
        if operand_expected and not is_operand:
            raise QueryError(f'"{text}": {part} needs a word or a phrase before it')
        if not operand_expected and is_operand:
            joined.append("AND")
        joined.append(part)
        operand_expected = part in ("AND", "OR", "NOT", "(")
    if operand_expected:
        raise QueryError(f'"{text}": {joined[-1]} needs a word or a phrase after it')
    return " ".join(joined)


def _nearest_in_meaning(store: Map, text: str, embedder: Embedder, where: Filter) -> list[int]:
    numbers, data = find.vectors(store, where)
    if not numbers:
        return []
    matrix = np.frombuffer(data, dtype="<f2").reshape(len(numbers), -1).astype(np.float32)
    scores = matrix @ embedder.encode([text])[0]
    order = np.argsort(-scores, kind="stable")[:_CANDIDATES]
    return [numbers[i] for i in order]


def _holder(stance: Row, by: RollUp | None) -> Row | None:
    """Whose position a stance counts for under a roll-up, or None where it counts for nobody."""
    kind = stance["stakeholder_kind"]
    if stance["whose"] is None or (by == "person" and kind != "person"):
        return None
    if by == "group":
        name = stance["grp"]
        return name and {"stakeholder": name, "stakeholder_id": name, "kind": "group"}
    if by == "organisation" and kind == "person":
        name = stance["organisation"]
        return name and {"stakeholder": name, "stakeholder_id": name, "kind": "organisation"}
    name = stance["name"] if by == "organisation" else stance["whose"]
    return {"stakeholder": stance["name"], "stakeholder_id": name, "kind": kind}


def _position(holder: Row, topic: str, stances: Sequence[Row]) -> Row:
    weight = {"favour": 0.0, "against": 0.0}
    surest = {"favour": 0.0, "against": 0.0}
    for stance in stances:
        weight[stance["stance"]] += stance["confidence"]
        surest[stance["stance"]] = max(surest[stance["stance"]], stance["confidence"])
    leading = max(weight, key=lambda side: weight[side])
    mixed = weight[leading] < LEADS * sum(weight.values())
    dates = sorted(s["published"][:10] for s in stances if s["published"])
    latest = stances[-1]
    return holder | {
        "role": latest["role"] if holder["kind"] == "person" else None,
        "organisation": latest["organisation"] if holder["kind"] == "person" else None,
        "topic": topic,
        "stance": "mixed" if mixed else leading,
        "confidence": round(min(surest.values()) if mixed else surest[leading], 4),
        "favour": sum(s["stance"] == "favour" for s in stances),
        "against": sum(s["stance"] == "against" for s in stances),
        "sources": len({s["document_id"] for s in stances}),
        "first": dates[0] if dates else None,
        "last": dates[-1] if dates else None,
        "statements": [s["statement_id"] for s in stances],
    }


def _dress(store: Map, rows: Sequence[Row]) -> list[Row]:
    ids = [row["id"] for row in rows]
    stances, members = read.stances_of(store, ids), read.arguments_of(store, ids)
    names = {row["id"]: row["name"] for row in read.stakeholders(store)}
    return [
        statement_fields(row, names.get(row["whose"], row["speaker"]), stances.get(row["id"], []))
        | {"argument": members.get(row["id"])}
        for row in rows
    ]


def statement_fields(row: Row, speaker: str | None, stances: Iterable[Row]) -> Row:
    """A statement as the contract lays it out, without its argument."""
    document = {
        "id": row["document_id"],
        **{key: row[key] for key in ("source", "title", "url", "published", "publisher")},
        "kind": row["document_kind"],
    }
    fields: dict[str, Any] = {"id": row["id"], "document": document}
    fields |= {key: row[key] for key in ("start", "end", "text")}
    fields |= {"speaker": speaker, "speaker_id": row["whose"]}
    fields |= {key: row[key] for key in ("speaker_text", "role", "organisation", "kind", "cue", "quoted_by")}
    fields["stances"] = [
        {"topic": s["topic"], "stance": s["stance"], "confidence": round(s["confidence"], 4)} for s in stances
    ]
    return fields


def _without_stance(where: Filter) -> Filter:
    return replace(where, stance=None)


def _fold(name: str) -> str:
    return " ".join(name.replace("’", "'").casefold().split())


def _nearest(wanted: str, names: dict[str, str]) -> str:
    close = difflib.get_close_matches(wanted, names, 3, 0.5)
    close += [name for name in names if wanted and wanted in name and name not in close][: 3 - len(close)]
    unique = list(dict.fromkeys(names[name] for name in close))
    return f": did you mean {' or '.join(unique)}?" if unique else ": `discourse stakeholders` and `topics` list them"
