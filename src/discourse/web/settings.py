"""What whoever runs the pages decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from discourse.errors import DiscourseError

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True)
class Settings:
    """Under which names the server answers, and what one client and one question may cost."""

    hosts: tuple[str, ...] = _LOOPBACK
    """Names (without port) in the Host header that are answered; others are refused."""
    requests_per_second: float = 50.0
    """For each client, over time."""
    burst: int = 200
    """For each client, at once."""
    seconds: float = 5.0
    """What one question may ask of the map."""
    keep: float = 10.0
    """Seconds for which overviews stay as they are while the map is being written to."""
    readers: int = 4
    """Connections to the map."""
    reviewers: Mapping[str, str] = field(default_factory=dict)
    """Who may review, each with a token of their own; nobody: nothing can be changed."""
    behind_tls: bool = False
    """Whether a web server with TLS stands in front; cookies are then sent over TLS alone."""

    full_texts: bool = False
    """Whether whole texts and captured pages are shown: other people's work."""
    archive: Path | None = None
    """The folder that `discourse collect` filled, for captured pages."""

    @property
    def editing(self) -> bool:
        return bool(self.reviewers)


def hosts_for(host: str, more: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The names under which a server that listens on `host` answers."""
    own = (f"[{host}]" if ":" in host else host,)
    return tuple(dict.fromkeys([*_LOOPBACK, *own, *(name.casefold() for name in more)]))


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens on `host`."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def check_editing(host: str, names: tuple[str, ...], behind_tls: bool) -> None:
    """DiscourseError where others than this machine could change the map over a connection that is not encrypted."""
    if behind_tls or all(is_loopback(name) for name in (host, *names)):
        return
    raise DiscourseError(
        "--edit is for this machine alone, for a token and a cookie must not cross a network unencrypted: put a web "
        "server with TLS in front and say --behind-tls, or leave out --host and --allow-host"
    )
