"""Records of a page as the contract lays out a statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from discourse.records import Document, Stance, Statement

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
    for statement in statements:
        document = known[statement.document_id]
        row: dict[str, Any] = {"id": statement.id, "document": {name: getattr(document, name) for name in _DOCUMENT}}
        row |= {name: getattr(statement, name) for name in _STATEMENT}
        row["stances"] = [
            {"topic": s.topic, "stance": s.stance, "confidence": round(s.confidence, 4)}
            for s in sorted(sides.get(statement.id, ()), key=lambda s: (-s.confidence, s.topic))
        ]
        yield row | {"corrected": [], "argument": None}
