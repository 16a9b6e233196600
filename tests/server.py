"""A web server on this machine that behaves as well or as badly as a test wants."""

from __future__ import annotations

import gzip
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from typing import Any

Behaviour = Callable[["Handler"], None]


class Site:
    """Pages by path; what is not there is answered 404. Counts and times every request."""

    def __init__(self) -> None:
        self.behaviours: dict[str, Behaviour] = {}
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.times: list[tuple[str, float, float]] = []
        self.lock = threading.Lock()
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def counts(self) -> Counter[str]:
        """Requests by path."""
        return Counter(path for _, path, _ in self.requests)

    def put(self, path: str, body: str | bytes, media_type: str = "text/html; charset=utf-8", **options: Any) -> None:
        self.behaviours[path] = page(body, media_type, **options)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    site: Site

    def do_GET(self) -> None:
        begun = monotonic()
        with self.site.lock:
            self.site.requests.append((self.headers.get("Host", ""), self.path, dict(self.headers.items())))
        behaviour = self.site.behaviours.get(self.path) or self.site.behaviours.get(self.path.partition("?")[0])
        try:
            (behaviour or answer(404, b"not here"))(self)
        except (ConnectionError, TimeoutError):
            self.close_connection = True
        with self.site.lock:
            self.site.times.append((self.path, begun, monotonic()))

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


@contextmanager
def serving(site: Site) -> Iterator[Site]:
    """The site at an address of this machine while the block runs."""
    handler = type("SiteHandler", (Handler,), {"site": site})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    site.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def answer(status: int, body: bytes = b"", **headers: str) -> Behaviour:
    """An answer with these headers, underscores in their names standing for hyphens."""

    def behave(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return behave


def page(body: str | bytes, media_type: str = "text/html; charset=utf-8", etag: str | None = None) -> Behaviour:
    """A page; with an ETag it answers 304 to whoever has it."""
    content = body.encode() if isinstance(body, str) else body

    def behave(handler: Handler) -> None:
        if etag and handler.headers.get("If-None-Match") == etag:
            answer(304, ETag=etag)(handler)
        else:
            answer(200, content, Content_Type=media_type, **({"ETag": etag} if etag else {}))(handler)

    return behave


def redirect(target: str, status: int = 302) -> Behaviour:
    return answer(status, Location=target)


def zipped(body: bytes) -> Behaviour:
    """A page compressed on its way."""
    return answer(200, gzip.compress(body, mtime=0), Content_Type="text/html", Content_Encoding="gzip")


def bomb(megabytes: int) -> Behaviour:
    """A few kilobytes that unpack to many megabytes."""
    return zipped(bytes(megabytes * 1_000_000))


def endless(handler: Handler) -> None:
    """A body that never ends."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.close_connection = True
    for _ in range(10_000):
        handler.wfile.write(b"x" * 65_536)


def dripping(handler: Handler) -> None:
    """A body of one byte every so often, each in time for a reader that only fears silence."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    handler.close_connection = True
    ended = threading.Event()
    for _ in range(200):
        handler.wfile.write(b"x")
        ended.wait(0.02)


def cut_short(handler: Handler) -> None:
    """Promises more than comes."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"<p>half a")
    handler.close_connection = True


def raw(content: bytes) -> Behaviour:
    """Bytes as they are, whatever they are, and the end of the connection."""

    def behave(handler: Handler) -> None:
        handler.wfile.write(content)
        handler.close_connection = True

    return behave


def chunked(*pieces: bytes) -> Behaviour:
    """A page in chunks."""

    def behave(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for piece in (*pieces, b""):
            handler.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")

    return behave


def failing_first(times: int, then: Behaviour, status: int = 503, **headers: str) -> Behaviour:
    """Answers that it is busy so many times, and then behaves."""
    left = [times]

    def behave(handler: Handler) -> None:
        if left[0] > 0:
            left[0] -= 1
            answer(status, b"busy", **headers)(handler)
        else:
            then(handler)

    return behave
