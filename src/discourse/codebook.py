"""TOML into topics and stakeholders, strictly: a typing error is told with its line and what is allowed there."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from discourse import resources
from discourse.errors import CodebookError
from discourse.records import STAKEHOLDER_KINDS, Role, Stakeholder, Topic, digest, make_id

_LARGEST = 2_000_000
_SECTOR_KEYS = ("id", "name", "language", "description")
_TOPIC_KEYS = ("id", "name", "proposition", "examples_favour", "examples_against", "terms")
_STAKEHOLDER_KEYS = ("id", "name", "kind", "group", "aliases", "descriptions", "url", "role")
_ROLE_KEYS = ("title", "organisation", "from", "to")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Codebook:
    """The topics and stakeholders of one sector's debate."""

    topics: tuple[Topic, ...]
    stakeholders: tuple[Stakeholder, ...] = ()
    name: str | None = None
    source: str = ""
    """The TOML text it was read from."""

    @property
    def digest(self) -> str:
        return digest(self.source)

    @property
    def stakeholders_fingerprint(self) -> str:
        """Changes whenever a stakeholder does: what attribution depends on."""
        return make_id("stakeholders", *(repr(stakeholder) for stakeholder in self.stakeholders))

    def topic(self, name: str) -> Topic:
        """The topic of this id or name; a CodebookError names the nearest ones if there is none."""
        wanted = name.strip().casefold()
        for topic in self.topics:
            if wanted in (topic.id.casefold(), topic.name.casefold()):
                return topic
        raise CodebookError(f'no topic "{name}"{_nearest(name, [t.id for t in self.topics])}')


def load_codebook(path: Path | None = None) -> Codebook:
    """The codebook of a file, else `codebook.toml` in the working directory, else the packaged one."""
    if path is None:
        here = Path("codebook.toml")
        path = here if here.is_file() else resources.path("codebook.toml")
    try:
        if path.stat().st_size > _LARGEST:
            raise CodebookError(f"{path}: larger than {_LARGEST} bytes, which no codebook is")
        source = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CodebookError(f"{path}: cannot be read as UTF-8 text ({_cause(error)})") from None
    return parse_codebook(source, str(path))


def parse_codebook(source: str, place: str = "codebook") -> Codebook:
    """The codebook that a TOML text states; `place` begins every message about it."""
    try:
        tables = tomllib.loads(source)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise CodebookError(f"{place}: not valid TOML: {error}") from None
    reader = _Reader(source, place)
    reader.keys(tables, ("sector", "topic", "stakeholder"), 0, "a codebook")
    sector = tables.get("sector", {})
    if not isinstance(sector, dict):
        raise CodebookError(f"{place}: sector must be a table, written [sector]")
    reader.keys(sector, _SECTOR_KEYS, reader.line_of(r"\[sector\]"), "[sector]")
    topics = tuple(reader.topic(*item) for item in reader.tables(tables, "topic"))
    if not topics:
        raise CodebookError(f"{place}: no topic: add at least one [[topic]] with id, name and proposition")
    stakeholders = tuple(reader.stakeholder(*item) for item in reader.tables(tables, "stakeholder"))
    reader.unique("topic", [topic.id for topic in topics])
    reader.unique("stakeholder", [stakeholder.id for stakeholder in stakeholders])
    return Codebook(topics, stakeholders, sector.get("name"), source)


