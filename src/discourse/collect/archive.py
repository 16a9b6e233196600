"""Responses kept byte for byte in WARC files, and read again."""

from __future__ import annotations

import gzip
import io
import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from discourse import __version__
from discourse.collect.exchange import ExchangeError, Reply, unpack
from discourse.errors import DiscourseError, PageError
from discourse.records import digest
from discourse.store.ledger_records import Capture

LARGEST_FILE = 1_000_000_000
"""Bytes; a WARC file that has grown so large is closed and the next begun."""

LARGEST_PAGE = 80_000_000
"""Bytes of one record that are read."""

_PRELIMINARY = re.compile(rb"HTTP/1\.[01] 1\d\d")
_FOLDER = "warc"
_VERSION = "WARC/1.1"
_SAME = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a record lies."""

    file: str
    offset: int
    length: int
    record: str


class Archive:
    """The WARC files of an archive folder; one writer at a time, which the ledger's lock ensures."""

    def __init__(self, folder: Path, accounted: dict[str, int]) -> None:
        self.folder = folder / _FOLDER
        self._files = dict(accounted)
        self._current = max(accounted, default="")
        self._stream: io.BufferedWriter | None = None

    @property
    def position(self) -> tuple[str, int] | None:
        """The file written to and its size, for the ledger."""
        return (self._current, self._files[self._current]) if self._stream else None

    def keep(self, reply: Reply, time: str, earlier: Capture | None = None) -> Kept:
        """Writes a response and its request; a revisit record alone if it brought what an earlier capture holds."""
        head = _head_length(reply.raw)
        payload = payload_of(reply)
        identity = _identity()
        common = [("WARC-Target-URI", reply.url), ("WARC-Date", time), ("WARC-IP-Address", reply.address)]
        block = reply.raw
        fields = [("WARC-Type", "response"), ("WARC-Record-ID", identity), *common]
        if earlier is not None:
            block = reply.raw[:head]
            profile = _NOT_MODIFIED if reply.status == 304 else _SAME
            fields = [("WARC-Type", "revisit"), ("WARC-Record-ID", identity), *common, ("WARC-Profile", profile)]
            fields += [("WARC-Refers-To", earlier.record), ("WARC-Refers-To-Target-URI", earlier.url)]
            fields += [("WARC-Refers-To-Date", earlier.time)]
            payload = earlier.payload
        fields.append(("WARC-Payload-Digest", f"sha256:{payload}"))
        response = _record("revisit" if earlier else "response", fields, block, "application/http; msgtype=response")
        asked = [("WARC-Type", "request"), ("WARC-Record-ID", _identity()), *common, ("WARC-Concurrent-To", identity)]
        request = _record("request", asked, reply.request, "application/http; msgtype=request")
        return self._append(response, request, identity)

    def keep_file(self, url: str, content: bytes, media_type: str | None, time: str) -> Kept:
        """Writes a file of this machine as a resource record."""
        identity = _identity()
        fields = [
            ("WARC-Type", "resource"),
            ("WARC-Record-ID", identity),
            ("WARC-Target-URI", url),
            ("WARC-Date", time),
        ]
        record = _record("resource", fields, content, media_type or "application/octet-stream")
        return self._append(record, b"", identity)

    def read(self, capture: Capture) -> bytes:
        """The page's bytes; PageError if the archive no longer holds exactly what was captured."""
        try:
            with (self.folder / capture.file).open("rb") as stream:
                stream.seek(capture.offset)
                packed = stream.read(capture.length)
            record = next(iter(ArchiveIterator(io.BytesIO(packed), no_record_parse=True)))
            content = record_content(record.content_stream().read(LARGEST_PAGE + 1), record.rec_type)
        except (OSError, StopIteration, ArchiveLoadFailed, ExchangeError, ValueError, EOFError) as error:
            raise PageError(f"the archive's record in {capture.file} cannot be read ({error})") from None
        if digest(content) != capture.digest:
            raise PageError(f"the archive's record in {capture.file} was altered: its digest does not hold")
        return content

    def check(self, captures: Sequence[Capture]) -> Iterator[str]:
        """What is wrong with the archive, line by line: captures that do not hold, files that do not parse."""
        for capture in captures:
            try:
                self.read(capture)
            except PageError as error:
                yield f"{capture.url}: {error}"
        for name, size in self._files.items():
            path = self.folder / name
            if not path.is_file() or path.stat().st_size < size:
                yield f"{name}: shorter than the ledger says"

    def close(self) -> None:
        if self._stream:
            self._stream.close()
            self._stream = None

    def _append(self, record: bytes, request: bytes, identity: str) -> Kept:
        stream = self._writable()
        offset = self._files[self._current]
        try:
            stream.write(record + request)
            stream.flush()
        except OSError as error:
            raise DiscourseError(f"{self.folder}: cannot be written ({error.strerror}): free the disk") from None
        self._files[self._current] = offset + len(record) + len(request)
        return Kept(self._current, offset, len(record), identity)

    def _writable(self) -> io.BufferedWriter:
        if self._stream and self._files[self._current] < LARGEST_FILE:
            return self._stream
        self.close()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if not self._current or self._files[self._current] >= LARGEST_FILE:
                self._current = f"discourse-{len(self._files) + 1:05}.warc.gz"
                self._files[self._current] = 0
            path = self.folder / self._current
            # What lies beyond the ledger's account was being written when a run was killed; it is asked for again.
            with path.open("ab") as stream:
                stream.truncate(self._files[self._current])
            self._stream = path.open("ab")
        except OSError as error:
            raise DiscourseError(f"{self.folder}: cannot be written ({error.strerror})") from None
        if not self._files[self._current]:
            info = f"software: sector-discourse {__version__}\r\nformat: WARC File Format 1.1\r\n".encode()
            identity = _identity()
            fields = [("WARC-Type", "warcinfo"), ("WARC-Record-ID", identity), ("WARC-Filename", self._current)]
            fields.append(("WARC-Date", _now()))
            self._append(_record("warcinfo", fields, info, "application/warc-fields"), b"", identity)
        return self._stream


