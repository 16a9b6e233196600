"""A new sector: the files to begin with, what is doubtful in a codebook, and topics that it might lack."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from discourse.codebook import Codebook
from discourse.errors import DiscourseError
from discourse.store import find, read, vectors
from discourse.store.map import Map
from discourse.store.read import Row

if TYPE_CHECKING:
    from discourse.embed import Embedder

_TEMPLATES = Path(__file__).parent / "templates" / "sector"
_ALIKE = 0.75
"""Propositions at least this near (cosine) say much the same."""
_SHARED = 0.5
"""Topics that share at least this much (Jaccard) of their statements are not told apart,"""
_FEW = 10
"""where they have at least so many."""
_CLOSE = 0.45
"""A suggested topic whose statements lie this near a proposition (cosine) is covered by it."""
_TIGHT = 0.6
"""Mean cosine distance within a suggested topic: wider than an argument, which is one side of one."""
_LEAST = 3
_SAYING = 6
"""Words below which a statement says nothing that could be a topic."""
_LARGEST = 20_000


def init(name: str, folder: Path) -> list[Path]:
    """Writes a commented codebook, a sources file and a README for a sector; gives their paths.

    DiscourseError if the name has no letter, or a file is there already: nothing is written over.
    """
    identifier = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")
    title = " ".join(re.sub(r'[\\"\x00-\x1f\x7f]', " ", name).split())
    if not identifier:
        raise DiscourseError(f'"{name}" has no letter to make an id from: write a name such as "Housing in Wales"')
    target = folder / identifier
    files = {target / template.name: template for template in sorted(_TEMPLATES.iterdir()) if template.is_file()}
    there = [str(path) for path in files if path.exists()]
    if there:
        raise DiscourseError(f"{', '.join(there)} exists already: give another name, or work on with what is there")
    try:
        target.mkdir(parents=True, exist_ok=True)
        for path, template in files.items():
            text = template.read_text(encoding="utf-8")
            path.write_text(text.replace("{name}", title).replace("{id}", identifier), encoding="utf-8")
    except OSError as error:
        raise DiscourseError(f"{target}: cannot be written ({error.strerror}): go to another folder") from None
    return list(files)


def doubts(codebook: Codebook, embedder: Embedder, store: Map | None = None) -> list[str]:
    """What is valid in a codebook but will not work well, a sentence each: propositions that nobody can be for or
    against, topics that say much the same or (in a map) share their statements, names that two stakeholders share."""
    return [*_unclear(codebook), *_overlaps(codebook, embedder), *_shared_names(codebook), *_not_told_apart(store)]


def suggest(store: Map, embedder: Embedder, limit: int = 10) -> list[Row]:
    """Topics that a map's codebook might lack: statements that lie together and take a side on none of its topics.

    Each has `statements`, how many `stakeholders` and `documents` they come from, telling `terms`, and a `proposition`
    that is one of the statements, verbatim: a person turns it into a sentence to be for or against.
    """
    from discourse.cluster import group
    from discourse.cluster.telling import key_point, terms

    numbers, matrix = vectors.matrix(store, read.Filter())
    spare = set(find.without_stance(store))
    kept = [place for place, number in enumerate(numbers.tolist()) if number in spare][:_LARGEST]
    if not kept:
        return []
    ids = read.statement_ids(store, [int(numbers[place]) for place in kept])
    rows = read.statements_by_id(store, list(ids.values()))
    kept = [place for place in kept if len(rows[ids[int(numbers[place])]]["text"].split()) >= _SAYING]
    matrix, said = matrix[kept], [rows[ids[int(numbers[place])]] for place in kept]
    labels = group(matrix, _TIGHT)
    members: dict[int, list[int]] = defaultdict(list)
    for place, label in enumerate(labels.tolist()):
        if label >= 0:
            members[label].append(place)
    known = embedder.encode([t["proposition"] for t in json.loads(store.setting("topics") or "[]")])
    groups = [places for places in members.values() if _worth(places, said, matrix, known)]
    telling = terms([row["text"] for row in said], groups)
    found = []
    for places, words in zip(groups, telling, strict=True):
        centroid = matrix[places].mean(axis=0)
        key = places[key_point([said[i]["text"] for i in places], matrix[places], centroid)]
        found.append(
            {"proposition": said[key]["text"], "terms": list(words)}
            | {"stakeholders": len({said[i]["whose"] for i in places} - {None})}
            | {"documents": len({said[i]["document_id"] for i in places})}
            | {"statements": [said[i]["id"] for i in places]}
        )
    return sorted(found, key=lambda f: (-f["stakeholders"], -len(f["statements"]), f["proposition"]))[:limit]


def as_toml(suggestions: list[Row]) -> str:
    """Suggested topics as [[topic]] blocks, commented out, to be put into words by a person."""
    blocks = []
    for row in suggestions:
        identifier = "-".join(re.findall(r"[a-z0-9]+", " ".join(row["terms"][:2]))) or "topic"
        proposition = json.dumps(" ".join(row["proposition"].split()), ensure_ascii=False)
        blocks.append(
            f"# {len(row['statements'])} statements of {row['stakeholders']} stakeholders; make the proposition a"
            f' sentence that one can be for or against\n# [[topic]]\n# id = "{identifier}"\n# name = "{identifier}"\n'
            f"# proposition = {proposition}\n# terms = {json.dumps(row['terms'], ensure_ascii=False)}\n"
        )
    return "\n".join(blocks)


def _unclear(codebook: Codebook) -> Iterator[str]:
    for topic in codebook.topics:
        words = topic.proposition.split()
        if topic.proposition.rstrip().endswith("?"):
            yield f"{topic.id}: the proposition is a question: write the answer that one side gives"
        elif len(words) < 4:
            yield f"{topic.id}: the proposition is {len(words)} words long: write a sentence that one can agree with"
        elif re.search(r"\b(?:not|never|no longer|cannot)\b|n['’]t\b", topic.proposition):
            yield f"{topic.id}: the proposition denies something, so that to favour it is to be against: turn it round"
        if bool(topic.examples_favour) != bool(topic.examples_against):
            yield f"{topic.id}: examples of one side only: add some of the other, or the stances will lean"


def _overlaps(codebook: Codebook, embedder: Embedder) -> Iterator[str]:
    vectors = embedder.encode([topic.proposition for topic in codebook.topics])
    cosines = vectors @ vectors.T
    for one, other in combinations(range(len(codebook.topics)), 2):
        if cosines[one, other] >= _ALIKE:
            first, second = codebook.topics[one], codebook.topics[other]
            yield f"{first.id} and {second.id} say much the same ({cosines[one, other]:.2f}): merge or reword them"
    for topic in codebook.topics:
        shared = {e.casefold() for e in topic.examples_favour} & {e.casefold() for e in topic.examples_against}
        for example in sorted(shared):
            yield f'{topic.id}: "{example}" is an example of both sides'


def _shared_names(codebook: Codebook) -> Iterator[str]:
    owners: dict[str, set[str]] = defaultdict(set)
    for stakeholder in codebook.stakeholders:
        for name in (stakeholder.name, *stakeholder.aliases):
            owners[name.casefold()].add(stakeholder.id)
    for name, ids in sorted(owners.items()):
        if len(ids) > 1:
            yield f'"{name}" is a name of {" and ".join(sorted(ids))}: texts that use it cannot be told apart'


def _not_told_apart(store: Map | None) -> Iterator[str]:
    if store is None:
        return
    of_topic: dict[str, set[str]] = defaultdict(set)
    for row in read.shown_stances(store):
        of_topic[row["topic"]].add(row["statement_id"])
    for one, other in combinations(sorted(of_topic), 2):
        first, second = of_topic[one], of_topic[other]
        share = len(first & second) / len(first | second)
        if min(len(first), len(second)) >= _FEW and share >= _SHARED:
            yield f"{one} and {other} share {share:.0%} of their statements in the map: merge or reword them"


def _worth(places: list[int], said: list[Row], matrix: np.ndarray, known: np.ndarray) -> bool:
    """Whether a group is large enough, of more than one document and stakeholder, and not near a topic there is."""
    sources = [{said[i][name] for i in places} for name in ("document_id", "whose")]
    if len(places) < _LEAST or min(map(len, sources)) < 2:
        return False
    return not len(known) or float((matrix[places] @ known.T).mean(axis=0).max()) < _CLOSE
