"""Metadata with which a map opens well in Datasette: titles, descriptions, facets, and questions ready to ask."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from discourse.formats.base import UNREVIEWED, writing
from discourse.query import topics_of
from discourse.store.map import Map

Row = dict[str, Any]

_TABLES: dict[str, Row] = {
    "document": {
        "title": "Documents",
        "description": "Clean text of each page, with title, author, date, publisher and kind.",
        "label_column": "title",
        "sort_desc": "published",
        "facets": ["kind", "publisher", "language"],
        "columns": {
            "published": "Date, as the page gives it.", "event": "The first of the documents that report the same.",
            "text": "The publisher's work: quote it, do not republish it.", "version": "Digest of the text.",
        },
    },
    "stakeholder": {
        "title": "Stakeholders",
        "description": "People, organisations and groups who are credited with statements.",
        "label_column": "name",
        "facets": ["kind", "grp", "origin"],
        "columns": {"grp": "Group, as the codebook has it.", "label": "The name that a correction gave."},
    },
    "statement": {
        "title": "Statements",
        "description": "One thing that somebody said: exact words in an exact place.",
        "label_column": "text",
        "facets": ["kind", "whose"],
        "columns": {
            "start": "First character in the document's text.", "end": "The character after the last one.",
            "kind": "direct, indirect, mixed, authored or record.", "speaker": "As the machine told it.",
            "whose": "The stakeholder for whom it counts, corrections included.",
            "cue": "The words that say it is said.", "reason": "How the speaker was told, or why not.",
            "hidden": "1 where a person said that nobody said it.",
        },
    },
    "shown": {
        "title": "Stances",
        "description": "Sides that are shown: above the display threshold, or given by a person.",
        "sort_desc": "published",
        "facets": ["topic", "stance", "corrected"],
        "columns": {"confidence": "Calibrated probability of the side.", "corrected": "1 where a person gave it."},
    },
    "position": {
        "title": "Positions",
        "description": "Where each stakeholder stands on each topic, added up from stances.",
        "sort_desc": "said",
        "facets": ["topic", "stance"],
        "columns": {
            "said": "Statements.", "sources": "Documents.", "events": "Occasions that the documents go back to.",
            "favour": "Statements in favour.", "against": "Statements against.",
        },
    },
    "argument": {
        "title": "Arguments",
        "description": "Statements that make the same point on the same side of a topic; the key point is one of them.",
        "label_column": "key_point",
        "facets": ["topic", "stance"],
    },
    "correction": {
        "title": "Corrections",
        "description": "What people say differently from the machine, undone or not.",
        "sort_desc": "at",
        "facets": ["field", "who"],
    },
    "stance": {
        "title": "Stances, all",
        "description": "Every side that the model gave, shown or not.",
        "facets": ["topic", "stance"],
    },
    "link": {
        "title": "Links",
        "description": "Which statement gives a reason or evidence for which, and who answers whom; coded by machine.",
        "facets": ["kind", "evidence"],
    },
    "run": {"title": "Runs", "description": "When the map was built or updated, and with what."},
    "page": {"title": "Pages", "description": "What was read, and what was refused and why.", "facets": ["outcome"]},
}  # fmt: skip
_HIDDEN = (
    "meta", "vector", "verdict", "stale", "bereft", "member", "showable", "tally", "former", "gone", "unlinked",
    "words", "words_data", "words_idx", "words_docsize", "words_config", "words_content",
)  # fmt: skip
QUERIES: dict[str, Row] = {
    "who_stands_where": {
        "title": "Who stands where on a topic",
        "sql": "SELECT COALESCE(s.label, s.name) AS stakeholder, p.stance, p.confidence, p.favour, p.against, p.events,"
        " p.first, p.last FROM position p JOIN stakeholder s ON s.id = p.holder WHERE p.topic = :topic"
        " ORDER BY p.said DESC",
    },
    "said_on_a_topic": {
        "title": "What a stakeholder said on a topic",
        "sql": "SELECT h.published, h.stance, h.confidence, s.text, d.title, d.url FROM shown h JOIN statement s"
        " ON s.n = h.n JOIN document d ON d.id = h.document_id WHERE h.whose = :stakeholder AND h.topic = :topic"
        " ORDER BY h.published",
    },
    "search_statements": {
        "title": "Search by words",
        "sql": "SELECT s.id, COALESCE(s.speaker, 'unknown') AS speaker, s.text, d.title, d.published FROM words"
        " JOIN statement s ON s.n = words.rowid JOIN document d ON d.id = s.document_id WHERE words MATCH :words"
        " AND s.hidden = 0 ORDER BY rank LIMIT 200",
    },
    "arguments_for_and_against": {
        "title": "Arguments for and against",
        "sql": "SELECT a.stance, count(*) AS statements, a.key_point FROM argument a JOIN member m"
        " ON m.argument_id = a.id WHERE a.topic = :topic GROUP BY a.id ORDER BY a.stance, statements DESC",
    },
    "sides_by_year": {
        "title": "Sides by year",
        "sql": "SELECT substr(published, 1, 4) AS year, topic, sum(stance = 'favour') AS favour,"
        " sum(stance = 'against') AS against FROM shown WHERE published IS NOT NULL GROUP BY 1, 2 ORDER BY 2, 1",
    },
    "speaker_unknown": {
        "title": "Statements whose speaker could not be told",
        "sql": "SELECT s.id, s.text, s.reason, d.title FROM statement s JOIN document d ON d.id = s.document_id"
        " WHERE s.whose IS NULL AND s.hidden = 0 ORDER BY s.n LIMIT 500",
    },
}


def write(store: Map, out: Path) -> None:
    """Writes the metadata of a map as one JSON file, which `datasette MAP --metadata FILE` takes."""
    with writing(out) as part:
        part.write_text(json.dumps(metadata(store), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def metadata(store: Map) -> Row:
    """The metadata; a query's description names the topics that it may be asked about."""
    topics = ", ".join(topic["id"] for topic in topics_of(store))
    queries = {
        name: query | ({"description": f"Topics: {topics}"} if ":topic" in query["sql"] else {})
        for name, query in QUERIES.items()
    }
    tables = _TABLES | {name: {"hidden": True} for name in _HIDDEN}
    about = "Who said what, where, on which topic, for or against"
    return {
        "title": f"Stance map ({UNREVIEWED})",
        "description": f"{about}. {UNREVIEWED.capitalize()}: read the quotation in its source before you rely on it.",
        "databases": {store.path.stem: {"title": about, "tables": tables, "queries": queries}},
    }
