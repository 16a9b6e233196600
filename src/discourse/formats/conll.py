"""CoNLL columns with IOB2 tags: one section for each text and coder, the text itself in a comment."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from discourse.annotations import Annotation, Coded, Text
from discourse.formats.base import (
    FormatError,
    a_list,
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
_COMMENT = re.compile(r"# (document|coder|layers|text) = (.*)")
_MARKS = ("B", "I", "O", "E", "S", "L", "U")

Row = tuple[list[str], int]
"""The cells of a line and its number; no cells for an empty line."""


@dataclass(slots=True)
class _Section:
    """The comments and rows of one text by one coder; a foreign file is one section without comments."""

    line: int
    comments: dict[str, Any] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)


def write(coded: Coded, path: Path) -> None:
    """Writes token, start and end, and a column of tags for each layer, more where its spans overlap. What is no
    span, times, notes and attributes have no place in it; white space at the edges of a span is left out."""
    with writing(path) as part, part.open("w", encoding="utf-8", newline="\n") as stream:
        for text, given in by_document(coded):
            for coder, theirs in (by_coder(_span(a) for a in given) or {"": []}).items():
                columns = [
                    (layer, level)
                    for layer in dict.fromkeys(a.layer for a in theirs)
                    for level in levels(a for a in theirs if a.layer == layer)
                ]
                comments: dict[str, Any] = {"document": text.id, "coder": coder or None, "text": text.text}
                comments |= {"layers": [layer for layer, _ in columns]}
                stream.writelines(f"# {k} = {json.dumps(v)}\n" for k, v in comments.items() if v is not None)
                edges = [edge for a in theirs for edge in (a.start or 0, a.end or 0)]
                cut = tokens(text.text, edges)
                tags = [_tags(text.text, cut, level) for _, level in columns]
                for number, (start, end) in enumerate(cut):
                    cells = [text.text[start:end], str(start), str(end), *(column[number] for column in tags)]
                    stream.write("\t".join(cells) + "\n")
                stream.write("\n")


def _span(a: Annotation) -> Annotation:
    if not a.is_span or not a.quotation.strip() or a.pieces:
        raise FormatError(f"annotation {a.id}: CoNLL columns hold unbroken stretches with words in them alone")
    if re.search(r"[\t\n\r]", a.label):
        raise FormatError(f"annotation {a.id}: its label has a tab or line break, which CoNLL columns cannot hold")
    return a


def _tags(text: str, cut: list[tuple[int, int]], level: list[Annotation]) -> list[str]:
    """The tag of each token for spans that do not overlap."""
    tags, at = [], 0
    for start, _ in cut:
        while at < len(level) and (level[at].end or 0) <= start:
            at += 1
        inside = at < len(level) and (level[at].start or 0) <= start
        begins = inside and not text[level[at].start : start].strip()
        tags.append(f"{'B' if begins else 'I'}-{level[at].label}" if inside else "O")
    return tags


def read(path: Path) -> Coded:
    """The texts and spans of a file with the tag in the last column; where the file holds no text, it is put together
    from the tokens, with a space between them and a line for each sentence."""
    texts: dict[str, Text] = {}
    found: list[Annotation] = []
    for number, section in enumerate(_sections(path), 1):
        place = f"{path}, line {section.line}"
        name = a_string(section.comments.get("document", f"conll-{number}"), place)
        coder = a_string(section.comments.get("coder", CODER), place)
        layers = [a_string(x, place) for x in a_list(section.comments.get("layers", []), place)]
        is_ours = "text" in section.comments
        text, places = _checked(name, section, len(layers), path) if is_ours else _put_together(name, section.rows)
        if texts.setdefault(name, text).text != text.text:
            raise FormatError(f'{place}: document "{name}" has another text than above')
        for column in range(3, 3 + len(layers)) if is_ours else [-1]:
            for start, end, label, line in _spans(section.rows, places, column, path):
                kind = (layers[column - 3], label) if is_ours else split(label)
                identifier = make_id("conll", name, coder, *kind, start, end, len(found))
                found.append(span(texts[name], start, end, *kind, coder, f"{path}, line {line}", id=identifier))
    return collect(list(texts.values()), found, str(path))


def _sections(path: Path) -> Iterator[_Section]:
    section: _Section | None = None
    for number, raw in enumerate(io.StringIO(read_text(path), newline="\n"), 1):
        line = raw.rstrip("\r\n")
        comment = _COMMENT.fullmatch(line)
        if comment is None and line.startswith(("# ", "-DOCSTART-")) and "\t" not in line:
            continue
        if section is None or (comment and comment[1] == "document"):
            if section is None and not line.strip():
                continue
            if section is not None:
                yield section
            section = _Section(number)
        if comment:
            section.comments[comment[1]] = parse_json(comment[2], f"{path}, line {number}")
        else:
            cells = line.split("\t") if "\t" in line else line.split()
            section.rows.append((cells if line.strip() else [], number))
    if section is not None:
        yield section


def _checked(name: str, section: _Section, layers: int, path: Path) -> tuple[Text, list[tuple[int, int]]]:
    """The text of a section that we wrote, and where each of its tokens stands."""
    words = a_string(section.comments["text"], f"{path}, line {section.line}")
    places: list[tuple[int, int]] = []
    for cells, line in section.rows:
        if not cells:
            continue
        place = f"{path}, line {line}"
        if len(cells) != 3 + layers:
            raise FormatError(f"{place}: expected token, start, end and {layers} tags, with tabs between them")
        start, end = (an_offset(int(c) if c.isdecimal() and len(c) < 16 else c, place) for c in cells[1:3])
        if words[start:end] != cells[0] or end - start != len(cells[0]):
            raise FormatError(f'{place}: "{cells[0]:.40}" does not stand at {start} to {end} of the text')
        if words[places[-1][1] if places else 0 : start].strip():
            raise FormatError(f"{place}: the tokens before it leave out part of the text: is the file whole?")
        places.append((start, end))
    if words[places[-1][1] if places else 0 :].strip():
        raise FormatError(f"{path}, line {section.line}: the tokens end before the text does: is the file whole?")
    return Text(name, words), places


def _put_together(name: str, rows: list[Row]) -> tuple[Text, list[tuple[int, int]]]:
    """A text made of the tokens of a foreign file, and where each stands in it."""
    parts: list[str] = []
    places, length = [], 0
    for cells, _ in rows:
        if cells:
            places.append((length, length + len(cells[0])))
            parts += [cells[0], " "]
            length += len(cells[0]) + 1
        elif parts and parts[-1] == " ":
            parts[-1] = "\n"
    return Text(name, "".join(parts)), places


def _spans(rows: list[Row], places: list[tuple[int, int]], column: int, path: Path) -> list[tuple[int, int, str, int]]:
    """Start, end, label and line of each span: B and S begin one, I and E go on with one of the same label."""
    found: list[tuple[int, int, str, int]] = []
    is_open, number = False, 0
    for cells, line in rows:
        if not cells:
            is_open = False
            continue
        if len(cells) < 2:
            raise FormatError(f"{path}, line {line}: no tag in a last column")
        start, end = places[number]
        number += 1
        mark, dash, label = cells[column].partition("-")
        if mark not in _MARKS or (mark != "O" and not (dash and label)):
            raise FormatError(f'{path}, line {line}: tag "{cells[column][:40]}" is not O, B-LABEL or I-LABEL')
        if mark == "O":
            is_open = False
        elif mark in "IEL" and is_open and found[-1][2] == label:
            found[-1] = (found[-1][0], end, label, found[-1][3])
            is_open = mark == "I"
        else:
            found.append((start, end, label, line))
            is_open = mark in "BI"
    return found
