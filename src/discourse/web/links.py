"""Addresses: of the pages, and of what lies outside."""

from __future__ import annotations

from urllib.parse import quote, urlencode, urlsplit


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
