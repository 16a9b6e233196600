"""doccano's JSON Lines: spans, relations and labels of the whole text, one line for each text and coder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from discourse.annotations import Annotation, Coded, Text, identified
from discourse.formats.base import (
    FormatError,
    a_list,
    a_string,
    an_object,
    an_offset,
    by_coder,
    by_document,
    collect,
    joined,
    json_lines,
    span,
    split,
    writing,
)  # fmt: skip
from discourse.records import make_id

CODER = "doccano"
"""The coder of a file that names none."""
_OURS = {"id", "text", "document", "title", "coder", "entities", "relations", "cats", "label", "labels", "Comments"}


def write(coded: Coded, path: Path) -> None:
    """Writes one line for each text and coder; times, notes and attributes have no place in it."""
    number = 0
    with writing(path) as part, part.open("w", encoding="utf-8", newline="\n") as stream:
        for text, given in by_document(coded):
            for coder, theirs in (by_coder(given) or {"": []}).items():
                numbers = {a.id: number + i for i, a in enumerate(theirs, 1)}
                number += len(theirs)
                line: dict[str, Any] = {"text": text.text, "document": text.id}
                line |= {"title": text.title} if text.title is not None else {}
                line |= ({"coder": coder} if coder else {}) | {k: v for k, v in text.facts if k not in _OURS}
                line["entities"] = [
                    {
                        "id": numbers[a.id],
                        "label": joined(a.layer, a.label),
                        "start_offset": a.start,
                        "end_offset": a.end,
                    }
                    for a in theirs
                    if a.is_span
                ]
                line["relations"] = [_relation(a, numbers) for a in theirs if a.is_relation]
                line["cats"] = [joined(a.layer, a.label) for a in theirs if not a.is_span and not a.is_relation]
                stream.write(json.dumps(line, ensure_ascii=False) + "\n")


def _relation(a: Annotation, numbers: dict[str, int]) -> dict[str, Any]:
    if a.source not in numbers or a.target not in numbers:
        raise FormatError(f"relation {a.id}: doccano holds relations of one coder's annotations in one text alone")
    return {
        "id": numbers[a.id],
        "from_id": numbers[a.source],
        "to_id": numbers[a.target],
        "type": joined(a.layer, a.label),
    }


def read(path: Path) -> Coded:
    """The texts and annotations of a file that doccano or `write` made."""
    texts: dict[str, Text] = {}
    found: list[Annotation] = []
    for place, line in json_lines(path):
        text = _text(line, place, len(texts) + 1)
        if texts.setdefault(text.id, text).text != text.text:
            raise FormatError(f'{place}: document "{text.id}" has another text than above')
        found.extend(_annotations(line, texts[text.id], place))
    return collect(list(texts.values()), found, str(path))


def _text(line: dict[str, Any], place: str, number: int) -> Text:
    if "text" not in line:
        raise FormatError(f'{place}: no "text": an export of doccano has one on every line')
    words = a_string(line["text"], place)
    name = line.get("document", line.get("id", number))
    facts = {k: v for k, v in line.items() if k not in _OURS and isinstance(v, str)}
    title = line.get("title")
    return Text(str(name), words, None if title is None else str(title), tuple(sorted(facts.items())))


def _identifier(value: object, place: str) -> str | int:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise FormatError(f"{place}: an id must be a number or text, not {value!r:.40}")
    return value


def _annotations(line: dict[str, Any], text: Text, place: str) -> list[Annotation]:
    coder = a_string(line.get("coder") or CODER, place)
    found: list[Annotation] = []
    ids: dict[str | int, str] = {}
    labels = [x for key in ("cats", "label", "labels") for x in a_list(line.get(key) or [], f"{place}, {key}")]
    triples = [x for x in labels if isinstance(x, list)]
    for item in a_list(line.get("entities") or [], f"{place}, entities") + triples:
        if isinstance(item, list):
            if len(item) != 3:
                raise FormatError(f"{place}: a label must be start, end and name")
            item = dict(zip(("start_offset", "end_offset", "label"), item, strict=True))
        item = an_object(item, place)
        start, end = an_offset(item.get("start_offset"), place), an_offset(item.get("end_offset"), place)
        name = make_id("doccano", text.id, coder, len(found))
        found.append(span(text, start, end, *split(a_string(item.get("label"), place)), coder, place, id=name))
        if "id" in item:
            known = _identifier(item["id"], place)
            if known in ids:
                raise FormatError(f"{place}: entity {known} stands twice: every id once")
            ids[known] = name
    for item in a_list(line.get("relations") or [], f"{place}, relations"):
        item = an_object(item, place)
        ends = tuple(ids.get(_identifier(item.get(key), place)) for key in ("from_id", "to_id"))
        if ends[0] is None or ends[1] is None:
            raise FormatError(f"{place}: relation {item.get('id')} joins entities that are not on the line")
        layer, label = split(a_string(item.get("type"), place))
        name = make_id("doccano", text.id, coder, "relation", len(found))
        found.append(Annotation(text.id, text.digest, layer, label, coder, id=name, source=ends[0], target=ends[1]))
    for name in (x for x in labels if not isinstance(x, list)):
        layer, label = split(a_string(name, place))
        found.append(identified(Annotation(text.id, text.digest, layer, label, coder)))
    return found
