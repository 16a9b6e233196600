"""What rests on other rows of the map: whose a statement is, what is shown; brought up to date inside a transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from discourse.store.connection import Connection
from discourse.store.schema import SHOWABLE, TALLY

_NOBODY = ""
"""The value of a speaker correction that says nobody can be named."""
_TOUCH = "INSERT INTO touched VALUES (?) ON CONFLICT DO NOTHING"

SHOWN_OF_ONE = SHOWABLE.format(of="v.statement_id = ?")
"""What is shown of one statement. One at a time: for a join with many, SQLite reads all stances to filter by."""


def derive(connection: Connection, statements: Sequence[str], *, reanchor: bool = False) -> None:
    """Brings what counts of these statements (whose, hidden, verdicts, shown) in line with stances and corrections."""
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS touched (id TEXT PRIMARY KEY)")
    connection.execute("DELETE FROM touched")
    connection.executemany(
        "INSERT INTO touched VALUES (?) ON CONFLICT DO NOTHING", [(statement,) for statement in statements]
    )
    if reanchor:
        found = reanchor_lost(connection)
        connection.executemany(
            "INSERT INTO touched VALUES (?) ON CONFLICT DO NOTHING", [(statement,) for statement in found]
        )
    connection.execute("DELETE FROM verdict WHERE statement_id IN (SELECT id FROM touched)")
    if connection.execute("SELECT EXISTS (SELECT 1 FROM correction)").fetchone()[0]:
        _apply_corrections(connection)
    connection.execute("DELETE FROM shown WHERE statement_id IN (SELECT id FROM touched)")
    touched = [row[0] for row in connection.execute("SELECT id FROM touched").fetchall()]
    connection.executemany(f"INSERT INTO shown {SHOWN_OF_ONE}", [(statement, statement) for statement in touched])
    connection.execute(
        "DELETE FROM member WHERE statement_id IN (SELECT id FROM touched) AND NOT EXISTS (SELECT 1 FROM shown h"
        " JOIN argument a ON a.topic = h.topic AND a.stance = h.stance WHERE a.id = member.argument_id"
        " AND h.statement_id = member.statement_id)"
    )


def settle(connection: Connection) -> None:
    """Adds up anew the positions whose stances changed in this transaction, and no others; arguments are then due."""
    if connection.execute("SELECT EXISTS (SELECT 1 FROM stale)").fetchone()[0]:
        connection.execute("DELETE FROM position WHERE (holder, topic) IN (SELECT whose, topic FROM stale)")
        stances = (
            "SELECT s.*, s.whose AS holder FROM stale t CROSS JOIN shown s ON s.whose = t.whose AND s.topic = t.topic"
        )
        connection.execute(f"INSERT INTO position {TALLY.format(stances)}")
        connection.execute("DELETE FROM stale")
        connection.execute("DELETE FROM meta WHERE key = 'arguments'")
    if connection.execute("SELECT EXISTS (SELECT 1 FROM bereft)").fetchone()[0]:
        _name_heirs(connection)


def name_stakeholders(connection: Connection) -> None:
    """Gives stakeholders the names that standing corrections say, and makes those that corrections introduce."""
    connection.execute("UPDATE stakeholder SET label = NULL WHERE label IS NOT NULL")
    connection.execute(
        "UPDATE stakeholder SET label = c.value FROM correction c WHERE c.target = stakeholder.id AND c.id IN"
        " (SELECT max(id) FROM correction WHERE field = 'rename' AND undone IS NULL GROUP BY target)"
    )
    rows = connection.execute("SELECT value FROM correction WHERE field = 'new' AND undone IS NULL").fetchall()
    new = {made["id"]: made for made in (json.loads(row[0]) for row in rows)}
    connection.executemany(
        "INSERT INTO stakeholder (id, name, kind, aliases, roles, origin) VALUES (?, ?, ?, '[]', '[]', 'correction')"
        " ON CONFLICT DO NOTHING",
        [(made["id"], made["name"], made["kind"]) for made in new.values()],
    )
    unsaid = connection.execute(
        "SELECT id FROM stakeholder WHERE origin = 'correction' AND NOT EXISTS"
        " (SELECT 1 FROM statement WHERE whose = stakeholder.id)"
    ).fetchall()
    gone = [(row[0],) for row in unsaid if row[0] not in new]
    connection.executemany("DELETE FROM stakeholder WHERE id = ?", gone)


def _name_heirs(connection: Connection) -> None:
    """Gives arguments that lost a statement a key point among those left; one with none left goes."""
    for (argument,) in connection.execute("SELECT argument_id FROM bereft").fetchall():
        heir = connection.execute(
            "SELECT s.id, s.text FROM argument a JOIN member m ON m.argument_id = a.id JOIN statement s"
            " ON s.id = m.statement_id WHERE a.id = ? ORDER BY s.id != a.key_statement, length(s.text), s.id LIMIT 1",
            (argument,),
        ).fetchone()
        if heir is None:
            connection.execute("DELETE FROM argument WHERE id = ?", (argument,))
        else:
            key = "UPDATE argument SET key_statement = ?, key_point = ? WHERE id = ?"
            connection.execute(key, (*heir, argument))
    connection.execute("DELETE FROM bereft")


def merges(connection: Connection) -> dict[str, str]:
    """For each stakeholder merged into another, the one it counts as in the end."""
    direct = dict(
        connection.execute(
            "SELECT target, value FROM correction WHERE field = 'merge' AND undone IS NULL ORDER BY id"
        ).fetchall()
    )
    final = {}
    for start in direct:
        here, seen = start, {start}
        while direct.get(here) is not None and direct[here] not in seen:
            here = direct[here]
            seen.add(here)
        final[start] = here
    return final


def _apply_corrections(connection: Connection) -> None:
    standing = connection.execute(
        "SELECT id, field, target, value, anchor FROM correction WHERE undone IS NULL ORDER BY id"
    ).fetchall()
    connection.execute(
        "UPDATE statement SET whose = speaker_id, hidden = 0 WHERE id IN (SELECT id FROM touched)"
        " AND (COALESCE(whose, '') != COALESCE(speaker_id, '') OR hidden = 1)"
    )
    for row in standing:
        if row["field"] == "split":
            split = json.loads(row["value"])
            connection.execute(
                "UPDATE statement SET whose = ? WHERE id IN (SELECT id FROM touched) AND speaker_id = ?"
                " AND (organisation = ? OR role = ?)",
                (split["into"], row["target"], split.get("organisation"), split.get("role")),
            )
    final = merges(connection)
    connection.executemany(
        "UPDATE statement SET whose = ? WHERE whose = ? AND id IN (SELECT id FROM touched)",
        [(into, gone) for gone, into in final.items()],
    )
    for row in standing:
        if row["field"] == "speaker":
            whose = final.get(row["value"], row["value"]) if row["value"] != _NOBODY else None
            _update_touched(connection, "whose", whose, row["anchor"])
        elif row["field"] == "not-a-statement":
            _update_touched(connection, "hidden", 1, row["anchor"])
    connection.executemany(
        "INSERT INTO verdict SELECT ?, ?, ?, ? WHERE ? IN (SELECT id FROM touched) AND ? IN (SELECT id FROM statement)"
        " ON CONFLICT (statement_id, topic) DO UPDATE SET stance = excluded.stance, correction = excluded.correction",
        [
            (row["anchor"], row["field"].removeprefix("stance:"), row["value"], row["id"], row["anchor"], row["anchor"])
            for row in standing
            if row["field"].startswith("stance:")
        ],
    )


def _update_touched(connection: Connection, column: str, value: str | int | None, statement: str) -> None:
    connection.execute(
        f"UPDATE statement SET {column} = ? WHERE id = ? AND id IN (SELECT id FROM touched)", (value, statement)
    )


def reanchor_lost(connection: Connection) -> list[str]:
    """Gives standing corrections whose statement is gone the one that now holds their quotation; gives its id.

    A correction first goes back to the statement it was made on; else to the statement, of its own document or of
    those just written, in which the quotation stands between the same words (of another document: all of them).
    """
    lost = connection.execute(
        "SELECT c.* FROM correction c WHERE c.undone IS NULL AND c.quotation IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM statement s WHERE s.id = c.anchor)"
    ).fetchall()
    found = []
    for row in lost:
        # An empty anchor: the statement went from its page, and another of the same words may bear its id by now.
        released = row["anchor"] == ""
        back = connection.execute("SELECT id FROM statement WHERE id = ?", (row["target"],)).fetchone()
        anchor = back[0] if back and not released else _anchor(connection, row, exactly=released)
        if anchor:
            connection.execute("UPDATE correction SET anchor = ? WHERE id = ?", (anchor, row["id"]))
            found.append(anchor)
    return found


def _anchor(connection: Connection, row: Any, *, exactly: bool) -> str | None:
    documents = connection.execute(
        "SELECT id, text FROM document WHERE id = ? OR id IN (SELECT document_id FROM statement"
        " WHERE id IN (SELECT id FROM touched)) ORDER BY id != ?, id",
        (row["document_id"], row["document_id"]),
    ).fetchall()
    for document in documents:
        around = (row["prefix"] or "", row["suffix"] or "")
        within = not exactly and document["id"] == row["document_id"]
        start = place(document["text"], row["quotation"], *around, exactly=not within)
        if start is None:
            continue
        end = start + len(row["quotation"])
        best = connection.execute(
            "SELECT id, min(end, ?) - max(start, ?) AS common FROM statement WHERE document_id = ?"
            " AND start < ? AND end > ? ORDER BY common DESC, start LIMIT 1",
            (end, start, document["id"], end, start),
        ).fetchone()
        if best and 2 * best["common"] >= end - start:
            return str(best["id"])
    return None


def place(text: str, quotation: str, prefix: str, suffix: str, *, exactly: bool = False) -> int | None:
    """Where a quotation stands between its prefix and suffix, else next to one of them, else where it stands once.

    With `exactly`, between both or nowhere.
    """
    whole = text.find(prefix + quotation + suffix)
    if whole >= 0 or exactly:
        return whole + len(prefix) if whole >= 0 else None
    for before, after in ((prefix, ""), ("", suffix)):
        at = text.find(before + quotation + after) if before or after else -1
        if at >= 0:
            return at + len(before)
    first = text.find(quotation)
    return first if first >= 0 and text.find(quotation, first + 1) < 0 else None


def touch_speakers(connection: Connection, speakers: Iterable[str]) -> list[str]:
    """The statements that the machine or a correction gives to these stakeholders."""
    found: list[str] = []
    for speaker in speakers:
        rows = connection.execute("SELECT id FROM statement WHERE speaker_id = ? OR whose = ?", (speaker, speaker))
        found += [row[0] for row in rows]
    return found
