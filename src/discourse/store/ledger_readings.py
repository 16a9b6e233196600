"""What was read in the kept pages: their text, whose copy it is, how far it bears on a codebook."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from discourse.store.ledger import Ledger
from discourse.store.ledger_records import Attempt, Outcome


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a capture gave; an outcome only where it is another than that of getting it."""

    capture: int
    canonical: str
    text: str
    title: str | None = None
    published: str | None = None
    sketch: bytes | None = None
    outcome: Outcome | None = None
    reason: str | None = None
    copy_of: str | None = None
    """The canonical address of the page that this one's text is a copy of."""
    score: float | None = None
    topic: str | None = None
    scored_with: str | None = None


class Readings:
    """The readings in an open ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def unread(self) -> Iterator[Attempt]:
        """Of each page its latest attempt whose capture nobody has read, in order of time."""
        yield from self.ledger.attempts_where(
            "id IN (SELECT max(id) FROM attempt WHERE role = 'page' AND capture IS NOT NULL GROUP BY canonical)"
            " AND same_as IS NULL AND capture NOT IN (SELECT capture FROM reading)"
        )

    def current(self) -> list[Reading]:
        """The reading of each page as it was last kept, exact copies excepted, without its text."""
        sql = (
            "SELECT r.* FROM reading r WHERE r.capture IN (SELECT a.capture FROM attempt a WHERE a.id IN"
            " (SELECT max(id) FROM attempt WHERE role = 'page' AND capture IS NOT NULL GROUP BY canonical)"
            " AND a.same_as IS NULL) ORDER BY r.canonical"
        )
        return [_reading(row, text=False) for row in self.ledger.rows(sql)]

    def text(self, capture: int) -> str:
        """The text that was read in a capture."""
        return _unpacked(self.ledger.rows("SELECT text FROM reading WHERE capture = ?", (capture,))[0]["text"])

    def of_page(self, url: str) -> list[Reading]:
        """The readings of a page, oldest first, by one of its addresses."""
        sql = (
            "SELECT * FROM reading WHERE canonical = (SELECT canonical FROM attempt WHERE ? IN (url, at, canonical)"
            " AND role = 'page' LIMIT 1) ORDER BY capture"
        )
        return [_reading(row) for row in self.ledger.rows(sql, (url,))]

    def write(self, readings: Sequence[Reading]) -> None:
        """Stores new readings."""
        with self.ledger.transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO reading VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        r.capture, r.canonical, zlib.compress(r.text.encode("utf-8", "surrogatepass")), r.title,
                        r.published, r.sketch, r.outcome, r.reason, r.copy_of, r.score, r.topic, r.scored_with,
                    )
                    for r in readings
                ],
            )  # fmt: skip

    def judge(self, readings: Sequence[Reading]) -> None:
        """Stores what readings have come to be: outcome, reason, whose copy, score."""
        with self.ledger.transaction() as connection:
            connection.executemany(
                "UPDATE reading SET outcome = ?, reason = ?, copy_of = ?, score = ?, topic = ?, scored_with = ?"
                " WHERE capture = ?",
                [(r.outcome, r.reason, r.copy_of, r.score, r.topic, r.scored_with, r.capture) for r in readings],
            )


def _reading(row: Any, *, text: bool = True) -> Reading:
    fields = {name: row[name] for name in Reading.__dataclass_fields__}
    return Reading(**fields | {"text": _unpacked(fields["text"]) if text else ""})


def _unpacked(text: bytes) -> str:
    return zlib.decompress(text).decode("utf-8", "surrogatepass")
