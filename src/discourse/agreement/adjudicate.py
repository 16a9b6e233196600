"""Settling disagreements: decisions that are only ever added, so that the history stays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from discourse.agreement.compare import units
from discourse.annotations import Annotation
from discourse.errors import DiscourseError
from discourse.formats.standoff import read_annotations, write_annotations
from discourse.records import make_id

GOLD = "gold"
"""The coder of a decision."""


def decide(
    annotations: Sequence[Annotation], history: Sequence[Annotation], document: str, start: int, end: int, layer: str,
    label: str, *, who: str, at: str, why: str | None = None,
) -> Annotation:  # fmt: skip
    """The decision on one stretch and layer: what each coder said, who decided, why, and which decision it replaces;
    a DiscourseError where no coder marked the stretch."""
    here = [a for a in annotations if (a.document, a.start, a.end) == (document, start, end)]
    if not here:
        raise DiscourseError(
            f"nobody marked {start} to {end} of {document}: `annotations agreement` lists what differs"
        )
    votes = next((u.labels for u in units(here, layer)), {a.coder: a.label for a in here if a.layer == layer})
    before = settled(history).get((document, start, end, layer))
    facts = {"decided_by": who, "votes": "; ".join(f"{coder}: {votes[coder]}" for coder in sorted(votes))}
    if before:
        facts["replaces"] = before.id
    first = here[0]
    return Annotation(
        document, first.digest, layer, label, GOLD, start, end, first.quotation, first.prefix, first.suffix, at,
        make_id("decision", document, start, end, layer, len(history), label, at), note=why,
        attributes=tuple(sorted(facts.items())),
    )  # fmt: skip


def settled(history: Iterable[Annotation]) -> dict[tuple[str, int, int, str], Annotation]:
    """The decision that stands on each stretch and layer: the last one made."""
    return {(a.document, a.start, a.end, a.layer): a for a in history if a.start is not None and a.end is not None}


def record(path: Path, decision: Annotation) -> None:
    """Adds a decision to a file of decisions, which is made if there is none."""
    history = read_annotations(path) if path.exists() else []
    write_annotations([*history, decision], path)
