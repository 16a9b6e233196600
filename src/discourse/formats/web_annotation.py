"""W3C Web Annotations: a page of annotations in JSON-LD, each with a quotation and a position to find it by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from discourse.annotations import MACHINE, Annotation, Coded, checked, identified
from discourse.formats.base import (
    FormatError,
    a_list,
    a_string,
    an_object,
    collect,
    joined,
    parse_json,
    read_bytes,
    split,
    writing,
)  # fmt: skip
from discourse.formats.extras import extras, from_extras
from discourse.records import digest

CODER = "web"
"""The creator of annotations that name none."""
CONTEXT = "http://www.w3.org/ns/anno.jsonld"
UNKNOWN_TEXT = digest("")
"""The digest of annotations that name none: no text has it but the empty one, so they are found by quotation alone."""
_DOCUMENT, _ANNOTATION = "urn:discourse:document:", "urn:discourse:annotation:"


def write(coded: Coded, path: Path) -> None:
    """Writes a page of annotations; the texts are named, not held."""
    with writing(path) as part, part.open("w", encoding="utf-8") as stream:
        head = {"@context": [CONTEXT, {"discourse": "urn:discourse:"}], "type": "AnnotationPage"}
        stream.write(json.dumps(head)[:-1] + ', "items": [')
        for number, a in enumerate(coded.annotations):
            stream.write(",\n" * bool(number) + json.dumps(_item(a), ensure_ascii=False))
        stream.write("]}\n")


def _item(a: Annotation) -> dict[str, Any]:
    bodies: list[Any] = [{"type": "TextualBody", "purpose": "tagging", "value": joined(a.layer, a.label)}]
    if a.note is not None:
        bodies.append({"type": "TextualBody", "purpose": "commenting", "value": a.note})
    target: dict[str, Any] = {"source": _DOCUMENT + a.document, "discourse:digest": a.digest}
    if a.is_relation:
        bodies.append({"type": "SpecificResource", "purpose": "linking", "source": _ANNOTATION + str(a.target)})
        target = {"source": _ANNOTATION + str(a.source), "discourse:digest": a.digest}
        target["discourse:document"] = a.document
    elif a.is_span:
        quote = {"type": "TextQuoteSelector", "exact": a.quotation, "prefix": a.prefix, "suffix": a.suffix}
        target["selector"] = [quote, {"type": "TextPositionSelector", "start": a.start, "end": a.end}]
    item: dict[str, Any] = {"id": _ANNOTATION + a.id, "type": "Annotation"}
    item["motivation"] = "linking" if a.is_relation else "tagging"
    item["creator"] = {"type": "Software" if a.coder == MACHINE else "Person", "name": a.coder}
    item |= {"created": a.time} if a.time else {}
    item |= {"body": bodies, "target": target}
    more = extras(a)
    more.pop("text", None)
    return item | {"discourse:more": more} if more else item


def read(path: Path) -> Coded:
    """The annotations of a page, of a collection's first page or of a list, without texts; those of other programs
    have no digest, so that only their quotation anchors them."""
    value = parse_json(read_bytes(path), str(path))
    while isinstance(value, dict) and "items" not in value and isinstance(value.get("first"), dict):
        value = value["first"]
    if isinstance(value, dict):
        value = value.get("items", [value])
    found = []
    for number, item in enumerate(a_list(value, str(path)), 1):
        place = f"{path}, annotation {number}"
        found.append(_annotation(an_object(item, place), place))
    return collect((), found, str(path))


def _annotation(item: dict[str, Any], place: str) -> Annotation:
    if item.get("type") != "Annotation":
        raise FormatError(f"{place}: its type is {item.get('type')!r:.40}, not Annotation")
    bodies = item.get("body", [])
    listed = [an_object(b, f"{place}, body") for b in (bodies if isinstance(bodies, list) else [bodies])]
    target = item.get("target")
    target = {"source": target} if isinstance(target, str) else an_object(target, f"{place}, target")
    source = a_string(target.get("source"), f"{place}, target")
    tags = [b["value"] for b in listed if b.get("purpose", "tagging") == "tagging" and "value" in b]
    notes = [b["value"] for b in listed if b.get("purpose") == "commenting" and "value" in b]
    layer, label = split(a_string(tags[0], place)) if tags else ("label", str(item.get("motivation") or "highlighting"))
    more = from_extras(item.get("discourse:more"), place)
    if notes:
        more["note"] = a_string(notes[0], place)
    values: dict[str, Any] = {"layer": layer, "label": label, "coder": _creator(item), "time": item.get("created")}
    values |= {"id": str(item.get("id") or "").removeprefix(_ANNOTATION), "document": source.removeprefix(_DOCUMENT)}
    values["digest"] = a_string(target.get("discourse:digest", UNKNOWN_TEXT), place)
    links = [b["source"] for b in listed if b.get("purpose") == "linking" and isinstance(b.get("source"), str)]
    if links:
        values |= {"source": source.removeprefix(_ANNOTATION), "target": links[0].removeprefix(_ANNOTATION)}
        values["document"] = a_string(target.get("discourse:document", source), place)
    values |= _selected(target.get("selector"), place)
    if values["time"] is not None and not isinstance(values["time"], str):
        raise FormatError(f"{place}: created must be a date")
    return identified(checked(Annotation(**values, **more), place))


def _creator(item: dict[str, Any]) -> str:
    creator = item.get("creator")
    if isinstance(creator, list) and creator:
        creator = creator[0]
    if isinstance(creator, dict):
        creator = creator.get("name") or creator.get("nickname") or creator.get("id")
    return str(creator or CODER)


def _selected(selectors: Any, place: str) -> dict[str, Any]:
    """The fields of a span that selectors give: a quotation is needed, a position helps."""
    if selectors is None:
        return {}
    listed = [an_object(s, place) for s in (selectors if isinstance(selectors, list) else [selectors])]
    quote = next((s for s in listed if s.get("type") == "TextQuoteSelector"), None)
    if quote is None:
        raise FormatError(f"{place}: no TextQuoteSelector: without the words its place cannot be checked")
    fields = {"exact": "quotation", "prefix": "prefix", "suffix": "suffix"}
    found: dict[str, Any] = {ours: a_string(quote.get(theirs, ""), place) for theirs, ours in fields.items()}
    position = next((s for s in listed if s.get("type") == "TextPositionSelector"), None)
    start = position.get("start") if position else 0
    end = position.get("end") if position else len(found["quotation"])
    if type(start) is not int or type(end) is not int:
        raise FormatError(f"{place}: a position must be two whole numbers")
    return found | {"start": start, "end": end}
