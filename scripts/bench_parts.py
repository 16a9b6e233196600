"""The parts of a run that nobody could leave out, each alone over what the run gave it: the floor of its time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import trafilatura

from discourse.collect import gather
from discourse.errors import PageError
from discourse.extract import recognise
from discourse.pipeline import Stages
from discourse.records import Page
from discourse.runtime import OnnxEncoder, Text, _clean

OURS = ("quotes", "attribution", "stakeholders")
"""The components that are this software's own; the others are spaCy's."""
Clock = Callable[[], float]


class Seen:
    """What a run gave to spaCy and to each graph."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.graphs: dict[OnnxEncoder, list[Text]] = {}


@contextmanager
def watched(stages: Stages) -> Iterator[Seen]:
    """Notes what goes through the models of a run while it lasts."""
    seen, nlp, call = Seen(), stages.attributor.pipeline.nlp, OnnxEncoder.__call__
    pipe = nlp.pipe

    def pipe_noted(docs: list[Any], **options: Any) -> Any:
        seen.texts += [doc.text for doc in docs]
        return pipe(docs, **options)

    def call_noted(self: OnnxEncoder, texts: Any) -> Any:
        seen.graphs.setdefault(self, []).extend(texts)
        return call(self, texts)

    nlp.pipe, OnnxEncoder.__call__ = pipe_noted, call_noted  # type: ignore[method-assign]
    try:
        yield seen
    finally:
        nlp.pipe, OnnxEncoder.__call__ = pipe, call  # type: ignore[method-assign]


def parts(paths: list[str], stages: Stages, seen: Seen, clock: Clock) -> dict[str, float]:
    """Seconds of each part: trafilatura on the web pages, spaCy on the texts, the graphs on what they were given."""
    pages = [page for page in gather(paths) if isinstance(page, Page) and _is_html(page)]
    embedding = getattr(stages.embedder, "_encoder", None)
    found = {"trafilatura": _timed(lambda: [trafilatura.extract(page.content) for page in pages], clock)}
    nlp = stages.attributor.pipeline.nlp
    with nlp.select_pipes(disable=[name for name in OURS if name in nlp.pipe_names]):
        found["spacy"] = _timed(lambda: list(nlp.pipe(seen.texts)), clock)
    for encoder, texts in seen.graphs.items():
        name = "embedding graph" if encoder is embedding else "stance graph"
        found[name] = found.get(name, 0.0) + _graph(encoder, texts, clock)
    return {name: round(seconds, 2) for name, seconds in found.items()}


def _is_html(page: Page) -> bool:
    with suppress(PageError):
        return recognise(page) == "html"
    return False


def _graph(encoder: OnnxEncoder, texts: list[Text], clock: Clock) -> float:
    """The graph alone, on as many threads as in the run: its inputs are word pieces already."""
    encodings = encoder._tokenizer.encode_batch([_clean(text) for text in texts])
    with ThreadPoolExecutor(encoder.threads) as pool:
        return _timed(lambda: list(pool.map(encoder._run, encodings)), clock)


def _timed(work: Callable[[], object], clock: Clock) -> float:
    started = clock()
    work()
    return clock() - started