class _Reader:
    """Reads tables of one source and finds the line that a message speaks of."""

    def __init__(self, source: str, place: str) -> None:
        self.lines = source.splitlines()
        self.place = place

    def line_of(self, pattern: str, start: int = 0, occurrence: int = 0) -> int:
        found = re.compile(rf"\s*{pattern}")
        for number, line in enumerate(self.lines[start:], start + 1):
            if found.match(line):
                if not occurrence:
                    return number
                occurrence -= 1
        return start

    def fail(self, line: int, message: str) -> CodebookError:
        return CodebookError(f"{self.place}, line {line}: {message}" if line else f"{self.place}: {message}")

    def tables(self, tables: Mapping[str, Any], name: str) -> list[tuple[dict[str, Any], int]]:
        value = tables.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.fail(self.line_of(rf"\[?{name}\b"), f"{name} must be written [[{name}]]")
        return [(item, self.line_of(rf"\[\[{name}\]\]", 0, i)) for i, item in enumerate(value)]

    def keys(self, table: Mapping[str, Any], allowed: tuple[str, ...], line: int, where: str) -> None:
        for key in table:
            if key not in allowed:
                at = self.line_of(rf"(\[\[?)?\"?{re.escape(key)}\b", line) or line
                hint = _nearest(key, list(allowed)) or f": allowed are {', '.join(allowed)}"
                raise self.fail(at, f'{where} has no "{key}"{hint}')

    def text(self, table: Mapping[str, Any], key: str, line: int, where: str) -> str:
        value = table.get(key)
        if value is None:
            raise self.fail(line, f'{where} needs {key} = "…"')
        if not isinstance(value, str) or not value.strip() or "\x00" in value:
            raise self.fail(self.line_of(key, line), f"{key} of {where} must be a text that is not empty")
        return " ".join(value.split())

    def optional(self, table: Mapping[str, Any], key: str, line: int, where: str) -> str | None:
        return self.text(table, key, line, where) if key in table else None

    def texts(self, table: Mapping[str, Any], key: str, line: int, where: str) -> tuple[str, ...]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            raise self.fail(self.line_of(key, line), f'{key} of {where} must be a list of texts: ["…", "…"]')
        return tuple(" ".join(v.split()) for v in value)

    def identifier(self, table: Mapping[str, Any], line: int, where: str) -> str:
        value = self.text(table, "id", line, where)
        if not _ID.fullmatch(value) or len(value) > 100:
            raise self.fail(
                self.line_of("id", line),
                f'id "{value}" of {where} must be lower-case letters, digits and single hyphens, such as "sector-led"',
            )
        return value

    def topic(self, table: dict[str, Any], line: int) -> Topic:
        self.keys(table, _TOPIC_KEYS, line, "[[topic]]")
        return Topic(
            self.identifier(table, line, "[[topic]]"),
            self.text(table, "name", line, "[[topic]]"),
            self.text(table, "proposition", line, "[[topic]]"),
            *(self.texts(table, k, line, "[[topic]]") for k in ("examples_favour", "examples_against", "terms")),
        )

    def stakeholder(self, table: dict[str, Any], line: int) -> Stakeholder:
        where = "[[stakeholder]]"
        self.keys(table, _STAKEHOLDER_KEYS, line, where)
        kind = self.text(table, "kind", line, where) if "kind" in table else "organisation"
        if kind not in STAKEHOLDER_KINDS:
            at = self.line_of("kind", line)
            raise self.fail(at, f'kind "{kind}" of {where} is not one of {", ".join(STAKEHOLDER_KINDS)}')
        roles = table.get("role", [])
        if not isinstance(roles, list) or not all(isinstance(role, dict) for role in roles):
            raise self.fail(line, "a role of a stakeholder must be written [[stakeholder.role]]")
        return Stakeholder(
            id=self.identifier(table, line, where),
            name=self.text(table, "name", line, where),
            kind=kind,  # type: ignore[arg-type]  # checked against the same list just above
            group=self.optional(table, "group", line, where),
            aliases=self.texts(table, "aliases", line, where),
            descriptions=self.texts(table, "descriptions", line, where),
            roles=tuple(self.role(role, line) for role in roles),
            url=self.optional(table, "url", line, where),
        )

    def role(self, table: dict[str, Any], line: int) -> Role:
        where = "[[stakeholder.role]]"
        self.keys(table, _ROLE_KEYS, line, where)
        return Role(
            self.text(table, "title", line, where),
            self.optional(table, "organisation", line, where),
            self.day(table, "from", line),
            self.day(table, "to", line),
        )

    def day(self, table: Mapping[str, Any], key: str, line: int) -> str | None:
        value = table.get(key)
        if value is None or isinstance(value, date):
            return value.isoformat()[:10] if value else None
        if isinstance(value, str) and re.fullmatch(r"\d{4}(-\d\d){0,2}", value):
            return value
        at = self.line_of(key, line)
        raise self.fail(at, f'{key} of a role must be a date such as "2016", "2016-05" or "2016-05-10"')

    def unique(self, name: str, ids: list[str]) -> None:
        for position, value in enumerate(ids):
            if value in ids[:position]:
                line = self.line_of(rf"\[\[{name}\]\]", 0, position)
                raise self.fail(line, f'a second [[{name}]] with id "{value}": every id stands once')


def _nearest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, 3, 0.6)
    return f": did you mean {' or '.join(close)}?" if close else ""


def _cause(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
