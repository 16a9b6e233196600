"""Extraction in a process apart, with limits of time and memory: a page made to burst is lost alone."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from dataclasses import asdict, fields
from pathlib import Path
from typing import IO, Any

from discourse.errors import PageError
from discourse.extract import extract, most_bytes, recognise
from discourse.records import Block, Document, Page, Turn

SECONDS = 60
"""Processor time that a page may take."""
_PATIENCE = 30
"""How many times as long it may take by the clock: a busy machine gives a process little of its time."""
MEGABYTES = 3_000
"""Memory (address space) that the process may take."""
_PLAIN = {"text", "markdown", "transcript", "govuk"}
_PLAIN_BYTES = 500_000
"""Small texts need no process of their own: reading them takes time in proportion to their length."""


def extract_apart(page: Page) -> list[Document]:
    """The documents of a page, as `extract` gives them; PageError also for a page that takes too much to read."""
    most_bytes(page)
    if len(page.content) <= _PLAIN_BYTES and recognise(page) in _PLAIN:
        return extract(page)
    return _reader().read(page)


class Reader:
    """A process that reads pages one at a time; started when first needed, and again after it was ended."""

    def __init__(self, seconds: int = SECONDS, megabytes: int = MEGABYTES) -> None:
        self.seconds = seconds
        self.megabytes = megabytes
        self.owner = os.getpid()
        self._process: subprocess.Popen[bytes] | None = None
        self._guard = threading.Lock()

    def read(self, page: Page) -> list[Document]:
        """The documents of a page; PageError says why there are none."""
        with self._guard:
            answer = self._ask(page)
        if "error" in answer:
            raise PageError(answer["error"])
        return [_document(values) for values in answer["documents"]]

    def close(self) -> None:
        """Ends the process; after a fork it is the parent's, and is left to it."""
        if self._process is not None and self.owner == os.getpid():
            self._process.kill()
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout):
                if stream:
                    stream.close()
            self._process = None

    def _ask(self, page: Page) -> dict[str, Any]:
        if self._process is not None and self._process.poll() is not None:
            self.close()  # Somebody ended it between two pages.
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        head = {f.name: getattr(page, f.name) for f in fields(Page) if f.name != "content"}
        late = threading.Timer(_PATIENCE * self.seconds, process.kill)
        late.start()
        try:
            send(process.stdin, json.dumps(head).encode(), page.content)
            packed = receive(process.stdout)
        except OSError:
            packed = None
        finally:
            late.cancel()
        answer: dict[str, Any] = json.loads(packed) if packed is not None else {"error": self._why_ended(process)}
        if packed is None or answer.get("exhausted"):
            self.close()
        return answer

    def _start(self) -> subprocess.Popen[bytes]:
        package = str(Path(__file__).parents[2])
        known = os.environ.get("PYTHONPATH")
        path = package + (os.pathsep + known if known else "")
        # Without -P a file in the working directory could stand in for a module.
        command = [sys.executable, "-P", "-m", "discourse.extract.worker", str(self.seconds), str(self.megabytes)]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"},
        )
        return self._process

    def _why_ended(self, process: subprocess.Popen[bytes]) -> str:
        try:
            code = process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            code = 0
        if code in (-24, -9):  # SIGXCPU; SIGKILL comes from the hard limit, the clock, or a system short of memory.
            return f"reading it takes more than {self.seconds} s of processor time, or more memory than there is"
        return f"reading it ended the process that reads (code {code}): damaged, or made to do so"


_shared: Reader | None = None


def _reader() -> Reader:
    """The reader of this process; after a fork the child has one of its own."""
    global _shared
    if _shared is None or _shared.owner != os.getpid():
        _shared = Reader()
        atexit.register(_shared.close)
    return _shared


def send(stream: IO[bytes], *frames: bytes) -> None:
    """Writes frames, each with its length before it."""
    for frame in frames:
        stream.write(len(frame).to_bytes(8, "big"))
        stream.write(frame)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes | None:
    """The next frame; None at the end of the stream."""
    head = stream.read(8)
    if len(head) < 8:
        return None
    size = int.from_bytes(head, "big")
    frame = stream.read(size)
    return frame if len(frame) == size else None


def packed(documents: list[Document]) -> list[dict[str, Any]]:
    """Documents as JSON can hold them."""
    return [asdict(document) for document in documents]


def _document(values: dict[str, Any]) -> Document:
    return Document(
        **values
        | {
            "authors": tuple(values["authors"]),
            "blocks": tuple(Block(**block) for block in values["blocks"]),
            "turns": tuple(Turn(**turn) for turn in values["turns"]),
            "facts": tuple((name, value) for name, value in values["facts"]),
        }
    )
