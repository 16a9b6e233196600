"""Asks for a page politely: robots.txt first, one request at a time per host, pauses, retries, redirects."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic, time

from discourse.collect.addresses import is_loopback
from discourse.collect.exchange import AcceptType, Client, ExchangeError, Reply
from discourse.collect.manner import Manner
from discourse.collect.robots import LARGEST, Robots, read_robots, unreachable
from discourse.collect.urls import AddressError, checked, host_of, join

ROBOTS_SECONDS = 24 * 3600.0
"""How long a robots.txt is trusted (RFC 9309, 2.4)."""

LEAST_DELAY = 0.5
"""Seconds between requests to a host beyond this machine, whatever the sources file says."""

TROUBLES = 5
"""Pages in a row that a host could not serve, after which it is left alone until the next run."""

_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})

Headers = Sequence[tuple[str, str]]


class StoppedError(Exception):
    """Whoever waits is told to stop."""


@dataclass(slots=True)
class Visit:
    """What asking for one page came to."""

    url: str
    at: str = ""
    """The last address asked, after redirects."""
    replies: list[Reply] = field(default_factory=list)
    """All complete responses on the way, robots.txt included, in order."""
    reply: Reply | None = None
    """The response that is the page, or says that it is as before (304)."""
    outcome: str = ""
    """Why there is no page: a word of the ledger; empty if there is one."""
    reason: str | None = None


@dataclass(slots=True)
class Host:
    """What is known of one host during a run."""

    name: str
    delay: float
    lock: threading.Lock = field(default_factory=threading.Lock)
    robots_lock: threading.Lock = field(default_factory=threading.Lock)
    ready: float = 0.0
    """When it may next be asked, on the monotonic clock."""
    robots: Robots | None = None
    robots_until: float = 0.0
    troubles: int = 0
    closed: str | None = None
    """Why it is left alone until the next run."""


class Asker:
    """Asks hosts in one manner; safe to use from several threads."""

    def __init__(self, manner: Manner) -> None:
        self.manner = manner
        self.client = Client(manner.agent, manner.limits, manner.allowed, manner.resolver)
        self.stopped = threading.Event()
        self.hosts: dict[str, Host] = {}
        self._guard = threading.Lock()

    def host(self, url: str, delay: float | None = None) -> Host:
        """The host of an address, with its own delay if one is given; AddressError if there is none to ask."""
        name = host_of(url)
        with self._guard:
            if name not in self.hosts:
                self.hosts[name] = Host(name, 0.0)
                delay = self.manner.delay if delay is None else delay
            if delay is not None:
                local = is_loopback(checked(url).hostname or "")
                self.hosts[name].delay = delay if local else max(delay, LEAST_DELAY)
            return self.hosts[name]

    def visit(
        self,
        url: str,
        conditions: Callable[[str], Headers] = lambda url: (),
        accept: AcceptType | None = None,
        stop_at: Callable[[str], str | None] = lambda url: None,
    ) -> Visit:
        """Asks for a page and follows its redirects.

        `conditions` gives the headers of a conditional request for an address; `stop_at` says why the target of a
        redirect need not be asked for, if so (the visit's outcome is then "duplicate of").
        """
        visit = Visit(url)
        seen: set[str] = set()
        while True:
            visit.at = url
            try:
                target = self._step(visit, url, conditions(url), accept)
            except AddressError as error:
                return _ended(visit, "refused", str(error))
            except ExchangeError as error:
                return _ended(visit, error.outcome, str(error))
            if target is None:
                return visit
            seen.add(url)
            known = stop_at(target)
            if known is not None:
                visit.at = target
                return _ended(visit, "duplicate of", known)
            if target in seen or len(seen) > self.manner.redirects:
                loop = "in a circle" if target in seen else f"more than {self.manner.redirects} times"
                return _ended(visit, "refused", f"redirected {loop}")
            url = target

    def close(self) -> None:
        """Ends waiting and requests under way."""
        self.stopped.set()
        self.client.close()

    def _step(self, visit: Visit, url: str, headers: Headers, accept: AcceptType | None) -> str | None:
        """One address: sets the visit's reply or outcome, or gives the address that it redirects to."""
        host = self.host(url)
        robots = self._robots(host, visit)
        forbidden = robots.forbids(url)
        if forbidden:
            _ended(visit, "refused" if robots.reason else "blocked by robots", forbidden)
            return None
        reply = self._ask(host, url, headers, accept, visit)
        if reply.status in _REDIRECTS:
            target = join(url, reply.header("location") or "")
            if target is None:
                raise ExchangeError(f"redirected to what is not a web address (answer {reply.status})")
            return target
        if reply.status == 304 and headers:
            visit.reply = reply
        elif reply.status in (404, 410):
            _ended(visit, "gone", f"answered {reply.status}")
        elif reply.status != 200:
            _ended(visit, "refused", f"answered {reply.status}")
        elif not reply.body.strip():
            _ended(visit, "empty", "the page holds nothing")
        else:
            visit.reply = reply
        return None

    def _ask(self, host: Host, url: str, headers: Headers, accept: AcceptType | None, visit: Visit) -> Reply:
        """A response that is not a plea to come back later; tries again in good time, then gives up."""
        for attempt in range(1, self.manner.tries + 1):
            if host.closed:
                raise ExchangeError(host.closed)
            pause, failure = None, None
            try:
                reply = self._turn(host, url, headers, accept)
            except ExchangeError as error:
                if not error.again:
                    raise
                failure = error
            else:
                visit.replies.append(reply)
                if reply.status not in _BUSY:
                    host.troubles = 0
                    return reply
                pause = retry_after(reply.header("retry-after"))
                failure = ExchangeError(f"answered {reply.status}", again=True)
            if pause is None:
                pause = self.manner.backoff * 2 ** (attempt - 1) * random.uniform(0.75, 1.25)
            if pause > self.manner.patience:
                host.closed = f"{host.name} asks for a pause of {pause:.0f} s: not asked again in this run"
                raise ExchangeError(host.closed)
            host.ready = max(host.ready, monotonic() + pause)
        host.troubles += 1
        if host.troubles >= TROUBLES:
            host.closed = f"{host.name} could not serve {host.troubles} pages in a row: not asked again in this run"
        raise ExchangeError(f"{failure} ({self.manner.tries} tries)", again=True)

    def _turn(self, host: Host, url: str, headers: Headers, accept: AcceptType | None) -> Reply:
        """One request, when the host may be asked."""
        with host.lock:
            while (wait := host.ready - monotonic()) > 0:
                if self.stopped.wait(min(wait, 60.0)):
                    raise StoppedError
            if self.stopped.is_set():
                raise StoppedError
            try:
                return self.client.get(url, headers, accept)
            finally:
                host.ready = max(host.ready, monotonic() + host.delay)

    def _robots(self, host: Host, visit: Visit) -> Robots:
        with host.robots_lock:
            if host.robots is None or monotonic() > host.robots_until:
                host.robots = self._read_robots(host, visit)
                host.robots_until = monotonic() + ROBOTS_SECONDS
                host.delay = max(host.delay, host.robots.delay)
            return host.robots

    def _read_robots(self, host: Host, visit: Visit) -> Robots:
        """robots.txt of a host, its redirects followed, even to another host (RFC 9309, 2.3.1.2)."""
        url = f"{host.name}/robots.txt"
        for _ in range(5):
            try:
                reply = self._ask(self.host(url), url, (), None, visit)
            except ExchangeError as error:
                return unreachable(str(error)) if error.again else Robots(reason=str(error))
            if reply.status not in _REDIRECTS:
                return read_robots(reply.status, reply.body[: LARGEST + 1])
            target = join(url, reply.header("location") or "")
            if target is None:
                break
            url = target
        return Robots()


def retry_after(value: str | None, now: float | None = None) -> float | None:
    """Seconds that a Retry-After header asks to wait, given as a number or a date; None if it says neither."""
    if not value:
        return None
    if re.fullmatch(r"[0-9]{1,9}", value.strip()):
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, moment.timestamp() - (time() if now is None else now))


def now() -> str:
    """The time as the ledger and WARC write it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _ended(visit: Visit, outcome: str, reason: str) -> Visit:
    visit.outcome, visit.reason = outcome, reason
    return visit
