"""What people have corrected, kept apart from what the machine said: added, undone, listed; never overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from discourse.errors import QueryError
from discourse.store.connection import Connection, following
from discourse.store.derive import derive, name_stakeholders, touch_speakers
from discourse.store.filters import Row
from discourse.store.map import Map

_OF_STAKEHOLDERS = ("merge", "split", "rename", "new")
_LISTED = (
    "SELECT c.*, CASE WHEN c.undone IS NOT NULL THEN 'undone'"
    " WHEN c.quotation IS NOT NULL AND NOT EXISTS (SELECT 1 FROM statement s WHERE s.id = c.anchor) THEN 'lost'"
    " ELSE 'standing' END AS state FROM correction c {where} ORDER BY c.id"
)


@dataclass(frozen=True, slots=True)
class Correction:
    """One thing that a person says differently from the machine.

    `field` is "speaker", "not-a-statement" or "stance:TOPIC" of the statement `target`; or of the point that it makes:
    "same-point" (as the statement `value`), "other-point" (that of `value`, not of those it lay with), "point-name";
    or "merge", "split", "rename" or "new" of the stakeholder `target`. `was` is what stood there before.
    """

    field: str
    target: str
    value: str
    was: str | None = None
    document_id: str | None = None
    quotation: str | None = None
    prefix: str | None = None
    suffix: str | None = None


def add(store: Map, corrections: Sequence[Correction], *, who: str, at: str, why: str | None) -> int:
    """Stores corrections that belong together and applies them; gives their number, by which they can be undone."""
    with store.transaction() as connection:
        batch = following(connection, "correction", "batch")
        connection.executemany(
            "INSERT INTO correction (id, batch, field, target, value, was, document_id, quotation, prefix, suffix,"
            " anchor, who, at, why) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    number, batch, c.field, c.target, c.value, c.was, c.document_id, c.quotation, c.prefix, c.suffix,
                    None if c.field in _OF_STAKEHOLDERS else c.target, who, at, why,
                )
                for number, c in enumerate(corrections, following(connection, "correction", "id"))
            ],
        )  # fmt: skip
        _reapply(connection, batch)
        return batch


def undo(store: Map, batch: int, *, who: str, at: str) -> list[Row]:
    """Undoes the corrections of a number, and gives them; they stay on record. QueryError if none stands."""
    with store.transaction() as connection:
        rows = connection.execute("SELECT * FROM correction WHERE batch = ? AND undone IS NULL", (batch,)).fetchall()
        if not rows:
            raise QueryError(f"no correction {batch} stands in {store.path}: `discourse corrections` lists them")
        connection.execute(
            "UPDATE correction SET undone = ?, undone_by = ? WHERE batch = ? AND undone IS NULL", (at, who, batch)
        )
        _reapply(connection, batch)
        return [dict(row) for row in rows]


def listed(store: Map) -> list[Row]:
    """Every correction in order, with whether it is "standing", "undone" or "lost" (its quotation is gone)."""
    return [dict(row) for row in store.connection.execute(_LISTED.format(where=""))]


def on_statement(store: Map, statement: str) -> list[Row]:
    """The corrections of one statement, as `listed` gives them."""
    return [dict(row) for row in store.connection.execute(_LISTED.format(where="WHERE c.anchor = ?"), (statement,))]


def of_points(store: Map) -> list[Row]:
    """What stands of statements that make the same point or another: kind ("same", "other"), statement, other."""
    rows = store.connection.execute(
        "SELECT field, anchor, value FROM correction WHERE field IN ('same-point', 'other-point') AND undone IS NULL"
        " ORDER BY id"
    )
    return [
        {"kind": row["field"].removesuffix("-point"), "statement": row["anchor"], "other": row["value"]} for row in rows
    ]


def point_names(store: Map) -> dict[str, str]:
    """What people call the point that a statement makes, by statement."""
    rows = store.connection.execute(
        "SELECT anchor, value FROM correction WHERE field = 'point-name' AND undone IS NULL ORDER BY id"
    )
    return {row["anchor"]: row["value"] for row in rows}


def _reapply(connection: Connection, batch: int) -> None:
    rows = connection.execute(
        "SELECT field, target, value, anchor FROM correction WHERE batch = ?", (batch,)
    ).fetchall()
    speakers = {row["target"] for row in rows if row["field"] in ("merge", "split")}
    speakers |= {row["value"] for row in rows if row["field"] == "merge"}
    name_stakeholders(connection)
    touched = [row["anchor"] for row in rows if row["anchor"]] + touch_speakers(connection, sorted(speakers))
    derive(connection, touched)
    name_stakeholders(connection)
    connection.execute("DELETE FROM meta WHERE key = 'arguments'")
