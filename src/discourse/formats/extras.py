"""What foreign formats keep in a field of their own for us: time apart, notes, attributes and pieces."""

from __future__ import annotations

from typing import Any

from discourse.annotations import Annotation
from discourse.formats.base import FormatError, an_object


def extras(annotation: Annotation) -> dict[str, Any]:
    """Note, attributes and pieces of an annotation, those that there are."""
    found: dict[str, Any] = {}
    if annotation.note is not None:
        found["text"] = [annotation.note]
    if annotation.attributes:
        found["attributes"] = dict(annotation.attributes)
    if annotation.pieces:
        found["pieces"] = [list(piece) for piece in annotation.pieces]
    return found


def from_extras(value: Any, place: str) -> dict[str, Any]:
    """The fields of an annotation that `extras` wrote; FormatError for what could not have been written."""
    given = an_object(value or {}, place)
    found: dict[str, Any] = {}
    note = given.get("text")
    if isinstance(note, list) and note and all(isinstance(line, str) for line in note):
        found["note"] = "\n".join(note)
    elif isinstance(note, str) and note:
        found["note"] = note
    attributes = an_object(given.get("attributes") or {}, place)
    if any(not isinstance(v, (str, int, float, bool, type(None))) for v in attributes.values()):
        raise FormatError(f"{place}: an attribute must be text, a number, true, false or null")
    if attributes:
        found["attributes"] = tuple(sorted(attributes.items()))
    pieces = given.get("pieces") or []
    if any(not isinstance(p, list) or len(p) != 2 or not all(type(x) is int for x in p) for p in pieces):
        raise FormatError(f"{place}: pieces must be pairs of offsets")
    if pieces:
        found["pieces"] = tuple((p[0], p[1]) for p in pieces)
    return found
