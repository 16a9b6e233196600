"""What the kept pages say: read once each, to tell copies, what bears on a codebook, and what cannot be read."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from discourse.collect.archive import Archive
from discourse.collect.relevance import Relevance
from discourse.errors import DiscourseError, PageError
from discourse.events import Sketched, copies, share_held, sketch
from discourse.extract.apart import extract_apart
from discourse.records import Document, Page
from discourse.store.ledger import Ledger
from discourse.store.ledger_readings import Reading, Readings
from discourse.store.ledger_records import Attempt

_NOT_TEXT = ("boilerplate", "caption")
_BATCH = 50
_MOST_LINES = 5_000


@dataclass(frozen=True, slots=True)
class Differences:
    """The lines that tell two texts apart."""

    of: str
    other: str
    why: str
    removed: tuple[str, ...]
    """Lines of the other text that this one has not."""
    added: tuple[str, ...]


def assess(ledger: Ledger, archive: Archive, relevance: Relevance | None = None) -> Iterator[Reading]:
    """Reads the pages that nobody has read yet, and gives those readings whose outcome is not that of getting them.

    Pages whose text is a copy of another's are told with the page that they copy; with a relevance, all pages are
    scored by it, and those below its threshold are off topic.
    """
    readings = Readings(ledger)
    batch: list[Reading] = []
    for attempt in list(readings.unread()):
        reading = _read(attempt, archive)
        batch.append(reading)
        if reading.outcome:
            yield reading
        if len(batch) >= _BATCH:
            readings.write(batch)
            batch.clear()
    readings.write(batch)
    known = readings.current()
    told = _with_copies(_scored(known, readings, relevance), readings)
    changed = [reading for before, reading in zip(known, told, strict=True) if reading != before]
    readings.judge(changed)
    yield from (reading for reading in changed if reading.outcome)


def differences(ledger: Ledger, url: str) -> Differences:
    """The lines in which a page differs from the one that it copies, else from what it said before."""
    readings = Readings(ledger)
    versions = readings.of_page(url)
    if not versions:
        raise DiscourseError(f"{url}: no text of it was read: `discourse ledger --url {url}` shows what came of it")
    last = versions[-1]
    if last.copy_of:
        original = readings.of_page(last.copy_of)[-1]
        return _differences(last, original, f"its text is a copy of {last.copy_of}")
    before = next((version for version in reversed(versions[:-1]) if version.text != last.text), None)
    if before is None:
        raise DiscourseError(f"{url}: a copy of no other page, and its text has not changed")
    return _differences(last, before, "the page has changed")


def _read(attempt: Attempt, archive: Archive) -> Reading:
    capture = attempt.capture
    assert capture is not None
    url = capture.url if capture.url.startswith(("http://", "https://")) else None
    try:
        content = archive.read(capture)
        page = Page(attempt.url, attempt.canonical, content, capture.media_type, url, capture.time)
        documents = extract_apart(page)
    except PageError as error:
        return Reading(capture.id, attempt.canonical, "", outcome="parse failure", reason=str(error))
    text = "\n".join(line for document in documents for line in _lines(document))
    first = documents[0]
    return Reading(capture.id, attempt.canonical, text, first.title, first.published, sketch(text))


def _lines(document: Document) -> Iterator[str]:
    if not document.blocks:
        yield document.text
    for block in document.blocks:
        if block.type not in _NOT_TEXT:
            yield document.text[block.start : block.end]


def _with_copies(readings: Sequence[Reading], store: Readings) -> list[Reading]:
    """The readings, each with the earliest page that its text is a copy of, if there is one."""
    captures = {reading.canonical: reading.capture for reading in readings}

    def text_of(canonical: str) -> str:
        return store.text(captures[canonical])

    sketched = [Sketched(r.canonical, (r.published or "")[:10] or None, r.sketch) for r in readings if r.sketch]
    original = copies(sketched, text_of)
    told = []
    for reading in readings:
        other = original.get(reading.canonical, reading.canonical)
        if reading.outcome == "off topic":
            # The stronger of the two: it keeps the page from the map, and no later run without a filter lifts it.
            told.append(replace(reading, copy_of=other if other != reading.canonical else None))
        elif other != reading.canonical:
            share = share_held(text_of(reading.canonical), text_of(other))
            reason = f"{share:.0%} of the shorter one's five-word sequences stand in both"
            told.append(replace(reading, outcome="duplicate of", reason=reason, copy_of=other))
        elif reading.copy_of:
            told.append(replace(reading, outcome=None, reason=None, copy_of=None))
        else:
            told.append(reading)
    return told


def _scored(readings: Sequence[Reading], store: Readings, relevance: Relevance | None) -> list[Reading]:
    if relevance is None:
        return list(readings)
    told = []
    for reading in readings:
        score, topic = reading.score, reading.topic
        if reading.outcome == "parse failure":
            told.append(reading)
            continue
        if score is None or reading.scored_with != relevance.name:
            score, topic = relevance.score(store.text(reading.capture))
        scored = replace(reading, score=score, topic=topic, scored_with=relevance.name)
        if score < relevance.threshold:
            reason = f"bears most on {topic}, with {score:.2f}, below {relevance.threshold:.2f}"
            scored = replace(scored, outcome="off topic", reason=reason)
        elif reading.outcome == "off topic":
            scored = replace(scored, outcome=None, reason=None)
        told.append(scored)
    return told


def _differences(one: Reading, other: Reading, why: str) -> Differences:
    new, old = (reading.text.splitlines()[:_MOST_LINES] for reading in (one, other))
    removed: list[str] = []
    added: list[str] = []
    for kind, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            removed += old[i:j]
            added += new[k:m]
    return Differences(one.canonical, other.canonical, why, tuple(removed), tuple(added))
