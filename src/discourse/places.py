"""Where a map is: a file, or a schema of a PostgreSQL database by its address."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

_SCHEMES = ("postgresql://", "postgres://")
_SECRETS = re.compile(r"\b(password|sslpassword)=[^&]*&?")


class Place(Protocol):
    """A file (a path) or an address; as text it can be shown to anybody."""

    @property
    def stem(self) -> str:
        """A short name for what is there."""
        ...


class Address:
    """The address of a PostgreSQL database as libpq reads it; as text it is without its password."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self._open = _without_password(uri)

    def __str__(self) -> str:
        return self._open

    def __repr__(self) -> str:
        return f"Address({self._open!r})"

    @property
    def stem(self) -> str:
        """The name of the database."""
        return self._open.partition("?")[0].rpartition("/")[2] or "postgres"


def place(named: str | Path) -> Place:
    """What `--map` names: an address where it begins like one, else a file."""
    text = str(named)
    return Address(text) if text.startswith(_SCHEMES) else Path(text)


def _without_password(uri: str) -> str:
    """An address as it may be shown; of one that cannot be taken apart, nothing but that it is one."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return "postgresql://"
    user, at, host = parts.netloc.rpartition("@")
    query = _SECRETS.sub("", parts.query).rstrip("&")
    return f"{parts.scheme}://{user.partition(':')[0]}{at}{host}{parts.path}{f'?{query}' if query else ''}"
