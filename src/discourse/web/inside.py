"""Asks the pages for something from inside the process, without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from starlette.types import ASGIApp, Message


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    media_type: str
    body: bytes


def get(app: ASGIApp, addresses: Iterable[str]) -> Iterator[tuple[str, Answer]]:
    """The answer to each address, in order; addresses may be added while it goes on."""
    with asyncio.Runner() as runner:
        for address in addresses:
            yield address, runner.run(_ask(app, address))


async def _ask(app: ASGIApp, address: str) -> Answer:
    parts = urlsplit(address)
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": unquote(parts.path), "raw_path": parts.path.encode(), "query_string": parts.query.encode(),
        "root_path": "", "headers": [(b"host", b"localhost")], "client": ("127.0.0.1", 0), "server": ("localhost", 80),
    }  # fmt: skip
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    headers = dict(sent[0]["headers"])
    kind = headers.get(b"content-type", b"").decode("latin-1").partition(";")[0]
    return Answer(sent[0]["status"], kind, b"".join(message.get("body", b"") for message in sent[1:]))
