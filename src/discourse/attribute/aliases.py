"""The codebook's names and a document's own abbreviations, found where the recogniser missed them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from discourse.codebook import Codebook
from discourse.nlp.passage import Name, Passage
from discourse.nlp.people import load_people

_DEFINED = re.compile(r"\((?:the\s+)?[“\"'‘]?(?P<short>[A-Z][A-Za-z]{0,8}[A-Z])[”\"'’]?\)")


_IN_PLACE = re.compile(r"\b(?:in|at|near|across|around|throughout)\s+$")


def without_places(passages: list[Passage]) -> list[Passage]:
    """The passages, with places for names that stand after "in" or "near" somewhere and begin with no first name."""
    places = {
        passage.text[name.start : name.end]
        for passage in passages
        for name in passage.names
        if _IN_PLACE.search(passage.text[max(0, name.start - 12) : name.start])
    }
    people = load_people()
    places = {p for p in places if p.split()[0].rstrip(".") not in {*people.titles, *people.first_names}}
    return [
        replace(
            passage,
            names=tuple(
                n._replace(kind="place") if n.kind == "person" and passage.text[n.start : n.end] in places else n
                for n in passage.names
            ),
        )
        for passage in passages
    ]


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
    added: list[Name] = []
    for match in pattern.finditer(passage.text):
        kind = "person" if kinds.get(_plain(match.group())) == "person" else "organisation"
        added.append(Name(match.start(), match.end(), kind))
    if not added:
        return passage
    kept: list[Name] = []
    # Longest first where two begin together; a codebook's name goes before the recogniser's of the same length.
    for name in sorted([*added, *passage.names], key=lambda n: (n.start, n.start - n.end, n not in added)):
        last = kept[-1] if kept else None
        if last is None or name.start >= last.end:
            kept.append(name)
        elif name.subject or (name in added and last not in added and last.end - last.start < name.end - name.start):
            kept[-1] = (name if name in added else last)._replace(subject=name.subject or last.subject)
    return replace(passage, names=tuple(kept))
