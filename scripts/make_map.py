"""Makes a map of a chosen size with invented statements, for measuring speed: nobody said any of it.

    python scripts/make_map.py OUT.db --statements 100000
    python scripts/make_map.py OUT.db --statements 100000 --copies 10     a million, in a third of the time

Stakeholders, topics and documents are drawn with realistic unevenness: a few speak often, most seldom; one statement
in three takes no side; a document holds about ten statements. Links between statements are drawn, not told (`verify`).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from discourse.records import (
    EVIDENCE,
    Analysis,
    Argument,
    Document,
    Link,
    PageEntry,
    Stakeholder,
    Stance,
    Statement,
    digest,
    identify,
)
from discourse.store import Map, links, write

WORDS = """council inspection funding workforce families services children report standards improvement leaders agency
budget outcomes trust provider partners pressure demand quality staff review evidence region local central powers
schools health housing care practice judgement rating director minister committee board charity contract"""
LINKS = "the of and to in a for that is with on by as are from at be this have it not but which more"
RARE = 20_000
DIMENSION = 384
POINTS = 12
"""Arguments on each side of a topic."""


def sentence(random: np.random.Generator) -> str:
    """An invented sentence of 8 to 32 words: half of them link words, two of the sector's, the others seldom heard."""
    told, joining = WORDS.split(), LINKS.split()
    length = int(random.integers(8, 33))
    rare = np.minimum(random.zipf(1.2, length), RARE)
    words = [joining[random.integers(len(joining))] if i % 2 else f"word{rare[i]}" for i in range(length)]
    for place in random.integers(length, size=2):
        words[place] = told[random.integers(len(told))]
    return " ".join(words).capitalize() + f" {random.integers(10**9)}."


