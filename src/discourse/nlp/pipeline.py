"""The English pipeline and its use on paragraphs: windows that keep the work linear, results in plain records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from importlib.resources import files

import spacy
from spacy.about import __version__ as spacy_version
from spacy.language import Language
from spacy.tokens import Doc
from thinc.api import NumpyOps, set_current_ops

from discourse import resources
from discourse.errors import ModelError
from discourse.nlp import components  # noqa: F401  (registers the factories)
from discourse.nlp.passage import Name, Passage, Place, Report
from discourse.nlp.quotes import Quote, find_quotes
from discourse.records import digest

_WINDOW = 2400
"""Code points that are parsed at once: longer paragraphs are cut at sentence ends, so that time stays linear."""
_END = re.compile(r"[.!?…][”’\"')\]]*\s")
_BATCH = 64


@dataclass(frozen=True, slots=True)
class _Window:
    paragraph: int
    offset: int
    last: bool


class EnglishPipeline:
    """A spaCy pipeline with the components quotes, attribution and stakeholders at its end."""

    def __init__(self, pipeline: str | None = None) -> None:
        self.nlp, self.name, self.fingerprint = _load(pipeline)
        for component in ("quotes", "attribution", "stakeholders"):
            if component not in self.nlp.pipe_names:
                self.nlp.add_pipe(component)

    def read(self, paragraphs: Iterable[str]) -> Iterator[Passage]:
        """One passage per paragraph, in order; offsets are those of the paragraph given."""
        texts: list[str] = []
        for text in paragraphs:
            texts.append(text)
            if len(texts) == _BATCH:
                yield from self._batch(texts)
                texts = []
        yield from self._batch(texts)

    def _batch(self, texts: list[str]) -> Iterator[Passage]:
        windows: list[_Window] = []
        docs: list[Doc] = []
        quotations = [tuple(find_quotes(text)) for text in texts]
        for number, text in enumerate(texts):
            cuts = list(_cuts(text, quotations[number]))
            for start, end in cuts:
                doc = self.nlp.make_doc(_plain_marks(text[start:end], start, quotations[number]))
                doc._.quotes = _clip(quotations[number], start, end)
                docs.append(doc)
                windows.append(_Window(number, start, end == len(text)))
        parts: list[list[tuple[int, Doc]]] = [[] for _ in texts]
        for window, doc in zip(windows, self.nlp.pipe(docs, batch_size=_BATCH), strict=True):
            parts[window.paragraph].append((window.offset, doc))
        for number, text in enumerate(texts):
            yield _passage(text, quotations[number], parts[number])


def _passage(text: str, quotations: tuple[Quote, ...], parts: list[tuple[int, Doc]]) -> Passage:
    sentences: list[Place] = []
    names: list[Name] = []
    reports: list[Report] = []
    for offset, doc in parts:
        sentences.extend(Place(s.start_char, s.end_char).shift(offset) for s in doc.sents)
        names.extend(n._replace(start=n.start + offset, end=n.end + offset) for n in doc._.names)
        end = offset + len(doc.text)
        cut = [
            q for q in quotations if q.depth == 0 and (q.start < offset < q.inner_end or q.start < end < q.inner_end)
        ]
        found = (r.shift(offset) for r in doc._.reports)
        reports.extend(whole for r in found if (whole := _uncut(r, cut, offset, end)) is not None)
    return Passage(text, quotations, tuple(sentences), tuple(names), tuple(reports))


def _uncut(report: Report, cut: list[Quote], start: int, end: int) -> Report | None:
    """A report whose quotation a window's end cut, with the whole of it; None for what a window found inside one."""
    for quote in cut:
        if quote.start < start and report.cue.start < quote.inner_end:
            return None
        if quote.start >= start and any(p.start == quote.inner_start and p.end == end for p in report.content):
            return replace(report, content=(Place(quote.inner_start, quote.inner_end),))
    return report


def _cuts(text: str, quotations: tuple[Quote, ...]) -> Iterator[tuple[int, int]]:
    """The windows of one paragraph: after a sentence end outside quotations, else after any, else at a blank."""
    start = 0
    while len(text) - start > _WINDOW:
        window = text[start : start + _WINDOW]
        ends = [start + m.end() for m in _END.finditer(window) if m.end() > _WINDOW // 4]
        outside = [e for e in ends if not any(q.start < e < q.end for q in _near(quotations, start, start + _WINDOW))]
        blank = window.rfind(" ", _WINDOW // 2)
        cut = (outside or ends or [start + blank + 1 if blank > 0 else start + _WINDOW])[-1]
        yield start, cut
        start = cut
    if start < len(text) or not text:
        yield start, len(text)


def _near(quotations: tuple[Quote, ...], start: int, end: int) -> list[Quote]:
    return [q for q in quotations if q.start < end and q.end > start]


def _clip(quotations: tuple[Quote, ...], start: int, end: int) -> list[Quote]:
    clipped = []
    for quote in _near(quotations, start, end):
        first, last = max(quote.start, start), min(quote.end, end)
        inner_first, inner_last = max(quote.inner_start, start), min(quote.inner_end, end)
        if inner_last > inner_first:
            clipped.append(
                replace(
                    quote,
                    start=first - start,
                    end=last - start,
                    inner_start=inner_first - start,
                    inner_end=inner_last - start,
                )
            )
    return clipped


def _plain_marks(text: str, offset: int, quotations: tuple[Quote, ...]) -> str:
    """The text with straight apostrophes and quotation marks, code point for code point, as parsers know them best."""
    characters = list(text.replace("’", "'").replace("‘", "'"))
    for quote in _near(quotations, offset, offset + len(text)):
        for position in (quote.start - offset, quote.end - offset - 1):
            if 0 <= position < len(characters) and text[position] in "“”„‟«»":
                characters[position] = '"'
    return "".join(characters)


def _load(pipeline: str | None) -> tuple[Language, str, str]:
    data = digest(b"".join((files("discourse.nlp") / name).read_bytes() for name in ("cues.toml", "people.toml")))[:8]
    # NumPy's matrix product is about 1.6 times faster here than the one that thinc prefers.
    set_current_ops(NumpyOps(use_blis=False))
    if pipeline == "blank":
        nlp = spacy.blank("en")
        nlp.add_pipe("sentencizer")
        return nlp, "blank", f"blank-{spacy_version}-{data}"
    if pipeline is None:
        folder = resources.checked(resources.path("models/english"))
        return spacy.load(folder), "english", f"{resources.fingerprint(folder)}-{data}"
    try:
        nlp = spacy.load(pipeline)
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{pipeline}: not a spaCy pipeline that can be loaded ({str(error).splitlines()[0]}): "
            "name a folder or an installed package"
        ) from None
    return nlp, pipeline, f"{nlp.meta.get('name')}-{nlp.meta.get('version')}-{data}"
