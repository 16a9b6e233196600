"""CoNLL columns with IOB2 tags: one section for each text, coder and layer, the text itself in a comment."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from discourse.annotations import Annotation, Coded, Text
from discourse.formats.base import (
    PLAIN_LAYER,
    FormatError,
    a_string,
    an_offset,
    by_coder,
    by_document,
    collect,
    parse_json,
    read_text,
    span,
    split,
    writing,
)  # fmt: skip
from discourse.formats.tokens import levels, tokens
from discourse.records import make_id

CODER = "conll"
"""The coder of a file that names none."""
_COMMENT = re.compile(r"# (document|coder|layer|text) = (.*)")


def write(coded: Coded, path: Path) -> None:
    """Writes token, start, end and tag in columns; a section more where spans of a layer overlap. What is no span,
    times, notes and attributes have no place in it; white space at the edges of a span is left out."""
    with writing(path) as part, part.open("w", encoding="utf-8", newline="\n") as stream:
        for text, given in by_document(coded):
            sections: list[tuple[str | None, str | None, list[Annotation]]] = [
                (coder, layer, level)
                for coder, theirs in by_coder(given).items()
                for layer in dict.fromkeys(a.layer for a in theirs)
                for level in levels(_span(a) for a in theirs if a.layer == layer)
            ]
            for coder, layer, level in sections or [(None, None, [])]:
                head = {"document": text.id, "coder": coder, "layer": layer, "text": text.text}
                stream.writelines(f"# {k} = {json.dumps(v)}\n" for k, v in head.items() if v is not None)
                stream.writelines(_rows(text.text, level))
                stream.write("\n")


def _span(a: Annotation) -> Annotation:
    if not a.is_span or not a.quotation.strip() or a.pieces:
        raise FormatError(f"annotation {a.id}: CoNLL columns hold unbroken stretches with words in them alone")
    if re.search(r"[\t\n\r]", a.label):
        raise FormatError(f"annotation {a.id}: its label has a tab or line break, which CoNLL columns cannot hold")
    return a


def _rows(text: str, level: list[Annotation]) -> list[str]:
    edges = [edge for a in level for edge in (a.start or 0, a.end or 0)]
    rows, at = [], 0
    for start, end in tokens(text, edges):
        while at < len(level) and (level[at].end or 0) <= start:
            at += 1
        inside = at < len(level) and (level[at].start or 0) <= start
        begins = inside and not text[level[at].start : start].strip()
        tag = f"{'B' if begins else 'I'}-{level[at].label}" if inside else "O"
        rows.append(f"{text[start:end]}\t{start}\t{end}\t{tag}\n")
    return rows


def read(path: Path) -> Coded:
    """The texts and spans of a file with the tag in the last column; where the file holds no text, it is put together
    from the tokens, with a space between them and a line for each sentence."""
    texts: dict[str, Text] = {}
    found: list[Annotation] = []
    for number, (head, rows, place) in enumerate(_sections(path), 1):
        name = head.get("document") or f"conll-{number}"
        text, places = _text(name, head, rows, place)
        if texts.setdefault(name, text).text != text.text:
            raise FormatError(f'{place}: document "{name}" has another text than above')
        coder, layer = head.get("coder") or CODER, head.get("layer")
        for start, end, label, where in _spans(rows, places):
            kind = (layer, label) if layer else split(label)
            identifier = make_id("conll", name, coder, layer or PLAIN_LAYER, start, end, label, len(found))
            found.append(span(texts[name], start, end, *kind, coder, where, id=identifier))
    return collect(list(texts.values()), found, str(path))


def _sections(path: Path) -> list[tuple[dict[str, str], list[tuple[list[str], str]], str]]:
    """Comments, rows (an empty one between sentences) and place of each section; foreign files are one section."""
    sections: list[tuple[dict[str, str], list[tuple[list[str], str]], str]] = []
    for number, line in enumerate(read_text(path).split("\n"), 1):
        place = f"{path}, line {number}"
        line = line.rstrip("\r")
        comment = _COMMENT.fullmatch(line)
        if comment:
            if comment[1] == "document" or not sections:
                sections.append(({}, [], place))
            sections[-1][0][comment[1]] = a_string(parse_json(comment[2], place), place)
        elif line.startswith(("# ", "-DOCSTART-")) and len(line.split("\t")) == 1:
            continue
        elif line.strip():
            if not sections:
                sections.append(({}, [], place))
            sections[-1][1].append((line.split("\t") if "\t" in line else line.split(), place))
        elif sections:
            sections[-1][1].append(([], place))
    return sections


def _text(name: str, head: dict[str, str], rows: Any, place: str) -> tuple[Text, list[tuple[int, int]]]:
    """The text of a section and where each of its tokens stands."""
    if "text" in head:
        places = []
        for cells, where in rows:
            if cells:
                if len(cells) != 4:
                    raise FormatError(f"{where}: expected token, start, end and tag with tabs between them")
                start, end = (an_offset(int(c) if c.isdecimal() else c, where) for c in cells[1:3])
                if head["text"][start:end] != cells[0] or end - start != len(cells[0]):
                    raise FormatError(f'{where}: "{cells[0]:.40}" does not stand at {start} to {end} of the text')
                places.append((start, end))
        return Text(name, head["text"]), places
    parts, places, length = [], [], 0
    for cells, _ in rows:
        if cells:
            places.append((length, length + len(cells[0])))
            parts += [cells[0], " "]
            length += len(cells[0]) + 1
        elif parts and parts[-1] == " ":
            parts[-1] = "\n"
    return Text(name, "".join(parts)), places


def _spans(rows: Any, places: list[tuple[int, int]]) -> list[tuple[int, int, str, str]]:
    """Start, end, label and place of each span: B and S begin one, I and E go on with one of the same label."""
    found: list[tuple[int, int, str, str]] = []
    is_open, number = False, 0
    for cells, where in rows:
        if not cells:
            is_open = False
            continue
        if len(cells) < 2:
            raise FormatError(f"{where}: no tag in a last column")
        start, end = places[number]
        number += 1
        mark, dash, label = cells[-1].partition("-")
        if mark not in ("B", "I", "O", "E", "S", "L", "U") or (mark != "O" and not (dash and label)):
            raise FormatError(f'{where}: tag "{cells[-1][:40]}" is not O, B-LABEL or I-LABEL')
        if mark == "O":
            is_open = False
        elif mark in "IEL" and is_open and found[-1][2] == label:
            found[-1] = (found[-1][0], end, label, found[-1][3])
            is_open = mark == "I"
        else:
            found.append((start, end, label, where))
            is_open = mark in "BI"
    return found
