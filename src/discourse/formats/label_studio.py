"""Label Studio's JSON of tasks: machine output as predictions, people's labels as annotations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from discourse import __version__
from discourse.annotations import MACHINE, Annotation, Coded, Text, identified
from discourse.formats.base import (
    FormatError,
    Utf16,
    a_list,
    a_string,
    an_object,
    by_document,
    collect,
    joined,
    parse_json,
    read_bytes,
    span,
    split,
    text_or_none,
    writing,
)  # fmt: skip
from discourse.formats.extras import extras, from_extras
from discourse.records import make_id

CODER = "label-studio"
"""The coder of annotations that name none."""
_DATA = ("text", "document", "title")


def write(coded: Coded, path: Path) -> None:
    """Writes one task for each text; offsets count UTF-16 units, as browsers do."""
    with writing(path) as part, part.open("w", encoding="utf-8") as stream:
        separator = "[\n"
        for text, given in by_document(coded):
            data = {"text": text.text, "document": text.id, **{k: v for k, v in text.facts if k not in _DATA}}
            data |= {"title": text.title} if text.title is not None else {}
            task: dict[str, Any] = {"data": data, "annotations": [], "predictions": []}
            groups: dict[tuple[str, str | None], list[Annotation]] = {}
            times = {a.id: a.time for a in given}
            for a in given:
                groups.setdefault((a.coder, times.get(a.source or "", a.time)), []).append(a)
            offsets = Utf16.of(text.text)
            for (coder, time), theirs in groups.items():
                group: dict[str, Any] = {"result": [_result(a, offsets) for a in theirs]}
                group |= {"created_at": time} if time else {}
                if coder == MACHINE:
                    task["predictions"].append(group | {"model_version": f"discourse {__version__}"})
                else:
                    task["annotations"].append(group | {"completed_by": {"email": coder}})
            stream.write(separator + json.dumps(task, ensure_ascii=False))
            separator = ",\n"
        stream.write("[]\n" if separator == "[\n" else "\n]\n")


def _result(a: Annotation, offsets: Utf16) -> dict[str, Any]:
    flat = joined(a.layer, a.label)
    if a.is_relation:
        made: dict[str, Any] = {"type": "relation", "from_id": a.source, "to_id": a.target, "direction": "right"}
        made |= {"labels": [flat], "meta": extras(a)}
    elif a.start is None or a.end is None:
        made = {"id": a.id, "type": "choices", "from_name": "choice", "to_name": "text", "value": {"choices": [flat]}}
    else:
        value = {"start": offsets.units(a.start), "end": offsets.units(a.end), "text": a.quotation, "labels": [flat]}
        made = {"id": a.id, "type": "labels", "from_name": "label", "to_name": "text", "value": value}
    confidence = a.attribute("confidence")
    if isinstance(confidence, float):
        made["score"] = confidence
    return made | {"meta": extras(a)} if extras(a) else made


def read(path: Path) -> Coded:
    """The texts and annotations of an export, or of a file that `write` made."""
    texts: list[Text] = []
    found: list[Annotation] = []
    for number, value in enumerate(a_list(parse_json(read_bytes(path), str(path)), str(path)), 1):
        place = f"{path}, task {number}"
        task = an_object(value, place)
        data = an_object(task.get("data"), f"{place}, data")
        if "text" not in data:
            raise FormatError(f'{place}: no "text" in its data: only tasks on plain text can be read')
        name = str(data.get("document", task.get("id", number)))
        facts = tuple(sorted((k, v) for k, v in data.items() if k not in _DATA and isinstance(v, str)))
        text = Text(name, a_string(data["text"], place), text_or_none(data.get("title"), place), facts)
        texts.append(text)
        for key in ("predictions", "annotations"):
            for group in a_list(task.get(key) or [], f"{place}, {key}"):
                if isinstance(group, dict):  # an export may list predictions by number alone
                    found.extend(_group(group, text, _coder(group, key), f"{place}, {key}"))
    return collect(texts, found, str(path))


def _coder(group: dict[str, Any], key: str) -> str:
    if key == "predictions":
        return MACHINE
    by = group.get("completed_by")
    if isinstance(by, dict):
        by = by.get("email") or by.get("username") or by.get("id")
    return CODER if by is None else str(by)


def _group(group: dict[str, Any], text: Text, coder: str, place: str) -> list[Annotation]:
    found = []
    time = text_or_none(group.get("created_at"), place)
    offsets = Utf16.of(text.text)
    ids: dict[str, str] = {}
    results = [an_object(item, place) for item in a_list(group.get("result"), place)]
    for item in sorted(results, key=lambda item: item.get("type") == "relation"):
        more = from_extras(item.get("meta"), place) | {"time": time}
        if "score" in item and "attributes" not in more:
            more["attributes"] = (("confidence", item["score"]),)
        if item.get("type") == "relation":
            flat = [a_string(x, place) for x in a_list(item.get("labels") or ["related"], place)]
            ends = [ids.get(str(item.get(key))) for key in ("from_id", "to_id")]
            if None in ends:
                raise FormatError(f"{place}: a relation joins results that are not in the task")
            for layer, label in map(split, flat):
                relation = Annotation(text.id, text.digest, layer, label, coder, source=ends[0], target=ends[1], **more)
                found.append(identified(relation))
            continue
        value = an_object(item.get("value"), place)
        labels = next((value[k] for k in ("labels", "choices", "hypertextlabels", "taxonomy") if k in value), None)
        for number, flat_label in enumerate(a_list(labels, f"{place}, result {item.get('id')}")):
            layer, label = split(a_string(flat_label, place))
            raw = str(item.get("id") or make_id("label-studio", text.id, coder, len(found)))
            name = raw if not number else f"{raw}-{number}"
            ids.setdefault(raw, name)
            if "start" in value:
                start, end = _place(value, text, offsets, place)
                found.append(span(text, start, end, layer, label, coder, place, id=name, **more))
            else:
                found.append(Annotation(text.id, text.digest, layer, label, coder, id=name, **more))
    return found


def _place(value: dict[str, Any], text: Text, offsets: Utf16, place: str) -> tuple[int, int]:
    """Start and end in code points, from UTF-16 units unless the quoted words show that the file counts otherwise."""
    start, end, words = value.get("start"), value.get("end"), value.get("text")
    if type(start) is not int or type(end) is not int or not 0 <= start < end:
        raise FormatError(f"{place}: {start!r} to {end!r} is no stretch of text")
    try:
        points = offsets.point(start, place), offsets.point(end, place)
    except FormatError:
        if not isinstance(words, str):
            raise
        points = start, end
    for first, last in (points, (start, end)):
        if last <= len(text.text) and words in (None, text.text[first:last]):
            return first, last
    raise FormatError(f"{place}: {words!r:.40} does not stand at {start} to {end}: was the text changed?")
