"""A map for notebooks: every question gives a pandas table with documented columns."""

from __future__ import annotations

import html
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from discourse import query
from discourse.errors import QueryError
from discourse.formats import dictionary, tables
from discourse.places import place
from discourse.store import read
from discourse.store import tables as stored
from discourse.store.map import Map as Store
from discourse.store.read import Filter

if TYPE_CHECKING:
    import pandas as pd

    from discourse.annotations import Annotation

AROUND = 200
"""How many characters before and after a statement are shown with it."""
_DTYPES = {"text": "string", "integer": "Int64", "number": "Float64", "boolean": "boolean"}


class Map:
    """A stance map, opened for reading; `Map.columns` says what each table holds.

    Filters are those of the command line: names, aliases or ids of stakeholders and topics, dates such as 2016 or
    2016-05-10, both ends included. A QueryError names what is near a name that the map does not have.
    """

    def __init__(self, path: str | Path = "discourse.db") -> None:
        self.path = place(path)
        self._store = Store.open(self.path)

    def close(self) -> None:
        """Lets go of the map."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def positions(
        self,
        stakeholder: str | None = None,
        topic: str | None = None,
        *,
        stance: str | None = None,
        group: str | None = None,
        since: str | None = None,
        until: str | None = None,
        publisher: str | None = None,
        min_confidence: float | None = None,
        by: query.RollUp | None = None,
    ) -> pd.DataFrame:
        """Where each stakeholder stands on each topic, strongest evidence first: the table "positions"."""
        where = self._filter(stakeholder, topic, stance, group, since, until, publisher, min_confidence)
        return frame("positions", query.positions(self._store, where, by))

    def statements(
        self,
        stakeholder: str | None = None,
        topic: str | None = None,
        *,
        stance: str | None = None,
        group: str | None = None,
        since: str | None = None,
        until: str | None = None,
        publisher: str | None = None,
        min_confidence: float | None = None,
    ) -> pd.DataFrame:
        """Statements with their documents, in order of date: the table "statements"."""
        where = self._filter(stakeholder, topic, stance, group, since, until, publisher, min_confidence)
        return frame("statements", [tables.with_document(row) for row in query.statements(self._store, where)])

    def search(
        self, words: str, stakeholder: str | None = None, topic: str | None = None, *, limit: int = 20
    ) -> pd.DataFrame:
        """Statements nearest to a query by words and meaning, best first: "statements" and the column `score`."""
        from discourse.embed import load_embedder

        embedder = load_embedder(self._store.setting("embedder") or "minilm")
        found = query.search(self._store, words, embedder, self._filter(stakeholder, topic), limit)
        made = frame("statements", [tables.with_document(row) for row in found])
        made["score"] = [row["score"] for row in found]
        return made

    def stances(self) -> pd.DataFrame:
        """Every stance shown, and who gave it: the table "stances"."""
        return frame("stances", tables.rows(self._store, "stances"))

    def codings(self) -> pd.DataFrame:
        """Statements with their stances, one stance a row: the table "codings"."""
        return frame("codings", tables.rows(self._store, "codings"))

    def documents(self) -> pd.DataFrame:
        """Documents in order of date: the table "documents"."""
        return frame("documents", tables.rows(self._store, "documents"))

    def stakeholders(self) -> pd.DataFrame:
        """Stakeholders, those with most statements first: the table "stakeholders"."""
        return frame("stakeholders", tables.rows(self._store, "stakeholders"))

    def topics(self) -> pd.DataFrame:
        """Topics with how much is said for and against: the table "topics"."""
        return frame("topics", tables.rows(self._store, "topics"))

    def arguments(self, topic: str | None = None) -> pd.DataFrame:
        """The points made on each side: the table "arguments"."""
        chosen = query.resolve_topic(self._store, topic) if topic else None
        return frame("arguments", query.arguments(self._store, chosen))

    def grid(self, **asked: Any) -> pd.DataFrame:
        """Stakeholders by topics: favour, against, mixed, or nothing where no side is taken; asked as `positions`."""
        rows = self.positions(**asked)
        # Two stakeholders of one name share a line.
        return rows.pivot_table(index="stakeholder", columns="topic", values="stance", aggfunc=_together).fillna("")

    def show(self, statement: str) -> Shown:
        """One statement with what stands around it, who said it and the sides it takes; notebooks display it."""
        row = read.statements_by_id(self._store, [statement]).get(statement)
        if row is None:
            raise QueryError(f"no statement {statement:.40} in {self.path}: `statements()` lists them")
        sides = read.stances_of(self._store, [statement]).get(statement, [])
        return Shown(self.text(row["document_id"]), row, tuple(f"{s['topic']}: {s['stance']}" for s in sides))

    def links(self) -> pd.DataFrame:
        """Which statements support or answer which: the table "links"."""
        return frame("links", tables.rows(self._store, "links"))

    def text(self, document: str) -> str:
        """The text of a document, whose statements lie at `text[start:end]`."""
        found = read.text_of(self._store, document)
        if found is None:
            raise QueryError(f"no document {document} in {self.path}: `documents()` lists them")
        return found

    def annotations(self) -> list[Annotation]:
        """What the map holds as stand-off annotations by the coder "machine", for agreement and exchange."""
        from discourse.formats.from_map import coded

        return list(coded(self._store).annotations)

    @staticmethod
    def columns(table: str | None = None) -> pd.DataFrame:
        """The data dictionary: table, column, type and meaning, of one table or of all."""
        import pandas as pd

        listed = pd.DataFrame(dictionary.rows(), dtype="string")
        return listed if table is None else listed[listed["table"] == table].reset_index(drop=True)

    def __repr__(self) -> str:
        counts = ", ".join(f"{number} {name}s" for name, number in self._counts().items())
        return f"Map({str(self.path)!r}: {counts})"

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><th>{name}s</th><td>{number}</td></tr>" for name, number in self._counts().items())
        threshold = stored.threshold(self._store)
        return (
            f"<table><caption>{html.escape(str(self.path))}</caption>{rows}</table>"
            f"<p>Coded by machine, not reviewed, unless <code>coded_by</code> names a person;"
            f" stances shown from a confidence of {threshold:.2f}.</p>"
        )

    def _counts(self) -> dict[str, int]:
        counts = read.counts(self._store)
        return {name: counts[name] for name in ("document", "stakeholder", "statement", "argument")}

    def _filter(
        self,
        stakeholder: str | None = None,
        topic: str | None = None,
        stance: str | None = None,
        group: str | None = None,
        since: str | None = None,
        until: str | None = None,
        publisher: str | None = None,
        min_confidence: float | None = None,
    ) -> Filter:
        if stance not in (None, "favour", "against", "mixed"):
            raise QueryError(f'stance "{stance}" is none of favour, against, mixed')
        asked = Filter(
            stance=stance, group=group, since=since, until=until, publisher=publisher, min_confidence=min_confidence
        )
        return replace(
            asked,
            stakeholder=query.resolve_stakeholder(self._store, stakeholder) if stakeholder else None,
            topic=query.resolve_topic(self._store, topic) if topic else None,
        )


def _together(sides: pd.Series[str]) -> str:
    return str(sides.iloc[0]) if sides.nunique() == 1 else "mixed"


class Shown:
    """A statement in its place, as `Map.show` gives it."""

    def __init__(self, text: str, row: dict[str, Any], sides: tuple[str, ...]) -> None:
        start, end = row["start"], row["end"]
        self.before, self.statement, self.after = text[max(0, start - AROUND) : start], text[start:end], text[end:]
        self.after = self.after[:AROUND]
        self.speaker: str | None = row["speaker"]
        self.title: str | None = row["title"]
        self.published: str | None = row["published"]
        self.url: str | None = row["url"]
        self.sides = sides

    def __repr__(self) -> str:
        about = ", ".join(self.sides) or "no side taken"
        return f"{self.speaker or 'nobody named'}: “{self.statement}” ({about}; {self._source()})"

    def _repr_html_(self) -> str:
        safe = self.url is not None and self.url.startswith(("https://", "http://"))
        source = html.escape(self._source())
        link = f'<a href="{html.escape(str(self.url))}" rel="noreferrer">{source}</a>' if safe else source
        words = f"{html.escape(self.before)}<mark>{html.escape(self.statement)}</mark>{html.escape(self.after)}"
        about = html.escape(", ".join(self.sides) or "no side taken")
        return (
            f"<p><b>{html.escape(self.speaker or 'nobody named')}</b> ({about})</p>"
            f'<blockquote style="white-space: pre-wrap">{words}</blockquote><p>{link}</p>'
        )

    def _source(self) -> str:
        return ", ".join(part for part in (self.title, self.published) if part) or "untitled"


def frame(table: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows as a pandas table with exactly the columns and types that the data dictionary gives, also when empty."""
    import pandas as pd

    made = {}
    for name, (kind, _) in dictionary.TABLES[table].items():
        made[name] = pd.Series([row.get(name) for row in rows], dtype=_DTYPES.get(kind, "object"))
    return pd.DataFrame(made)
