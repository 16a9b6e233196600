"""Commands that collect pages from their sources and show what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from discourse.cli import app, options
from discourse.cli.output import say, show
from discourse.errors import DiscourseError

if TYPE_CHECKING:
    from discourse.collect.crawl import Crawl
    from discourse.collect.relevance import Relevance
    from discourse.store.ledger_records import Attempt, Verdict

SourcesFile = Annotated[Path, typer.Argument(help="A sources file (.toml).", metavar="SOURCES.toml")]
ArchiveOption = Annotated[
    Path | None, typer.Option("--archive", help="Folder that pages and ledger are kept in.", metavar="DIR")
]
_ATTEMPT_COLUMNS = ("time", "source", "outcome", "url", "reason")
_EVERY = 100


@app.command()
def collect(
    sources: SourcesFile,
    archive: ArchiveOption = None,
    only: Annotated[list[str] | None, typer.Option("--source", help="Only this source (may be repeated).")] = None,
    contact: Annotated[
        str | None, typer.Option("--contact", help="E-mail or web address at which sites can reach you.")
    ] = None,
    delay: Annotated[
        float | None, typer.Option("--delay", min=0, max=3600, help="Seconds between requests to one host.")
    ] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Ask this machine and private networks too: for tests.")
    ] = False,
    read: Annotated[bool, typer.Option(help="Read what was kept, to tell copies and what cannot be read.")] = True,
    topic_filter: options.TopicFilter = False,
    topic_threshold: options.TopicThreshold = None,
    codebook: options.CodebookOption = None,
    format_: options.FormatOption = None,
) -> None:
    """Asks the sources for what is new, keeps every response, and says what each source gave."""
    from dataclasses import replace

    from discourse.collect.manner import Manner
    from discourse.collect.source import load_sources
    from discourse.collect.sources import open_crawl

    manner = Manner.of_environment()
    manner = replace(manner, contact=contact or manner.contact)
    loaded = load_sources(sources)
    loaded = replace(loaded, delay=loaded.delay if delay is None else delay)
    threshold = options.least_relevance(topic_filter, topic_threshold)
    relevance = None if threshold is None else _relevance(codebook, threshold)
    crawl = open_crawl(loaded, archive, manner.allowing_private() if allow_private else manner, only or ())
    try:
        _run(crawl)
        if read or relevance:
            _assess(crawl, relevance)
        verdicts = crawl.verdicts()
    finally:
        crawl.close()
    show(
        [_verdict_fields(verdict) for verdict in verdicts], format_, ("source", "pages", "before", "outcomes", "state")
    )
    say(f"kept in {crawl.folder}; `discourse run {crawl.folder}` reads it")
    failing = [verdict for verdict in verdicts if verdict.failing]
    for verdict in failing:
        say(f"failing: {_failure(verdict)}")
    if failing:
        raise DiscourseError(f"{len(failing)} of {len(verdicts)} sources gave nothing: see the line for each")


@app.command()
def ledger(
    archive: ArchiveOption = None,
    source: Annotated[str | None, typer.Option("--source", help="Attempts of this source.")] = None,
    outcome: Annotated[str | None, typer.Option("--outcome", help="Attempts that came to this.")] = None,
    url: Annotated[str | None, typer.Option("--url", help="Attempts at this address.")] = None,
    last: Annotated[bool, typer.Option("--last", help="Attempts of the latest collection.")] = False,
    differences: Annotated[
        str | None, typer.Option("--differences", help="Lines in which this page differs from the one it copies.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Read every kept page again and compare its digest.")] = False,
    format_: options.FormatOption = None,
) -> None:
    """What was asked for and what came of it: a line per source, or the attempts asked about."""
    from discourse.collect.sources import DEFAULT_ARCHIVE
    from discourse.store.ledger import Ledger
    from discourse.store.ledger_records import OUTCOMES

    if outcome is not None and outcome not in OUTCOMES:
        raise DiscourseError(f'--outcome "{outcome}" is none of {", ".join(OUTCOMES)}')
    folder = archive or DEFAULT_ARCHIVE
    with Ledger.open(folder) as book:
        if check:
            _check(folder, book)
        elif differences:
            _show_differences(book, differences, format_)
        elif source or outcome or url or last:
            attempts = book.attempts(source=source, outcome=outcome, url=url, last=last)
            show(map(_attempt_fields, attempts), format_, _ATTEMPT_COLUMNS)
        else:
            rows = [known | _verdict_fields(book.verdict(known["id"])) for known in book.sources()]
            for row in rows:
                del row["id"]
            show(rows, format_, ("source", "kind", "pages", "before", "outcomes", "state"))


def _run(crawl: Crawl) -> None:
    if crawl.resumed:
        say(f"going on with the collection that was begun at {crawl.resumed} and interrupted")
    for asked, attempt in enumerate(crawl.run(), 1):
        if not attempt.yields:
            say(f"{attempt.outcome} {attempt.at}: {attempt.reason}")
        elif asked % _EVERY == 0:
            say(f"{asked} addresses asked; latest {attempt.at}")


def _relevance(codebook: Path | None, threshold: float) -> Relevance:
    from discourse.codebook import load_codebook
    from discourse.collect.relevance import Relevance
    from discourse.embed import load_embedder

    return Relevance(load_codebook(codebook), load_embedder("minilm"), threshold)


def _assess(crawl: Crawl, relevance: Relevance | None) -> None:
    from discourse.collect.assess import assess

    for reading in assess(crawl.ledger, crawl.archive, relevance):
        what = f"{reading.outcome} {reading.copy_of or ''}".strip()
        say(f"{reading.canonical}: {what}: {reading.reason}")


def _show_differences(book: Any, url: str, format_: options.FormatOption) -> None:
    from discourse.collect.assess import differences

    found = differences(book, url)
    lines = [{"line": "-", "text": text} for text in found.removed] + [{"line": "+", "text": t} for t in found.added]
    say(f"{found.of}: {found.why}; - lines that stand there alone, + lines that stand here alone")
    show(lines, format_, ("line", "text"))


def _check(folder: Path, book: Any) -> None:
    from discourse.collect.archive import Archive

    captures = list(book.captures())
    faults = list(Archive(folder, book.warc_files()).check(captures))
    for fault in faults:
        say(fault)
    if faults:
        raise DiscourseError(f"{folder}: {len(faults)} records do not hold")
    typer.echo(f"{len(captures)} captures hold")


def _verdict_fields(verdict: Verdict) -> dict[str, Any]:
    counts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(verdict.outcomes.items()))
    fields = {"source": verdict.source, "pages": verdict.pages, "before": verdict.before, "outcomes": counts}
    return fields | {"state": "failing" if verdict.failing else "ok", "reason": verdict.reason}


def _attempt_fields(attempt: Attempt) -> dict[str, Any]:
    names = ("time", "source", "role", "outcome", "url", "at", "canonical", "reason", "status", "requests", "same_as")
    fields = {name: getattr(attempt, name) for name in (*names, "score", "topic")}
    if attempt.same_as and attempt.same_as != attempt.canonical:
        fields["reason"] = f"{attempt.same_as}: {attempt.reason or 'the same bytes'}"
    capture = attempt.capture
    kept = {name: getattr(capture, name) if capture else None for name in ("digest", "size", "file", "offset")}
    return fields | kept


def _failure(verdict: Verdict) -> str:
    before = f"gave {verdict.before} pages before and now none" if verdict.before else "gave nothing but refusals"
    return f"{verdict.source} {before} ({verdict.reason or 'its lists are empty'})"
