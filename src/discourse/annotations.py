"""Stand-off annotations, the hub of every exchange format, and how they are anchored to texts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from math import isfinite
from typing import Any

from discourse.errors import DiscourseError
from discourse.records import digest, make_id

CONTEXT = 32
"""How many characters of prefix and suffix are kept, at most."""
MACHINE = "machine"
"""The coder that machine output is by."""

_DIGEST = re.compile(r"[0-9a-f]{64}")

Scalar = str | int | float | bool | None


class AnnotationError(DiscourseError):
    """An annotation is not sound in itself; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """One label that one coder gave: to a stretch of text, to a whole document, or to a pair of annotations."""

    document: str
    digest: str
    """SHA-256 of the text that the offsets count in."""
    layer: str
    """What is labelled: "statement", "speaker", "stance:TOPIC"; without "=" and line breaks."""
    label: str
    coder: str
    start: int | None = None
    """Offset in code points; None for a label of the whole document or a relation."""
    end: int | None = None
    quotation: str = ""
    """The text between start and end, verbatim."""
    prefix: str = ""
    suffix: str = ""
    time: str | None = None
    """ISO 8601."""
    id: str = ""
    pieces: tuple[tuple[int, int], ...] = ()
    """The parts of a discontinuous stretch, in order; start and end are then those of the whole."""
    source: str | None = None
    """Of a relation: the id of the annotation it starts from."""
    target: str | None = None
    note: str | None = None
    attributes: tuple[tuple[str, Scalar], ...] = ()
    """Further facts by name, in order of name."""

    @property
    def is_span(self) -> bool:
        return self.start is not None

    @property
    def is_relation(self) -> bool:
        return self.source is not None

    def attribute(self, name: str) -> Scalar:
        """The value of an attribute, None where there is none."""
        return dict(self.attributes).get(name)


@dataclass(frozen=True)
class Text:
    """A text that annotations count in."""

    id: str
    text: str
    title: str | None = None
    facts: tuple[tuple[str, str], ...] = ()
    """What else is known of it, by name: date, author, publisher, url, kind."""

    @cached_property
    def digest(self) -> str:
        return digest(self.text)

    def fact(self, name: str) -> str | None:
        return dict(self.facts).get(name)


@dataclass(frozen=True, slots=True)
class Coded:
    """Texts with their annotations: what every exchange format is read into and written from."""

    texts: tuple[Text, ...] = ()
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True, slots=True)
class Lost:
    """An annotation that could not be anchored, and why."""

    annotation: Annotation
    reason: str


def mark(text: Text, start: int, end: int, layer: str, label: str, coder: str, **more: Any) -> Annotation:
    """An annotation of a stretch of a text, with quotation, prefix and suffix taken from it."""
    return identified(
        Annotation(
            text.id, text.digest, layer, label, coder, start, end, text.text[start:end],
            text.text[max(0, start - CONTEXT) : start], text.text[end : end + CONTEXT], **more,
        )
    )  # fmt: skip


def identified(annotation: Annotation) -> Annotation:
    """The annotation with an id, made from what it says where it has none."""
    if annotation.id:
        return annotation
    a = annotation
    parts = (a.document, a.start, a.end, a.pieces, a.source, a.target, a.layer, a.label, a.coder)
    return replace(annotation, id=make_id("annotation", *map(str, parts)))


def anchor(annotations: Iterable[Annotation], texts: Iterable[Text]) -> tuple[list[Annotation], list[Lost]]:
    """The annotations with offsets that hold in these texts, and those that are lost; nothing is guessed.

    An annotation holds where the text's digest is the same, else where its quotation stands with its prefix and
    suffix exactly once; its document is the one of its id, else the only one with the same digest.
    """
    known = {text.id: text for text in texts}
    by_digest: dict[str, list[str]] = {}
    for text in known.values():
        by_digest.setdefault(text.digest, []).append(text.id)
    kept: dict[str, Annotation] = {}
    lost: list[Lost] = []
    relations = []
    for annotation in annotations:
        if annotation.is_relation:
            relations.append(annotation)
            continue
        same = by_digest.get(annotation.digest, [])
        place = annotation.document if annotation.document in known else same[0] if len(same) == 1 else None
        found = _anchored(annotation, known[place]) if place else f"no document {annotation.document}"
        if isinstance(found, str):
            lost.append(Lost(annotation, found))
        else:
            kept[annotation.id] = found
    for relation in relations:
        ends = [kept.get(end or "") for end in (relation.source, relation.target)]
        if ends[0] is None or ends[1] is None:
            lost.append(Lost(relation, "an annotation it relates is lost"))
        else:
            kept[relation.id] = replace(relation, document=ends[0].document, digest=ends[0].digest)
    return list(kept.values()), lost


def _anchored(annotation: Annotation, text: Text) -> Annotation | str:
    """The annotation with its place in a text, or why it has none."""
    moved = replace(annotation, document=text.id, digest=text.digest)
    start, end = annotation.start, annotation.end
    if start is None or end is None:
        return moved if annotation.digest == text.digest else "the document has changed"
    if annotation.digest == text.digest and text.text[start:end] == annotation.quotation:
        return moved
    wanted = annotation.prefix + annotation.quotation + annotation.suffix
    first = text.text.find(wanted) if annotation.quotation else -1
    if first < 0:
        return "the quotation no longer stands there with what was around it"
    if text.text.find(wanted, first + 1) >= 0:
        return "the quotation stands there more than once"
    new_start = first + len(annotation.prefix)
    shift = new_start - start
    pieces = tuple((a + shift, b + shift) for a, b in annotation.pieces)
    return replace(moved, start=new_start, end=end + shift, pieces=pieces)


def checked(annotation: Annotation, place: str) -> Annotation:
    """The annotation itself if it is sound in itself; an AnnotationError says what is wrong with it."""
    a = annotation
    problem = None
    if not a.label:
        problem = "a label is empty"
    elif not _DIGEST.fullmatch(a.digest):
        problem = "digest is not a SHA-256 in hexadecimal"
    elif "=" in a.layer or not a.layer.isprintable() or a.layer != a.layer.strip():
        problem = f'layer "{a.layer:.40}" has "=", a line break or space at its ends'
    elif (a.start is None) != (a.end is None) or (a.source is None) != (a.target is None):
        problem = "start and end, and source and target, go together"
    elif a.start is not None and a.end is not None:
        if a.source is not None:
            problem = "a relation has no start"
        elif not 0 <= a.start < a.end:
            problem = f"start {a.start} and end {a.end} are no stretch of text"
        elif len(a.quotation) != a.end - a.start:
            problem = f"the quotation has {len(a.quotation)} characters, start to end {a.end - a.start}"
        elif a.pieces and (
            [x for p in a.pieces for x in p] != sorted({x for p in a.pieces for x in p})
            or (a.pieces[0][0], a.pieces[-1][1]) != (a.start, a.end)
        ):
            problem = "pieces must be in order, apart, and reach from start to end"
    elif a.pieces or a.quotation:
        problem = "a quotation needs start and end"
    for name, value in a.attributes:
        if not isinstance(value, Scalar) or (isinstance(value, float) and not isfinite(value)):
            problem = f'the attribute "{name:.40}" is neither text nor a number that can be kept'
    if problem:
        raise AnnotationError(f"{place}: {problem}: correct it, or export the file anew")
    return annotation
