"""robots.txt as RFC 9309 reads it."""

from __future__ import annotations

from dataclasses import dataclass

from protego import Protego

AGENT = "sector-discourse"
"""The name by which robots.txt speaks to this software."""

LARGEST = 512_000
"""Bytes that are read; RFC 9309 (2.5) asks for at least 500 KiB."""

MOST_DELAY = 120.0
"""Seconds; a longer crawl-delay means that the site is not asked at all."""


@dataclass(frozen=True, slots=True)
class Robots:
    """What one host's robots.txt says to us."""

    rules: Protego | None = None
    reason: str | None = None
    """Why nothing may be asked, where that is so."""
    delay: float = 0.0
    """Seconds between requests that the host asks for."""

    def forbids(self, url: str) -> str | None:
        """Why a page may not be asked for; None if it may."""
        if self.reason:
            return self.reason
        if self.rules and not self.rules.can_fetch(url, AGENT):
            return "robots.txt of the site does not allow it"
        return None


def read_robots(status: int, body: bytes) -> Robots:
    """The rules in an answer to a request for robots.txt.

    RFC 9309 (2.3.1): whoever answers that there is none (4xx) allows all; whoever cannot answer (5xx, 429)
    allows nothing for now.
    """
    if status == 429 or status >= 500:
        return unreachable(f"answered {status}")
    if status >= 400:
        return Robots()
    if len(body) > LARGEST:
        body = body[: body.rfind(b"\n", 0, LARGEST) + 1]
    rules = Protego.parse(body.decode("utf-8-sig", "replace").replace("\x00", ""))
    delay = rules.crawl_delay(AGENT) or 0.0
    if delay > MOST_DELAY:
        return Robots(reason=f"robots.txt asks for {delay:.0f} s between requests, more than can be waited")
    return Robots(rules, delay=delay)


def unreachable(why: str) -> Robots:
    """What holds while robots.txt cannot be read: nothing is allowed."""
    return Robots(reason=f"robots.txt could not be read ({why}), so nothing is asked until it can")
