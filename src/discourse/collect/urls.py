"""Addresses of pages: normalised, checked, and as they are asked for."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

LONGEST = 2_000
"""Characters; a longer address is refused."""

_UNSAFE = re.compile(r"[\x00-\x20\x7f]")


class AddressError(ValueError):
    """An address that is not asked for, with the reason."""


@lru_cache(maxsize=65_536)
def normalise(url: str) -> str:
    """What identifies the page at an address: courlan's normal form, without fragment and tracking parameters.

    An item of GOV.UK's content interface is known by the address of the page that it is the content of.
    """
    from courlan import normalize_url

    normal = str(normalize_url(url.strip().partition("#")[0]))
    parts = urlsplit(normal)
    if parts.path.startswith("/api/content/"):
        normal = urlunsplit(parts._replace(path=parts.path.removeprefix("/api/content")))
    return normal if urlsplit(normal).path else normal + "/"


def join(base: str, link: str) -> str | None:
    """The absolute web address of a link on a page, without its fragment; None if it leads to no web page."""
    try:
        url = urljoin(base, link.strip()).partition("#")[0]
        return url if urlsplit(url).scheme in ("http", "https") and checked(url) else None
    except ValueError:
        return None


def checked(url: str) -> SplitResult:
    """The parts of an address that can be asked for; AddressError says why it cannot."""
    if len(url) > LONGEST:
        raise AddressError(f"the address has more than {LONGEST} characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressError("not a valid web address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise AddressError("not a web address: it must begin with http:// or https://")
    if parts.username or parts.password:
        raise AddressError("the address holds a user name or password, which is never sent")
    if port == 0 or _UNSAFE.search(parts.netloc):
        raise AddressError("not a valid web address")
    return parts


def host_of(url: str) -> str:
    """Scheme, host and port: what robots.txt and the delay between requests are kept for."""
    parts = checked(url)
    return f"{parts.scheme}://{netloc_host(parts)}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


def ascii_host(parts: SplitResult) -> str:
    """The host name as DNS knows it."""
    host = (parts.hostname or "").rstrip(".").lower()
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        raise AddressError("not a valid host name") from None


def netloc_host(parts: SplitResult) -> str:
    """The host name as it stands in an address: an IPv6 address in brackets."""
    host = ascii_host(parts)
    return f"[{host}]" if ":" in host else host


def target_of(parts: SplitResult) -> str:
    """The path and query as they stand in a request line: nothing in them but visible ASCII."""
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return quote(target if target.startswith("/") else f"/{target}", safe="/%?&=+:;,@!$'()*~#[]|-._")
