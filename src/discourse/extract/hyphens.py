"""Words that a line break cut in two."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from discourse.extract.pdfpages import HYPHEN

_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_TAIL = re.compile(r"([^\W_]+)[-\x02\u2010]$")
_HEAD = re.compile(r"^[^\W_]+")
# First parts of compounds that English writes with a hyphen.
_PREFIXES_TEXT = """
all anti co counter cross early end ex extra face fact far first fast five four free front full good half hard
high home ill in inter intra large later life like local long longer low lower mid middle multi near non off
old on one out over part partner post pre pro quasi re second self semi senior sex short shorter single six
small so social state sub ten third three time two un under up user vice well whole wide world year young
"""
_PREFIXES = frozenset(_PREFIXES_TEXT.split())


def mend(texts: Sequence[Sequence[str]]) -> list[str]:
    """Each text's lines as one line, words that were cut at a line's end made whole.

    A hyphen at a line's end stays where the document writes the word with one elsewhere, or where it follows
    the first part of a common compound in a document that hardly cuts words; it goes where the document writes
    the whole word, and otherwise in documents that cut words often.
    """
    words: Counter[str] = Counter()
    cuts = lines = 0
    for text in texts:
        for line in text:
            words.update(word.lower() for word in _WORD.findall(line))
            cuts += bool(_TAIL.search(line))
        lines += len(text)
    often = cuts > 0.04 * max(lines, 1)
    return [_joined(text, words, often) for text in texts]


def _joined(lines: Sequence[str], words: Counter[str], often: bool) -> str:
    whole = ""
    for line in lines:
        line = line.strip()
        tail, head = _TAIL.search(whole), _HEAD.match(line)
        if tail and head and head.group() in ("and", "or"):
            whole = f"{whole} {line}"  # "short- and long-term": the hyphen waits for its second part.
        elif tail and head:
            keep = _keeps_hyphen(tail[1].lower(), head.group(), words, often)
            whole = whole[:-1] + ("-" if keep else "") + line
        else:
            whole = f"{whole} {line}" if whole else line
    return whole.replace(HYPHEN, "-")


def _keeps_hyphen(first: str, second: str, words: Counter[str], often: bool) -> bool:
    if not second[0].islower():
        return True
    compound, single = words[f"{first}-{second.lower()}"], words[first + second.lower()]
    if compound != single:
        return compound > single
    return first in _PREFIXES or not often
