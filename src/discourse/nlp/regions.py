"""What stands before and after a quotation in its own sentence."""

from __future__ import annotations

import re

from discourse.nlp.passage import Place
from discourse.nlp.syntax import Reading

ABBREVIATED = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|Gen|Rev|St|No|Cllr|Hon|Jr|Sr|Inc|Co|v)|\b[A-Z])$")
SENTENCE_END = re.compile(r"[.!?…](?=[\s”’\")]|$)")


def _ends_here(window: str, stop: int) -> bool:
    """Whether a stop ends a sentence: not after an abbreviation, nor inside brackets as in "(D-Wis.)"."""
    before = window[:stop]
    return not ABBREVIATED.search(before) and before.count("(") <= before.count(")")


def sentence_like(text: str) -> bool:
    """Whether quoted words could be a sentence of their own rather than a borrowed expression."""
    words = text.split()
    return len(words) >= 8 or (len(words) >= 2 and text[:1].isupper() and text.rstrip()[-1:] in ".!?,…—–")


def before_quote(reading: Reading, index: int) -> Place:
    """What stands before a quotation in its own sentence, back to the quotation before it at most."""
    quote = reading.outer[index]
    start = reading.outer[index - 1].end if index else 0
    window = reading.text[start : quote.start]
    for match in reversed(list(SENTENCE_END.finditer(window))):
        if _ends_here(window, match.start()):
            return Place(start + match.end(), quote.start)
    return Place(start, quote.start)


def after_quote(reading: Reading, index: int) -> Place:
    """What stands after a quotation in the same sentence, up to the next quotation at most."""
    quote = reading.outer[index]
    end = reading.outer[index + 1].start if index + 1 < len(reading.outer) else len(reading.text)
    window = reading.text[quote.end : min(end, quote.end + 400)]
    for match in SENTENCE_END.finditer(window):
        if _ends_here(window, match.start()):
            return Place(quote.end, quote.end + match.end())
    return Place(quote.end, quote.end + len(window))
