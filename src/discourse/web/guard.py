"""What stands before every page: methods, Host header, rate, lengths; and the headers that every answer carries."""

from __future__ import annotations

import logging
import re
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from discourse.web.settings import Settings

_log = logging.getLogger(__name__)

LONGEST_URL = 8192
"""Bytes of a path with its query."""
_CLIENTS = 10_000
"""Clients whose rate is remembered; the one not heard of for longest is forgotten first."""
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?", re.I)
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_WITH_KEYS = f"{_POLICY}; script-src 'self'"
"""On the pages for reviewing alone: their one script presses a button when its key is pressed."""
REVIEW = "/review"
_READ = [(b"content-security-policy", _POLICY.encode()), (b"referrer-policy", b"no-referrer")]
_REVIEWED = [(b"content-security-policy", _WITH_KEYS.encode()), (b"referrer-policy", b"same-origin")]
"""With no-referrer, browsers would not say from which site a form comes."""
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
]


class Rate:
    """A token bucket for each client."""

    def __init__(self, per_second: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_second, self.burst, self.clock = per_second, burst, clock
        self.held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, client: str) -> bool:
        """Takes one token of a client's, if there is one."""
        now = self.clock()
        tokens, then = self.held.pop(client, (float(self.burst), now))
        tokens = min(self.burst, tokens + (now - then) * self.per_second)
        allowed = tokens >= 1
        self.held[client] = (tokens - allowed, now)
        if len(self.held) > _CLIENTS:
            self.held.popitem(last=False)
        return allowed


class Guard:
    """ASGI middleware: refuses what is not to be answered, before anything looks at it."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.hosts = {name.casefold() for name in settings.hosts}
        self.rate = Rate(settings.requests_per_second, settings.burst)
        self.editing = settings.editing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        asked = scope["method"]
        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                own = _REVIEWED if self._reviews(scope) else _READ
                named = {name for name, _ in message["headers"]}
                added = [header for header in (*_HEADERS, *own) if header[0] not in named]
                message = {**message, "headers": [*message["headers"], *added]}
            elif message["type"] == "http.response.body" and asked == "HEAD":
                message = {**message, "body": b""}
            await send(message)

        refusal = self._refusal(scope)
        if refusal:
            await _refuse(guarded, *refusal)
            return
        try:
            await self.app({**scope, "method": "GET"} if asked == "HEAD" else scope, receive, guarded)
        except Exception:
            _log.exception("%s failed", scope["path"])
            if not begun:
                await _refuse(guarded, 500, "Something went wrong here, and it has been logged.")

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        named = _HOST.fullmatch(hosts[0].decode("latin-1")) if len(hosts) == 1 else None
        if named is None or named[1].casefold() not in self.hosts:
            return 421, "This server does not answer under that name; `discourse serve --allow-host NAME` adds one."
        if scope["method"] not in ("GET", "HEAD") and not (scope["method"] == "POST" and self._reviews(scope)):
            return 405, "These pages are read-only."
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LONGEST_URL:
            return 414, f"The address is longer than {LONGEST_URL} bytes: ask a shorter question."
        if not self.rate.allows(scope["client"][0] if scope["client"] else ""):
            return 429, "Too many requests: wait a moment."
        return None

    def _reviews(self, scope: Scope) -> bool:
        return self.editing and (scope["path"] == REVIEW or scope["path"].startswith(f"{REVIEW}/"))


async def _refuse(send: Send, status: int, why: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    if status == 405:
        headers.append((b"allow", b"GET, HEAD"))
    if status == 429:
        headers.append((b"retry-after", b"1"))
    body = (why + "\n").encode()
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