def make(
    out: Path, statements: int, stakeholders: int, topics: int, years: int, seed: int, embedder: str = "synthetic"
) -> None:
    """Writes the map; the same arguments give the same rows."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(topics * 2 * POINTS, DIMENSION))
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    people = [
        Stakeholder(f"s{i}", f"Stakeholder {i}", "person" if i % 3 else "organisation", f"group {i % 12}")
        for i in range(stakeholders)
    ]
    weight = 1 / np.arange(1, stakeholders + 1) ** 0.8
    weight /= weight.sum()
    members: dict[int, list[str]] = {}
    with Map.create(out) as store:
        store.set(
            threshold="0.6",
            embedder=embedder,
            topics=json.dumps(
                [{"id": f"t{i}", "name": f"Topic {i}", "proposition": f"Thing {i} helps."} for i in range(topics)]
            ),
        )
        write.write_stakeholders(store, people)
        written = number = 0
        while written < statements:
            count = min(int(random.integers(4, 17)), statements - written)
            analysis, points = document(random, number, count, people, weight, centres, topics, years)
            write.write_page(store, analysis)
            for statement, point in zip(analysis.statements, points, strict=True):
                if point is not None:
                    members.setdefault(point, []).append(statement.id)
            links.write(store, {analysis.documents[0].id: drawn_links(written, analysis.statements)})
            written, number = written + count, number + 1
        write.write_stakeholders(store, people)
        write_arguments(store, members, centres, topics)
        store.connection.execute("PRAGMA optimize")
        store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def document(random, number, count, people, weight, centres, topics, years):  # type: ignore[no-untyped-def]
    """One invented page with its statements, vectors and stances, and the point each statement makes."""
    sentences = [sentence(random) for _ in range(count)]
    text = "\n".join(sentences)
    day = np.datetime64("2014-01-01") + int(random.integers(365 * years))
    name = f"d{number}"
    page = Document(
        name, digest(text), f"{name}.txt", text, published=str(day), publisher=f"Paper {number % 40}", kind="news"
    )
    speakers = random.choice(len(people), 3, p=weight)
    said, start = [], 0
    for words in sentences:
        person = people[speakers[random.integers(3)]]
        said.append(
            Statement(
                "", name, start, start + len(words), words, "direct",
                speaker=person.name, speaker_id=person.id, speaker_kind=person.kind, speaker_text=person.name,
            )
        )  # fmt: skip
        start += len(words) + 1
    statements = identify(said)
    of_page = random.integers(topics, size=2)
    stances, rows, points = [], [], []
    for statement in statements:
        topic, side = int(of_page[random.integers(2)]), int(random.integers(2))
        point = (topic * 2 + side) * POINTS + int(random.integers(POINTS))
        vector = centres[point] + random.normal(scale=0.8 / DIMENSION**0.5, size=DIMENSION)
        rows.append(vector / np.linalg.norm(vector))
        if random.random() < 2 / 3:
            sure = float(random.uniform(0.5, 1))
            stances.append(Stance(statement.id, f"t{topic}", ("favour", "against")[side], sure))
            points.append(point if sure >= 0.6 else None)
        else:
            points.append(None)
    entry = PageEntry(f"{name}.txt", f"{name}.txt", digest(text), "{}")
    vectors = np.asarray(rows, dtype="<f2").tobytes()
    return Analysis(entry, (page,), tuple(statements), vectors, DIMENSION, tuple(stances)), points


def drawn_links(seed: int, said: Sequence[Statement]) -> list[Link]:
    """Links between neighbours of a page: every fifth pair, an answer where two speak, else a reason."""
    random = np.random.default_rng(seed)
    found = []
    for before, after in pairwise(said):
        if random.random() < 0.2:
            if before.speaker_id != after.speaker_id:
                found.append(Link(after.id, before.id, "responds_to", "answer", "", 0.75))
            else:
                kind = (*EVIDENCE, None)[random.integers(len(EVIDENCE) + 1)]
                found.append(Link(after.id, before.id, "supports", "reason", "", 0.8, kind))  # type: ignore[arg-type]
    return found


def write_arguments(store: Map, members: dict[int, list[str]], centres: np.ndarray, topics: int) -> None:
    """Writes the arguments that the statements were drawn from."""
    for topic in range(topics):
        found = []
        for place in range(topic * 2 * POINTS, (topic + 1) * 2 * POINTS):
            ids = members.get(place, [])
            if ids:
                side = ("favour", "against")[(place // POINTS) % 2]
                row = store.connection.execute("SELECT text FROM statement WHERE id = ?", (ids[0],)).fetchone()
                argument = Argument(f"a{place}", f"t{topic}", side, row[0], ids[0], tuple(ids))  # type: ignore[arg-type]
                found.append((argument, centres[place].astype("<f2").tobytes()))
        write.write_arguments(store, f"t{topic}", found)


COPIED = (
    "INSERT INTO page SELECT canonical || ?1, source, digest, fingerprint, outcome, reason, captured FROM page"
    " WHERE instr(canonical, '~') = 0",
    "INSERT INTO document SELECT id || ?1, page || ?1, version, source, url, title, authors, author_role, published,"
    " publisher, kind, kind_reason, language, event || ?1, sketch, text, blocks, turns, facts FROM document"
    " WHERE instr(id, '~') = 0",
    "INSERT INTO statement SELECT n + ?2, id || ?1, document_id || ?1, start, end, text, kind, speaker, speaker_id,"
    " speaker_kind, speaker_text, role, organisation, cue, quoted_by, reason, context, whose, hidden, event || ?1"
    " FROM statement WHERE n <= ?3",
    "INSERT INTO vector SELECT n + ?2, CAST(substr(data, 2 * ?4 + 1) || substr(data, 1, 2 * ?4) AS BLOB) FROM vector"
    " WHERE n <= ?3",
    "INSERT INTO stance SELECT statement_id || ?1, topic, stance, confidence FROM stance"
    " WHERE instr(statement_id, '~') = 0",
    "INSERT INTO shown SELECT n + ?2, statement_id || ?1, topic, stance, confidence, corrected, whose, published,"
    " document_id || ?1, event || ?1 FROM shown WHERE n <= ?3",
    "INSERT INTO link SELECT source || ?1, target || ?1, kind, rule, cue, confidence, evidence FROM link"
    " WHERE instr(source, '~') = 0",
    "INSERT INTO member SELECT argument_id, statement_id || ?1 FROM member WHERE instr(statement_id, '~') = 0",
)
"""Copies every page under another name, with its vectors turned by some places; ?1 marks the copy."""


def copy(out: Path, copies: int) -> None:
    """Makes a map that many times as large; it answers as one drawn anew would, but its marked ids fail `verify`."""
    with Map.create(out) as store:
        first = store.connection.execute("SELECT max(n) FROM statement").fetchone()[0]
        for number in range(1, copies):
            values = (f"~{number}", number * first, first, number * 7)
            with store.transaction() as connection:
                for sql in COPIED:
                    used = max(int(place) for place in range(1, 5) if f"?{place}" in sql)
                    connection.execute(sql, values[:used])
                connection.execute("DELETE FROM unlinked")
        store.connection.execute("PRAGMA optimize")
        store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--statements", type=int, default=10_000)
    parser.add_argument("--stakeholders", type=int, default=2000)
    parser.add_argument("--topics", type=int, default=20)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--embedder", default="synthetic", help="What the map says its vectors were made with.")
    parser.add_argument("--copies", type=int, default=1, help="times that every page stands in the map")
    options = parser.parse_args()
    sizes = (options.statements, options.stakeholders, options.topics, options.years)
    make(options.out, *sizes, options.seed, options.embedder)
    copy(options.out, options.copies)


if __name__ == "__main__":
    main()
