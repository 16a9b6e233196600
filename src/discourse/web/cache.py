"""Answers that are given again while the map stays as it is."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from discourse.web.maps import Maps, State, watching

_MOST_BYTES = 32_000_000
_LARGEST = 1_000_000
_KEY_HEADERS = (b"host",)
"""Headers that an answer depends on: a feed names the server."""


@dataclass(frozen=True, slots=True)
class _Held:
    state: State
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


class Cache:
    """ASGI middleware: keeps whole answers to GET, up to a number of bytes, the longest unasked forgotten first.

    What was made of an overview that was itself out of date is not kept, and whoever sends a cookie is asked anew.
    """

    def __init__(self, app: ASGIApp, maps: Maps) -> None:
        self.app, self.maps = app, maps
        self.held: OrderedDict[tuple[bytes, ...], _Held] = OrderedDict()
        self.bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"]) if scope["type"] == "http" else {}
        if scope["type"] != "http" or scope["method"] != "GET" or b"cookie" in headers:
            await self.app(scope, receive, send)
            return
        asked = (scope.get("raw_path") or scope["path"].encode(), scope["query_string"])
        key = (*asked, *(headers.get(name, b"") for name in _KEY_HEADERS))
        state = self.maps.state()
        found = self.held.get(key)
        if found is not None and found.state == state:
            self.held.move_to_end(key)
            await _give(found, headers.get(b"if-none-match", b""), send)
            return
        parts: list[bytes] = []
        start: Message = {}

        async def watched(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))
            await send(message)

        with watching() as outdated:
            await self.app(scope, receive, watched)
        body = b"".join(parts)
        fit = start.get("status") == 200 and len(body) <= _LARGEST
        if fit and not outdated and self.maps.state() == state:
            self._keep(key, _Held(state, 200, list(start["headers"]), body))

    def _keep(self, key: tuple[bytes, ...], held: _Held) -> None:
        old = self.held.pop(key, None)
        self.bytes += len(held.body) - (len(old.body) if old else 0)
        self.held[key] = held
        while self.bytes > _MOST_BYTES:
            self.bytes -= len(self.held.popitem(last=False)[1].body)


async def _give(held: _Held, known: bytes, send: Send) -> None:
    tag = next((value for name, value in held.headers if name == b"etag"), None)
    unchanged = tag is not None and tag in [part.strip().removeprefix(b"W/") for part in known.split(b",")]
    status, body = (304, b"") if unchanged else (held.status, held.body)
    skipped = (b"content-length", b"content-type", b"content-disposition") if unchanged else ()
    headers = [(name, value) for name, value in held.headers if name not in skipped]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
