"""Settling disagreements: decisions that are only ever added, so that the history stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from discourse.agreement.compare import NONE, Unit, pages_of, units
from discourse.annotations import Annotation, Scalar
from discourse.errors import DiscourseError
from discourse.formats.flat import read_csv, write_csv
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
    facts: dict[str, Scalar] = {"decided_by": who, "votes": _told(votes), **_statement(here)}
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


def record(path: Path, decisions: Sequence[Annotation]) -> None:
    """Adds decisions to a file of decisions, which is made if there is none."""
    history = read_annotations(path) if path.exists() else []
    write_annotations([*history, *decisions], path)


def write_cases(annotations: Sequence[Annotation], history: Iterable[Annotation], sheet: Path) -> int:
    """Writes the disagreements that nobody has settled, to be decided in a spreadsheet; gives how many."""
    around = {(a.document, a.start, a.end): (a.prefix, a.suffix) for a in annotations}
    pages = pages_of(annotations)
    rows = []
    for unit in _differing(annotations, settled(history)):
        before, after = around[unit.document, unit.start, unit.end]
        rows.append(
            {
                "document": unit.document, "start": unit.start, "end": unit.end, "layer": unit.layer, "before": before,
                "quotation": unit.quotation, "after": after, "votes": _told(unit.labels), "label": "", "why": "",
                "open": pages[unit.document, unit.start, unit.end],
            }
        )  # fmt: skip
    write_csv(rows, sheet, _CASE)
    return len(rows)


_CASE = ("document", "start", "end", "layer", "before", "quotation", "after", "votes", "label", "why", "open")


def decide_all(
    annotations: Sequence[Annotation], history: Sequence[Annotation], sheet: Path, *, who: str, at: str
) -> list[Annotation]:
    """The decisions of a sheet of cases that has been filled in; cases without a label stay open."""
    known = {a.label for a in annotations} | {NONE}
    made: list[Annotation] = []
    for place, row in read_csv(sheet, ("document", "start", "end", "layer", "label")):
        label = row["label"].strip()
        if not label:
            continue
        if not row["start"].isdecimal() or not row["end"].isdecimal():
            raise DiscourseError(f"{place}: start and end must be whole numbers, as the sheet was written")
        if label not in known:
            raise DiscourseError(f'{place}: no coder uses the label "{label:.40}": {", ".join(sorted(known)[:12])}')
        case = (row["document"], int(row["start"]), int(row["end"]), row["layer"], label)
        why = row.get("why", "").strip() or None
        made.append(decide(annotations, [*history, *made], *case, who=who, at=at, why=why))
    if not made:
        raise DiscourseError(f'{sheet}: no decisions yet: fill in the column "label"')
    return made


def gold(annotations: Sequence[Annotation], history: Iterable[Annotation]) -> tuple[list[Annotation], list[Unit]]:
    """What all coders agree on and what was decided, each once by the coder "gold"; and the units left open.

    Labels "none" are kept in layers of stances, where they teach as much as the sides.
    """
    decided = settled(history)
    here: dict[tuple[str, int | None, int | None], list[Annotation]] = {}
    for a in annotations:
        here.setdefault((a.document, a.start, a.end), []).append(a)
    found, left = list(decided.values()), []
    for layer in sorted({a.layer for a in annotations if a.is_span}):
        for unit in units(annotations, layer):
            if (unit.document, unit.start, unit.end, layer) in decided:
                continue
            label = next(iter(unit.labels.values()))
            if len(set(unit.labels.values())) > 1:
                left.append(unit)
            elif label != NONE or layer.startswith("stance:"):
                found.append(_agreed(unit, label, here[unit.document, unit.start, unit.end]))
    order = sorted(found, key=lambda a: (a.document, a.start or 0, a.end or 0, a.layer))
    return order, left


def _agreed(unit: Unit, label: str, here: Sequence[Annotation]) -> Annotation:
    first = here[0]
    facts: dict[str, Scalar] = {"votes": _told(unit.labels), **_statement(here)}
    return Annotation(
        unit.document, first.digest, unit.layer, label, GOLD, unit.start, unit.end, first.quotation, first.prefix,
        first.suffix, id=make_id("agreed", unit.document, unit.start, unit.end, unit.layer, label),
        attributes=tuple(sorted(facts.items())),
    )  # fmt: skip


def _differing(annotations: Sequence[Annotation], but: Mapping[tuple[str, int, int, str], Annotation]) -> list[Unit]:
    layers = sorted({a.layer for a in annotations if a.is_span})
    found = [unit for layer in layers for unit in units(annotations, layer) if len(set(unit.labels.values())) > 1]
    still = [unit for unit in found if (unit.document, unit.start, unit.end, unit.layer) not in but]
    return sorted(still, key=lambda u: (u.document, u.start, u.end, u.layer))


def _told(votes: Mapping[str, str]) -> str:
    return "; ".join(f"{coder}: {votes[coder]}" for coder in sorted(votes))


def _statement(here: Iterable[Annotation]) -> dict[str, Scalar]:
    """The map's statement that the stretch is, where a coder's annotation names it."""
    named = next((a.attribute("statement") for a in here if a.attribute("statement")), None)
    return {"statement": named} if named else {}
