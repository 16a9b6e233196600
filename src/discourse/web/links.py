"""Addresses: of the pages, and of what lies outside."""

from __future__ import annotations

from urllib.parse import quote, urlencode, urlsplit

from discourse.store.read import Row

_WORDS = 6
"""Words of a quotation's beginning and end by which a browser finds it."""


def path(*parts: str, **parameters: str | int | None) -> str:
    """The address of a page from the names on the way to it; parameters that are None are left out."""
    kept = {name: value for name, value in parameters.items() if value is not None}
    return "/" + "/".join(quote(part, safe="") for part in parts) + (f"?{urlencode(kept)}" if kept else "")


def outside(address: str | None) -> str | None:
    """An address on the web, or None for anything else (a script, a file, something broken)."""
    try:
        parts = urlsplit(address or "")
        return address if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


def at_quotation(row: Row) -> str | None:
    """A link that opens a statement's source at the quotation (text fragment, WICG), or None for other than the web."""
    address = outside(row["document"]["url"] or row["document"]["source"])
    if address is None:
        return None
    words = row["text"].split()
    fragment = _fragment(words[:_WORDS])
    if len(words) > 2 * _WORDS:
        fragment += "," + _fragment(words[-_WORDS:])
    return f"{address.split('#')[0]}#:~:text={fragment}"


def _fragment(words: list[str]) -> str:
    return quote(" ".join(words), safe="").replace("-", "%2D")
