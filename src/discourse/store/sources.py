"""What goes back to one event: signatures of documents, and the events of documents and statements."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from discourse.store.filters import Row
from discourse.store.map import Map

_NOT_TEXT = ("boilerplate", "caption")


def body(store: Map, document_id: str) -> str:
    """The text of a document without navigation, notices and captions."""
    row = store.connection.execute("SELECT text, blocks FROM document WHERE id = ?", (document_id,)).fetchone()
    blocks = json.loads(row["blocks"])
    kept = [row["text"][start:end] for start, end, kind in blocks if kind not in _NOT_TEXT]
    return "\n".join(kept) if blocks else str(row["text"])


def unsketched(store: Map) -> list[str]:
    """The documents that have no signature yet."""
    return [row[0] for row in store.connection.execute("SELECT id FROM document WHERE sketch IS NULL ORDER BY id")]


def sketches(store: Map) -> list[Row]:
    """Id, date and signature of every document that has one."""
    sql = "SELECT id, substr(published, 1, 10) AS published, sketch FROM document WHERE sketch IS NOT NULL"
    return [dict(row) for row in store.connection.execute(sql)]


def write_sketches(store: Map, sketches: Mapping[str, bytes]) -> None:
    """Stores the signatures of documents."""
    with store.transaction() as connection:
        connection.executemany(
            "UPDATE document SET sketch = ? WHERE id = ?", [(sketch, name) for name, sketch in sketches.items()]
        )


def said(store: Map, events: Mapping[str, str]) -> Iterator[Row]:
    """Every statement that counts for somebody, with the event (by document) that its document goes back to."""
    rows = store.connection.each(
        "SELECT s.n, s.whose, s.document_id, substr(d.published, 1, 10) AS published, s.text"
        " FROM statement s JOIN document d ON d.id = s.document_id WHERE s.whose IS NOT NULL AND s.hidden = 0"
    )
    for row in rows:
        yield {name: row[name] for name in ("n", "whose", "published", "text")} | {
            "document_event": events[row["document_id"]]
        }


def write_events(store: Map, documents: Mapping[str, str], statements: Mapping[int, str]) -> int:
    """Stores the events of documents and statements; one not named has its document's. Gives how many changed."""
    with store.transaction() as connection:
        connection.execute("CREATE TEMP TABLE IF NOT EXISTS due (n INTEGER PRIMARY KEY, event TEXT)")
        connection.execute("DELETE FROM due")
        connection.executemany(
            "UPDATE document SET event = ? WHERE id = ? AND event != ?",
            [(event, name, event) for name, event in documents.items()],
        )
        rows = connection.execute(
            "SELECT s.n, s.event, d.event AS own FROM statement s JOIN document d ON d.id = s.document_id"
        )
        changed = [(row["n"], event) for row in rows if (event := statements.get(row["n"], row["own"])) != row["event"]]
        connection.executemany("INSERT INTO due VALUES (?, ?)", changed)
        for table in ("statement", "shown"):
            connection.execute(f"UPDATE {table} SET event = due.event FROM due WHERE due.n = {table}.n")
        return len(changed)
