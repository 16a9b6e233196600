"""How fast pages are collected and extracted, and how much of the time is neither network's nor trafilatura's.

    python scripts/bench_collect.py PAGES [--count 2000] [--hosts 4]

Serves the HTML files of a folder from this machine under several names until the count is reached, each with words
of its own, collects them without pauses, and extracts them from the archive.
"""

from __future__ import annotations

import argparse
import gzip
import multiprocessing
import shutil
import tempfile
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock, local
from time import perf_counter, process_time, thread_time
from typing import Any

import trafilatura
import trafilatura.core
import trafilatura.metadata

from discourse.collect.addresses import PRIVATE
from discourse.collect.crawl import Crawl
from discourse.collect.exchange import Client
from discourse.collect.manner import Manner
from discourse.collect.source import Source
from discourse.collect.sources import read_archive
from discourse.errors import PageError
from discourse.extract import extract
from discourse.records import Page


class Clock:
    """Adds up the processor time that calls of functions take in their thread, with what they call in turn."""

    def __init__(self, *functions: tuple[Any, str]) -> None:
        self.seconds = 0.0
        self._guard = Lock()
        self._here = local()
        for owner, name in functions:
            setattr(owner, name, self._timed(getattr(owner, name)))

    def _timed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*arguments: Any, **options: Any) -> Any:
            if getattr(self._here, "inside", False):
                return function(*arguments, **options)
            self._here.inside, started = True, thread_time()
            try:
                return function(*arguments, **options)
            finally:
                with self._guard:
                    self.seconds += thread_time() - started
                self._here.inside = False

        return timed


def trafilatura_clock() -> Clock:
    """Of all that is asked of trafilatura in reading a page."""
    return Clock(
        (trafilatura, "load_html"),
        (trafilatura, "bare_extraction"),
        (trafilatura.core, "_forum_thread_page"),
        (trafilatura.metadata, "extract_metadata"),
    )


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
    """Prints pages a second of both stages, and the shares of the network, of trafilatura and of the rest of each."""
    from discourse.collect import asker

    asker.LEAST_DELAY = 0.0
    network, reading = Clock((Client, "get")), trafilatura_clock()
    started, used = perf_counter(), process_time()
    outcomes = sum(attempt.yields for attempt in crawl.run())
    crawl.close()
    collected = process_time() - used
    tell(f"collected {outcomes} pages", outcomes, perf_counter() - started, collected)
    started, used = perf_counter(), process_time()
    documents = 0
    for page in read_archive(folder):
        try:
            documents += len(extract(page)) if isinstance(page, Page) else 0
        except PageError:
            continue
    extracted = process_time() - used
    tell(f"extracted {documents} documents", documents, perf_counter() - started, extracted)
    total = collected + extracted
    shares = {
        "network": network.seconds,
        "trafilatura": reading.seconds,
        "the rest of collecting": collected - network.seconds,
        "the rest of extraction": extracted - reading.seconds,
    }
    print("of the processor time: " + ", ".join(f"{name} {spent / total:.1%}" for name, spent in shares.items()))


def tell(what: str, count: int, seconds: float, processor: float) -> None:
    """Prints how long something took, by the clock and by the processor."""
    print(f"{what} in {seconds:.1f} s ({processor:.1f} s of processor time): {count / processor:.0f} a second of that")


if __name__ == "__main__":
    main()
