"""Draws real statements for annotation, or lays out what has been drawn for a coder, with texts but no labels.

    python scripts/draw_sector.py draw --data DIR --out statements.jsonl --seed 7 [--pipeline P] [--more OLD]
    python scripts/draw_sector.py sheet --data DIR --statements statements.jsonl --out sheet.jsonl --seed 7

`near` rows lie nearest to a topic's proposition or examples, equally many for each topic; `random` rows are
drawn by chance from each source; `likely` rows, drawn by chance among those with a topic's turns of phrase, make
up for how seldom the others take a side, and are no sample of anything. The split is by debate, council or
speech, settled before anything is drawn.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from discourse.attribute import Attributor
from discourse.codebook import Codebook, load_codebook
from discourse.embed import load_embedder
from discourse.errors import PageError
from discourse.evaluate.sector import Record, find_statement, read_records, read_rows
from discourse.records import Document, Statement, digest, make_id

HELD_OUT = 0.4
FEWEST_WORDS, MOST_WORDS = 6, 90
PER_DOCUMENT = 2
"""Most statements that one document gives to one topic."""
RANDOM_SHARES = {"speeches": 0.42, "days": 0.25, "ofsted": 0.25, "govuk": 0.08}
# A debate or a GOV.UK speech counts as touching the sector when this share of its words does.
TOUCHING = 0.004
TOUCHES = (
    "children's services", "children’s services", "council", "local authorit", "ofsted", "social care", "social work",
    "looked-after", "looked after child", "foster", "safeguard", "child protection", "local government",
)  # fmt: skip

LIKELY = {
    "workforce": (
        r"\bagency (?:staff|social|workers)|interim|turnover|churn|stab\w+ .{0,30}(?:workforce|staff)|"
        r"(?:workforce|staff\w*) .{0,20}stab|changes? (?:of|in) (?:their |allocated )?(?:social )?workers?|"
        r"permanent (?:staff|work|social|manag|lead)|consisten(?:t|cy) .{0,15}social workers?"
    ),
    "funding": (
        r"under-?fund|\bcuts\b|cut (?:to|in|by)|shortfall|funding gap|"
        r"not (?:get |have )?enough (?:money|fund|resourc)|austerity|well funded|"
        r"(?:in)?adequate(?:ly)? (?:fund|resourc)|resources (?:they|that|to)|spending power|"
        r"fund\w* .{0,40}(?:council|local)|council\w* .{0,60}fund"
    ),
    "devolution": (
        r"devol\w+ .{0,60}(?:council|local|power|communit)|whitehall|"
        r"central (?:control|direction|government)|localis|ring-?fenc|"
        r"local (?:decision|discretion|accountab|control|democra|people|choice|flexib|determin)|top-?down|"
        r"one[- ]size|decentrali|powers? (?:to|for) (?:local|council)"
    ),
    "government-intervention": (
        r"commissioner|improvement notice|department for education|\bdfe\b|statutory direction|"
        r"interven\w+ .{0,40}(?:council|authorit)|secretary of state .{0,40}(?:step|interven|direct)"
    ),
    "chief-executive-role": (r"chief executive|\bceo\b"),
    "sector-led-improvement": (
        r"\bpeers?\b|partners? in practice|sector-led|other local authorit|"
        r"neighbouring (?:council|authorit)|improvement (?:partner|board)|best practice"
    ),
    "inspection-value": (
        r"(?:inspect|ofsted|regulat).{0,120}(?:led to|used|result|respon|learn|recommend|burden|bureaucra|"
        r"driv|catalyst)|"
        r"(?:respon|learn|recommend|burden|catalyst|impetus).{0,80}inspect"
    ),
    "ratings": (r"\bratings?\b|\bgrad(?:e|es|ing)\b|league table|star rating|one-word|label"),
    "ofsted-remit": (r"inspectorate|ofsted['’]s|remit"),
    "outsourcing": (
        r"privatis|private (?:sector|provider|compan)|outsourc|contract(?:ed|ing|or)|\btender|"
        r"(?:voluntary|third|independent) (?:sector|provider)|in-house|profit|commissioned|\bthe trust\b|"
        r"children[’']s trust"
    ),
    "professional-elitism": (
        r"(?:un)?qualified|professional (?:judg|status)|volunteer|unregistered|not trained|trained staff"
    ),
    "statutory-director": (r"director of children|\bdcs\b|statutory (?:role|officer|director)"),
}
"""For each topic, turns of phrase that a side on it is often taken with."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A statement that may be drawn, where it stands, and what it is split with."""

    source: str
    group: str
    file: str
    record: str | None
    document: Document
    statement: Statement


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("draw", "sheet"))
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds sector/")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--near", type=int, default=324, help="statements near a topic")
    parser.add_argument("--random", type=int, default=156, help="statements drawn by chance")
    parser.add_argument("--likely", nargs="*", default=[], metavar="TOPIC=N", help="add N with turns of phrase")
    parser.add_argument("--cap", type=int, default=4, help="most that one document gives to a topic of --likely")
    parser.add_argument("--more", type=Path, help="statements drawn before: keep them and add to them")
    parser.add_argument("--statements", type=Path, help="what a sheet is made of")
    parser.add_argument("--pipeline", help="folder of the English pipeline, if not the shipped one")
    parser.add_argument("--cache", type=Path, help="file that keeps the statements' vectors between runs")
    options = parser.parse_args()
    attributor = Attributor(load_codebook(), options.pipeline)
    if options.what == "sheet":
        rows = read_rows(options.statements)
        lines: Iterable[Any] = sheet(rows, options.data, attributor, random.Random(options.seed))
    else:
        old = read_rows(options.more) if options.more else []
        candidates = list(gather(options.data, attributor))
        splits = split(candidates, random.Random(options.seed))
        known = {row["id"] for row in old}
        drawn = draw(candidates, load_codebook(), options, known)
        if options.likely:
            wanted = {topic: int(number) for topic, _, number in (text.partition("=") for text in options.likely)}
            rest = [c for c in candidates if identify(c) not in known | {identify(d) for d, _ in drawn}]
            drawn += draw_likely(rest, wanted, options.cap, random.Random(options.seed))
        lines = old + [row_of(candidate, stratum, splits[candidate.group]) for candidate, stratum in drawn]
    options.out.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")


