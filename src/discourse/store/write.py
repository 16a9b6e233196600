"""Writing a map: whole pages, stances, stakeholders, arguments, runs; each call is one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple

from discourse.errors import MapError
from discourse.records import Analysis, Argument, Document, PageEntry, Stakeholder, Stance, Statement
from discourse.store import former
from discourse.store.connection import Connection, following
from discourse.store.derive import derive, name_stakeholders
from discourse.store.map import Map

_STATEMENT = (
    *("n", "id", "document_id", "start", "end", "text", "kind", "speaker", "speaker_id", "speaker_kind"),
    *("speaker_text", "role", "organisation", "cue", "quoted_by", "reason", "context", "whose", "event"),
)


def write_page(store: Map, analysis: Analysis) -> int:
    """Replaces everything the map holds of one page; refuses records whose offsets do not hold.

    Where the page itself has changed its former text is kept, and so are the statements that are gone from it, whose
    number is given.
    """
    texts = {document.id: document.text for document in analysis.documents}
    for statement in analysis.statements:
        if texts[statement.document_id][statement.start : statement.end] != statement.text:
            raise MapError(f"{analysis.page.source}: statement {statement.id} is not at its offsets; page refused")
    with store.transaction() as connection:
        old = former.before(connection, analysis.page.canonical)
        _remove(connection, [analysis.page.canonical])
        connection.execute("INSERT INTO page VALUES (?, ?, ?, ?, ?, ?, ?)", astuple(analysis.page))
        for document in analysis.documents:
            _insert_document(connection, analysis.page.canonical, document)
        _insert_statements(connection, analysis)
        _insert_stances(connection, analysis.stances)
        _insert_stakeholders(connection, analysis.statements)
        changed = old is not None and old.digest != analysis.page.digest
        gone = former.keep(connection, old, analysis) if old is not None and changed else 0
        derive(connection, [statement.id for statement in analysis.statements], reanchor=bool(analysis.statements))
        return gone


def write_refusal(store: Map, page: PageEntry) -> int:
    """Records why a page gives nothing; what the map held of it is gone from it, the number of which is given."""
    return write_page(store, Analysis(page))


def remove_pages(store: Map, canonicals: Sequence[str]) -> None:
    """Takes pages and all that was made of them out of the map."""
    with store.transaction() as connection:
        _remove(connection, canonicals)


def replace_stances(store: Map, topics: Sequence[str], stances: Iterable[Stance], page: PageEntry) -> None:
    """Replaces the stances of one page's statements on the named topics and notes what they were made with."""
    with store.transaction() as connection:
        connection.executemany(
            "DELETE FROM stance WHERE topic = ? AND statement_id IN (SELECT s.id FROM statement s"
            " JOIN document d ON d.id = s.document_id WHERE d.page = ?)",
            [(topic, page.canonical) for topic in topics],
        )
        _insert_stances(connection, stances)
        connection.execute("UPDATE page SET fingerprint = ? WHERE canonical = ?", (page.fingerprint, page.canonical))
        rows = connection.execute(
            "SELECT s.id FROM statement s JOIN document d ON d.id = s.document_id WHERE d.page = ?", (page.canonical,)
        )
        derive(connection, [row[0] for row in rows.fetchall()])


def write_stakeholders(store: Map, stakeholders: Iterable[Stakeholder]) -> None:
    """Makes the codebook's stakeholders those of the map; the others that texts named stay."""
    rows = [
        (s.id, s.name, s.kind, s.group, json.dumps(s.aliases), json.dumps([astuple(r) for r in s.roles]), s.url)
        for s in stakeholders
    ]
    with store.transaction() as connection:
        connection.execute("UPDATE stakeholder SET origin = 'text', grp = NULL WHERE origin = 'codebook'")
        connection.executemany("DELETE FROM stakeholder WHERE id = ?", [row[:1] for row in rows])
        connection.executemany(
            "INSERT INTO stakeholder (id, name, kind, grp, aliases, roles, url, origin)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, 'codebook')",
            rows,
        )
        connection.execute(
            "DELETE FROM stakeholder WHERE origin = 'text' AND NOT EXISTS"
            " (SELECT 1 FROM statement WHERE whose = stakeholder.id)"
            " AND NOT EXISTS (SELECT 1 FROM statement WHERE speaker_id = stakeholder.id)"
        )
        name_stakeholders(connection)


