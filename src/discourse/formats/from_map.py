"""What a map holds as texts and stand-off annotations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from discourse.annotations import MACHINE, Annotation, Coded, Scalar, Text, mark
from discourse.store import read, tables
from discourse.store.map import Map

STATEMENT = "statement"
SPEAKER = "speaker"
STANCE = "stance:"
"""Before the id of a topic: the layer of the stances on it."""
_ORGANISATION = "organisation"


def coded(store: Map) -> Coded:
    """Every document and, for each statement, its kind (layer "statement"), its speaker (layer "speaker") and each
    stance shown (layer "stance:TOPIC"), by the coder "machine", or by the person who corrected it."""
    texts = {row["id"]: _text(row) for row in tables.texts(store)}
    judged = {(row["statement_id"], row["topic"]): row for row in tables.verdicts(store)}
    rows = list(read.statements(store))
    names = {row["id"]: row["name"] for row in read.stakeholders(store)}
    stances = read.stances_of(store, [row["id"] for row in rows])
    annotations: list[Annotation] = []
    for row in rows:
        text = texts[row["document_id"]]
        annotations.extend(_of_statement(text, row, names.get(row["whose"], row["speaker"])))
        for stance in stances.get(row["id"], ()):
            verdict = judged.get((row["id"], stance["topic"])) if stance["corrected"] else None
            coder, time = (verdict["who"] or "reviewer", verdict["at"]) if verdict else (MACHINE, None)
            facts: dict[str, Scalar] = {"statement": row["id"]}
            if not verdict:
                facts["confidence"] = round(float(stance["confidence"]), 6)
            annotations.append(
                mark(
                    text, row["start"], row["end"], STANCE + stance["topic"], stance["stance"], coder,
                    time=time, attributes=tuple(sorted(facts.items())),
                )
            )  # fmt: skip
    return Coded(tuple(texts.values()), tuple(annotations))


def _text(row: dict[str, Any]) -> Text:
    facts = {name: row[name] for name in ("url", "published", "publisher", "kind", "language")}
    # The path on the machine that built the map is nobody else's business where a page has an address.
    facts["source"] = None if row["url"] else row["source"]
    facts["author"] = "; ".join(row["authors"])
    return Text(row["id"], row["text"], row["title"], tuple(sorted((k, str(v)) for k, v in facts.items() if v)))


def _of_statement(text: Text, row: dict[str, Any], speaker: str | None) -> list[Annotation]:
    names = ("speaker_text", "role", "organisation", "cue", "quoted_by")
    facts = {name: row[name] for name in names if row[name]} | {"statement": row["id"]}
    found = [
        mark(
            text, row["start"], row["end"], STATEMENT, row["kind"], MACHINE, attributes=tuple(sorted(facts.items()))
        )
    ]  # fmt: skip
    if speaker:
        whose = {"statement": row["id"], "speaker_id": row["whose"], "speaker_kind": row["speaker_kind"]}
        attributes = tuple(sorted((k, v) for k, v in whose.items() if v))
        found.append(mark(text, row["start"], row["end"], SPEAKER, speaker, MACHINE, attributes=attributes))
    return found


def stances_alone(value: Coded) -> Coded:
    """The stances and the speakers of the statements they lie on, each speaker with the organisation that the
    statement gives; statements that take no stance are left out."""
    places = {(a.document, a.start, a.end) for a in value.annotations if a.layer.startswith(STANCE)}
    given = {
        (a.document, a.start, a.end): a.attribute(_ORGANISATION) for a in value.annotations if a.layer == STATEMENT
    }
    kept = []
    for a in value.annotations:
        place = (a.document, a.start, a.end)
        if place not in places or a.layer == STATEMENT:
            continue
        if a.layer == SPEAKER and given.get(place):
            a = replace(a, attributes=tuple(sorted((dict(a.attributes) | {_ORGANISATION: given[place]}).items())))
        kept.append(a)
    return Coded(value.texts, tuple(kept))
