"""What a person says differently from the machine: checked, with the words it stands on, before it is stored."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from discourse.errors import QueryError
from discourse.overall import link_statements, regroup
from discourse.query import resolve_stakeholder, resolve_statement, resolve_topic
from discourse.records import SIDES, STAKEHOLDER_KINDS
from discourse.store import corrections, links, read
from discourse.store.corrections import Correction
from discourse.store.map import Map
from discourse.store.read import Row

_AROUND = 32
"""Characters before and after a quotation that are kept with it."""


def correct_speaker(
    store: Map, statement: str, speaker: str | None, *, who: str, why: str | None = None, kind: str = "person"
) -> int:
    """Says who made a statement (a stakeholder of the map, or a new name), or with None that nobody can be named."""
    row = resolve_statement(store, statement)
    if speaker is None:
        return _store(store, [_on(store, row, "speaker", "", row["whose"])], who, why)
    named, made = _known_or_new(store, speaker, kind)
    return _store(store, [*made, _on(store, row, "speaker", named, row["whose"])], who, why)


def correct_stance(store: Map, statement: str, topic: str, stance: str, *, who: str, why: str | None = None) -> int:
    """Says which side a statement takes on a topic: favour, against or none."""
    _check_stance(stance)
    row, topic_id = resolve_statement(store, statement), resolve_topic(store, topic)
    return _store(store, [_on(store, row, f"stance:{topic_id}", stance, _side(store, row, topic_id))], who, why)


def correct_topic(
    store: Map, statement: str, wrong: str, right: str, *, who: str, stance: str | None = None, why: str | None = None
) -> int:
    """Says that a statement is about another topic than the machine thought; it keeps its side unless one is given."""
    row = resolve_statement(store, statement)
    before, after = resolve_topic(store, wrong), resolve_topic(store, right)
    side = stance or _side(store, row, before)
    if side is None:
        raise QueryError(
            f"statement {row['id']} takes no side on {before}: say which it takes on {after} with --stance"
        )
    _check_stance(side)
    return _store(
        store,
        [
            _on(store, row, f"stance:{before}", "none", _side(store, row, before)),
            _on(store, row, f"stance:{after}", side, _side(store, row, after)),
        ],
        who,
        why,
    )


def not_a_statement(store: Map, statement: str, *, who: str, why: str | None = None) -> int:
    """Says that nobody said this: it is shown and counted nowhere."""
    row = resolve_statement(store, statement)
    return _store(store, [_on(store, row, "not-a-statement", "1", None)], who, why)


def merge_stakeholders(store: Map, gone: Sequence[str], into: str, *, who: str, why: str | None = None) -> int:
    """Says that these stakeholders are one: all their statements count as those of `into`."""
    kept = resolve_stakeholder(store, into)
    merged = [resolve_stakeholder(store, name) for name in gone]
    if kept in merged:
        raise QueryError(f'"{into}" cannot be merged into itself: name another stakeholder')
    return _store(store, [Correction("merge", name, kept, was=name) for name in merged], who, why)


def rename_stakeholder(store: Map, name: str, new: str, *, who: str, why: str | None = None) -> int:
    """Gives a stakeholder another name; the old one stays an alias."""
    known = resolve_stakeholder(store, name)
    new = " ".join(new.split())
    if not new:
        raise QueryError("the new name is empty: write one")
    was = read.stakeholders_by_id(store, [known])[known]["name"]
    return _store(store, [Correction("rename", known, new, was=was)], who, why)


def split_stakeholder(
    store: Map,
    name: str,
    new: str,
    *,
    who: str,
    why: str | None = None,
    statements: Sequence[str] = (),
    organisation: str | None = None,
    role: str | None = None,
) -> int:
    """Says that some of a stakeholder's statements are another's: those named, or said in a role or for a body."""
    known = resolve_stakeholder(store, name)
    if not statements and organisation is None and role is None:
        raise QueryError("say which statements go: --statement ID, --organisation NAME or --role TITLE")
    kind = read.stakeholders_by_id(store, [known])[known]["kind"]
    into, made = _known_or_new(store, new, kind)
    if into == known:
        raise QueryError(f'"{new}" is the stakeholder to be split: give the other one another name')
    moved = [_on(store, resolve_statement(store, s), "speaker", into, known) for s in statements]
    if organisation is not None or role is not None:
        value = json.dumps({"into": into, "organisation": organisation, "role": role})
        moved.append(Correction("split", known, value, was=known))
    return _store(store, [*made, *moved], who, why)


def merge_arguments(store: Map, gone: Sequence[str], into: str, *, who: str, why: str | None = None) -> int:
    """Says that arguments make the same point; they are one from now on, whatever a later run finds."""
    known = _arguments(store, [into, *gone])
    kept, others = known[0], known[1:]
    if kept in others or any((o["topic"], o["stance"]) != (kept["topic"], kept["stance"]) for o in others):
        raise QueryError("only different arguments on the same side of one topic can be one: see `discourse arguments`")
    return _on_points(store, [(o["key_statement"], "same-point", kept["key_statement"]) for o in others], who, why)


def split_argument(store: Map, argument: str, statements: Sequence[str], *, who: str, why: str | None = None) -> int:
    """Says that some of an argument's statements make another point, together."""
    (known,) = _arguments(store, [argument])
    moved = [resolve_statement(store, s)["id"] for s in statements]
    stray = [s for s in moved if s not in known["statements"]]
    if stray or not moved or len(set(moved)) == len(known["statements"]):
        raise QueryError(f"name some, not all, of the {len(known['statements'])} statements of argument {known['id']}")
    return _on_points(store, [(s, "other-point", moved[0]) for s in moved], who, why)


