"""Measures the pages of a map under load: time to answer, size of the pages, memory of the server.

    python scripts/make_map.py 100k.db --statements 100000
    python scripts/bench_web.py 100k.db --requests 600 --rate 20
    python scripts/bench_web.py 100k.db --requests 20000 --rate 100 --mixed
    python scripts/bench_web.py 100k.db --requests 400 --inside

The server runs as `discourse serve` does, in a process of its own; requests are sent at a steady rate, whether earlier
ones have been answered or not, and a time counts from when its request was due, so that waiting counts too. Pages are
drawn by a seed: home, searches with filters, stakeholders and topics in equal parts, or with --mixed every kind of page
and the JSON interface. No answer may be an error.

With --inside the pages are asked in this process, one after the other, and what is told is processor time, which a busy
machine leaves alone; each address has a parameter that nobody reads, so that no answer is one that was kept.
"""

from __future__ import annotations

import argparse
import gc
import http.client
import json
import random
import socket
import subprocess
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path
from queue import Queue
from urllib.parse import urlencode

from discourse.query import topics_of
from discourse.store import Map, read

WORDS = ("council", "inspection", "funding", "workforce", "report", "standards", "leaders", "budget", "quality")
SENDERS = 24


def addresses(path: Path, count: int, seed: int, mixed: bool = False) -> list[tuple[str, str]]:
    """The kind and address of each request."""
    drawn = random.Random(seed)
    with Map.open(path) as store:
        topics = [row["id"] for row in topics_of(store)]
        people = [row["id"] for row in read.stakeholders(store) if row["statements"]][:1000]
        documents = [row["id"] for row in read.documents(store)]
        statements = list(read.statement_ids(store, range(1, 100_000)).values())

    def search() -> str:
        asked = {"q": " ".join(drawn.sample(WORDS, 2))}
        narrow = drawn.random()
        if narrow < 0.5:
            asked["topic"] = drawn.choice(topics)
        if narrow < 0.25:
            asked["since"] = str(drawn.randint(2014, 2020))
        if 0.4 < narrow < 0.6:
            asked["stakeholder"] = drawn.choice(people[:200])
        if narrow > 0.8:
            del asked["q"]
        return f"/search?{urlencode(asked)}"

    makers = {
        "home": lambda: "/",
        "search": search,
        "stakeholder": lambda: f"/stakeholders/{drawn.choice(people)}",
        "topic": lambda: f"/topics/{drawn.choice(topics)}",
    }
    others = {
        "statement": lambda: f"/statements/{drawn.choice(statements)}",
        "document": lambda: f"/documents/{drawn.choice(documents)}",
        "links": lambda: f"/links?{urlencode({'page': drawn.randint(1, 400)})}",
        "links on a topic": lambda: f"/links?{urlencode({'topic': drawn.choice(topics)})}",
        "compare": lambda: f"/compare?{urlencode(dict(zip('ab', drawn.sample(people, 2), strict=True)))}",
        "feed": lambda: f"/search.atom?{urlencode({'topic': drawn.choice(topics)})}",
        "json": lambda: f"/api/v1/statements?{urlencode({'stakeholder': drawn.choice(people), 'limit': 50})}",
        "lists": lambda: drawn.choice(("/topics", "/stakeholders?page=2", "/documents?page=3", "/changes", "/about")),
    }
    makers |= others if mixed else {}
    kinds = [kind for _ in range(count // len(makers) + 1) for kind in makers][:count]
    return [(kind, makers[kind]()) for kind in kinds]


def serve(path: Path) -> tuple[subprocess.Popen[bytes], int]:
    """A server of the map and its port, once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    start = "from discourse.cli import main; main()"
    command = [sys.executable, "-c", start, "serve", "--map", str(path), "--port", str(port)]
    server = subprocess.Popen([*command, "--rate", "100000"], stdout=subprocess.DEVNULL)
    for _ in range(3000):
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=60).request("GET", "/about")
            return server, port
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


def memory(process: int) -> float:
    """Resident memory of a process in MB."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def processor(process: int) -> float:
    """Processor seconds that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def send(
    port: int,
    due: Queue[tuple[float, str, str] | None],
    times: dict[str, list[float]],
    sizes: dict[str, int],
    failed: list[str],
) -> None:
    """Sends requests when they are due, over one connection that is kept open."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    while (item := due.get()) is not None:
        when, kind, address = item
        time.sleep(max(0.0, when - time.perf_counter()))
        connection.request("GET", address)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            failed.append(f"{address}: {answer.status}")
        times[kind].append(time.perf_counter() - when)
        sizes[kind] = max(sizes[kind], len(body))


def measure(path: Path, wanted: list[tuple[str, str]], rate: float, warm: int) -> None:
    """Serves the map, sends the requests and prints what came of those after the first ones."""
    count = len(wanted) - warm
    server, port = serve(path)
    try:
        for _, address in wanted[:warm]:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
            connection.request("GET", address)
            connection.getresponse().read()
        times: dict[str, list[float]] = defaultdict(list)
        sizes: dict[str, int] = defaultdict(int)
        due: Queue[tuple[float, str, str] | None] = Queue(SENDERS)
        failed: list[str] = []
        sending = (port, due, times, sizes, failed)
        senders = [threading.Thread(target=send, args=sending, daemon=True) for _ in range(SENDERS)]
        for sender in senders:
            sender.start()
        begun, used, held = time.perf_counter() + 0.5, processor(server.pid), [memory(server.pid)]
        for number, (kind, address) in enumerate(wanted[warm:]):
            due.put((begun + number / rate, kind, address))
            if number % max(1, count // 10) == 0:
                held.append(memory(server.pid))
        for _ in senders:
            due.put(None)
        for sender in senders:
            sender.join()
        held.append(memory(server.pid))
        used, took = processor(server.pid) - used, time.perf_counter() - begun
    finally:
        server.terminate()
        server.wait()
    print(json.dumps({kind: told(found, sizes[kind]) for kind, found in times.items()}, indent=1))
    print(f"{sum(map(len, times.values()))} of {count} answered in {took:.0f} s: {count / took:.1f} a second")
    print(f"processor time of the server: {1000 * used / count:.1f} ms a request")
    print("memory of the server, MB:", ", ".join(f"{mb:.0f}" for mb in held))
    if failed:
        raise SystemExit(f"{len(failed)} failed, first {failed[0]}")


def inside(path: Path, wanted: list[tuple[str, str]], warm: int) -> None:
    """Asks the pages in this process and prints the processor time of each kind."""
    from discourse.web import Settings, create_app
    from discourse.web.inside import get

    app = create_app(path, Settings(requests_per_second=1e9, burst=10**9, seconds=600.0))
    times: dict[str, list[float]] = defaultdict(list)
    sizes: dict[str, int] = defaultdict(int)
    unlike = [f"{address}{'&' if '?' in address else '?'}n={number}" for number, (_, address) in enumerate(wanted)]
    begun = time.process_time()
    for number, (address, answer) in enumerate(get(app, unlike)):
        took, begun = time.process_time() - begun, time.process_time()
        if answer.status != 200:
            raise SystemExit(f"{address}: {answer.status}")
        if number == warm:
            gc.freeze()  # as the server does once it is ready
        if number >= warm:
            times[wanted[number][0]].append(took)
            sizes[wanted[number][0]] = max(sizes[wanted[number][0]], len(answer.body))
    print(json.dumps({kind: told(found, sizes[kind]) for kind, found in times.items()}, indent=1))


def told(found: list[float], largest: int) -> dict[str, float]:
    """Quantiles in milliseconds and the largest page."""
    found.sort()
    quantiles = {f"p{share}": round(1000 * found[len(found) * share // 100], 1) for share in (50, 95, 99)}
    return {"requests": len(found), **quantiles, "largest_kB": round(largest / 1000, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("map", type=Path)
    parser.add_argument("--requests", type=int, default=600)
    parser.add_argument("--rate", type=float, default=20.0)
    parser.add_argument("--warm", type=int, default=40, help="Requests sent before measuring.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mixed", action="store_true", help="Every kind of page, and the JSON interface.")
    parser.add_argument("--inside", action="store_true", help="Processor time, in this process, without the network.")
    options = parser.parse_args()
    wanted = addresses(options.map, options.requests + options.warm, options.seed, options.mixed)
    if options.inside:
        inside(options.map, wanted, options.warm)
    else:
        measure(options.map, wanted, options.rate, options.warm)


if __name__ == "__main__":
    main()
