"""The sources file, read strictly: a typing error is told with its line and what is allowed there."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args

from discourse.collect.urls import checked
from discourse.errors import DiscourseError
from discourse.records import DOCUMENT_KINDS

SourceKind = Literal["feed", "sitemap", "pages", "section", "search", "govuk", "hansard", "ofsted", "warc", "folder"]
SOURCE_KINDS: tuple[str, ...] = get_args(SourceKind)
LOCAL_KINDS = frozenset({"warc", "folder"})
"""Kinds that are read from this machine and ask nobody."""

_LARGEST = 2_000_000
_COLLECTOR_KEYS = ("contact", "delay", "at_once", "archive")
_KEYS = (
    *("id", "name", "kind", "url", "urls", "path", "queries", "publisher", "document_kind", "terms"),
    *("delay", "limit", "listings", "include", "exclude", "since", "until"),
)
_ONLY = {
    "urls": {"pages"},
    "path": {"pages", *LOCAL_KINDS},
    "queries": {"search"},
    "since": {"hansard"},
    "until": {"hansard"},
}
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Source:
    """One place where documents are published, and what is known of it beforehand."""

    id: str
    name: str
    kind: SourceKind
    urls: tuple[str, ...] = ()
    """Where reading begins; for `pages`, the pages themselves."""
    path: Path | None = None
    publisher: str | None = None
    document_kind: str | None = None
    terms: str | None = None
    delay: float | None = None
    limit: int = 500
    """Pages asked for in one run, at most."""
    listings: int = 20
    """Pages with lists of links (feeds, sitemaps, result pages) asked for in one run, at most."""
    include: tuple[str, ...] = ()
    """Shell patterns, one of which a page's address must match."""
    exclude: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Sources:
    """A sources file."""

    path: Path
    sources: tuple[Source, ...]
    contact: str | None = None
    delay: float | None = None
    at_once: int | None = None
    archive: Path | None = None


def load_sources(path: Path) -> Sources:
    """The sources that a file lists; DiscourseError names the line and what is allowed there."""
    try:
        if path.stat().st_size > _LARGEST:
            raise DiscourseError(f"{path}: larger than {_LARGEST} bytes, which no sources file is")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        cause = error.strerror if isinstance(error, OSError) else error
        raise DiscourseError(f"{path}: cannot be read as UTF-8 text ({cause})") from None
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise DiscourseError(f"{path}: not valid TOML: {error}") from None
    return _Reader(text, path).read(tables)


