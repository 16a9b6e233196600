"""Sentence starts by rule, for edited prose where a full stop before a capital can be trusted."""

from __future__ import annotations

from collections.abc import Sequence

END = {".", "?", "!", "...", "…"}
CLOSING = {"”", "’", '"', "'", ")", "]", "''"}
OPENING = {"“", "‘", "(", "[", "``"}
# Words whose full stop is part of them in Hansard and in trade papers.
SHORTENED = {"hon", "rt", "no", "nos", "st", "dr", "mr", "mrs", "ms", "cllr", "prof", "rev", "col", "art", "v"}


def sentence_starts(words: Sequence[str]) -> list[bool]:
    """Say for every token whether a sentence starts there."""
    starts = [i == 0 for i in range(len(words))]
    i = 0
    while i < len(words):
        if words[i] not in END or (words[i] == "." and i and words[i - 1].lower() in SHORTENED):
            i += 1
            continue
        j = i + 1
        while j < len(words) and (words[j] in CLOSING or words[j] in END):
            j += 1
        if j < len(words) and _can_open(words, j):
            starts[j] = True
        i = j
    return starts


def _can_open(words: Sequence[str], i: int) -> bool:
    word = words[i]
    if word in OPENING:
        return i + 1 < len(words) and (words[i + 1][:1].isupper() or words[i + 1] in OPENING)
    return word[:1].isupper() or word[:1].isdigit()