def write_arguments(store: Map, topic: str, arguments: Sequence[tuple[Argument, bytes]]) -> None:
    """Makes these (with their centroids, float16) the arguments of one topic."""
    with store.transaction() as connection:
        connection.execute("DELETE FROM argument WHERE topic = ?", (topic,))
        for argument, centroid in arguments:
            connection.execute(
                "INSERT INTO argument VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    argument.id, argument.topic, argument.stance, argument.key_point, argument.key_statement,
                    json.dumps(argument.terms), argument.stability, centroid,
                ),
            )  # fmt: skip
            connection.executemany("INSERT INTO member VALUES (?, ?)", [(argument.id, s) for s in argument.statements])


def remove_arguments_beside(store: Map, topics: Sequence[str]) -> None:
    """Removes stances and arguments of topics that the codebook no longer has."""
    marks = ", ".join("?" * len(topics))
    with store.transaction() as connection:
        for table in ("argument", "stance", "shown"):
            connection.execute(f"DELETE FROM {table} WHERE topic NOT IN ({marks})", tuple(topics))


def begin_run(store: Map, started: str, made_with: str) -> int:
    """Notes that a run has begun; gives its number."""
    with store.transaction() as connection:
        number = following(connection, "run", "id")
        connection.execute("INSERT INTO run (id, started, made_with) VALUES (?, ?, ?)", (number, started, made_with))
        return number


def end_run(store: Map, run: int, ended: str, counts: dict[str, int]) -> None:
    """Notes how a run ended."""
    with store.transaction() as connection:
        connection.execute("UPDATE run SET ended = ?, counts = ? WHERE id = ?", (ended, json.dumps(counts), run))


def _remove(connection: Connection, canonicals: Iterable[str]) -> None:
    connection.executemany("DELETE FROM page WHERE canonical = ?", [(canonical,) for canonical in canonicals])


def _insert_document(connection: Connection, page: str, document: Document) -> None:
    connection.execute(
        "INSERT INTO document VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, ?, ?, ?)",
        (
            document.id, page, document.version, document.source, document.url, document.title,
            json.dumps(document.authors), document.author_role, document.published, document.publisher,
            document.kind, document.kind_reason, document.language, document.id, document.text,
            json.dumps([astuple(block) for block in document.blocks]),
            json.dumps([astuple(turn) for turn in document.turns]), json.dumps(document.facts),
        ),
    )  # fmt: skip


def _insert_statements(connection: Connection, analysis: Analysis) -> None:
    width = 2 * analysis.dimension
    first = following(connection, "statement", "n")
    connection.load(
        "statement",
        _STATEMENT,
        [
            (first + i, *astuple(statement), statement.speaker_id, statement.document_id)
            for i, statement in enumerate(analysis.statements)
        ],
    )
    if width:
        vectors = [analysis.vectors[i * width : (i + 1) * width] for i in range(len(analysis.statements))]
        connection.load("vector", ("n", "data"), list(enumerate(vectors, first)))


def _insert_stances(connection: Connection, stances: Iterable[Stance]) -> None:
    connection.executemany(
        "INSERT INTO stance VALUES (?, ?, ?, ?)"
        " ON CONFLICT (statement_id, topic) DO UPDATE SET stance = excluded.stance, confidence = excluded.confidence",
        [astuple(stance) for stance in stances],
    )


def _insert_stakeholders(connection: Connection, statements: Iterable[Statement]) -> None:
    connection.executemany(
        "INSERT INTO stakeholder (id, name, kind, aliases, roles, origin) VALUES (?, ?, ?, '[]', '[]', 'text')"
        " ON CONFLICT DO NOTHING",
        {(s.speaker_id, s.speaker, s.speaker_kind or "person") for s in statements if s.speaker_id},
    )
