"""The pages of a sources file or of an archive: collected, kept, and read back from what was kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from discourse.collect.archive import Archive
from discourse.collect.crawl import Crawl
from discourse.collect.manner import Manner
from discourse.collect.refusal import Refusal
from discourse.collect.source import Sources, load_sources
from discourse.errors import DiscourseError, PageError
from discourse.records import Page
from discourse.store.ledger import NAME, Ledger
from discourse.store.ledger_records import Attempt

if TYPE_CHECKING:
    from discourse.collect.relevance import Relevance

DEFAULT_ARCHIVE = Path("archive")
"""Where collected pages are kept unless the sources file or the command says otherwise."""


def is_archive(path: Path) -> bool:
    """Whether a folder is an archive that `collect` made."""
    return (path / NAME).is_file()


def archive_of(sources: Sources, folder: Path | None = None) -> Path:
    """The folder to keep pages in: the one named, the file's own, or `archive` in the working directory."""
    return folder or sources.archive or DEFAULT_ARCHIVE


def manner_of(sources: Sources, manner: Manner | None = None) -> Manner:
    """The manner of the environment with what the sources file says of contact and delay."""
    manner = manner or Manner.of_environment()
    delay = manner.delay if sources.delay is None else sources.delay
    at_once = sources.at_once or manner.at_once
    return replace(manner, contact=manner.contact or sources.contact, delay=delay, at_once=at_once)


def open_crawl(
    sources: Sources, folder: Path | None = None, manner: Manner | None = None, only: Sequence[str] = ()
) -> Crawl:
    """A crawl of a file's sources, or of those named; the caller runs and closes it."""
    known = [source.id for source in sources.sources]
    unknown = next((name for name in only if name not in known), None)
    if unknown is not None:
        raise DiscourseError(f'{sources.path}: no source "{unknown}": there are {", ".join(known)}')
    wanted = [source for source in sources.sources if not only or source.id in only]
    return Crawl(wanted, archive_of(sources, folder), manner_of(sources, manner))


def read_sources(
    path: Path, manner: Manner | None = None, relevance: Relevance | None = None
) -> Iterator[Page | Refusal]:
    """Collects what a sources file lists and gives all pages that its sources have ever had.

    A page that could not be got this time is given as it was last kept; one that was never got is a Refusal, and
    so is a source that gives nothing any more. With a relevance, so is a page that it finds to be off topic, once:
    later runs leave it out.
    """
    sources = load_sources(path)
    crawl = open_crawl(sources, manner=manner)
    given: set[str] = set()
    stated = {source.id: (source.publisher, source.document_kind) for source in sources.sources}
    try:
        for attempt in crawl.run():
            # What is unchanged may have been found to be off topic: the ledger's latest, below, leaves that out.
            fresh = attempt.role == "page" and attempt.capture and attempt.outcome in ("new", "changed")
            if fresh and relevance is None:
                given.add(attempt.canonical)
                yield _page(attempt, crawl.archive, stated)
        yield from _off_topic(crawl, relevance) if relevance else ()
        for attempt in crawl.ledger.latest([source.id for source in sources.sources]):
            if attempt.canonical not in given:
                yield _page(attempt, crawl.archive, stated)
        for verdict in crawl.verdicts():
            if verdict.failing:
                place = f"{path}, source {verdict.source}"
                yield Refusal(place, place, f"gives nothing any more ({verdict.reason or 'its lists are empty'})")
    finally:
        crawl.close()


def _off_topic(crawl: Crawl, relevance: Relevance) -> Iterator[Refusal]:
    """Scores what the archive holds, and gives the pages that are newly found to be off topic."""
    from discourse.collect.assess import assess

    for reading in assess(crawl.ledger, crawl.archive, relevance):
        if reading.outcome == "off topic":
            yield Refusal(reading.canonical, reading.canonical, f"off topic: {reading.reason}")


def read_archive(folder: Path) -> Iterator[Page | Refusal]:
    """All pages of an archive as they were last kept, without asking anybody."""
    with Ledger.open(folder) as ledger:
        archive = Archive(folder, ledger.warc_files())
        stated = {row["id"]: (row["publisher"], row["document_kind"]) for row in ledger.sources()}
        for attempt in ledger.latest():
            yield _page(attempt, archive, stated)


def _page(attempt: Attempt, archive: Archive, stated: Mapping[str, tuple[str | None, str | None]]) -> Page | Refusal:
    capture = attempt.capture
    if capture is None:
        return Refusal(attempt.url, attempt.canonical, f"{attempt.outcome}: {attempt.reason}")
    try:
        content = archive.read(capture)
    except PageError as error:
        return Refusal(attempt.url, attempt.canonical, str(error))
    url = capture.url if capture.url.startswith(("http://", "https://")) else None
    publisher, kind = stated.get(attempt.source, (None, None))
    return Page(
        *(attempt.url, attempt.canonical, content, capture.media_type, url, capture.time, publisher),
        kind=kind,  # type: ignore[arg-type]  # the sources file is checked for it
    )
