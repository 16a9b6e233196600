"""What a summary says of each topic, from positions, arguments, changes and verbatim quotations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from discourse.changes import changes
from discourse.errors import DiscourseError
from discourse.query import arguments, positions, statements
from discourse.query.names import known_topics
from discourse.store import find, read
from discourse.store.map import Map
from discourse.store.read import Filter, Row
from discourse.summary import words

NOT_REVIEWED = "Coded by machine, not reviewed."
_VOICES = 8
"""Stakeholders quoted on a topic, shared between the sides in proportion to how many take each."""
_POINTS = ("A point", "Another point")
"""How the sentences on the points that are shared on a side begin."""
_CLOSE = 0.35
"""A topic is called contested where the smaller side has at least this share of those who take one side."""


@dataclass(frozen=True, slots=True)
class _Material:
    """What the sentences on one topic are made of."""

    store: Map
    where: Filter
    topic: Row
    positions: list[Row]
    rows: dict[str, Row]
    changes: list[Row]

    def on(self, stance: str) -> list[Row]:
        return [p for p in self.positions if p["stance"] == stance]


def summarise(store: Map, where: Filter | None = None) -> Row:
    """A summary of a topic, stakeholder, group or period, or of the whole map: `{title, note, unknown, sentences}`.

    `unknown` names the topics on which no evidence was found. DiscourseError when a sentence would rest on nothing.
    """
    where = where or Filter()
    rows = {row["id"]: row for row in statements(store, where)}
    found = positions(store, where)
    moved = changes(store, where)
    sentences: list[Row] = []
    unknown = []
    for topic in known_topics(store):
        of_topic = [p for p in found if p["topic"] == topic["id"]]
        if of_topic:
            of_changes = [c for c in moved if c["topic"] == topic["id"]]
            sentences += _topic(_Material(store, where, topic, of_topic, rows, of_changes))
        elif where.topic in (None, topic["id"]):
            unknown.append(topic["name"])
    note = NOT_REVIEWED if sentences else f"No evidence found: no statement that matches takes a side. {NOT_REVIEWED}"
    summary = {"title": _title(store, where), "note": note, "unknown": unknown, "sentences": sentences}
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
            if quote["statement"] not in sentence["statements"]:
                raise DiscourseError(f"summary refused: a sentence quotes {quote['statement']} and does not rest on it")


def _topic(material: _Material) -> Iterator[Row]:
    yield _lead(material)
    shares = {stance: len(material.on(stance)) for stance in ("favour", "against")}
    larger_first = sorted(shares, key=lambda stance: -shares[stance])
    moved = {change["stakeholder_id"] for change in material.changes}
    told: set[str] = set()
    for stance in larger_first:
        if shares[stance]:
            places = max(1, round(_VOICES * shares[stance] / sum(shares.values())))
            voices = list(_voices(material, stance, places))
            told |= {quote["statement"] for voice in voices for quote in voice["quotes"]}
            yield from voices
    for change in material.changes:
        yield _change(change)
    for position in material.on("mixed"):
        if position["stakeholder_id"] not in moved:
            yield from _both_sides(material, position)
    if not material.where.stakeholder:
        for stance in larger_first:
            yield from _shared_points(material, stance, told)
    yield from _limits(material)


def _lead(material: _Material) -> Row:
    everything = [s for p in material.positions for s in p["statements"]]
    proposition = words.quoted(material.topic["proposition"].rstrip(". "))
    if material.where.stakeholder and len(material.positions) == 1:
        (position,) = material.positions
        text = f"On {proposition}, {words.who(position)} {words.be(position)} {words.side(position['stance'])}"
        text += f", in {_extent(position, position['stance'])}."
    else:
        shares = {stance: len(material.on(stance)) for stance in ("favour", "against", "mixed")}
        parts = [
            f"{words.counted(count, 'stakeholder') if first else words.number(count)}"
            f" {'is' if count == 1 else 'are'} {words.side(stance)}"
            for first, (stance, count) in zip(
                (True, False, False), ((s, c) for s, c in shares.items() if c), strict=False
            )
        ]
        text = f"On {proposition}, {words.listed(parts)}"
        smaller, both = min(shares["favour"], shares["against"]), shares["favour"] + shares["against"]
        text += "; it is contested." if both > 3 and smaller >= _CLOSE * both else "."
    return _sentence(text, everything, heading=material.topic["name"])


def _voices(material: _Material, stance: str, places: int) -> Iterator[Row]:
    found = material.on(stance)
    told = 0
    rest = []
    for position in found:
        best = _best(material, position, stance) if told < places else None
        if best is None:
            rest.append(position)
            continue
        told += 1
        row, quote = best
        verb = words.be(position) + (" reported as" if row["kind"] in ("indirect", "mixed") else "")
        extent = f", in {_extent(position, stance)}" if len(position["statements"]) > 1 else ""
        text = (
            f"{words.who(position)} {verb} {words.side(stance)}{extent}: {words.quoted(quote)} ({words.source(row)})."
        )
        yield _sentence(words.capital(text), position["statements"], [(row["id"], quote)])
    if rest:
        names = words.some([p["stakeholder"] for p in rest])
        also = "also " if told else ""
        text = f"{names} {words.be(rest[0]) if len(rest) == 1 else 'are'} {also}{words.side(stance)}."
        yield _sentence(words.capital(text), [s for p in rest for s in p["statements"]])


def _change(change: Row) -> Row:
    """The two ends of a change; both quotations where they can be quoted."""
    old, new = change["from"], change["to"]
    ends, quotes = [], []
    for end in (old, new):
        quote = words.unstopped(words.quotable(end["text"]) or "")
        said = f"{words.side(end['stance'])} on {words.day(end['date'])}"
        if quote:
            said += f" ({words.quoted(quote)})"
            quotes.append((end["statement"], quote))
        ends.append(said)
    how = {
        "changed": "has changed sides",
        "softened": "has moved, with hesitation",
        "conditional": "has moved, on conditions",
        "mixed": "has moved, and takes both sides since",
    }[change["kind"]]
    text = f"{change['stakeholder']} {how}: {ends[0]}, and {ends[1]}."
    return _sentence(words.capital(text), [old["statement"], new["statement"]], quotes)


def _both_sides(material: _Material, position: Row) -> Iterator[Row]:
    takes = "take" if words.be(position) == "are" else "takes"
    best = [_best(material, position, side) for side in ("favour", "against")]
    found = sorted((b for b in best if b), key=lambda b: b[0]["document"]["published"] or "")
    if len(found) < 2:
        yield _sentence(f"{words.capital(words.who(position))} {takes} both sides.", position["statements"])
        return
    said = " and ".join(f"{words.quoted(quote)} ({words.source(row)})" for row, quote in found)
    quotes = [(row["id"], quote) for row, quote in found]
    yield _sentence(words.capital(f"{words.who(position)} {takes} both sides: {said}."), position["statements"], quotes)


def _shared_points(material: _Material, stance: str, told: set[str]) -> Iterator[Row]:
    """The points on a side that several make, in words that are not quoted yet where there are such."""
    names = {row["id"]: row["name"] for row in read.stakeholders(material.store)}
    found = []
    for argument in arguments(material.store, material.topic["id"]):
        ids = [s for s in argument["statements"] if s in material.rows]
        sharing = list(dict.fromkeys(material.rows[s]["speaker_id"] for s in ids if material.rows[s]["speaker_id"]))
        quotable = {s: quote for s in ids if (quote := words.quotable(material.rows[s]["text"]))}
        if argument["stance"] == stance and len(sharing) > 1 and argument["key_statement"] in quotable:
            best = min(quotable, key=lambda s, key=argument["key_statement"]: (s in told, s != key))  # type: ignore[misc]
            found.append((ids, sharing, best, quotable[best]))
    for which, (ids, sharing, best, quote) in zip(_POINTS, found, strict=False):
        who = words.some([names.get(s, s) for s in sharing])
        both = "both " if len(sharing) == 2 else ""
        text = f"{which} {words.side(stance)} that {who} {both}make: {words.closed(words.quoted(quote))}"
        yield _sentence(text, ids, [(best, quote)])


def _limits(material: _Material) -> Iterator[Row]:
    """What has only one source, and what bears on the topic without a clear side."""
    alone = [p for p in material.positions if p["single_source"]]
    ids = [s for p in alone for s in p["statements"]]
    if len(alone) == len(material.positions) > 1:
        yield _sentence("Every one of these positions rests on a single source.", ids)
    elif alone:
        names = words.some([p["stakeholder"] for p in alone])
        text = f"The position of {names} rests" if len(alone) == 1 else f"The positions of {names} each rest"
        yield _sentence(f"{text} on a single source.", ids)
    unclear = find.unclear_statements(material.store, replace(material.where, topic=material.topic["id"], stance=None))
    if unclear:
        they = "it takes" if len(unclear) == 1 else "they take"
        more = "Another statement" if len(unclear) == 1 else f"Another {words.number(len(unclear))} statements"
        yield _sentence(f"{more} may bear on it; which side {they} is unclear.", unclear)


def _best(material: _Material, position: Row, stance: str) -> tuple[Row, str] | None:
    """The statement that says a side best, and the part of it to quote: sure, in the speaker's words, not too long."""
    topic = material.topic["id"]
    ranked = []
    for statement in position["statements"]:
        row = material.rows.get(statement)
        sides = [s for s in row["stances"] if (s["topic"], s["stance"]) == (topic, stance)] if row else []
        quote = words.quotable(row["text"]) if row and sides else None
        if row and quote:
            length = len(quote.split())
            fault = 0.1 * (row["kind"] == "indirect") + 0.01 * max(0, 8 - length) + 0.003 * max(0, length - 25)
            fault += 0.05 * (quote != row["text"].strip().rstrip(" ,;:–—-")) + 0.2 * words.leans(quote)
            ranked.append((fault - sides[0]["confidence"], row["document"]["published"] or "", statement, quote))
    if not ranked:
        return None
    _, _, statement, quote = min(ranked)
    return material.rows[statement], words.unstopped(quote)


def _extent(position: Row, stance: str) -> str:
    """How much a side rests on: all statements, or how many of them take it."""
    count, said = len(position["statements"]), position.get(stance)
    of = f"{words.number(said)} of " if said is not None and said != count else ""
    return f"{of}{words.counted(count, 'statement')} from {words.counted(position['events'], 'source')}"


def _sentence(text: str, ids: Sequence[str], quotes: Sequence[tuple[str, str]] = (), **more: Any) -> Row:
    quoted = [{"statement": statement, "text": text} for statement, text in quotes]
    return {"text": text, "statements": list(dict.fromkeys(ids)), "quotes": quoted} | more


def _title(store: Map, where: Filter) -> str:
    parts = []
    if where.stakeholder:
        parts.append(read.stakeholders_by_id(store, [where.stakeholder])[where.stakeholder]["name"])
    if where.group:
        parts.append(words.capital(where.group))
    parts += [topic["name"] for topic in known_topics(store) if topic["id"] == where.topic]
    title = ": ".join(parts) or "All topics"
    ends = [f"from {words.day(where.since)}"] * bool(where.since) + [f"to {words.day(where.until)}"] * bool(where.until)
    return f"{title}, {' '.join(ends)}" if ends else title
