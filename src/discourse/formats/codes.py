"""Codes of foreign codebooks, and how they become topics of ours."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from discourse.records import Topic


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a codebook."""

    name: str
    description: str = ""
    parent: str | None = None
    """The name of the code above it."""
    id: str | None = None


def slug(name: str) -> str:
    """An id made of a name: lower-case letters and digits in words joined by "-", at most 60 characters."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:60].strip("-") or "code"


def of_topics(topics: Iterable[Topic]) -> list[Code]:
    """Topics as codes: named by their names, described by their propositions."""
    return [Code(topic.name, topic.proposition, None, topic.id) for topic in topics]


def as_toml(codes: Sequence[Code]) -> str:
    """A codebook whose topics are the codes; the proposition of each is its description, or else its name, and is
    to be read over by a person, since a code need not be debatable."""
    taken: set[str] = set()
    blocks = []
    for code in codes:
        wanted = code.id if code.id and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code.id) else slug(code.name)
        identifier, number = wanted, 1
        while identifier in taken:
            number += 1
            identifier = f"{wanted}-{number}"
        taken.add(identifier)
        name = _line(code.name) or identifier
        fields = {"id": identifier, "name": name, "proposition": _line(code.description) or name}
        # A JSON string with its non-ASCII characters as they are is also a basic string of TOML.
        lines = [f"{key} = {_quoted(value)}" for key, value in fields.items()]
        blocks.append("\n".join(["[[topic]]", *lines]))
    return "\n\n".join(blocks) + "\n"


def _line(value: str) -> str:
    """The text on one line, without what cannot be printed."""
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
