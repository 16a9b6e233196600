"""UIMA CAS in JSON (version 0.4), as INCEpTION reads and writes it: a folder with one file for each text."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from discourse.annotations import Annotation, Coded, Text, identified
from discourse.formats.base import (
    FormatError,
    Utf16,
    a_list,
    a_string,
    an_object,
    an_offset,
    by_document,
    collect,
    parse_json,
    read_bytes,
    span,
    text_or_none,
    writing_folder,
)  # fmt: skip
from discourse.formats.brat import decode, encode
from discourse.formats.extras import extras, from_extras
from discourse.records import make_id

CODER = "inception"
"""The coder of files that name none."""
SPAN, RELATION, WHOLE, DOCUMENT = "discourse.Span", "discourse.Relation", "discourse.Label", "discourse.Document"
_STRING = "uima.cas.String"
_FEATURES = dict.fromkeys(("identifier", "layer", "label", "coder", "time", "more"), _STRING)
_PLAIN = "uima.tcas.Annotation"
_SKIPPED = re.compile(r"uima\..*|.*(\.segmentation\.type\.(Token|Sentence)|\.metadata\.type\..*)$")


def _type(name: str, parent: str, features: dict[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = {"%NAME": name, "%SUPER_TYPE": parent}
    return made | {f: {"%NAME": f, "%RANGE": kind} for f, kind in features.items()}


_TYPES = {
    SPAN: _type(SPAN, _PLAIN, _FEATURES),
    RELATION: _type(RELATION, "uima.cas.AnnotationBase", _FEATURES | {"source": SPAN, "target": SPAN}),
    WHOLE: _type(WHOLE, "uima.cas.AnnotationBase", _FEATURES),
    DOCUMENT: _type(DOCUMENT, "uima.cas.AnnotationBase", {"identifier": _STRING, "title": _STRING, "facts": _STRING}),
}


def write(coded: Coded, path: Path) -> None:
    """Writes a folder; offsets count UTF-16 units, as Java does."""
    with writing_folder(path) as folder:
        for text, given in by_document(coded):
            (folder / f"{encode(text.id)}.json").write_text(json.dumps(_cas(text, given)), encoding="utf-8")


def _cas(text: Text, given: list[Annotation]) -> dict[str, Any]:
    offsets = Utf16.of(text.text)
    sofa = {"%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaNum": 1, "sofaID": "_InitialView", "mimeType": "text/plain"}
    document = {"%ID": 2, "%TYPE": DOCUMENT, "@sofa": 1, "identifier": text.id, "facts": json.dumps(dict(text.facts))}
    document |= {"title": text.title} if text.title is not None else {}
    structures: list[dict[str, Any]] = [sofa | {"sofaString": text.text}, document]
    numbers = {a.id: i for i, a in enumerate(given, 3)}
    for a in given:
        kind = RELATION if a.is_relation else SPAN if a.is_span else WHOLE
        made: dict[str, Any] = {"%ID": numbers[a.id], "%TYPE": kind, "@sofa": 1}
        made |= {"identifier": a.id, "layer": a.layer, "label": a.label, "coder": a.coder}
        made |= {"time": a.time} if a.time else {}
        made |= {"more": json.dumps(extras(a))} if extras(a) else {}
        if a.is_relation:
            if a.source not in numbers or a.target not in numbers:
                raise FormatError(f"relation {a.id}: a CAS holds relations within one text alone")
            made |= {"@source": numbers[a.source], "@target": numbers[a.target]}
        elif a.start is not None and a.end is not None:
            made |= {"begin": offsets.units(a.start), "end": offsets.units(a.end)}
        structures.append(made)
    view = {"%SOFA": 1, "%MEMBERS": [2, *numbers.values()]}
    return {"%TYPES": _TYPES, "%FEATURE_STRUCTURES": structures, "%VIEWS": {"_InitialView": view}}


def read(path: Path) -> Coded:
    """The texts and annotations of a folder of files, or of one. Annotations of other types than ours become layers
    named after their types, with their features as attributes; tokens, sentences and metadata are passed over."""
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files:
        raise FormatError(f"{path}: no .json file in it")
    texts: list[Text] = []
    found: list[Annotation] = []
    for file in files:
        text, annotations = _read(file)
        texts.append(text)
        found += annotations
    return collect(texts, found, str(path))


def _read(file: Path) -> tuple[Text, list[Annotation]]:
    place = str(file)
    cas = an_object(parse_json(read_bytes(file), place), place)
    listed = cas.get("%FEATURE_STRUCTURES")
    if isinstance(listed, dict):
        listed = [an_object(fs, place) | {"%ID": key} for key, fs in listed.items()]
    structures = [an_object(fs, place) for fs in a_list(listed, f"{place}, %FEATURE_STRUCTURES")]
    ids = [fs.get("%ID") for fs in structures]
    if any(not isinstance(i, (int, str, type(None))) for i in ids):
        raise FormatError(f"{place}: an %ID must be a number or text: export it anew")
    if len({str(i) for i in ids}) < len(ids):
        raise FormatError(f"{place}: two feature structures with the same %ID: export it anew")
    sofas = [fs for fs in structures if fs.get("%TYPE") == "uima.cas.Sofa"]
    if len(sofas) != 1 or "sofaString" not in sofas[0]:
        raise FormatError(f"{place}: {len(sofas)} subjects of analysis: one, with a sofaString, can be read")
    ours = next((fs for fs in structures if fs.get("%TYPE") == DOCUMENT), {})
    facts = an_object(parse_json(ours["facts"], place), place) if isinstance(ours.get("facts"), str) else {}
    name = str(ours.get("identifier") or decode(file.stem))
    words = a_string(sofas[0]["sofaString"], place)
    text = Text(
        name, words, text_or_none(ours.get("title"), place), tuple(sorted((k, str(v)) for k, v in facts.items()))
    )
    offsets = Utf16.of(words)
    found: dict[Any, Annotation] = {}
    relations = []
    for fs in structures:
        kind = a_string(fs.get("%TYPE"), place)
        where = f"{place}, %ID {fs.get('%ID')}"
        if kind == RELATION:
            relations.append((fs, where))
        elif kind in (SPAN, WHOLE) or (kind != DOCUMENT and "begin" in fs and not _SKIPPED.fullmatch(kind)):
            found[fs.get("%ID")] = _annotation(fs, kind, text, offsets, where)
    for fs, where in relations:
        named = [fs.get(key) for key in ("@source", "@target")]
        ends = [found.get(name) if isinstance(name, (int, str)) else None for name in named]
        if ends[0] is None or ends[1] is None:
            raise FormatError(f"{where}: relates feature structures that are not in the file")
        layer, label, coder, more = _given(fs, where)
        found[fs.get("%ID")] = identified(
            Annotation(text.id, text.digest, layer, label, coder, source=ends[0].id, target=ends[1].id, **more)
        )
    return text, list(found.values())


def _given(fs: dict[str, Any], where: str) -> tuple[str, str, str, dict[str, Any]]:
    layer, label = a_string(fs.get("layer"), where), a_string(fs.get("label"), where)
    more = from_extras(parse_json(fs["more"], where), where) if isinstance(fs.get("more"), str) else {}
    more |= {"id": str(fs.get("identifier") or ""), "time": text_or_none(fs.get("time"), where)}
    return layer, label, str(fs.get("coder") or CODER), more


def _annotation(fs: dict[str, Any], kind: str, text: Text, offsets: Utf16, where: str) -> Annotation:
    if kind == WHOLE:
        layer, label, coder, more = _given(fs, where)
        return identified(Annotation(text.id, text.digest, layer, label, coder, **more))
    if kind == SPAN:
        layer, label, coder, more = _given(fs, where)
    else:
        values = {k: v for k, v in fs.items() if k[:1] not in "%@^" and k not in ("begin", "end")}
        known = {k: v for k, v in values.items() if isinstance(v, (str, int, float, bool))}
        layer, coder = kind.rsplit(".", 1)[-1].replace("=", "-"), CODER
        label = next((str(known[k]) for k in ("label", "value", "identifier") if known.get(k)), layer)
        more = {"attributes": tuple(sorted(known.items())), "id": make_id("cas", text.id, str(fs.get("%ID")))}
    begin, end = an_offset(fs.get("begin"), where), an_offset(fs.get("end"), where)
    return span(text, offsets.point(begin, where), offsets.point(end, where), layer, label, coder, where, **more)
