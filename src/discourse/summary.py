"""Stance summaries: extractive, each sentence carrying the statements it rests on, every quotation verbatim."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from discourse.errors import DiscourseError
from discourse.query import arguments, positions, statements
from discourse.store import find, read
from discourse.store.map import Map
from discourse.store.read import Filter, Row

NOT_REVIEWED = "Coded by machine, not reviewed."
_VOICES = 4
"""Stakeholders quoted per side of a topic."""
_LONGEST = 45
"""Words of a quotation; of a longer statement another is preferred, and none is ever cut."""


def summarise(store: Map, where: Filter | None = None) -> Row:
    """A summary of a topic, of a stakeholder, or of the whole map: `{title, note, sentences}`."""
    where = where or Filter()
    rows = {row["id"]: row for row in statements(store, where)}
    found = positions(store, where)
    topics = {t["id"]: t for t in json.loads(store.setting("topics") or "[]")}
    sentences: list[Row] = []
    for topic in topics.values():
        of_topic = [p for p in found if p["topic"] == topic["id"]]
        if of_topic:
            sentences += _topic(store, topic, of_topic, rows, where)
    title = _title(store, where, topics)
    note = NOT_REVIEWED if sentences else f"No evidence found: no statement in this map takes a side. {NOT_REVIEWED}"
    summary = {"title": title, "note": note, "sentences": sentences}
    check(summary, {row["id"]: row["text"] for row in rows.values()})
    return summary


def check(summary: Row, texts: dict[str, str]) -> None:
    """Refuses a summary in which a sentence rests on nothing or a quotation is not verbatim."""
    for sentence in summary["sentences"]:
        if not sentence["statements"]:
            raise DiscourseError(f'summary refused: "{sentence["text"]}" rests on no statement')
        for quote in sentence["quotes"]:
            if quote["text"] not in texts.get(quote["statement"], "") or quote["text"] not in sentence["text"]:
                raise DiscourseError(f"summary refused: a quotation is not in statement {quote['statement']}")


def as_markdown(summary: Row) -> str:
    """A summary as Markdown, the statements' ids as notes at the end of each sentence."""
    lines = [f"# {summary['title']}", "", f"*{summary['note']}*", ""]
    for sentence in summary["sentences"]:
        if sentence.get("heading"):
            lines += ["", f"## {sentence['heading']}", ""]
        lines.append(f"{sentence['text']} {_notes(sentence['statements'])}".rstrip())
    return "\n".join(lines).replace("\n\n\n", "\n\n")


def as_text(summary: Row) -> str:
    """A summary as plain text."""
    lines = [summary["title"], summary["note"]]
    for sentence in summary["sentences"]:
        if sentence.get("heading"):
            lines += ["", sentence["heading"]]
        lines.append(f"  {sentence['text']} {_notes(sentence['statements'])}".rstrip())
    return "\n".join(lines)


def _topic(store: Map, topic: Row, found: Sequence[Row], rows: dict[str, Row], where: Filter) -> Iterator[Row]:
    sides = {side: [p for p in found if p["stance"] == side] for side in ("favour", "against", "mixed")}
    everything = [s for p in found for s in p["statements"]]
    counted = _and([_count(len(p), side) for side, p in sides.items() if p])
    yield _sentence(f"On “{topic['proposition']}” {counted}.", everything, heading=topic["name"])
    for side in ("favour", "against"):
        yield from _voices(sides[side], side, topic["id"], rows)
    for position in sides["mixed"]:
        yield from _mixed(position, rows)
    if not where.stakeholder:
        yield from _shared_points(store, topic["id"], set(rows))
    alone = [p for p in found if p["sources"] == 1]
    if alone:
        names = _and([p["stakeholder"] for p in alone[:6]]) + (" and others" if len(alone) > 6 else "")
        text = f"A single document is the only source for {names}."
        yield _sentence(text, [s for p in alone for s in p["statements"]])
    unclear = find.unclear_statements(store, replace(where, topic=topic["id"], stance=None))
    if unclear:
        text = (
            f"{len(unclear)} more {'statement bears' if len(unclear) == 1 else 'statements bear'} on it, no side clear."
        )
        yield _sentence(text, unclear)