class _Reader:
    """Reads the tables of one file and finds the line that a message speaks of."""

    def __init__(self, text: str, path: Path) -> None:
        self.lines = text.splitlines()
        self.path = path

    def read(self, tables: dict[str, Any]) -> Sources:
        self.keys(tables, ("collector", "source"), 0, "a sources file")
        collector = tables.get("collector", {})
        at = self.line_of(r"\[collector\]")
        if not isinstance(collector, dict):
            raise self.fail(self.line_of(r"\[*collector\b"), "collector must be a table, written [collector]")
        self.keys(collector, _COLLECTOR_KEYS, at, "[collector]")
        entries = tables.get("source", [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise self.fail(self.line_of(r"\[*source\b"), "a source must be written [[source]]")
        if not entries:
            raise self.fail(0, "no source: add at least one [[source]] with id, name, kind and url")
        sources = [self.source(entry, self.line_of(r"\[\[source\]\]", 0, i)) for i, entry in enumerate(entries)]
        for position, source in enumerate(sources):
            if any(source.id == earlier.id for earlier in sources[:position]):
                line = self.line_of(r"\[\[source\]\]", 0, position)
                raise self.fail(line, f'a second [[source]] with id "{source.id}": every id stands once')
        archive = self.text(collector, "archive", at, "[collector]")
        return Sources(
            self.path,
            tuple(sources),
            self.text(collector, "contact", at, "[collector]"),
            self.number(collector, "delay", at, "[collector]"),
            self.count(collector, "at_once", at, 4, "[collector]", 32) if "at_once" in collector else None,
            self.path.parent / archive if archive else None,
        )

    def source(self, table: dict[str, Any], line: int) -> Source:
        where = "[[source]]"
        self.keys(table, _KEYS, line, where)
        kind = self.choice(table, "kind", SOURCE_KINDS, line)
        for key, kinds in _ONLY.items():
            if key in table and kind not in kinds:
                allowed = " or ".join(sorted(kinds))
                raise self.fail(self.line_of(key, line), f'{key} is for kind = "{allowed}", and this is "{kind}"')
        path = self.text(table, "path", line, where)
        urls = (*([table["url"]] if "url" in table else []), *self.texts(table, "urls", line))
        if kind == "pages" and path:
            urls = (*urls, *self.listed(path, line))
        if kind in LOCAL_KINDS and (path is None or urls):
            raise self.fail(line, f'a [[source]] of kind "{kind}" needs path = "…" and no url')
        if kind not in LOCAL_KINDS and not urls:
            raise self.fail(line, f'{where} needs url = "https://…"')
        return Source(
            id=self.identifier(table, line),
            name=self.required(table, "name", line),
            kind=kind,  # type: ignore[arg-type]  # checked against the same list
            urls=tuple(self.address(url, line) for url in self.queried(table, urls, line)),
            path=self.path.parent / path if path else None,
            publisher=self.text(table, "publisher", line, where),
            document_kind=self.choice(table, "document_kind", DOCUMENT_KINDS, line)
            if "document_kind" in table
            else None,
            terms=self.text(table, "terms", line, where),
            delay=self.number(table, "delay", line, where),
            limit=self.count(table, "limit", line, 500),
            listings=self.count(table, "listings", line, 20),
            include=self.texts(table, "include", line),
            exclude=self.texts(table, "exclude", line),
            since=self.day(table, "since", line),
            until=self.day(table, "until", line),
        )

    def listed(self, name: str, line: int) -> list[str]:
        """The addresses in a file, one on a line; what follows a # is a comment."""
        path = self.path.parent / name
        try:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError):
            raise self.fail(self.line_of("path", line), f"path {path} cannot be read as a list of addresses") from None
        return [
            address for address in (text.partition(" #")[0].strip() for text in lines) if address[:1] not in ("", "#")
        ]

    def queried(self, table: Mapping[str, Any], urls: Sequence[Any], line: int) -> list[Any]:
        """The addresses with each query of a search in the place that is left for it."""
        from urllib.parse import quote_plus

        queries = self.texts(table, "queries", line)
        if not queries:
            return list(urls)
        if not all(isinstance(url, str) and "{query}" in url for url in urls):
            raise self.fail(self.line_of("url", line), "with queries, url must hold {query} where the query belongs")
        return [url.replace("{query}", quote_plus(query)) for url in urls for query in queries]

    def address(self, value: Any, line: int) -> str:
        if not isinstance(value, str):
            raise self.fail(self.line_of("url", line), "url of [[source]] must be a text")
        try:
            checked(value)
        except ValueError as error:
            raise self.fail(self.line_of("url", line), f'url "{value[:80]}": {error}') from None
        return value

    def line_of(self, pattern: str, start: int = 0, occurrence: int = 0) -> int:
        found = re.compile(rf"\s*{pattern}")
        for number, line in enumerate(self.lines[start:], start + 1):
            if found.match(line):
                if not occurrence:
                    return number
                occurrence -= 1
        return start

    def fail(self, line: int, message: str) -> DiscourseError:
        return DiscourseError(f"{self.path}, line {line}: {message}" if line else f"{self.path}: {message}")

    def keys(self, table: Mapping[str, Any], allowed: Sequence[str], line: int, where: str) -> None:
        for key in table:
            if key not in allowed:
                close = difflib.get_close_matches(key, allowed, 3, 0.6)
                hint = f": did you mean {' or '.join(close)}?" if close else f": allowed are {', '.join(allowed)}"
                at = self.line_of(rf"(\[\[?)?\"?{re.escape(key)}\b", line) or line
                raise self.fail(at, f'{where} has no "{key}"{hint}')

    def text(self, table: Mapping[str, Any], key: str, line: int, where: str) -> str | None:
        value = table.get(key)
        if value is not None and (not isinstance(value, str) or not value.strip() or "\x00" in value):
            raise self.fail(self.line_of(key, line), f"{key} of {where} must be a text that is not empty")
        return " ".join(value.split()) if value else None

    def required(self, table: Mapping[str, Any], key: str, line: int) -> str:
        value = self.text(table, key, line, "[[source]]")
        if value is None:
            raise self.fail(line, f'[[source]] needs {key} = "…"')
        return value

    def texts(self, table: Mapping[str, Any], key: str, line: int) -> tuple[str, ...]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            raise self.fail(self.line_of(key, line), f'{key} of [[source]] must be a list of texts: ["…", "…"]')
        return tuple(value)

    def choice(self, table: Mapping[str, Any], key: str, allowed: Sequence[str], line: int) -> str:
        value = self.required(table, key, line)
        if value not in allowed:
            at = self.line_of(key, line)
            raise self.fail(at, f'{key} "{value}" of [[source]] is not one of {", ".join(allowed)}')
        return value

    def identifier(self, table: Mapping[str, Any], line: int) -> str:
        value = self.required(table, "id", line)
        if not _ID.fullmatch(value) or len(value) > 100:
            example = 'lower-case letters, digits and single hyphens, such as "ofsted-news"'
            raise self.fail(self.line_of("id", line), f'id "{value}" of [[source]] must be {example}')
        return value

    def number(self, table: Mapping[str, Any], key: str, line: int, where: str) -> float | None:
        value = table.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 3600:
            raise self.fail(self.line_of(key, line), f"{key} of {where} must be a number of seconds from 0 to 3600")
        return float(value)

    def count(
        self,
        table: Mapping[str, Any],
        key: str,
        line: int,
        default: int,
        where: str = "[[source]]",
        most: int = 1_000_000,
    ) -> int:
        value = table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
            raise self.fail(self.line_of(key, line), f"{key} of {where} must be a whole number from 1 to {most}")
        return value

    def day(self, table: Mapping[str, Any], key: str, line: int) -> str | None:
        value = table.get(key)
        if value is None or isinstance(value, date):
            return value.isoformat()[:10] if value else None
        if isinstance(value, str) and re.fullmatch(r"\d{4}(-\d\d){0,2}", value):
            return value
        raise self.fail(self.line_of(key, line), f'{key} must be a date such as "2016", "2016-05" or "2016-05-10"')
