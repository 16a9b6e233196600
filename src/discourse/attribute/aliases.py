"""The codebook's names, and the abbreviations a document defines, found in its text where the recogniser missed them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from discourse.codebook import Codebook
from discourse.nlp.passage import Name, Passage

_DEFINED = re.compile(r"\((?:the\s+)?[“\"'‘]?(?P<short>[A-Z][A-Za-z]{0,8}[A-Z])[”\"'’]?\)")


def with_known_names(passages: list[Passage], codebook: Codebook) -> list[Passage]:
    """The passages with a Name at every place where a known name stands; the longer name goes before the shorter."""
    kinds = {
        name: stakeholder.kind
        for stakeholder in codebook.stakeholders
        for name in (stakeholder.name, *stakeholder.aliases)
        if name[:1].isupper()
    }
    for passage in passages:
        for match in _DEFINED.finditer(passage.text):
            kinds.setdefault(match.group("short"), "organisation")
    if not kinds:
        return passages
    pattern = _pattern(kinds)
    spelled = {_plain(name): kind for name, kind in kinds.items()}
    return [_with_names(passage, pattern, spelled) for passage in passages]


def _plain(name: str) -> str:
    return " ".join(name.replace("’", "'").split())


def _pattern(names: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(map(_plain, names), key=len, reverse=True)
    spellings = (re.escape(name).replace("'", "['’]").replace(r"\ ", r"\s+") for name in longest_first)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(spellings)})(?!\w)")


def _with_names(passage: Passage, pattern: re.Pattern[str], kinds: Mapping[str, str]) -> Passage:
    names = list(passage.names)
    for match in pattern.finditer(passage.text):
        over = [n for n in names if n.start < match.end() and match.start() < n.end]
        if any(
            n.start <= match.start() and match.end() <= n.end and n.kind in ("person", "organisation") for n in over
        ):
            if all(n.end - n.start > match.end() - match.start() or n.kind == "organisation" for n in over):
                continue
        kind = kinds.get(_plain(match.group()), "organisation")
        subject = any(n.subject for n in over)
        names = [n for n in names if n not in over]
        names.append(Name(match.start(), match.end(), "person" if kind == "person" else "organisation", subject))
    return (
        replace(passage, names=tuple(sorted(names)))
        if len(names) != len(passage.names) or names != list(passage.names)
        else passage
    )