def _voices(found: Sequence[Row], side: str, topic: str, rows: dict[str, Row]) -> Iterator[Row]:
    for position in found[:_VOICES]:
        best = _quotable([rows[s] for s in position["statements"] if s in rows], topic, side)
        if best is None:
            continue
        who = position["stakeholder"] + _standing(position)
        text = f"{who} is {_side(side)}{_strength(position)}: “{best['text']}” ({_place(best)})."
        yield _sentence(text, position["statements"], [best])
    if len(found) > _VOICES:
        rest = found[_VOICES:]
        text = f"So {'is' if len(rest) == 1 else 'are'} {_and([p['stakeholder'] for p in rest])}."
        yield _sentence(text, [s for p in rest for s in p["statements"]])


def _mixed(position: Row, rows: dict[str, Row]) -> Iterator[Row]:
    mine = [rows[s] for s in position["statements"] if s in rows]
    both = [_quotable(mine, position["topic"], side) for side in ("favour", "against")]
    quotes = [row for row in both if row is not None]
    if len(quotes) < 2:
        return
    said = " and ".join(f"“{row['text']}” ({_place(row)})" for row in sorted(quotes, key=lambda r: _date(r) or ""))
    yield _sentence(
        f"{position['stakeholder']}{_standing(position)} has said both {said}.", position["statements"], quotes
    )


def _shared_points(store: Map, topic: str, known: set[str]) -> Iterator[Row]:
    names = {row["id"]: row["name"] for row in read.stakeholders(store)}
    for side in ("favour", "against"):
        shared = [
            a
            for a in arguments(store, topic)
            if a["stance"] == side and len(a["stakeholders"]) > 1 and a["key_statement"] in known
        ]
        for argument in shared[:1]:
            who = _and([names.get(s, s) for s in argument["stakeholders"]])
            quote = {"id": argument["key_statement"], "text": argument["key_point"]}
            text = f"A point {_side(side)} that {who} share: “{argument['key_point']}”."
            yield _sentence(text, [s for s in argument["statements"] if s in known], [quote])


def _quotable(mine: Sequence[Row], topic: str, side: str) -> Row | None:
    """The surest statement of a side that is not too long to quote whole."""

    def rank(row: Row) -> tuple[bool, float, str]:
        sure = max((s["confidence"] for s in row["stances"] if (s["topic"], s["stance"]) == (topic, side)), default=0.0)
        return len(row["text"].split()) > _LONGEST or len(row["text"].split()) < 4, -sure, row["id"]

    fitting = [row for row in mine if any((s["topic"], s["stance"]) == (topic, side) for s in row["stances"])]
    return min(fitting, key=rank) if fitting else None


def _sentence(text: str, ids: Sequence[str], quotes: Sequence[Row] = (), **more: Any) -> Row:
    quoted = [{"statement": row["id"], "text": row["text"]} for row in quotes]
    return {"text": text, "statements": list(dict.fromkeys(ids)), "quotes": quoted} | more


def _title(store: Map, where: Filter, topics: dict[str, Row]) -> str:
    parts = []
    if where.stakeholder:
        parts += [row["name"] for row in read.stakeholders(store) if row["id"] == where.stakeholder]
    if where.topic and where.topic in topics:
        parts.append(topics[where.topic]["name"])
    return ": ".join(parts) or "All topics"


def _standing(position: Row) -> str:
    said = ", ".join(part for part in (position["role"], position["organisation"]) if part)
    return f" ({said})" if said else ""


def _strength(position: Row) -> str:
    count = len(position["statements"])
    return f", in {count} statements from {_documents(position['sources'])}" if count > 1 else ""


def _documents(count: int) -> str:
    return "one document" if count == 1 else f"{count} documents"


def _place(row: Row) -> str:
    document = row["document"]
    named = [document["publisher"] or document["title"] or document["source"], _date(row)]
    return ", ".join(part for part in named if part)


def _date(row: Row) -> str | None:
    published = row["document"]["published"]
    return published[:10] if published else None


def _count(count: int, side: str) -> str:
    who = "one stakeholder is" if count == 1 else f"{count} stakeholders are"
    return f"{who} {_side(side)}"


def _side(side: str) -> str:
    return {"favour": "in favour", "against": "against", "mixed": "on both sides"}[side]


def _and(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def _notes(ids: Sequence[str]) -> str:
    shown = " ".join(f"[{i}]" for i in ids[:3])
    return shown + (f" [and {len(ids) - 3} more]" if len(ids) > 3 else "")
