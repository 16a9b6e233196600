"""Sources that lie on this machine: folders of files and WARC files."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from discourse.collect.archive import LARGEST_PAGE, record_content
from discourse.collect.exchange import ExchangeError
from discourse.collect.files import read_files
from discourse.collect.refusal import Refusal
from discourse.collect.source import Source
from discourse.collect.urls import normalise
from discourse.collect.web import is_page_type
from discourse.records import Page

_CHUNK = 65_536


def read_local(source: Source) -> Iterator[Page | Refusal]:
    """The pages of a folder or of a WARC file."""
    if source.path is None:
        return
    yield from read_warc(source.path) if source.kind == "warc" else read_files(source.path)


def read_warc(path: Path) -> Iterator[Page | Refusal]:
    """The pages of the complete responses in a WARC file; what cannot be read is told, and ends nothing before it."""
    try:
        with path.open("rb") as file:
            stream = _Unpacked(file)
            try:
                for record in ArchiveIterator(stream, no_record_parse=True):
                    page = _page(record)
                    if page is not None:
                        yield page
                stream.end()
            except (ArchiveLoadFailed, EOFError, ValueError, AttributeError) as error:
                yield Refusal(str(path), str(path), f"the file is broken or ends too early ({_told(error)})")
    except OSError as error:
        yield Refusal(str(path), str(path), f"cannot be read ({error.strerror or error})")


class _Unpacked(io.RawIOBase):
    """A file, unpacked if it is gzip, that remembers when it ended too early, where warcio ends in silence."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self.packed = stream.read(2) == b"\x1f\x8b"
        stream.seek(0)
        self.member = zlib.decompressobj(31)
        self.fault: str | None = None

    def read(self, size: int = -1) -> bytes:
        if not self.packed:
            return self.stream.read(size)
        piece = b""
        while not piece and self.fault is None:
            rest = (self.member.unused_data if self.member.eof else self.member.unconsumed_tail) or self.stream.read(
                _CHUNK
            )
            if not rest:
                break
            if self.member.eof:
                self.member = zlib.decompressobj(31)
            try:
                piece = self.member.decompress(rest, _CHUNK)
            except zlib.error:
                self.fault = "compressed content that cannot be unpacked"
        return piece

    def end(self) -> None:
        """Raises EOFError if the file was not whole."""
        if self.fault or (self.packed and not self.member.eof):
            raise EOFError(self.fault or "compressed content that ends too early")


def _page(record: Any) -> Page | Refusal | None:
    """The page in a record; None for one that is no answer with a page."""
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    if record.rec_type not in ("response", "resource") or not url.startswith(("http://", "https://")):
        return None
    block = record.content_stream().read(LARGEST_PAGE + 1)
    stated = record.rec_headers.get_header("Content-Length") or ""
    if stated.isdigit() and len(block) < min(int(stated), LARGEST_PAGE):
        raise EOFError("the last record is cut short")
    canonical = normalise(url)
    media_type = None
    if record.rec_type == "response":
        head = io.BytesIO(block)
        status = head.readline().split()
        if len(status) < 2 or status[1] != b"200":
            return None
        for line in iter(head.readline, b""):
            name, _, value = line.partition(b":")
            if not name.strip():
                break
            if name.strip().lower() == b"content-type":
                media_type = value.partition(b";")[0].strip().lower().decode("latin-1") or None
    else:
        media_type = record.rec_headers.get_header("Content-Type")
    if not is_page_type(media_type) or url.endswith("/robots.txt"):
        return None
    try:
        content = record_content(block, record.rec_type)
    except ExchangeError as error:
        return Refusal(url, canonical, f"{error.outcome}: {error}")
    return Page(url, canonical, content, media_type, url, record.rec_headers.get_header("WARC-Date"))


def _told(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
