"""What rests on stored statements: which documents go back to one event, the arguments of each topic, the links
between statements of one document."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from discourse import __version__
from discourse.records import SIDES, Argument, Link
from discourse.store import corrections, find, links, read, sources, vectors, write
from discourse.store.map import Map

_DOCUMENTS_AT_ONCE = 500


def tell_events(store: Map) -> None:
    """Finds which documents and statements go back to one event, so that an echo is not counted as evidence."""
    from discourse.events import Said, Sketched, copies, sketch, utterances

    sources.write_sketches(store, {name: sketch(sources.body(store, name)) for name in sources.unsketched(store)})
    documents = copies([Sketched(**row) for row in sources.sketches(store)], lambda name: sources.body(store, name))
    statements = utterances(Said(**row) for row in sources.said(store, documents))
    sources.write_events(store, documents, statements)


def regroup(store: Map) -> tuple[int, Counter[str]]:
    """Groups the arguments of those topics anew whose stances or corrections have changed since, without a model: from
    the vectors and stances in the map; gives how many arguments they have, and what became of earlier ones."""
    known = json.loads(store.setting("grouped") or "{}")
    made_with = f"{__version__} {store.setting('embedder')}"
    grouped = {}
    count = 0
    became: Counter[str] = Counter()
    for topic in (each["id"] for each in json.loads(store.setting("topics") or "[]")):
        state = f"{made_with} {find.grouped_from(store, topic)}"
        if known.get(topic) != state:
            made, changes = group_arguments(store, topic)
            count += made
            became.update(changes)
            state = f"{made_with} {find.grouped_from(store, topic)}"
        grouped[topic] = state
    store.set(arguments=datetime.now(UTC).isoformat(timespec="seconds"), grouped=json.dumps(grouped))
    return count, became


def group_arguments(store: Map, topic: str) -> tuple[int, Counter[str]]:
    """Groups the statements of a topic into arguments; gives how many there are, and what became of earlier ones."""
    from discourse.cluster import Said, cluster

    earlier = [
        Argument(
            **{name: row[name] for name in ("id", "topic", "stance", "key_point", "key_statement", "stability")},
            statements=tuple(row["statements"]),
            terms=tuple(row["terms"]),
        )
        for row in read.arguments(store, topic)
    ]
    said = [Said(**row) for row in corrections.of_points(store)]
    found = []
    became: Counter[str] = Counter()
    for side in SIDES:
        where = read.Filter(topic=topic, stance=side)
        numbers, packed = vectors.packed(store, where)
        rows = {row["n"]: row for row in read.statements(store, where)}
        clusters, changes = cluster(
            topic,
            side,  # type: ignore[arg-type]  # SIDES holds the literals
            [rows[n]["id"] for n in numbers],
            [rows[n]["text"] for n in numbers],
            unpacked(packed, len(numbers)),
            [argument for argument in earlier if argument.stance == side],
            said,
        )
        became.update(change.kind for change in changes)
        found += [(item.argument, item.centroid.astype("<f2").tobytes()) for item in clusters]
    write.write_arguments(store, topic, found)
    return len(found), became


def link_statements(store: Map) -> int:
    """Tells the links within those documents that have changed, and no others; gives how many there are in them."""
    count = 0
    while due := links.due(store, _DOCUMENTS_AT_ONCE):
        found = {document: _links_within(store, document) for document in due}
        links.write(store, found)
        count += sum(map(len, found.values()))
    return count


def misled(store: Map) -> Iterator[str]:
    """Links that are stored but not told by the text, or told but not stored, a line for each document."""
    for document in links.told(store):
        stored = links.of_document(store, document)
        if stored != sorted(_links_within(store, document), key=lambda k: (k.source, k.target)):
            yield f"document {document}: its links are not those that its statements give: run `discourse run` again"


def _links_within(store: Map, document: str) -> list[Link]:
    from discourse.links import Said, link

    text, rows = links.said(store, document)
    return link(text, [Said(**row) for row in rows])


def unpacked(packed: bytes, rows: int) -> NDArray[np.float32]:
    """Vectors as the store keeps them (float16, joined) as so many rows."""
    return np.frombuffer(packed, dtype="<f2").reshape(rows, -1 if rows else 0).astype(np.float32)
