"""Records of a page as the contract lays out a statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from discourse.links import Said, link
from discourse.records import Document, Link, Stance, Statement

_DOCUMENT = ("id", "source", "title", "url", "published", "publisher", "kind")
_STATEMENT = (
    "start", "end", "text", "speaker", "speaker_id", "speaker_text", "role", "organisation", "kind", "cue", "quoted_by"
)  # fmt: skip


def fields(
    documents: Iterable[Document], statements: Sequence[Statement], stances: Iterable[Stance]
) -> Iterator[dict[str, Any]]:
    """One object per statement, its stances surest first; without a map there is no argument and no correction."""
    known = {document.id: document for document in documents}
    sides: dict[str, list[Stance]] = {}
    for stance in stances:
        sides.setdefault(stance.statement_id, []).append(stance)
    linked = _links(known, statements, sides)
    for statement in statements:
        document = known[statement.document_id]
        row: dict[str, Any] = {"id": statement.id, "document": {name: getattr(document, name) for name in _DOCUMENT}}
        row |= {name: getattr(statement, name) for name in _STATEMENT}
        row["stances"] = [
            {"topic": s.topic, "stance": s.stance, "confidence": round(s.confidence, 4)}
            for s in sorted(sides.get(statement.id, ()), key=lambda s: (-s.confidence, s.topic))
        ]
        links = [
            {"kind": k.kind, "confidence": k.confidence, "evidence": k.evidence, "from": k.source, "to": k.target}
            for k in linked.get(statement.id, ())
        ]
        yield row | {"corrected": [], "argument": None, "links": links}


def _links(
    documents: Mapping[str, Document], statements: Sequence[Statement], sides: Mapping[str, Sequence[Stance]]
) -> dict[str, list[Link]]:
    """The links that each statement is part of, by its id."""
    of_document: dict[str, list[Said]] = {}
    for s in sorted(statements, key=lambda s: (s.start, s.end)):
        taken = {(stance.topic, stance.stance): stance.confidence for stance in sides.get(s.id, ())}
        of_document.setdefault(s.document_id, []).append(
            Said(s.id, s.start, s.end, s.text, s.kind, s.speaker_id, taken)  # type: ignore[arg-type]  # sides are texts
        )
    found: dict[str, list[Link]] = {}
    for name, said in of_document.items():
        for one in link(documents[name].text, said):
            found.setdefault(one.source, []).append(one)
            found.setdefault(one.target, []).append(one)
    return found
