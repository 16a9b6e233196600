"""Coded stances as examples: what `discourse train` and `discourse evaluate stance` learn from people's codings."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from discourse.agreement.adjudicate import settled
from discourse.annotations import Annotation
from discourse.errors import DiscourseError
from discourse.formats.standoff import read_annotations
from discourse.records import Topic

LAYER = "stance:"
SIDES = ("favour", "against", "none")


@dataclass(frozen=True, slots=True)
class Coding:
    """What one statement says on one proposition, as people settled it."""

    target: str
    text: str
    stance: str


def codings(annotations: Iterable[Annotation], topics: Sequence[Topic], place: str) -> list[Coding]:
    """The stances of annotations on the propositions of their topics, in order.

    Of the decisions on one stretch the last one holds. A DiscourseError where two coders differ, or where a topic is
    none of these.
    """
    propositions = {topic.id: topic.proposition for topic in topics}
    given: dict[tuple[str, int, int, str], Annotation] = {}
    for a in annotations:
        if not a.layer.startswith(LAYER) or a.start is None or a.end is None:
            continue
        if a.label not in SIDES:
            raise DiscourseError(f'{place}: annotation {a.id}: "{a.label:.40}" is none of {", ".join(SIDES)}')
        topic = a.layer.removeprefix(LAYER)
        if topic not in propositions:
            raise DiscourseError(f'{place}: no topic "{topic}" in the codebook: name the one coded by with --codebook')
        before = given.get((a.document, a.start, a.end, a.layer))
        if before is not None and before.coder != a.coder and before.label != a.label:
            raise DiscourseError(
                f"{place}: {before.coder} and {a.coder} differ on “{a.quotation[:40]}”: settle it first, with"
                " `annotations adjudicate` and `annotations gold`"
            )
        given[a.document, a.start, a.end, a.layer] = a
    last = settled(given.values())
    return [Coding(propositions[a.layer.removeprefix(LAYER)], a.quotation, a.label) for a in last.values()]


def is_coded(path: Path) -> bool:
    """Whether a file holds stand-off annotations, by its first line."""
    if not path.is_file():
        return False
    try:
        with path.open(encoding="utf-8") as stream:
            first = json.loads(stream.readline(4_000_000))
    except (OSError, ValueError):
        return False
    return isinstance(first, dict) and {"version", "layer", "label"} <= first.keys()


@contextmanager
def as_files(paths: Sequence[Path], topics: Sequence[Topic]) -> Iterator[list[Path]]:
    """The same files, those of annotations turned into files of target, text and stance, which go when it is over."""
    with TemporaryDirectory(prefix="discourse-codings-") as folder:
        found = []
        for number, path in enumerate(paths):
            if not is_coded(path):
                found.append(path)
                continue
            place = Path(folder) / str(number) / f"{path.stem}.csv"
            place.parent.mkdir()
            _write(codings(read_annotations(path), topics, str(path)), path, place)
            found.append(place)
        yield found


def _write(rows: Sequence[Coding], source: Path, out: Path) -> None:
    if not rows:
        raise DiscourseError(f"{source}: no stances in it: its layers should be {LAYER}TOPIC")
    with out.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("target", "text", "stance"))
        writer.writerows((row.target, row.text, row.stance) for row in rows)
