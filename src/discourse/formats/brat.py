"""brat's stand-off files: a folder for each coder, a .txt and an .ann file for each text."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

from discourse.annotations import Annotation, Coded, Scalar, Text, identified
from discourse.formats.base import (
    FormatError,
    by_coder,
    by_document,
    collect,
    joined,
    read_text,
    span,
    split,
    writing_folder,
)  # fmt: skip
from discourse.records import make_id

CODER = "brat"
"""The coder of files that lie in no folder of a coder."""
_LITERAL = re.compile(r'-?\d.*|true|false|null|NaN|-?Infinity|".*"', re.S)
_PLACE = re.compile(r"\d{1,12} \d{1,12}(?:;\d{1,12} \d{1,12})*")


def encode(value: str) -> str:
    """The value in the letters that brat allows in names; others as their code in hexadecimal between "_"."""
    guarded = re.sub(r"_(?=[0-9A-F]{2,6}_)", "_5F_", value)
    made = re.sub(r"[^A-Za-z0-9_-]", lambda m: f"_{ord(m[0]):02X}_", guarded)
    if decode(made) == value:
        return made
    return re.sub(r"[^A-Za-z0-9-]", lambda m: f"_{ord(m[0]):02X}_", value)


def decode(value: str) -> str:
    """What `encode` was given; a foreign name as it is, unless it looks encoded."""
    return re.sub(r"_([0-9A-F]{2,6})_", lambda m: chr(int(m[1], 16)) if int(m[1], 16) < 0x110000 else m[0], value)


def write(coded: Coded, path: Path) -> None:
    """Writes a folder; labels of whole texts, times and whatever is known of the texts have no place in it."""
    types: dict[str, set[str]] = {"entities": set(), "relations": set(), "attributes": set()}
    with writing_folder(path) as folder:
        for text, given in by_document(coded):
            for coder, theirs in by_coder(given).items():
                place = folder / encode(coder)
                place.mkdir(exist_ok=True)
                name = encode(text.id)
                (place / f"{name}.txt").write_bytes(text.text.encode("utf-8"))
                (place / f"{name}.ann").write_text("".join(_lines(theirs, types)), encoding="utf-8", newline="\n")
        (folder / "annotation.conf").write_text(_configuration(types), encoding="utf-8")


def _lines(annotations: list[Annotation], types: dict[str, set[str]]) -> list[str]:
    spans = [a for a in annotations if a.is_span]
    marks = {a.id: f"T{i}" for i, a in enumerate(spans, 1)}
    lines, extra = [], 0
    for a in spans:
        kind = encode(joined(a.layer, a.label))
        types["entities"].add(kind)
        pieces = a.pieces or ((a.start or 0, a.end or 0),)
        words = " ".join(a.quotation[s - (a.start or 0) : e - (a.start or 0)] for s, e in pieces)
        lines.append(f"{marks[a.id]}\t{kind} {';'.join(f'{s} {e}' for s, e in pieces)}\t{_one_line(words)}\n")
    for number, a in enumerate((a for a in annotations if not a.is_span), 1):
        if a.source not in marks or a.target not in marks:
            raise FormatError(f"annotation {a.id}: brat holds spans, and relations of one coder's spans in one text")
        kind = encode(joined(a.layer, a.label))
        types["relations"].add(kind)
        marks[a.id] = f"R{number}"
        lines.append(f"R{number}\t{kind} Arg1:{marks[a.source]} Arg2:{marks[a.target]}\n")
    for a in annotations:
        for name, value in a.attributes:
            extra += 1
            types["attributes"].add(encode(name))
            given = "" if value is True else f" {encode(_literal(value))}"
            lines.append(f"A{extra}\t{encode(name)} {marks[a.id]}{given}\n")
        if a.note is not None:
            extra += 1
            note = json.dumps(a.note, ensure_ascii=False) if re.search(r'[\s"\\]', a.note) else a.note
            lines.append(f"#{extra}\tAnnotatorNotes {marks[a.id]}\t{_one_line(note)}\n")
    return lines


def _one_line(words: str) -> str:
    return re.sub(r"[\n\r\t\v\f\x1c-\x1e\x85\u2028\u2029]", " ", words)


def _literal(value: Scalar) -> str:
    return json.dumps(value) if not isinstance(value, str) or not value or _LITERAL.fullmatch(value) else value


def _value(given: str) -> Scalar:
    text = decode(given)
    if _LITERAL.fullmatch(text):
        try:
            found: Scalar = json.loads(text, parse_constant=lambda name: name)
        except ValueError:
            return text
        return found if not isinstance(found, float) or math.isfinite(found) else text
    return text


def _configuration(types: dict[str, set[str]]) -> str:
    lines = ["[entities]", *sorted(types["entities"]), "", "[relations]"]
    lines += [f"{name}\tArg1:<ENTITY>, Arg2:<ENTITY>" for name in sorted(types["relations"])]
    lines += ["", "[events]", "", "[attributes]"]
    lines += [f"{name}\tArg:<ENTITY>" for name in sorted(types["attributes"])]
    return "\n".join(lines) + "\n"


def read(path: Path) -> Coded:
    """The texts and annotations of a folder, at whatever depth; links that lead elsewhere are not followed."""
    if not path.is_dir():
        raise FormatError(f"{path}: no such folder: brat keeps a .txt and an .ann file for each text in one")
    texts: dict[str, Text] = {}
    found: list[Annotation] = []
    for file in sorted(path.rglob("*.ann")):
        if file.is_symlink() or not file.resolve().is_relative_to(path.resolve()):
            raise FormatError(f"{file}: leads out of the folder")
        beside = file.with_suffix(".txt")
        if not beside.is_file():
            raise FormatError(f"{file}: no {beside.name} beside it")
        words = read_text(beside)
        text = Text(decode(file.stem), words)
        if texts.setdefault(text.id, text).text != words:
            raise FormatError(f'{beside}: another text than that of "{text.id}" in another folder')
        coder = CODER if file.parent == path else decode(file.parent.name)
        found.extend(_Reader(texts[text.id], coder, file).read())
    return collect(list(texts.values()), found, str(path))


class _Reader:
    """Reads one .ann file."""

    def __init__(self, text: Text, coder: str, file: Path) -> None:
        self.text, self.coder, self.file = text, coder, file
        self.spans: dict[str, tuple[str, str, int, int, tuple[tuple[int, int], ...], str]] = {}
        self.relations: dict[str, tuple[str, str, str, str]] = {}
        self.attributes: dict[str, dict[str, Scalar]] = {}
        self.notes: dict[str, str] = {}
        self.triggers: dict[str, str] = {}

    def read(self) -> list[Annotation]:
        lines = read_text(self.file).split("\n")
        for number, line in enumerate(lines, 1):
            if line.strip():
                self.line(line.rstrip("\r"), f"{self.file}, line {number}")
        ids = {name: make_id("brat", self.text.id, self.coder, name) for name in [*self.spans, *self.relations]}
        found = []
        for name, (layer, label, start, end, pieces, place) in self.spans.items():
            more = {"pieces": pieces, "note": self.notes.get(name), "id": ids[name]}
            attributes = tuple(sorted(self.attributes.get(name, {}).items()))
            found.append(span(self.text, start, end, layer, label, self.coder, place, attributes=attributes, **more))
        for name, (flat, source, target, place) in self.relations.items():
            ends = [ids.get(self.triggers.get(end, end)) for end in (source, target)]
            if ends[0] is None or ends[1] is None:
                raise FormatError(f"{place}: {source} or {target} is not in the file")
            layer, label = split(flat)
            attributes = tuple(sorted(self.attributes.get(name, {}).items()))
            relation = Annotation(
                self.text.id, self.text.digest, layer, label, self.coder, id=ids[name], source=ends[0], target=ends[1],
                note=self.notes.get(name), attributes=attributes,
            )  # fmt: skip
            found.append(identified(relation))
        lost = (self.attributes.keys() | self.notes.keys()) - ids.keys() - self.triggers.keys()
        if lost:
            raise FormatError(f"{self.file}: {min(lost)} is not in the file, but a note or attribute speaks of it")
        return found

    def line(self, line: str, place: str) -> None:
        name, _, rest = line.partition("\t")
        words = rest.split("\t")[0].split(" ")
        if name in self.spans or name in self.relations or name in self.triggers:
            raise FormatError(f"{place}: {name} stands twice")
        if name[:1] == "T":
            self.spans[name] = self.stretch(rest, place)
        elif name[:1] == "R" and len(words) >= 3 and all(":" in word for word in words[1:3]):
            self.relations[name] = (decode(words[0]), *(w.partition(":")[2] for w in words[1:3]), place)  # type: ignore[assignment]
        elif name[:1] == "E" and any(words):
            head, *arguments = [word.partition(":") for word in words if word]
            self.triggers[name] = head[2]
            for number, (role, _, end) in enumerate(arguments):
                self.relations[f"{name}-{number}"] = (decode(role), name, end, place)
        elif name[:1] in ("A", "M") and len(words) >= 2:
            self.attributes.setdefault(words[1], {})[decode(words[0])] = _value(words[2]) if len(words) > 2 else True
        elif name[:1] == "N" and len(words) >= 3:
            self.attributes.setdefault(words[1], {})["reference"] = words[2]
        elif name[:1] == "*":
            for number, other in enumerate(words[2:]):
                self.relations[f"*{len(self.relations)}-{number}"] = (words[0], words[1], other, place)
        elif name[:1] == "#" and len(words) >= 2:
            note = rest.partition("\t")[2]
            is_ours = len(note) > 1 and note[0] == note[-1] == '"'
            value = _value(note) if is_ours else note
            self.notes[words[1]] = value if isinstance(value, str) else note
        else:
            raise FormatError(f'{place}: "{line[:40]}" is no line of brat')

    def stretch(self, rest: str, place: str) -> tuple[str, str, int, int, tuple[tuple[int, int], ...], str]:
        kind, _, where = rest.partition("\t")[0].partition(" ")
        if not kind or not _PLACE.fullmatch(where) or len(where) > 100_000:
            raise FormatError(f'{place}: "{where[:40]}" is no place: start and end, or several joined by ";"')
        pieces = tuple((int(s), int(e)) for s, e in (pair.split(" ") for pair in where.split(";")))
        words = " ".join(self.text.text[s:e] for s, e in pieces)
        if _one_line(words).split() != rest.partition("\t")[2].split():
            raise FormatError(f"{place}: its words do not stand at {where}: was the text changed?")
        layer, label = split(decode(kind))
        return layer, label, pieces[0][0], pieces[-1][1], pieces if len(pieces) > 1 else (), place