def rename_argument(store: Map, argument: str, name: str, *, who: str, why: str | None = None) -> int:
    """Gives an argument a name beside its key point, which stays a statement verbatim."""
    (known,) = _arguments(store, [argument])
    if not name.strip():
        raise QueryError("the name is empty: write one")
    return _on_points(store, [(known["key_statement"], "point-name", " ".join(name.split()))], who, why)


def undo(store: Map, number: int, *, who: str) -> list[Row]:
    """Undoes the corrections of a number; they stay on record as undone."""
    with _links_kept(store):
        undone = corrections.undo(store, number, who=who, at=_now())
    if any(row["field"] in ("same-point", "other-point") for row in undone):
        regroup(store)
    return undone


def listed(store: Map) -> list[Row]:
    """Every correction: what was said, by whom, when and why, and whether it stands, is undone, or is lost."""
    names = (
        "field",
        "target",
        "anchor",
        "value",
        "was",
        "quotation",
        "who",
        "at",
        "why",
        "state",
        "undone",
        "undone_by",
    )
    return [{"number": row["batch"]} | {name: row[name] for name in names} for row in corrections.listed(store)]


def _store(store: Map, made: Sequence[Correction], who: str, why: str | None) -> int:
    if not who.strip():
        raise QueryError("a correction needs a name: say whose it is with --who")
    with _links_kept(store):
        return corrections.add(store, made, who=who.strip(), at=_now(), why=why)


@contextmanager
def _links_kept(store: Map) -> Iterator[None]:
    """Tells anew the links that a change touches; in a map that waits for a run, they wait with the others."""
    waits = bool(links.due(store, 1))
    yield
    if not waits:
        link_statements(store)


def _on(store: Map, row: Row, field: str, value: str, was: str | None) -> Correction:
    text = read.text_of(store, row["document_id"]) or ""
    start, end = row["start"], row["end"]
    return Correction(
        field, row["id"], value, was, row["document_id"], row["text"],
        text[max(0, start - _AROUND) : start], text[end : end + _AROUND],
    )  # fmt: skip


def _arguments(store: Map, names: Sequence[str]) -> list[Row]:
    known = read.arguments(store)
    found = []
    for name in names:
        fitting = [row for row in known if len(name) >= 4 and row["id"].startswith(name.casefold())]
        if len(fitting) != 1:
            raise QueryError(f'no argument "{name}" in {store.path}: `discourse arguments` gives their ids')
        found.append(fitting[0])
    return found


def _on_points(store: Map, wishes: Sequence[tuple[str, str, str]], who: str, why: str | None) -> int:
    """Stores corrections of points and groups the topic's arguments anew, so that they hold at once."""
    rows = read.statements_by_id(store, [statement for statement, _, _ in wishes])
    number = _store(store, [_on(store, rows[s], field, value, None) for s, field, value in wishes], who, why)
    regroup(store)
    return number


def _known_or_new(store: Map, name: str, kind: str) -> tuple[str, list[Correction]]:
    try:
        return resolve_stakeholder(store, name), []
    except QueryError:
        pass
    if kind not in STAKEHOLDER_KINDS:
        raise QueryError(f'kind "{kind}" is none of {", ".join(STAKEHOLDER_KINDS)}')
    name = " ".join(name.split())
    slug = re.sub(r"[\W_]+", "-", name.casefold()).strip("-")
    if not slug:
        raise QueryError(f'"{name}" is no name: write one with letters or digits')
    taken = {row["id"] for row in read.stakeholders(store)}
    number = 2
    made = slug
    while made in taken:
        made, number = f"{slug}-{number}", number + 1
    return made, [Correction("new", made, json.dumps({"id": made, "name": name, "kind": kind}))]


def _side(store: Map, row: Row, topic: str) -> str | None:
    sides = [s["stance"] for s in read.stances_of(store, [row["id"]]).get(row["id"], []) if s["topic"] == topic]
    return sides[0] if sides else None


def _check_stance(stance: str) -> None:
    if stance not in (*SIDES, "none"):
        raise QueryError(f'stance "{stance}" is none of favour, against, none')


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
