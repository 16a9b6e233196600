"""Indirect speech without a parse, by the words alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from discourse.nlp.passage import Place, Report
from discourse.nlp.patterns import source_before
from discourse.nlp.regions import ABBREVIATED, SENTENCE_END
from discourse.nlp.syntax import Reading


def plain_reports(reading: Reading) -> Iterator[Report]:
    """Indirect speech without a parse: a cue, an optional "that", and the rest of its sentence."""
    text = reading.text
    for token in reading.doc:
        lemma = reading.lexicon.forms.get(token.lower_)
        sense = reading.lexicon.verbs.get(lemma or "", {}).get("clause")
        if sense is None or reading.in_quote(token) or token.lower_ == lemma:
            continue
        end = token.idx + len(token)
        after = re.match(r"(?:\s+(?:the\s)?[A-Z][\w’']*(?=\s+that\b))?\s+(?:that\s+)?", text[end:])
        stop = next(
            (m.start() for m in SENTENCE_END.finditer(text, end) if not ABBREVIATED.search(text[end : m.start()])),
            len(text),
        )
        source = source_before(text, max(0, token.idx - 200), token.idx)
        content = reading.trim(end + (after.end() if after else 0), stop)
        said_before = text[end : end + 2].strip()[:1] in (",", ".", ":", "")
        if source is None or said_before or reading.words(content) < 3:
            continue
        inside = any(content.overlaps(Place(q.start, q.end)) for q in reading.outer)
        yield Report(
            source, Place(token.idx, end), (content,), "mixed" if inside else "indirect", sense.manner, rule="plain"
        )
