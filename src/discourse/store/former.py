"""What a changed page said before: its former text, and the statements that are gone from it, in their words."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from discourse.records import Analysis, Statement, digest
from discourse.store.connection import Connection
from discourse.store.derive import place
from discourse.store.filters import Row
from discourse.store.map import Map

AROUND = 32
"""Characters before and after a quotation that tell it from another of the same words."""

_MOST_PAIRS = 250_000
"""Of more pairs of statements with the same words, the first places are taken by the first statements."""
_COLUMNS = (
    "statement_id, document_id, version, start, end, text, kind, speaker, speaker_id, cue, stances, prefix, suffix"
)


@dataclass(frozen=True, slots=True)
class Before:
    """What the map held of a page that is about to be replaced."""

    digest: str
    captured: str | None
    documents: tuple[Row, ...]
    statements: tuple[Row, ...]


def before(connection: Connection, canonical: str) -> Before | None:
    """What the map holds of a page; None if it holds no text of it."""
    page = connection.execute("SELECT digest, captured FROM page WHERE canonical = ?", (canonical,)).fetchone()
    documents = connection.execute(
        "SELECT id, version, source, title, text FROM document WHERE page = ?", (canonical,)
    ).fetchall()
    if page is None or not documents:
        return None
    statements = connection.execute(
        "SELECT s.n, s.id, s.document_id, s.start, s.end, s.text, s.kind, s.speaker, s.whose AS speaker_id, s.cue"
        " FROM statement s JOIN document d ON d.id = s.document_id WHERE d.page = ? AND s.hidden = 0 ORDER BY s.start",
        (canonical,),
    ).fetchall()
    stances: dict[int, list[Row]] = defaultdict(list)
    for n, topic, side, sure in connection.execute(
        "SELECT h.n, h.topic, h.stance, h.confidence FROM document d JOIN statement s"
        " ON s.document_id = d.id JOIN shown h ON h.n = s.n WHERE d.page = ? ORDER BY h.n, h.topic",
        (canonical,),
    ):
        stances[n].append({"topic": topic, "stance": side, "confidence": sure})
    said = tuple(dict(row) | {"stances": json.dumps(stances[row["n"]])} for row in statements)
    return Before(page["digest"], page["captured"], tuple(map(dict, documents)), said)


def keep(connection: Connection, old: Before, new: Analysis) -> int:
    """Keeps the texts that a page no longer has, and the statements that are gone from it; gives their number."""
    texts = {document.id: document.text for document in new.documents}
    at = new.page.captured or datetime.now(UTC).isoformat(timespec="seconds")
    count = 0
    for document in old.documents:
        text = texts.get(document["id"], "")
        if text == document["text"]:
            continue
        fields = [document[name] for name in ("id", "version", "source", "title", "text")]
        connection.execute("DELETE FROM former WHERE document_id = ? AND version = ?", fields[:2])
        connection.execute("INSERT INTO former VALUES (?, ?, ?, ?, ?, ?, ?)", (*fields, old.captured, at))
        said = [row for row in old.statements if row["document_id"] == document["id"]]
        now = [statement for statement in new.statements if statement.document_id == document["id"]]
        gone = list(_gone(document["text"], said, text, now))
        connection.executemany(
            f"INSERT INTO gone ({_COLUMNS}, found) VALUES ({', '.join('?' * 14)}) ON CONFLICT DO NOTHING",
            [_values(row, document, found) for row, found in gone],
        )
        taken = {statement.id for statement in now}
        _release(connection, [row["id"] for row, _ in gone if row["id"] in taken])
        count += sum(found is None for _, found in gone)
    _mark_returned(connection, texts, at)
    return count


def gone(store: Map, *, everything: bool = False) -> list[Row]:
    """The statements that are gone from their pages, newest first; with `everything`, also those whose words stayed."""
    rows = store.connection.execute(
        "SELECT g.*, f.source, f.title, f.captured, f.replaced FROM gone g JOIN former f"
        " ON f.document_id = g.document_id AND f.version = g.version WHERE g.returned IS NULL"
        f" {'' if everything else 'AND g.found IS NULL'} ORDER BY f.replaced DESC, g.document_id, g.start"
    )
    return [dict(row) | {"stances": json.loads(row["stances"])} for row in rows]


def former_texts(store: Map, document: str) -> list[Row]:
    """The texts that a document had before, oldest first: version, text, when it was captured and when replaced."""
    rows = store.connection.execute("SELECT * FROM former WHERE document_id = ? ORDER BY replaced", (document,))
    return [dict(row) for row in rows]


def problems(store: Map) -> Iterator[str]:
    """What does not hold of former texts and of the statements that stood in them."""
    texts = {}
    for row in store.connection.each("SELECT document_id, version, source, text FROM former"):
        texts[row["document_id"], row["version"]] = row["text"]
        if digest(row["text"]) != row["version"]:
            yield f"{row['source']}: a former text is not the one whose digest is stored"
    for row in store.connection.each("SELECT * FROM gone"):
        text = texts.get((row["document_id"], row["version"]), "")
        if text[row["start"] : row["end"]] != row["text"]:
            yield f"statement {row['statement_id']}, gone from its page, is not at its offsets in the former text"


def _gone(before: str, said: Sequence[Row], after: str, now: Sequence[Statement]) -> Iterator[tuple[Row, int | None]]:
    """The statements that have no counterpart in the new text, and where their words stand there all the same.

    Of several statements of the same words, those go that no counterpart in the same surroundings has: an id counts
    occurrences, so that the one that stayed may have come to bear the id of one that went.
    """
    alike: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for statement in now:
        alike[statement.text].append(_surroundings(after, statement.start, statement.end))
    of_text: dict[str, list[Row]] = defaultdict(list)
    for row in said:
        of_text[row["text"]].append(row)
    for words, rows in of_text.items():
        around = {row["start"]: _surroundings(before, row["start"], row["end"]) for row in rows}
        for row in _unmatched(rows, around, alike[words]):
            yield row, None if alike[words] else place(after, words, *around[row["start"]])


def _unmatched(rows: Sequence[Row], around: dict[int, tuple[str, str]], places: Sequence[tuple[str, str]]) -> list[Row]:
    """Those rows that are left when each place has taken the row whose surroundings are most like its own."""
    if len(rows) * len(places) > _MOST_PAIRS:
        return list(rows[len(places) :])
    left, open_places = list(rows), list(range(len(places)))
    pairs = sorted(
        ((_likeness(around[row["start"]], places[place]), -abs(i - place), i, place)
         for i, row in enumerate(rows) for place in open_places),
        reverse=True,
    )  # fmt: skip
    for _, _, i, at in pairs:
        if at in open_places and rows[i] in left:
            open_places.remove(at)
            left.remove(rows[i])
    return left


def _surroundings(text: str, start: int, end: int) -> tuple[str, str]:
    return text[max(0, start - AROUND) : start], text[end : end + AROUND]


def _likeness(one: tuple[str, str], other: tuple[str, str]) -> int:
    """How many characters next to the words are the same on both sides."""
    before = zip(reversed(one[0]), reversed(other[0]), strict=False)
    after = zip(one[1], other[1], strict=False)
    return sum(_run(pairs) for pairs in (before, after))


def _run(pairs: Iterable[tuple[str, str]]) -> int:
    length = 0
    for one, other in pairs:
        if one != other:
            break
        length += 1
    return length


def _values(row: Row, document: Row, found: int | None) -> tuple[object, ...]:
    prefix, suffix = _surroundings(document["text"], row["start"], row["end"])
    fields = ("start", "end", "text", "kind", "speaker", "speaker_id", "cue", "stances")
    return (row["id"], document["id"], document["version"], *(row[f] for f in fields), prefix, suffix, found)


def _release(connection: Connection, statements: Sequence[str]) -> None:
    """Takes corrections off statements that are gone where others have come to bear their ids."""
    connection.executemany(
        "UPDATE correction SET anchor = '' WHERE anchor = ? AND quotation IS NOT NULL",
        [(statement,) for statement in statements],
    )


def _mark_returned(connection: Connection, texts: dict[str, str], at: str) -> None:
    """Notes of statements that were gone that the page has their words again, in their surroundings."""
    for document, text in texts.items():
        rows = connection.execute(
            "SELECT version, start, end, text, prefix, suffix FROM gone"
            " WHERE document_id = ? AND returned IS NULL AND found IS NULL",
            (document,),
        ).fetchall()
        back = [row for row in rows if row["prefix"] + row["text"] + row["suffix"] in text]
        connection.executemany(
            "UPDATE gone SET returned = ? WHERE document_id = ? AND version = ? AND start = ? AND end = ?",
            [(at, document, row["version"], row["start"], row["end"]) for row in back],
        )
