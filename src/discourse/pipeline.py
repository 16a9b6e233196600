"""From inputs to a map: the order of the stages, what changed since last time, and the record of a run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING

from discourse import __version__
from discourse.codebook import Codebook
from discourse.collect.refusal import Refusal
from discourse.errors import PageError
from discourse.links import VERSION as LINK_RULES
from discourse.overall import link_statements, regroup, tell_events, unpacked
from discourse.per_page import Due, Engine, Here, Progress, encode, read_page
from discourse.records import Document, Page, PageEntry, Stance, Statement
from discourse.run_report import RunReport
from discourse.store import read, write
from discourse.store.map import Map

if TYPE_CHECKING:
    from discourse.attribute import Attributor
    from discourse.embed import Embedder
    from discourse.stance import Scorer, StanceModel


@dataclass(frozen=True, slots=True)
class Stages:
    """The models and the codebook that a run works with."""

    codebook: Codebook
    attributor: Attributor
    embedder: Embedder
    model: StanceModel
    scorer: Scorer

    @property
    def made_with(self) -> str:
        """What makes the records, stance aside: changes when everything must be done again."""
        return f"{__version__} {self.attributor.fingerprint} {LINK_RULES} {self.embedder.name}"

    @property
    def topics(self) -> dict[str, str]:
        """Fingerprint of model and topic, by topic: what a topic's stances depend on."""
        return {topic.id: f"{self.model.fingerprint} {topic.fingerprint}" for topic in self.codebook.topics}

    @property
    def fingerprint(self) -> str:
        return json.dumps({"made_with": self.made_with, "topics": self.topics}, sort_keys=True)


def load_stages(
    codebook: Codebook, *, pipeline: str | None = None, stance_model: str | None = None, embedder: str = "minilm"
) -> Stages:
    """The shipped models, or those named, ready for a codebook."""
    from discourse.attribute import Attributor
    from discourse.embed import load_embedder
    from discourse.stance import Scorer, load_stance_model

    encoder = load_embedder(embedder)
    model = load_stance_model(stance_model, embedder=encoder)
    return Stages(codebook, Attributor(codebook, pipeline), encoder, model, Scorer(model, encoder, codebook.topics))


def run(
    pages: Iterable[Page | Refusal],
    store: Map,
    stages: Stages,
    *,
    prune: bool = False,
    progress: Progress = lambda report, source: None,
    engine: Engine | None = None,
) -> RunReport:
    """Brings a map up to date with pages: new and changed ones are worked, the others left as they are."""
    report = RunReport()
    number = write.begin_run(store, _now(), stages.made_with)
    _describe(store, stages)
    seen: set[str] = set()
    due = _due(pages, store, stages, report, seen, progress)
    (engine or Here()).work(due, store, stages, report, progress)
    if prune:
        report.pruned = [e.canonical for e in read.page_entries(store) if e.canonical not in seen]
        write.remove_pages(store, report.pruned)
    finish(store, stages, report)
    write.end_run(store, number, _now(), report.counts)
    return report


def finish(store: Map, stages: Stages, report: RunReport) -> None:
    """Derives what rests on the whole map: stakeholders of the codebook, arguments where stances changed, and the links
    of documents that changed."""
    started = perf_counter()
    write.write_stakeholders(store, stages.codebook.stakeholders)
    write.remove_arguments_beside(store, [topic.id for topic in stages.codebook.topics])
    if not store.setting("arguments"):
        tell_events(store)
        report.made["arguments"], report.argument_changes = regroup(store)
    clustered = perf_counter()
    report.seconds["cluster"] += clustered - started
    report.made["links"] += link_statements(store)
    report.seconds["link"] += perf_counter() - clustered


def analyse(
    pages: Iterable[Page | Refusal], stages: Stages, report: RunReport
) -> Iterator[tuple[list[Document], list[Statement], list[Stance]]]:
    """Documents, statements and stances of pages without a map, exactly as a run makes them."""
    for page in pages:
        try:
            if isinstance(page, Refusal):
                raise PageError(page.reason)
            documents, statements = read_page(page, stages, report)
        except PageError as error:
            report.refused.append((page.source, str(error)))
            continue
        report.added.append(page.source)
        yield documents, statements, stages.scorer.score(statements, encode(stages, statements))


def _due(
    pages: Iterable[Page | Refusal],
    store: Map,
    stages: Stages,
    report: RunReport,
    seen: set[str],
    progress: Progress,
) -> Iterator[Due]:
    """The pages that are new or changed; what becomes of the others is settled here."""
    for page in _timed(pages, report, "collect"):
        seen.add(page.canonical)
        if (due := _settle(page, store, stages, report)) is None:
            progress(report, page.source)
        else:
            yield due


def _settle(page: Page | Refusal, store: Map, stages: Stages, report: RunReport) -> Due | None:
    before = read.page_entry(store, page.canonical)
    if isinstance(page, Refusal):
        if before is None or before.outcome == "refused":
            entry = PageEntry(page.canonical, page.source, "", "", "refused", page.reason)
            write.write_refusal(store, entry)
        report.refused.append((page.source, page.reason))
        return None
    entry = PageEntry(page.canonical, page.source, page.digest, stages.fingerprint, captured=page.captured)
    if before is None or before.digest != entry.digest or _made_with(before) != stages.made_with:
        return Due(page, entry, before is not None and before.outcome == "done")
    if before.outcome == "refused":
        report.refused.append((page.source, before.reason or "refused before"))
    elif before.fingerprint == entry.fingerprint:
        report.unchanged.append(page.source)
    else:
        started = perf_counter()
        _rescore(store, stages, before, entry)
        report.seconds["rescore"] += perf_counter() - started
        report.rescored.append(page.source)
    return None


def _rescore(store: Map, stages: Stages, before: PageEntry, entry: PageEntry) -> None:
    """Scores a page's statements again on those topics alone that are new or reworded."""
    known = json.loads(before.fingerprint).get("topics", {})
    stale = [topic for topic in stages.codebook.topics if known.get(topic.id) != stages.topics[topic.id]]
    rows = read.page_statements(store, entry.canonical)
    names = Statement.__dataclass_fields__.keys()
    statements = [Statement(**{name: row[name] for name in names}) for row in rows]
    vectors = unpacked(b"".join(row["vector"] for row in rows), len(rows))
    stances = stages.scorer.restricted_to(stale).score(statements, vectors) if rows else []
    write.replace_stances(store, [topic.id for topic in stale], stances, entry)


def _describe(store: Map, stages: Stages) -> None:
    topics = [{"id": t.id, "name": t.name, "proposition": t.proposition} for t in stages.codebook.topics]
    wanted = {
        "codebook": stages.codebook.source,
        "topics": json.dumps(topics),
        "threshold": repr(float(stages.model.threshold)),
        "stance_model": f"{stages.model.name} {stages.model.fingerprint}",
        "embedder": stages.embedder.name,
        "pipeline": stages.attributor.fingerprint,
        "version": __version__,
    }
    changed = {key: value for key, value in wanted.items() if store.setting(key) != value}
    if changed:
        store.set(**changed)


def _made_with(entry: PageEntry) -> str | None:
    return json.loads(entry.fingerprint).get("made_with") if entry.fingerprint else None


def _timed(pages: Iterable[Page | Refusal], report: RunReport, name: str) -> Iterator[Page | Refusal]:
    iterator = iter(pages)
    while True:
        started = perf_counter()
        try:
            page = next(iterator)
        except StopIteration:
            return
        report.seconds[name] += perf_counter() - started
        yield page


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
