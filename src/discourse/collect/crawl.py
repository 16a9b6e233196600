"""A crawl: what sources list is asked for, once each, and everything that comes of it is kept."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path
from time import monotonic

from discourse.collect.archive import Archive, Kept, payload_of
from discourse.collect.asker import Asker, Headers, StoppedError, Visit, now
from discourse.collect.discover import read_listing, seeds, tasks_of
from discourse.collect.exchange import ExchangeError, Reply
from discourse.collect.feeds import ParseFailureError
from discourse.collect.local import read_local
from discourse.collect.manner import Manner
from discourse.collect.refusal import Refusal
from discourse.collect.source import LOCAL_KINDS, Source
from discourse.collect.urls import AddressError, host_of, normalise
from discourse.collect.web import is_page_type
from discourse.errors import PageError
from discourse.records import digest
from discourse.store.ledger import Ledger
from discourse.store.ledger_records import Attempt, Capture, Outcome, Task, Verdict


class Crawl:
    """One run over sources into an archive folder; goes on where the last one was interrupted."""

    def __init__(self, sources: Sequence[Source], folder: Path, manner: Manner) -> None:
        manner.check_contact(url for source in sources for url in source.urls)
        self.sources = {source.id: source for source in sources}
        self.manner = manner
        self.folder = folder
        self.ledger = Ledger.create(folder)
        self.archive = Archive(folder, self.ledger.warc_files())
        self.asker = Asker(manner)
        self.number, self.resumed = self.ledger.begin(now(), manner.agent)
        """The crawl's number, and when it began if it was interrupted."""
        self._queues: dict[str, deque[Task]] = {}
        self._running: dict[Future[Visit], tuple[Task, str]] = {}

    def run(self) -> Iterator[Attempt]:
        """Every attempt as it is made and written down; the crawl is finished when this ends."""
        known = self.sources.values()
        self.ledger.describe((s.id, s.name, s.kind, s.publisher, s.document_kind, s.terms) for s in known)
        for source in known:
            if source.kind in LOCAL_KINDS:
                yield from self._local(source)
            else:
                self.ledger.add(self.number, seeds(source)[: source.limit])
                for url in source.urls if source.delay is not None else ():
                    self.asker.host(url, source.delay)
        for task in self.ledger.pending(self.number, list(self.sources)):
            self._enqueue(task)
        pool = ThreadPoolExecutor(self.manner.at_once, thread_name_prefix="collect")
        try:
            while self._queues or self._running:
                yield from self._submit(pool)
                yield from self._finished()
        except StoppedError:
            return
        finally:
            self.asker.close()
            pool.shutdown(cancel_futures=True)
        self.ledger.end(self.number, now())

    def verdicts(self) -> list[Verdict]:
        """What each source gave in this crawl, beside what it gave before."""
        return [self.ledger.verdict(source, self.number) for source in self.sources]

    def close(self) -> None:
        self.asker.close()
        self.archive.close()
        self.ledger.close()

    def _enqueue(self, task: Task) -> None:
        try:
            host = host_of(task.url)
        except AddressError:
            host = ""
        self._queues.setdefault(host, deque()).append(task)

    def _submit(self, pool: ThreadPoolExecutor) -> Iterator[Attempt]:
        """Gives work to as many hosts as may be asked now; what need not be asked for is settled at once."""
        busy = {host for _, host in self._running.values()}
        for host in list(self._queues):
            if len(self._running) >= self.manner.at_once:
                return
            if host in busy or self._wait_for(host) > 0:
                continue
            task = self._queues[host].popleft()
            if not self._queues[host]:
                del self._queues[host]
            held = self.ledger.settled(self.number, task.canonical) if task.role == "page" else None
            if held:
                known = replace(self._base(task, Visit(task.url, task.url)), canonical=task.canonical)
                yield self._record(task, replace(known, outcome="duplicate of", capture=held, same_as=task.canonical))
                continue
            accept = is_page_type if task.role == "page" else None
            future = pool.submit(self.asker.visit, task.url, self._conditions, accept, self._stop_at(task))
            self._running[future] = (task, host)
            # Hosts take turns, so that none with a long list keeps the others waiting.
            if host in self._queues:
                self._queues[host] = self._queues.pop(host)

    def _finished(self) -> Iterator[Attempt]:
        """Settles what has come in; waits until something has, or until a host may be asked."""
        busy = {host for _, host in self._running.values()}
        room = len(self._running) < self.manner.at_once
        waits = [self._wait_for(host) for host in self._queues if host not in busy] if room else []
        pause = min([1.0, *waits])
        if self._running:
            done, _ = wait(self._running, timeout=max(pause, 0.001), return_when=FIRST_COMPLETED)
            for future in done:
                task, _ = self._running.pop(future)
                yield self._settle(task, future.result())
        elif waits and pause > 0:
            self.asker.stopped.wait(pause)

    def _wait_for(self, host: str) -> float:
        known = self.asker.hosts.get(host)
        return known.ready - monotonic() if known and not known.closed else 0.0

    def _conditions(self, url: str) -> Headers:
        """What makes a request conditional: the marks of what is already kept of an address."""
        held = self.ledger.capture_of(url)
        if held is None:
            return ()
        marks = (("If-None-Match", held.etag), ("If-Modified-Since", held.last_modified))
        return tuple((name, value) for name, value in marks if value)

    def _stop_at(self, task: Task) -> Callable[[str], str | None]:
        """What tells that the target of a page's redirect was got already in this crawl."""

        def known(url: str) -> str | None:
            canonical = normalise(url)
            return canonical if task.role == "page" and self.ledger.settled(self.number, canonical) else None

        return known

    def _settle(self, task: Task, visit: Visit) -> Attempt:
        """Keeps what was received, says what it is, and lists what it leads to."""
        base = self._base(task, visit)
        for reply in visit.replies:
            if reply is not visit.reply:
                self.archive.keep(reply, base.time)
        if visit.reply is None:
            outcome: Outcome = visit.outcome  # type: ignore[assignment]  # the asker uses the ledger's words
            if outcome != "duplicate of":
                return self._record(task, replace(base, outcome=outcome))
            held = self.ledger.settled(self.number, base.canonical)
            return self._record(task, replace(base, outcome=outcome, reason=None, capture=held, same_as=base.canonical))
        attempt = self._unchanged(base, visit.reply) if visit.reply.status == 304 else self._received(base, visit.reply)
        if task.role == "page" or attempt.capture is None:
            return self._record(task, attempt)
        return self._list(task, attempt, visit.reply.body if visit.reply.status == 200 else None)

    def _base(self, task: Task, visit: Visit) -> Attempt:
        try:
            canonical = normalise(visit.at)
        except ValueError:
            canonical = task.canonical
        last = visit.replies[-1] if visit.replies and visit.replies[-1].url == visit.at else None
        return Attempt(
            task.source,
            task.role,
            task.url,
            visit.at,
            canonical,
            now(),
            "refused",
            visit.reason,
            last.status if last else None,
            len(visit.replies),
        )

    def _unchanged(self, base: Attempt, reply: Reply) -> Attempt:
        """What an answer "not modified" says: the page is what its last capture holds."""
        held = self.ledger.capture_of(base.at)
        self.archive.keep(reply, base.time, held)
        if held is None:
            return replace(base, reason="answered 304 where nothing was kept")
        before = self.ledger.before(base.canonical, base.role)
        same_as = before.same_as if before else None
        return replace(base, outcome="duplicate of" if same_as else "unchanged", capture=held, same_as=same_as)

    def _received(self, base: Attempt, reply: Reply) -> Attempt:
        """Whether what came is new, as before, changed, or another page's bytes; a revisit record if held already."""
        mark, payload = digest(reply.body), payload_of(reply)
        same = self.ledger.same_bytes(mark, len(reply.body))
        earlier = same if same and same.payload == payload else None
        kept: Kept | Capture = self.archive.keep(reply, base.time, earlier)
        kept = earlier or kept
        capture = Capture(
            url=reply.url,
            time=base.time,
            media_type=reply.media_type,
            digest=mark,
            size=len(reply.body),
            payload=payload,
            etag=reply.header("etag"),
            last_modified=reply.header("last-modified"),
            file=kept.file,
            offset=kept.offset,
            length=kept.length,
            record=kept.record,
        )
        return self._compared(base, capture)

    def _compared(self, base: Attempt, capture: Capture) -> Attempt:
        before = self.ledger.before(base.canonical, base.role)
        if before and before.capture and before.capture.digest == capture.digest:
            outcome: Outcome = "duplicate of" if before.same_as else "unchanged"
            return replace(base, outcome=outcome, capture=capture, same_as=before.same_as)
        for canonical in self.ledger.pages_with(capture.digest) if base.role == "page" else ():
            other = self.ledger.before(canonical, "page")
            if canonical != base.canonical and other and other.capture and other.capture.digest == capture.digest:
                return replace(base, outcome="duplicate of", capture=capture, same_as=canonical)
        return replace(base, outcome="changed" if before else "new", capture=capture)

    def _list(self, task: Task, attempt: Attempt, body: bytes | None) -> Attempt:
        """Puts what a listing leads to on the crawl's list, as far as the source's limits go."""
        source = self.sources[task.source]
        try:
            body = self.archive.read(attempt.capture) if body is None and attempt.capture else body or b""
            links = read_listing(source, task, body, attempt.at)
        except (ParseFailureError, ExchangeError, PageError) as error:
            return self._record(task, replace(attempt, outcome="parse failure", reason=str(error)))
        found = list(tasks_of(source, task, links))
        if not found:
            many = len(links.pages)
            reason = f"none of {many} links matches include and exclude" if many else "the list is empty"
            return self._record(task, replace(attempt, outcome="empty", reason=reason))
        taken, left = self._within_limits(source, found)
        limit = f"the limit of {source.limit} pages is reached"
        note = f"{left} links left out: {limit}" if left else None
        for follower in taken:
            self._enqueue(follower)
        return self._record(task, replace(attempt, reason=note), taken)

    def _within_limits(self, source: Source, found: Iterable[Task]) -> tuple[list[Task], int]:
        """Those tasks that are new and that the source's limits leave room for, and how many pages they leave out."""
        pages = self.ledger.listed(self.number, source.id, "page")
        listings = self.ledger.listed(self.number, source.id, "listing")
        taken, left = [], 0
        for task in found:
            known, most = (pages, source.limit) if task.role == "page" else (listings, source.listings)
            if task.canonical in known:
                continue
            if len(known) < most and len(pages) < source.limit + (task.role == "page"):
                known.add(task.canonical)
                taken.append(task)
            elif task.role == "page":
                left += 1
        return taken, left

    def _local(self, source: Source) -> Iterator[Attempt]:
        """Keeps the files of a folder or the pages of a WARC file."""
        for page in read_local(source):
            task = Task(source.id, "page", page.source, page.canonical)
            base = Attempt(source.id, "page", page.source, page.source, page.canonical, now(), "refused")
            if self.ledger.is_done(self.number, task):
                continue
            self.ledger.add(self.number, [task])
            if isinstance(page, Refusal):
                yield self._record(task, replace(base, reason=page.reason))
                continue
            same = self.ledger.same_bytes(page.digest, len(page.content))
            time = page.captured or base.time
            kept = same or self.archive.keep_file(
                page.url or Path(page.source).resolve().as_uri(), page.content, page.media_type, time
            )
            capture = Capture(
                page.source,
                time,
                page.media_type,
                page.digest,
                len(page.content),
                page.digest,
                None,
                None,
                kept.file,
                kept.offset,
                kept.length,
                kept.record,
            )
            yield self._record(task, self._compared(base, capture))

    def _record(self, task: Task, attempt: Attempt, found: Iterable[Task] = ()) -> Attempt:
        self.ledger.record(self.number, task, attempt, found, self.archive.position)
        return attempt
