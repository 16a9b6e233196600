"""Measures how fast a map answers, and how long its derived parts take.

    python scripts/make_map.py 100k.db --statements 100000
    python scripts/bench_map.py 100k.db
    python scripts/bench_map.py 100k.db --rebuild 20

A map in PostgreSQL is named by its address; the server has to be on this machine (Linux), and its work counts as well.
Each question is asked of one open map with changing filters; the first times are thrown away. The vector of a query is
given, not computed: embedding it takes the same few milliseconds at any size.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

from discourse.links import Said, link
from discourse.network import network
from discourse.overall import group_arguments
from discourse.places import Address, Place, place
from discourse.query import arguments, positions, search, statements
from discourse.records import Stance
from discourse.store import Map, browse, links, read, write
from discourse.store.read import Filter
from discourse.store.schema import TALLY

QUERIES = ("inspection report", "funding pressure", "local powers", "workforce quality evidence", "trust provider")


class Given:
    """An embedder whose vectors are drawn, not computed."""

    name, dimension = "given", 384

    def __init__(self) -> None:
        self.random = np.random.default_rng(7)

    def encode(self, texts):  # type: ignore[no-untyped-def]
        vectors = self.random.normal(size=(len(texts), self.dimension)).astype(np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def questions(store: Map) -> dict[str, Callable[[int], object]]:
    """Each question as a function of the number of the repetition."""
    embedder = Given()

    def where(i: int) -> Filter:
        year = 2014 + i % 9
        return Filter(topic=f"t{i % 20}", since=str(year), until=str(year + 1))

    return {
        "search: topic and two years": lambda i: search(store, QUERIES[i % 5], embedder, where(i)),
        "search: stakeholder": lambda i: search(store, QUERIES[i % 5], embedder, Filter(stakeholder=f"s{i * 7 % 300}")),
        "search: no filter": lambda i: search(store, QUERIES[i % 5], embedder),
        "positions: first 50": lambda i: positions(store, limit=50),
        "positions: topic, first 50": lambda i: positions(store, Filter(topic=f"t{i % 20}"), limit=50),
        "positions: topic and two years": lambda i: positions(store, where(i), limit=50),
        "positions: all": lambda i: positions(store),
        "stakeholder's page": lambda i: (
            positions(store, Filter(stakeholder=f"s{i * 13 % 1000}")),
            statements(store, Filter(stakeholder=f"s{i * 13 % 1000}"), limit=50),
        ),
        "topic's page": lambda i: (
            positions(store, Filter(topic=f"t{i % 20}"), limit=50),
            arguments(store, f"t{i % 20}", limit=6),
        ),
        "network": lambda i: network(store, where(i)),
    }


def processor_of(store: Map) -> Callable[[], float]:
    """The seconds that this process has worked, and the server for it where the map is in PostgreSQL."""
    if not isinstance(store.path, Address):
        return process_time
    store.connection.execute("SET max_parallel_workers_per_gather = 0")
    server = store.connection.execute("SELECT pg_backend_pid()").fetchone()[0]
    return lambda: process_time() + int(Path(f"/proc/{server}/schedstat").read_text().split()[0]) / 1e9


def measure(
    ask: Callable[[int], object], seconds: float, most: int, worked_until: Callable[[], float]
) -> dict[str, float]:
    """p50 and p95 in milliseconds, as the clock and as the processor had it, and how often it was asked."""
    times = []
    started = perf_counter()
    for i in range(most):
        before, worked = perf_counter(), worked_until()
        ask(i)
        times.append((1000 * (perf_counter() - before), 1000 * (worked_until() - worked)))
        if perf_counter() - started > seconds and i >= 6:
            break
    clock, processor = np.array(times[3:]).T
    return {
        f"{name}_{what}_ms": round(float(np.percentile(taken, share)), 1)
        for what, taken in (("clock", clock), ("processor", processor))
        for name, share in (("p50", 50), ("p95", 95))
    } | {"asked": len(clock)}


def rebuild(path: Place, times: int) -> None:
    """Prints how long it takes to add positions up anew after one page, beside all of them, to tell the links of a page
    and to group the arguments of a topic."""
    wanted = (
        f"INSERT INTO new SELECT * FROM ({TALLY.format('SELECT *, whose AS holder FROM shown WHERE whose NOT NULL')})"
    )
    with Map.create(path) as store:
        pages = read.page_entries(store)[
            :: max(1, store.connection.execute("SELECT count(*) FROM page").fetchone()[0] // times)
        ]
        taken: dict[str, list[float]] = {
            "one page": [],
            "all positions": [],
            "links of one page": [],
            "arguments of one topic": [],
        }
        for page in pages[:times]:
            ids = [row["id"] for row in read.page_statements(store, page.canonical)]
            stances = [
                Stance(statement, row["topic"], row["stance"], row["confidence"])
                for statement in ids
                for row in browse.stances_given(store, statement)
            ]
            topics = sorted({stance.topic for stance in stances})
            started = process_time()
            write.replace_stances(store, topics, stances, page)
            taken["one page"].append(process_time() - started)
        document = store.connection.execute("SELECT id FROM document LIMIT 1 OFFSET 7").fetchone()[0]
        for _ in range(3):
            started = process_time()
            store.connection.execute("CREATE TEMP TABLE new AS SELECT * FROM position LIMIT 0")
            store.connection.execute(wanted)
            store.connection.execute("DROP TABLE new")
            taken["all positions"].append(process_time() - started)
            started = process_time()
            text, rows = links.said(store, document)
            link(text, [Said(**row) for row in rows])
            taken["links of one page"].append(process_time() - started)
        for topic in ("t0", "t7"):
            started = process_time()
            group_arguments(store, topic)
            taken["arguments of one topic"].append(process_time() - started)
    for what, seconds in taken.items():
        print(
            json.dumps(
                {"rebuild": what, "median_ms": round(1000 * float(np.median(seconds)), 2), "times": len(seconds)}
            )
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("map", type=place, help="a file, or postgresql://...")
    parser.add_argument("--seconds", type=float, default=5, help="for each question, at most")
    parser.add_argument("--only", default="", help="questions whose name holds this")
    parser.add_argument("--rebuild", type=int, metavar="N", help="instead: score N pages again, processor time of each")
    options = parser.parse_args()
    if options.rebuild:
        rebuild(options.map, options.rebuild)
        return
    with Map.open(options.map) as store:
        worked_until = processor_of(store)
        for name, ask in questions(store).items():
            if options.only in name:
                print(json.dumps({"question": name} | measure(ask, options.seconds, 200, worked_until)), flush=True)


if __name__ == "__main__":
    main()
