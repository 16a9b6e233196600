"""The tables of a map as exports and notebooks give them: every column with its type and meaning."""

from __future__ import annotations

from typing import Literal

ColumnType = Literal["text", "integer", "number", "boolean", "list", "object"]
Columns = dict[str, tuple[ColumnType, str]]

_STATEMENT: Columns = {
    "id": ("text", "Id of the statement."),
    "document": ("text", "Id of the document."),
    "title": ("text", "Title of the document."),
    "published": ("text", "When it was published, ISO 8601."),
    "publisher": ("text", "Who published it."),
    "document_kind": ("text", "speech, opinion, editorial, news, report, hansard, release or other."),
    "url": ("text", "Address of the page, if known."),
    "start": ("integer", "Where the statement begins in the document's text, in Unicode code points from 0."),
    "end": ("integer", "Where it ends: the first code point after it."),
    "text": ("text", "The statement, verbatim."),
    "speaker": ("text", "Who said it, by canonical name; empty where it cannot be told."),
    "speaker_id": ("text", "Id of the stakeholder it counts for."),
    "speaker_text": ("text", "The words on the page that name the speaker."),
    "role": ("text", "What the speaker was, as far as the page or the codebook tells."),
    "organisation": ("text", "Where the speaker was that."),
    "kind": ("text", "direct, indirect, mixed, authored or record."),
    "cue": ("text", "The word or words that say that something is said."),
    "quoted_by": ("text", "The outer speaker of a nested quotation."),
    "argument": ("text", "Id of the argument it belongs to, if any."),
}
_STANCE: Columns = {
    "topic": ("text", "Id of the topic."),
    "stance": ("text", "favour or against."),
    "confidence": ("number", "Calibrated probability of that side, 0 to 1; 1 where a person gave it."),
    "coded_by": ("text", '"machine, not reviewed", or who gave the stance.'),
}

TABLES: dict[str, Columns] = {
    "documents": {
        "id": ("text", "Id of the document, from its canonical source."),
        "version": ("text", "SHA-256 of its text."),
        "source": ("text", "The path or address as given."),
        "url": ("text", "Address of the page, if known."),
        "title": ("text", "Title."),
        "authors": ("list", "Authors' names."),
        "published": ("text", "When it was published, ISO 8601."),
        "publisher": ("text", "Who published it."),
        "kind": ("text", "speech, opinion, editorial, news, report, hansard, release or other."),
        "language": ("text", "ISO 639 code."),
        "characters": ("integer", "Length of its text in code points."),
        "statements": ("integer", "How many statements it holds."),
    },
    "stakeholders": {
        "id": ("text", "Id of the stakeholder."),
        "name": ("text", "Canonical name."),
        "kind": ("text", "person, organisation or group."),
        "group": ("text", "The group that the codebook gives, if any."),
        "aliases": ("list", "Other names that texts use."),
        "url": ("text", "A page about the stakeholder, if the codebook names one."),
        "statements": ("integer", "How many statements count for the stakeholder."),
    },
    "topics": {
        "id": ("text", "Id of the topic."),
        "name": ("text", "Name."),
        "proposition": ("text", "The debatable sentence: favour means for it as written."),
        "favour": ("integer", "How many stances in favour are shown."),
        "against": ("integer", "How many stances against are shown."),
    },
    "statements": _STATEMENT,
    "stances": {"statement": ("text", "Id of the statement."), **_STANCE},
    "positions": {
        "stakeholder": ("text", "Name of the stakeholder."),
        "stakeholder_id": ("text", "Id of the stakeholder."),
        "kind": ("text", "person, organisation or group."),
        "role": ("text", "A person's role at the latest of the statements."),
        "organisation": ("text", "A person's organisation at the latest of the statements."),
        "topic": ("text", "Id of the topic."),
        "stance": ("text", "favour, against or mixed: derived from the stances shown."),
        "confidence": ("number", "Confidence of the surest statement on that side; of the less sure side if mixed."),
        "favour": ("integer", "How many statements are in favour."),
        "against": ("integer", "How many statements are against."),
        "sources": ("integer", "How many documents they stand in."),
        "first": ("text", "Date of the earliest."),
        "last": ("text", "Date of the latest."),
        "statements": ("list", "Ids of the statements it rests on."),
    },
    "arguments": {
        "id": ("text", "Id of the argument."),
        "topic": ("text", "Id of the topic."),
        "stance": ("text", "favour or against."),
        "key_point": ("text", "The point that its statements make, in words of one of them."),
        "statements": ("list", "Ids of its statements."),
        "stakeholders": ("list", "Ids of those who make it."),
        "stability": ("number", "Share of its pairs of statements that resampled clusterings keep together, 0 to 1."),
    },
    "links": {
        "source": ("text", "Id of the statement that supports or answers."),
        "target": ("text", "Id of the statement that is supported or answered."),
        "kind": ("text", "supports or responds_to."),
        "confidence": ("number", "Share of links told in this way that were right where they were read, 0 to 1."),
        "evidence": ("text", "figure, authority, experience or case, where the support is more than a reason."),
        "rule": ("text", "How it was told."),
        "cue": ("text", "The words that tell it; empty where it is told by place or stance alone."),
    },
    "codings": {**_STATEMENT, **_STANCE},
}
"""Every table by name; "codings" has one row for each statement and stance shown, statements without one included."""


def rows() -> list[dict[str, str]]:
    """The data dictionary as a table."""
    return [
        {"table": table, "column": column, "type": kind, "meaning": meaning}
        for table, columns in TABLES.items()
        for column, (kind, meaning) in columns.items()
    ]