def gather(data: Path, attributor: Attributor) -> Iterator[Candidate]:
    """Every statement of the sector's texts that can be annotated, no text twice."""
    seen: set[str] = set()
    for source, group, file, record in sources(data):
        for statement in attributor.attribute(record.document):
            words = len(statement.text.split())
            key = " ".join(statement.text.casefold().split())
            if FEWEST_WORDS <= words <= MOST_WORDS and key not in seen and statement.speaker:
                seen.add(key)
                yield Candidate(source, group, file, record.id, record.document, statement)


def sources(data: Path) -> Iterator[tuple[str, str, str, Record]]:
    """Source, what its statements are split with, file and document; debates and GOV.UK speeches only if they touch."""
    days: set[str] = set()
    for path in sorted((data / "sector/hansard/xml").glob("*.xml")):
        days.add(path.stem.removeprefix("debates"))
        file = path.relative_to(data).as_posix()
        for record in read_records(data, file):
            if touches(record.document.text):
                yield "days", f"{path.stem} {record.document.title}", file, record
    file = "sector/hansard/sector_speeches.jsonl"
    for record in read_records(data, file):
        house, _, rest = str(record.id).removeprefix("uk.org.publicwhip/").rpartition("/")
        if rest.split(".")[0] in days and house == "debate":
            continue
        title = record.document.title or rest.split(".")[0]
        yield "speeches", f"{record.document.published} {title.split(' – ')[0]}", file, record
    for source, pattern in (("ofsted", "sector/ofsted/*/*.pdf"), ("govuk", "sector/govuk-speeches/*.json")):
        for path in sorted(data.glob(pattern)):
            file = path.relative_to(data).as_posix()
            try:
                records = list(read_records(data, file))
            except PageError:
                continue
            for record in records:
                if source == "ofsted" or touches(record.document.text):
                    yield source, path.parent.name if source == "ofsted" else path.stem, file, record


def touches(text: str) -> bool:
    """Whether a text speaks of councils or of their services for children more than in passing."""
    low = text.casefold()
    return sum(low.count(word) for word in TOUCHES) >= TOUCHING * len(low.split())


def split(candidates: list[Candidate], rng: random.Random) -> dict[str, str]:
    """For each group, train or held-out: of each source about the same share of statements is held out."""
    sizes: dict[str, Counter[str]] = defaultdict(Counter)
    for candidate in candidates:
        sizes[candidate.source][candidate.group] += 1
    splits: dict[str, str] = {}
    for source in sorted(sizes):
        groups = sorted(sizes[source])
        rng.shuffle(groups)
        wanted, held = HELD_OUT * sizes[source].total(), 0
        for group in groups:
            out = held + sizes[source][group] <= wanted * 1.1 and held < wanted
            held += sizes[source][group] if out else 0
            splits[group] = "held-out" if out else "train"
    return splits