def payload_of(reply: Reply) -> str:
    """SHA-256 of a response's body as it came over the line."""
    return digest(reply.raw[_head_length(reply.raw) :])


def record_content(block: bytes, kind: str = "response") -> bytes:
    """The page in a record's block: of an HTTP response its body, freed of chunks and compression."""
    if kind == "resource":
        return block
    if len(block) > LARGEST_PAGE:
        raise ExchangeError(f"a record of more than {LARGEST_PAGE // 1_000_000} MB")
    from http.client import HTTPException, HTTPResponse

    response = HTTPResponse(_Block(block), method="GET")  # type: ignore[arg-type]  # it asks for makefile alone
    try:
        response.begin()
        body = response.read()
    except (HTTPException, OSError) as error:
        raise ExchangeError(f"not a complete HTTP response ({type(error).__name__})") from None
    return unpack(body, (response.getheader("content-encoding") or "").lower(), LARGEST_PAGE)


def _head_length(raw: bytes) -> int:
    """Bytes of status line and headers, preliminary answers (1xx) included."""
    place, start = 0, 0
    while (end := raw.find(b"\n", place)) >= 0:
        line, place = raw[place:end].strip(b"\r"), end + 1
        if not line and not _PRELIMINARY.match(raw, start):
            return place
        start = start if line else place
    return len(raw)


class _Block:
    def __init__(self, block: bytes) -> None:
        self.block = block

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self.block)


def _record(kind: str, fields: list[tuple[str, str]], block: bytes, content_type: str) -> bytes:
    """One gzip member with one record; the block goes in as it is, unparsed."""
    headers = StatusAndHeaders("", [*fields, ("WARC-Block-Digest", f"sha256:{digest(block)}")], protocol=_VERSION)
    headers.add_header("Content-Type", content_type)
    if kind in ("resource", "request"):
        headers.add_header("WARC-Payload-Digest", f"sha256:{digest(block if kind == 'resource' else b'')}")
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=False, warc_version="1.1")
    # Without an address warcio leaves the HTTP headers in the block alone, where it would rewrite them.
    writer.write_record(
        writer.create_warc_record(
            "", kind, io.BytesIO(block), len(block), warc_content_type=content_type, warc_headers=headers
        )
    )
    # Level 4 takes six tenths of the time of level 6, for a twentieth more room.
    return gzip.compress(out.getvalue(), compresslevel=4, mtime=0)


def _identity() -> str:
    return f"<urn:uuid:{uuid.uuid4()}>"


def _now() -> str:
    from discourse.collect.asker import now

    return now()
