"""One request and its response, byte for byte, within limits of size and time."""

from __future__ import annotations

import contextlib
import io
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from http.client import HTTPException, HTTPResponse, IncompleteRead
from time import monotonic
from typing import cast
from urllib.parse import SplitResult

from discourse.collect.addresses import PUBLIC_ONLY, ForbiddenAddressError, Network, Resolver, permitted, resolve
from discourse.collect.urls import ascii_host, checked, netloc_host, target_of

_CHUNK = 65_536
_HEAD = 262_144
_MOST_SOCKETS = 64


@dataclass(frozen=True, slots=True)
class Limits:
    """What one response may take, in bytes and seconds."""

    body: int = 40_000_000
    """As received and again when unpacked."""
    seconds: float = 120.0
    """From the request to the last byte."""
    idle: float = 20.0
    """Without a byte, and for a connection to be made."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete response and what was sent for it."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    """Freed of chunks and compression."""
    raw: bytes
    """Status line, headers and body as they came over the line."""
    request: bytes
    address: str

    def header(self, name: str) -> str | None:
        values = [value for key, value in self.headers if key.lower() == name]
        return ", ".join(values) if values else None

    @property
    def media_type(self) -> str | None:
        kind = (self.header("content-type") or "").partition(";")[0].strip().lower()
        return kind or None


class ExchangeError(Exception):
    """A request that gave no complete response; `again` says whether asking again may help."""

    def __init__(self, message: str, *, outcome: str = "refused", again: bool = False) -> None:
        super().__init__(message)
        self.outcome = outcome
        self.again = again


AcceptType = Callable[[str | None], bool]
"""Whether a response of this media type is wanted."""


@dataclass(slots=True)
class Client:
    """Asks hosts; keeps a connection to each open for the next request."""

    agent: str
    limits: Limits = field(default_factory=Limits)
    allowed: Sequence[Network] = PUBLIC_ONLY
    resolver: Resolver = resolve
    _open: dict[tuple[str, str, int], tuple[socket.socket, str]] = field(default_factory=dict)
    _busy: set[socket.socket] = field(default_factory=set)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def get(self, url: str, headers: Sequence[tuple[str, str]] = (), accept: AcceptType | None = None) -> Reply:
        """The response to one GET, redirects not followed; ExchangeError if there is no complete one."""
        try:
            parts = checked(url)
            place = (parts.scheme, ascii_host(parts), parts.port or (443 if parts.scheme == "https" else 80))
            request = _request(parts, self.agent, headers)
        except ValueError as error:
            raise ExchangeError(str(error)) from None
        deadline = monotonic() + self.limits.seconds
        with self._guard:
            kept = self._open.pop(place, None)
        if kept:
            try:
                return self._ask(url, place, kept, request, deadline, accept)
            except ExchangeError as error:
                # A kept connection that the host has closed in the meantime says nothing about the page.
                if not error.again:
                    raise
        return self._ask(url, place, self._connect(place), request, deadline, accept)

    def close(self) -> None:
        """Ends kept connections and requests under way."""
        with self._guard:
            while self._open:
                self._open.popitem()[1][0].close()
            for connection in self._busy:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def _connect(self, place: tuple[str, str, int]) -> tuple[socket.socket, str]:
        scheme, host, port = place
        try:
            addresses = permitted(host, port, self.allowed, self.resolver)
        except ForbiddenAddressError as error:
            raise ExchangeError(str(error)) from None
        except (OSError, ValueError) as error:
            raise ExchangeError(f"{host} is not found ({_told(error)})", again=True) from None
        for address in addresses[:3]:
            try:
                connection = socket.create_connection((address, port), timeout=self.limits.idle)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if scheme == "https":
                    connection = _tls().wrap_socket(connection, server_hostname=host)
                return connection, address
            except ssl.SSLCertVerificationError as error:
                raise ExchangeError(f"the certificate of {host} does not hold ({error.verify_message})") from None
            except OSError as error:
                failure = error
        raise ExchangeError(f"{host} cannot be reached ({_told(failure)})", again=True)

    def _ask(
        self,
        url: str,
        place: tuple[str, str, int],
        connected: tuple[socket.socket, str],
        request: bytes,
        deadline: float,
        accept: AcceptType | None,
    ) -> Reply:
        connection, address = connected
        line = _Line(connection, deadline, self.limits)
        keep = False
        with self._guard:
            self._busy.add(connection)
        try:
            connection.sendall(request)
            response = HTTPResponse(cast(socket.socket, line), method="GET")
            response.begin()
            self._check_head(response, accept)
            body = _read(response, self.limits.body)
            keep = not response.will_close
            headers = tuple(response.getheaders())
            coding = (response.getheader("content-encoding") or "").lower()
            unpacked = unpack(body, coding, self.limits.body)
            return Reply(url, response.status, headers, unpacked, bytes(line.taken), request, address)
        except ExchangeError:
            keep = False
            raise
        except TimeoutError:
            raise ExchangeError("no answer in time", again=True) from None
        except (IncompleteRead, ConnectionError, EOFError):
            raise ExchangeError("the connection was cut before the answer was complete", again=True) from None
        except (HTTPException, OSError, ValueError) as error:
            raise ExchangeError(f"not an answer that can be read ({_told(error)})", again=True) from None
        finally:
            with self._guard:
                self._busy.discard(connection)
            if keep:
                self._keep(place, connected)
            else:
                connection.close()

    def _check_head(self, response: HTTPResponse, accept: AcceptType | None) -> None:
        if response.status == 304 or not 200 <= response.status < 300:
            return
        media_type = (response.getheader("content-type") or "").partition(";")[0].strip().lower() or None
        if accept and not accept(media_type):
            raise ExchangeError(f"{media_type or 'no type'} is not a type of page that is read", outcome="wrong type")
        if (response.length or 0) > self.limits.body:
            raise too_large(response.length or 0, self.limits.body)

    def _keep(self, place: tuple[str, str, int], connected: tuple[socket.socket, str]) -> None:
        with self._guard:
            if len(self._open) >= _MOST_SOCKETS:
                self._open.pop(next(iter(self._open)))[0].close()
            self._open[place] = connected


class _Line(io.RawIOBase):
    """Stands for a socket towards HTTPResponse: takes down every byte, and ends what is too long or too slow."""

    def __init__(self, connection: socket.socket, deadline: float, limits: Limits) -> None:
        self.connection = connection
        self.deadline = deadline
        self.limits = limits
        self.taken = bytearray()

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self, _CHUNK)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # any writable buffer has the same use
        left = self.deadline - monotonic()
        if left <= 0:
            raise TimeoutError
        self.connection.settimeout(min(left, self.limits.idle))
        count = self.connection.recv_into(buffer)
        self.taken += buffer[:count]
        if len(self.taken) > self.limits.body + _HEAD:
            raise too_large(len(self.taken), self.limits.body)
        return count


def unpack(body: bytes, coding: str, limit: int) -> bytes:
    """A body freed of the content codings it came in (gzip, deflate); ExchangeError if it grows beyond the limit."""
    codings = [name for name in (part.strip() for part in coding.split(",")) if name not in ("", "identity")]
    if not body or not codings:
        return body
    if len(codings) > 2 or not set(codings) <= {"gzip", "x-gzip", "deflate"}:
        raise ExchangeError(f"content encoding {coding[:40]} is not read", outcome="wrong type")
    for _ in codings:
        body = inflate(body, limit)
    return body


def inflate(body: bytes, limit: int) -> bytes:
    """What gzip, zlib or bare deflate packed; ExchangeError if it is broken or grows beyond the limit."""
    window = 47 if body[:2] == b"\x1f\x8b" or (body[0] & 15 == 8 and int.from_bytes(body[:2]) % 31 == 0) else -15
    pieces, size = [], 0
    try:
        while body:
            unpacker = zlib.decompressobj(window)
            piece = unpacker.decompress(body, limit - size + 1)
            size += len(piece)
            if size > limit:
                raise too_large(size, limit)
            if not unpacker.eof:
                raise ExchangeError("compressed content that ends too early", outcome="parse failure", again=True)
            pieces.append(piece)
            body = unpacker.unused_data if unpacker.unused_data[:2] == b"\x1f\x8b" else b""
    except zlib.error:
        raise ExchangeError("compressed content that cannot be unpacked", outcome="parse failure") from None
    return b"".join(pieces)


def too_large(size: int, limit: int) -> ExchangeError:
    return ExchangeError(f"{size / 1e6:.0f} MB or more, where {limit / 1e6:.0f} MB is the limit", outcome="too large")


def _request(parts: SplitResult, agent: str, headers: Sequence[tuple[str, str]]) -> bytes:
    host = netloc_host(parts)
    fields = [
        ("Host", f"{host}:{parts.port}" if parts.port else host),
        ("User-Agent", agent),
        ("Accept", "text/html, application/xhtml+xml, application/pdf, application/xml;q=0.9, */*;q=0.5"),
        ("Accept-Encoding", "gzip, deflate"),
        ("Accept-Language", "en-GB, en;q=0.8"),
        *headers,
    ]
    lines = [f"GET {target_of(parts)} HTTP/1.1", *(f"{name}: {_clean(value)}" for name, value in fields)]
    return "\r\n".join([*lines, "", ""]).encode("ascii", "replace")


def _clean(value: str) -> str:
    """A header's value on one line: what a host sent as ETag is sent back, and must not begin another header."""
    return "".join(character for character in value if character.isprintable())


def _read(response: HTTPResponse, limit: int) -> bytes:
    pieces, size = [], 0
    while piece := response.read(_CHUNK):
        pieces.append(piece)
        size += len(piece)
        if size > limit:
            raise too_large(size, limit)
    if response.length:
        raise IncompleteRead(b"")
    return b"".join(pieces)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _told(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__)[:100]
