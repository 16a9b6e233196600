"""Discourse Network Analyzer 3 files: writing."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from discourse.annotations import Annotation, Coded, Scalar, Text
from discourse.formats import dna_schema
from discourse.formats.base import UNREVIEWED, FormatError, Utf16, by_document, writing
from discourse.formats.dna_read import read
from discourse.formats.from_map import SPEAKER, STANCE, STATEMENT
from discourse.records import Stakeholder, Topic, digest

__all__ = ["read", "write"]

MAIN_TYPE = "DNA Statement"
OTHER_TYPE = "Annotation"
ATTRIBUTES = ("Type", "Alias", "Notes")
DATA_TYPES = {bool: "boolean", int: "integer", str: "short text"}
_COLOURS = ((239, 208, 51), (211, 211, 211), (100, 200, 190), (120, 190, 250), (250, 170, 120))
Values = dict[str, Scalar]


@dataclass(slots=True)
class _Type:
    """A statement type with the data type of each of its variables."""

    id: int
    variables: dict[str, str] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)


def write(coded: Coded, path: Path, topics: Sequence[Topic] = (), stakeholders: Sequence[Stakeholder] = ()) -> None:
    """Writes a file that the program opens: stances as its statements (person, organization, concept, agreement),
    other spans as statements of the type "Annotation"; topics and stakeholders give the entities their attributes.

    A concept is its topic's proposition. Short texts are cut to 190 characters. FormatError for what it cannot hold.
    """
    for annotation in coded.annotations:
        if not annotation.is_span:
            raise FormatError(f"annotation {annotation.id}: a .dna file holds stretches of text alone")
    with writing(path) as part:
        connection = sqlite3.connect(part, isolation_level=None)
        try:
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("BEGIN")
            dna_schema.create(connection)
            _Writer(connection, topics, stakeholders).write(coded)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise FormatError(f"{path}: could not be written as a .dna file ({error})") from None
        finally:
            connection.close()


class _Writer:
    def __init__(
        self, connection: sqlite3.Connection, topics: Sequence[Topic], stakeholders: Sequence[Stakeholder]
    ) -> None:
        self.connection = connection
        self.topics = {topic.id: topic for topic in topics}
        self.stakeholders = {stakeholder.name: stakeholder for stakeholder in stakeholders}
        self.coders: dict[str, int] = {}
        self.types: dict[str, _Type] = {}
        self.entities: dict[tuple[int, str], int] = {}
        self.shortened: dict[tuple[int, str], str] = {}

    def write(self, coded: Coded) -> None:
        self.add_coders(annotation.coder for annotation in coded.annotations)
        laid = [(text, statements_of(annotations, self.topics)) for text, annotations in by_document(coded)]
        self.add_types(values for _, statements in laid for _, values in statements)
        data: dict[str, list[tuple[int, int, Any]]] = defaultdict(list)
        rows: list[tuple[int, ...]] = []
        for number, (text, statements) in enumerate(laid, 1):
            self.add_document(number, text)
            offsets = Utf16.of(text.text)
            for annotation, values in statements:
                start, end = offsets.units(annotation.start or 0), offsets.units(annotation.end or 0)
                kind = self.types[str(values["statement_type"])]
                rows.append((len(rows) + 1, kind.id, number, start, end, self.coders[annotation.coder]))
                for name, data_type in kind.variables.items():
                    self.put(data, len(rows), kind.ids[name], data_type, values.get(name))
        self.connection.executemany("INSERT INTO STATEMENTS VALUES (?, ?, ?, ?, ?, ?)", rows)
        for table, cells in data.items():
            self.connection.executemany(f"INSERT INTO {table} VALUES (NULL, ?, ?, ?)", cells)
        self.add_attributes()

    def put(self, data: dict[str, list[tuple[int, int, Any]]], row: int, variable: int, kind: str, value: Any) -> None:
        if kind == "short text":
            data["DATASHORTTEXT"].append((row, variable, self.entity(variable, "" if value is None else str(value))))
        elif kind == "long text":
            data["DATALONGTEXT"].append((row, variable, "" if value is None else str(value)))
        else:
            data["DATABOOLEAN" if kind == "boolean" else "DATAINTEGER"].append((row, variable, int(value or 0)))

    def entity(self, variable: int, value: str) -> int:
        """The id of the entity of this value, shortened if need be, other values of the same beginning kept apart."""
        known = self.shortened.get((variable, value))
        if known is None:
            known = fit(value)
            if known != value and any(v == known for (n, _), v in self.shortened.items() if n == variable):
                known = fit(value, 8) + digest(value)[:8]
            self.shortened[variable, value] = known
        if (variable, known) not in self.entities:
            self.entities[variable, known] = len(self.entities) + 1
            row = (self.entities[variable, known], variable, known)
            self.connection.execute("INSERT INTO ENTITIES VALUES (?, ?, ?, 0, 0, 0, NULL)", row)
        return self.entities[variable, known]

    def add_coders(self, names: Iterable[str]) -> None:
        for name in ("Admin", *sorted(set(names) - {"Admin"})):
            if len(name) > dna_schema.LIMIT:
                raise FormatError(f'coder "{name:.40}…": a .dna file holds names of {dna_schema.LIMIT} characters')
            self.coders[name] = len(self.coders) + 1
            salt = bytes.fromhex(digest(name)[:32])
            colour = _COLOURS[len(self.coders) % len(_COLOURS)]
            self.connection.execute(
                "INSERT INTO CODERS (ID, Name, Red, Green, Blue, Password) VALUES (?, ?, ?, ?, ?, ?)",
                (self.coders[name], name, *colour, dna_schema.password_digest(dna_schema.PASSWORD, salt)),
            )
        pairs = [(a, b) for a in self.coders.values() for b in self.coders.values() if a != b]
        self.connection.executemany("INSERT INTO CODERRELATIONS (Coder, OtherCoder) VALUES (?, ?)", pairs)

    def add_types(self, statements: Iterable[Values]) -> None:
        self.types[MAIN_TYPE] = _Type(1, dict.fromkeys(("person", "organization", "concept"), "short text"))
        self.types[MAIN_TYPE].variables["agreement"] = "boolean"
        self.types[OTHER_TYPE] = _Type(2, {"layer": "short text", "label": "short text", "note": "long text"})
        for values in statements:
            name = str(values["statement_type"])
            kind = self.types.setdefault(name, _Type(len(self.types) + 1))
            for variable, value in values.items():
                if variable == "statement_type" or value is None:
                    continue
                data_type = DATA_TYPES.get(type(value), "short text")
                if isinstance(value, str) and (len(value) > dna_schema.LIMIT or "\n" in value):
                    data_type = "long text" if name not in (MAIN_TYPE, OTHER_TYPE) else "short text"
                known = kind.variables.setdefault(variable, data_type)
                if known != data_type and name not in (MAIN_TYPE, OTHER_TYPE):
                    kind.variables[variable] = "long text" if "text" in known and "text" in data_type else "short text"
        number = 0
        for name, kind in self.types.items():
            colour = _COLOURS[(kind.id - 1) % len(_COLOURS)]
            self.connection.execute("INSERT INTO STATEMENTTYPES VALUES (?, ?, ?, ?, ?)", (kind.id, fit(name), *colour))
            for variable, data_type in kind.variables.items():
                number += 1
                kind.ids[variable] = number
                row = (number, fit(variable), data_type, kind.id)
                self.connection.execute("INSERT INTO VARIABLES VALUES (?, ?, ?, ?)", row)
                if data_type == "short text":
                    self.entity(number, "")
        for topic in self.topics.values():
            self.entity(self.types[MAIN_TYPE].ids["concept"], topic.proposition)

    def add_document(self, number: int, text: Text) -> None:
        facts = dict(text.facts)
        notes = [UNREVIEWED, f"discourse id: {text.id}"]
        notes += [f"discourse {name}: {' '.join(value.split())}" for name, value in text.facts]
        if text.title is not None:
            notes.append(f"discourse title: {' '.join(text.title.split())}")
        self.connection.execute(
            "INSERT INTO DOCUMENTS VALUES (?, ?, ?, 1, ?, ?, '', ?, ?, ?)",
            (
                number, fit(text.title or text.id), text.text, fit(facts.get("author", "")),
                fit(facts.get("publisher", "")), "\n".join(notes), fit(facts.get("kind", "")),
                epoch(facts.get("published")),
            ),
        )  # fmt: skip

    def add_attributes(self) -> None:
        """The attributes of every entity: a stakeholder's group or kind and other names, a topic's id and name."""
        names = {number: name for kind in self.types.values() for name, number in kind.ids.items()}
        by_proposition = {fit(topic.proposition): topic for topic in self.topics.values()}
        ids: dict[tuple[int, str], int] = {}
        for variable in sorted({variable for variable, _ in self.entities}):
            for attribute in ATTRIBUTES:
                ids[variable, attribute] = len(ids) + 1
        rows = [(number, variable, attribute) for (variable, attribute), number in ids.items()]
        self.connection.executemany("INSERT INTO ATTRIBUTEVARIABLES VALUES (?, ?, ?)", rows)
        values = []
        for (variable, value), entity in self.entities.items():
            given = dict.fromkeys(ATTRIBUTES, "")
            topic, who = by_proposition.get(value), self.stakeholders.get(value)
            if names[variable] == "concept" and topic:
                given |= {"Type": "topic", "Alias": topic.id, "Notes": topic.name}
            elif names[variable] in ("person", "organization") and who:
                given |= {"Type": who.group or who.kind, "Alias": "; ".join(who.aliases), "Notes": who.url or ""}
            values += [(entity, ids[variable, name], fit(given[name])) for name in ATTRIBUTES]
        self.connection.executemany("INSERT INTO ATTRIBUTEVALUES VALUES (NULL, ?, ?, ?)", values)


def statements_of(annotations: Sequence[Annotation], topics: Mapping[str, Topic]) -> list[tuple[Annotation, Values]]:
    """Each annotation with its statement type and the values of its variables."""
    speakers: dict[tuple[int | None, int | None], Annotation] = {}
    organisations: dict[tuple[int | None, int | None], Scalar] = {}
    for a in annotations:
        if a.layer == SPEAKER:
            speakers.setdefault((a.start, a.end), a)
            if a.attribute("organisation"):
                organisations[a.start, a.end] = a.attribute("organisation")
        elif a.layer == STATEMENT:
            organisations.setdefault((a.start, a.end), a.attribute("organisation"))
    found = []
    for a in annotations:
        given = dict(a.attributes)
        if "statement_type" in given:
            values: Values = given
        elif a.layer.startswith(STANCE) and a.label in ("favour", "against"):
            place = (a.start, a.end)
            speaker = speakers.get(place)
            person = speaker is not None and speaker.attribute("speaker_kind") in (None, "person")
            topic = a.layer.removeprefix(STANCE)
            values = {
                "statement_type": MAIN_TYPE,
                "person": speaker.label if speaker and person else "",
                "organization": (organisations.get(place) if person else speaker.label if speaker else None) or "",
                "concept": topics[topic].proposition if topic in topics else topic,
                "agreement": a.label == "favour",
            }
        else:
            values = {"statement_type": OTHER_TYPE, "layer": a.layer, "label": a.label, "note": a.note or ""}
        found.append((a, values))
    # A speaker whom a stance of the same coder names already needs no statement of its own.
    named = {
        (a.coder, a.start, a.end, v.get("person") or v.get("organization")) for a, v in found if a.layer[:7] == STANCE
    }
    return [(a, v) for a, v in found if a.layer != SPEAKER or (a.coder, a.start, a.end, a.label) not in named]


def fit(value: str, less: int = 0) -> str:
    """The value, cut with an ellipsis where it is longer than the program's short texts (less some characters)."""
    limit = dna_schema.LIMIT - less
    return value if len(value) + less <= dna_schema.LIMIT else value[: limit - 1] + "…"


def epoch(published: str | None) -> int:
    """Seconds since 1970 at the start of an ISO date (or of its month or year) in UTC; 0 where there is none."""
    if not published:
        return 0
    whole = published[:10] + "-01" * (2 - published[:10].count("-"))
    try:
        return int(datetime.fromisoformat(whole).replace(tzinfo=UTC).timestamp())
    except ValueError:
        return 0
