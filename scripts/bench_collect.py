"""How fast pages are collected and extracted, and what the time goes to.

    python scripts/bench_collect.py PAGES [--count 2000] [--hosts 4]

Serves the HTML files of a folder from this machine under several names until the count is reached, each with words
of its own, collects them without pauses, and extracts them from the archive.
"""

from __future__ import annotations

import argparse
import gzip
import multiprocessing
import shutil
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter, process_time
from types import FrameType

from discourse.collect.addresses import PRIVATE
from discourse.collect.crawl import Crawl
from discourse.collect.manner import Manner
from discourse.collect.source import Source
from discourse.collect.sources import read_archive
from discourse.errors import PageError
from discourse.extract import extract
from discourse.records import Page

LIBRARIES = ("/trafilatura/", "/htmldate/", "/courlan/", "/justext/")
"""Folders of the libraries whose time is trafilatura's: what they call in lxml counts as theirs."""
WAITING = {"wait", "acquire", "recv_into", "readinto", "connect", "select", "poll", "getaddrinfo"}
"""Functions in which the main thread waits for an answer."""
PERIOD = 0.005
"""Seconds between two looks at what the main thread does."""


class Watch:
    """Looks at the main thread again and again, and counts whose code it is in."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self._done = threading.Event()
        self._main = threading.main_thread().ident
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(PERIOD):
            frame = sys._current_frames().get(self._main or 0)
            if frame is not None:
                self.seen[whose(frame)] += 1


def whose(frame: FrameType | None) -> str:
    """Network, trafilatura or other: of the innermost function waiting, of the stack belonging to the libraries."""
    if frame is not None and frame.f_code.co_name in WAITING:
        return "network"
    while frame is not None:
        if any(part in frame.f_code.co_filename for part in LIBRARIES):
            return "trafilatura"
        frame = frame.f_back
    return "other"


def serve(pages: Sequence[bytes], pipe: Connection) -> None:
    """Answers /N with page N modulo their number, made different by a paragraph of its own."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            number = int(self.path[1:]) if self.path[1:].isdigit() else None
            found = number is not None
            body = pages[number % len(pages)] + f"<p>Page {self.path}</p>".encode() if number is not None else b"none"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    pipe.send(server.server_port)
    server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--hosts", type=int, default=4)
    options = parser.parse_args()
    files = [path for path in sorted(options.pages.rglob("*")) if ".htm" in path.name]
    pages = [gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes() for path in files]
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(pages, there), daemon=True)
    server.start()
    port = here.recv()
    urls = tuple(f"http://h{n % options.hosts}.example:{port}/{n}" for n in range(options.count))
    source = Source("bench", "Bench", "pages", urls, limit=options.count)
    manner = Manner("bench@example.org", 0.0, allowed=PRIVATE, resolver=lambda host, port: ["127.0.0.1"])
    folder = Path(tempfile.mkdtemp())
    try:
        measure(Crawl([source], folder, manner), folder)
    finally:
        server.kill()
        shutil.rmtree(folder)


def measure(crawl: Crawl, folder: Path) -> None:
    """Prints pages a second of both stages, and the shares of network, extraction libraries and the rest."""
    from discourse.collect import asker

    asker.LEAST_DELAY = 0.0
    watch = Watch()
    started, used = perf_counter(), process_time()
    outcomes = sum(attempt.yields for attempt in crawl.run())
    crawl.close()
    tell(f"collected {outcomes} pages", outcomes, perf_counter() - started, process_time() - used)
    started, used = perf_counter(), process_time()
    documents = 0
    for page in read_archive(folder):
        try:
            documents += len(extract(page)) if isinstance(page, Page) else 0
        except PageError:
            continue
    watch.stop()
    tell(f"extracted {documents} documents", documents, perf_counter() - started, process_time() - used)
    total = sum(watch.seen.values())
    print("of the time of both: " + ", ".join(f"{name} {n / total:.1%}" for name, n in watch.seen.most_common()))


def tell(what: str, count: int, seconds: float, processor: float) -> None:
    """Prints how long something took, by the clock and by the processor."""
    print(f"{what} in {seconds:.1f} s ({processor:.1f} s of processor time): {count / processor:.0f} a second of that")


if __name__ == "__main__":
    main()
