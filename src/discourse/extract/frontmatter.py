"""Metadata at the top of text files: YAML or TOML front matter, or "Title: ..." lines."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FENCED = re.compile(
    r"\A\ufeff?\s*(?P<fence>---|\+\+\+)[ \t]*\r?\n(?P<body>.*?)\r?\n(?P=fence)[ \t]*(?:\r?\n|\Z)", re.S
)
_FIELD = re.compile(r"^(?P<key>[A-Za-z][\w -]{0,30}?)\s*[:=]\s*(?P<value>\S.*)$")
_ITEM = re.compile(r"^\s+-\s+(?P<value>\S.*)$")
_LONGEST = 20_000
_FIELDS = {
    "title": ("title", "headline"),
    "author": ("author", "authors", "by", "byline", "speaker", "writer"),
    "role": ("role", "author role", "author_role", "position", "job title"),
    "date": ("date", "published", "publication date", "date published", "pubdate", "publishdate", "delivered"),
    "publisher": ("publisher", "publication", "site", "site name", "source", "outlet"),
    "url": ("url", "link", "canonical", "permalink", "source url"),
    "language": ("lang", "language", "locale"),
}
_KEYS = {key: name for name, keys in _FIELDS.items() for key in keys}


@dataclass(slots=True)
class FrontMatter:
    """The fields found, and the stretch of text they take up."""

    start: int = 0
    end: int = 0
    title: str | None = None
    author: str | None = None
    role: str | None = None
    date: str | None = None
    publisher: str | None = None
    url: str | None = None
    language: str | None = None


def _plain(value: str) -> str:
    value = value.strip().strip("[]").strip()
    parts = [part.strip().strip("\"'") for part in value.split(",")] if value.startswith(('"', "'")) else [value]
    return "; ".join(part for part in parts if part)


def _assign(matter: FrontMatter, key: str, value: str) -> bool:
    name = _KEYS.get(key.strip().lower().replace("-", " "))
    if name is None:
        return False
    value = _plain(value)
    if name == "url" or (name == "publisher" and value.startswith(("http://", "https://"))):
        if value.startswith(("http://", "https://")):
            matter.url = matter.url or value
        return True
    if getattr(matter, name) is None and value:
        setattr(matter, name, value)
    return True


def front_matter(text: str) -> FrontMatter | None:
    """The fenced front matter at the top of the text, or None; only plain fields and lists of strings are read."""
    match = _FENCED.match(text[:_LONGEST])
    if not match:
        return None
    matter = FrontMatter(match.start("fence"), match.end("body") + len(match["fence"]) + 1)
    matter.end = match.start() + len(match.group().rstrip())
    key = ""
    items: dict[str, list[str]] = {}
    for line in match["body"].splitlines():
        found, item = _FIELD.match(line), _ITEM.match(line)
        if found:
            key = found["key"]
            _assign(matter, key, found["value"])
        elif item and key:
            items.setdefault(key, []).append(_plain(item["value"]))
        elif line.rstrip().endswith(":"):
            key = line.rstrip().rstrip(":")
    for key, values in items.items():
        _assign(matter, key, "; ".join(values))
    return matter


def header_lines(text: str) -> FrontMatter | None:
    """The "Title: ...", "Author: ..." lines at the top of a text, or None unless there are at least two."""
    matter = FrontMatter()
    count = 0
    for match in re.finditer(r"[^\r\n]+", text[:4000]):
        line = match.group().strip().lstrip("\ufeff")
        if not line:
            continue
        field = _FIELD.match(line)
        if not field or len(line) > 300 or not _assign(matter, field["key"], field["value"]):
            break
        matter.end = match.start() + len(match.group().rstrip())
        count += 1
    return matter if count >= 2 else None
