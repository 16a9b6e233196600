"""Which statements a question is about, as conditions in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]

STATEMENT_AND_DOCUMENT = "FROM statement s JOIN document d ON d.id = s.document_id"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which statements a question is about; None asks nothing. Ids, not names; dates ISO, both ends included."""

    stakeholder: str | None = None
    group: str | None = None
    topic: str | None = None
    stance: str | None = None
    since: str | None = None
    until: str | None = None
    publisher: str | None = None
    kind: str | None = None
    """Kind of document."""
    attribution: str | None = None
    min_confidence: float | None = None

    @property
    def asks_stance(self) -> bool:
        return self.topic is not None or self.stance is not None or self.min_confidence is not None

    @property
    def asks_nothing(self) -> bool:
        return self == Filter()

    @property
    def asks_of_document(self) -> bool:
        """Whether it asks something, and of documents alone, so that all statements of one match or none."""
        alone = Filter(since=self.since, until=self.until, publisher=self.publisher, kind=self.kind)
        return self == alone and not self.asks_nothing

    def of_statements(self) -> tuple[str, list[Any]]:
        """An SQL condition on statement s and document d, with its values."""
        return _conditions(
            "s.hidden = 0",
            ("s.whose = ?", self.stakeholder),
            ("s.whose IN (SELECT id FROM stakeholder WHERE grp = ? COLLATE NOCASE)", self.group),
            ("substr(d.published, 1, 10) >= ?", self.since),
            ("d.published < ? || '~'", self.until),
            ("d.publisher = ? COLLATE NOCASE", self.publisher),
            ("d.kind = ?", self.kind),
            ("s.kind = ?", self.attribution),
        )

    def of_shown(self) -> tuple[str, str, list[Any]]:
        """Tables and an SQL condition on a shown stance h, with its values; other tables only where they are needed."""
        tables = "shown h"
        if self.attribution is not None:
            tables += " JOIN statement s ON s.n = h.n"
        if self.publisher is not None or self.kind is not None:
            tables += " JOIN document d ON d.id = h.document_id"
        condition, values = _conditions(
            "TRUE",
            ("h.topic = ?", self.topic),
            ("h.whose = ?", self.stakeholder),
            ("h.whose IN (SELECT id FROM stakeholder WHERE grp = ? COLLATE NOCASE)", self.group),
            ("h.stance = ?", self.stance),
            ("h.confidence >= ?", self.min_confidence),
            ("h.published >= ?", self.since),
            ("h.published < ? || '~'", self.until),
            ("d.publisher = ? COLLATE NOCASE", self.publisher),
            ("d.kind = ?", self.kind),
            ("s.kind = ?", self.attribution),
        )
        return tables, condition, values

    def numbers(self) -> tuple[str, list[Any]]:
        """A query for the numbers of the statements that match, each once, with its values."""
        if self.asks_stance:
            tables, condition, values = self.of_shown()
            return f"SELECT {'' if self.topic else 'DISTINCT '}h.n FROM {tables} WHERE {condition}", values
        condition, values = self.of_statements()
        dated = any(value is not None for value in (self.since, self.until, self.publisher, self.kind))
        return f"SELECT s.n {STATEMENT_AND_DOCUMENT if dated else 'FROM statement s'} WHERE {condition}", values


def _conditions(first: str, *wanted: tuple[str, Any]) -> tuple[str, list[Any]]:
    asked = [(condition, value) for condition, value in wanted if value is not None]
    return " AND ".join([first, *(condition for condition, _ in asked)]), [value for _, value in asked]