def draw(
    candidates: list[Candidate], codebook: Codebook, options: argparse.Namespace, old: set[str]
) -> list[tuple[Candidate, str]]:
    """The drawn candidates with their stratum: `near:TOPIC` or `random`."""
    taken: dict[str, tuple[Candidate, str]] = {}
    if options.near + options.random == 0:
        return []
    vectors = encoded([c.statement.text for c in candidates], options.cache)
    embedder = load_embedder()
    per_topic = options.near // len(codebook.topics)
    for topic in codebook.topics:
        targets = embedder.encode([topic.proposition, *topic.examples_favour, *topic.examples_against])
        similarity = (vectors @ targets.T).max(axis=1)
        given: Counter[str] = Counter()
        left = per_topic
        for i in np.argsort(-similarity, kind="stable"):
            candidate = candidates[i]
            if left and identify(candidate) not in taken.keys() | old and given[candidate.document.id] < PER_DOCUMENT:
                taken[identify(candidate)] = (candidate, f"near:{topic.id}")
                given[candidate.document.id] += 1
                left -= 1
    rng = random.Random(options.seed)
    for source, share in RANDOM_SHARES.items():
        rest = [c for c in candidates if c.source == source and identify(c) not in taken.keys() | old]
        for candidate in rng.sample(rest, min(len(rest), round(share * options.random))):
            taken[identify(candidate)] = (candidate, "random")
    return list(taken.values())


def draw_likely(
    candidates: list[Candidate], wanted: dict[str, int], cap: int, rng: random.Random
) -> list[tuple[Candidate, str]]:
    """Candidates with a topic's turns of phrase, by chance, as stratum `likely:TOPIC`."""
    rng.shuffle(candidates)
    taken: dict[str, tuple[Candidate, str]] = {}
    for topic, number in wanted.items():
        phrase = re.compile(LIKELY[topic], re.IGNORECASE)
        given: Counter[str] = Counter()
        for candidate in candidates:
            name, document = identify(candidate), candidate.document.id
            if number and name not in taken and given[document] < cap and phrase.search(candidate.statement.text):
                taken[name] = (candidate, f"likely:{topic}")
                given[document] += 1
                number -= 1
    return list(taken.values())


def encoded(texts: list[str], cache: Path | None) -> Any:
    """The texts' vectors, from the cache where it was made of the same texts."""
    key = digest("\n".join(texts))
    if cache and cache.is_file():
        with np.load(cache) as stored:
            if str(stored["key"]) == key:
                return stored["vectors"]
    vectors = load_embedder().encode(texts)
    if cache:
        np.savez(cache, key=key, vectors=vectors)
    return vectors


def identify(candidate: Candidate) -> str:
    """An id that depends on the file, the record and the words alone."""
    return make_id("sector", candidate.file, candidate.record or "", candidate.statement.text)


def row_of(candidate: Candidate, stratum: str, part: str) -> dict[str, Any]:
    """What is stored of a statement: where it stands and digests, no text."""
    document, statement = candidate.document, candidate.statement
    row = {
        "id": identify(candidate),
        "file": candidate.file,
        "record": candidate.record,
        "version": document.version,
        "start": statement.start,
        "end": statement.end,
        "text_sha256": digest(statement.text),
        "context_start": None,
        "context_end": None,
        "context_sha256": None,
        "stratum": stratum,
        "split": part,
    }
    start = document.text.rfind(statement.context, 0, statement.start) if statement.context else -1
    if start >= 0:
        row |= {
            "context_start": start,
            "context_end": start + len(statement.context),
            "context_sha256": digest(statement.context),
        }
    return row


def sheet(
    rows: list[dict[str, Any]], data: Path, attributor: Attributor, rng: random.Random
) -> Iterator[dict[str, str | None]]:
    """Id, speaker, context and text of the statements, shuffled; a statement not found again is left out."""
    wanted: dict[str, dict[str | None, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        wanted[row["file"]][row["record"]].append(row)
    lines = []
    for file, records in wanted.items():
        for record in read_records(data, file):
            if record.id not in records:
                continue
            document = record.document
            speakers = {(s.start, s.end): s.speaker for s in attributor.attribute(document)}
            heading = f"{document.title or file} ({document.published or 'no date'})"
            for row in records[record.id]:
                found = find_statement(document.text, row)
                if found is not None:
                    speaker = speakers.get((row["start"], row["end"]))
                    text, context = found
                    lines.append(
                        {"id": row["id"], "document": heading, "speaker": speaker, "context": context, "text": text}
                    )
    rng.shuffle(lines)
    yield from lines


if __name__ == "__main__":
    main()
