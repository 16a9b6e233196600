"""REFI-QDA: codebooks (.qdc) and projects (.qdpx) for NVivo, ATLAS.ti, MAXQDA, QualCoder and others."""

from __future__ import annotations

import re
import uuid
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from lxml import etree

from discourse.annotations import Annotation, Coded, Text, identified
from discourse.formats.base import UNREVIEWED, FormatError, by_document, collect, read_bytes, span, split, writing
from discourse.formats.codes import Code
from discourse.formats.refi_zip import Archive
from discourse.formats.safe_xml import clean, holds, local, parse
from discourse.records import digest, make_id

CODER = "refi"
"""The coder of codings that name no user."""
CODEBOOK, PROJECT = "urn:QDA-XML:codebook:1.0", "urn:QDA-XML:project:1.0"
_ORIGIN = "discourse"
_ID = "discourse id: "


def guid(*parts: str) -> str:
    """A GUID that the same parts always give."""
    return str(uuid.UUID(digest("\x1f".join(("refi", *parts)))[:32])).upper()


def write_codebook(codes: Sequence[Code], path: Path) -> None:
    """Writes a codebook (.qdc) of codes, each below the one it names as its parent."""
    root = etree.Element(f"{{{CODEBOOK}}}CodeBook", nsmap={None: CODEBOOK}, origin=_ORIGIN)
    _add_codes(etree.SubElement(root, f"{{{CODEBOOK}}}Codes"), codes, CODEBOOK)
    with writing(path) as part:
        etree.ElementTree(root).write(str(part), encoding="utf-8", xml_declaration=True, pretty_print=True)


def _add_codes(parent: Any, codes: Sequence[Code], namespace: str) -> None:
    names = [code.name for code in codes]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise FormatError(f'code "{twice}" stands twice: a codebook in REFI-QDA names each once')
    elements = {}
    for code in codes:
        attributes = {"guid": guid("code", code.name), "name": clean(code.name), "isCodable": "true"}
        elements[code.name] = etree.Element(f"{{{namespace}}}Code", attributes)
        if code.description:
            etree.SubElement(elements[code.name], f"{{{namespace}}}Description").text = clean(code.description)
    for code in codes:
        above = elements.get(code.parent or "")
        if above is not None and above in elements[code.name].iter():
            raise FormatError(f'code "{code.name}" stands below itself')
        (parent if above is None else above).append(elements[code.name])


def read_codebook(path: Path) -> list[Code]:
    """The codes of a codebook (.qdc) or of a project (.qdpx), in order, each with the one above it."""
    if zipfile.is_zipfile(path):
        with Archive(path) as archive:
            root = parse(archive.read("project.qde"), f"{path}, project.qde")
    else:
        root = parse(read_bytes(path), str(path))
    if local(root) not in ("CodeBook", "Project"):
        raise FormatError(f"{path}: its root is {local(root)}, not CodeBook: name a .qdc or .qdpx file")
    _check_version(root, str(path))
    return [code for code, _ in _codes(root, str(path))]


def _check_version(root: Any, place: str) -> None:
    namespace = etree.QName(root).namespace or ""
    if namespace.startswith("urn:QDA-XML:") and not re.fullmatch(r"urn:QDA-XML:\w+:1(\.\d+)*", namespace):
        raise FormatError(
            f"{place}: version {namespace.rpartition(':')[2]:.20} of REFI-QDA, and this reads 1: export it so"
        )


def _codes(root: Any, place: str) -> list[tuple[Code, str]]:
    found = []
    for element in root.iter():
        if local(element) == "Code":
            if not element.get("name") or not element.get("guid"):
                raise FormatError(f"{place}, line {element.sourceline}: a code without name or guid")
            above = element.getparent()
            parent = above.get("name") if local(above) == "Code" else None
            found.append((Code(element.get("name"), _description(element), parent), element.get("guid")))
    return found


def _description(element: Any) -> str:
    return next((child.text or "" for child in element if local(child) == "Description"), "")


def write(coded: Coded, path: Path) -> None:
    """Writes a project: a code for each layer and below it one for each label, a user for each coder, a text source
    for each text. Attributes, and what is known of the texts beside title and id, have no place in it."""
    root = etree.Element(f"{{{PROJECT}}}Project", nsmap={None: PROJECT}, name="Stance map", origin=_ORIGIN)
    users = etree.SubElement(root, f"{{{PROJECT}}}Users")
    for coder in sorted({a.coder for a in coded.annotations}):
        etree.SubElement(users, f"{{{PROJECT}}}User", guid=guid("user", coder), name=_held(coder))
    codes = etree.SubElement(etree.SubElement(root, f"{{{PROJECT}}}CodeBook"), f"{{{PROJECT}}}Codes")
    pairs = sorted({(a.layer, a.label) for a in coded.annotations if not a.is_relation})
    for layer in sorted({layer for layer, _ in pairs}):
        above = etree.SubElement(
            codes, f"{{{PROJECT}}}Code", guid=guid("layer", layer), name=_held(layer), isCodable="false"
        )
        for _, label in (pair for pair in pairs if pair[0] == layer):
            given = {"guid": guid("code", layer, label), "name": _held(label), "isCodable": "true"}
            etree.SubElement(above, f"{{{PROJECT}}}Code", given)
    sources, links = etree.SubElement(root, f"{{{PROJECT}}}Sources"), []
    with writing(path) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        for text, given_annotations in by_document(coded):
            name = f"{guid('source', text.id)}.txt"
            archive.writestr(zipfile.ZipInfo(f"sources/{name}", (1980, 1, 1, 0, 0, 0)), text.text.encode("utf-8"))
            links += [a for a in given_annotations if a.is_relation]
            _add_source(sources, text, given_annotations, name)
        if links:
            _add_links(etree.SubElement(root, f"{{{PROJECT}}}Links"), links)
        etree.SubElement(root, f"{{{PROJECT}}}Description").text = UNREVIEWED
        content = etree.tostring(root, encoding="utf-8", xml_declaration=True)
        archive.writestr(zipfile.ZipInfo("project.qde", (1980, 1, 1, 0, 0, 0)), content)


def _held(value: str) -> str:
    if not holds(value):
        raise FormatError(f"{value!r:.60} has control characters, which XML cannot hold: rename it")
    return value


def _add_source(sources: Any, text: Text, annotations: Iterable[Annotation], name: str) -> None:
    source = etree.SubElement(sources, f"{{{PROJECT}}}TextSource")
    source.set("guid", guid("source", text.id))
    source.set("name", _held(text.title or text.id))
    source.set("plainTextPath", f"internal://{name}")
    etree.SubElement(source, f"{{{PROJECT}}}Description").text = _ID + _held(text.id)
    wholes = []
    for a in annotations:
        if a.is_relation:
            continue
        if a.pieces:
            raise FormatError(f"annotation {a.id}: REFI-QDA holds unbroken stretches alone")
        if not a.is_span:
            wholes.append(a)
            continue
        selection = etree.SubElement(source, f"{{{PROJECT}}}PlainTextSelection")
        for key, value in (("guid", guid("selection", a.id)), ("startPosition", a.start), ("endPosition", a.end)):
            selection.set(key, str(value))
        if a.note is not None:
            etree.SubElement(selection, f"{{{PROJECT}}}Description").text = _held(a.note)
        _add_coding(selection, a)
    for a in wholes:
        if a.note is not None:
            raise FormatError(f"annotation {a.id}: REFI-QDA holds no note on the coding of a whole text")
        _add_coding(source, a)


def _add_coding(parent: Any, a: Annotation) -> None:
    coding = etree.SubElement(parent, f"{{{PROJECT}}}Coding", guid=guid("coding", a.id))
    coding.set("creatingUser", guid("user", a.coder))
    if a.time:
        coding.set("creationDateTime", a.time)
    etree.SubElement(coding, f"{{{PROJECT}}}CodeRef", targetGUID=guid("code", a.layer, a.label))


def _add_links(parent: Any, relations: Iterable[Annotation]) -> None:
    for a in relations:
        link = etree.SubElement(parent, f"{{{PROJECT}}}Link", guid=guid("link", a.id), direction="OneWay")
        link.set("name", _held(f"{a.layer}={a.label}"))
        link.set("originGUID", guid("selection", a.source or ""))
        link.set("targetGUID", guid("selection", a.target or ""))


def read(path: Path) -> Coded:
    """The texts, codings and links of a project: a code's layer is the code above it. Pictures, sound and film are
    passed over; a text that the project keeps outside itself is refused."""
    with Archive(path) as archive:
        place = f"{path}, project.qde"
        root = parse(archive.read("project.qde"), place)
        if local(root) != "Project":
            raise FormatError(f"{place}: its root is {local(root)}, not Project: name a .qdpx file")
        _check_version(root, place)
        return _Project(root, archive, place).read()


class _Project:
    def __init__(self, root: Any, archive: Archive, place: str) -> None:
        self.root, self.archive, self.place = root, archive, place
        self.users = {e.get("guid"): e.get("name") or CODER for e in root.iter() if local(e) == "User"}
        self.codes = {key: (code.parent or "label", code.name) for code, key in _codes(root, place)}
        self.selections: dict[str, Annotation] = {}

    def read(self) -> Coded:
        texts: list[Text] = []
        found: list[Annotation] = []
        for source in self.root.iter():
            if local(source) == "TextSource" or (local(source) == "Representation" and source.get("plainTextPath")):
                text = self.text(source)
                texts.append(text)
                found += self.codings(source, text, None, f"{self.place}, line {source.sourceline}")
                for selection in source:
                    if local(selection) == "PlainTextSelection":
                        found += self.selection(selection, text)
        for link in self.root.iter():
            ends = (
                [self.selections.get(link.get(key)) for key in ("originGUID", "targetGUID")]
                if local(link) == "Link"
                else []
            )
            if ends and ends[0] is not None and ends[1] is not None:
                layer, label = split(link.get("name") or "link")
                first = ends[0]
                relation = Annotation(
                    first.document, first.digest, layer, label, first.coder, time=first.time,
                    source=first.id, target=ends[1].id,
                )  # fmt: skip
                found.append(identified(relation))
        return collect(texts, found, self.place)

    def text(self, source: Any) -> Text:
        place = f"{self.place}, line {source.sourceline}"
        inline = next((child.text for child in source if local(child) == "PlainTextContent"), None)
        where = source.get("plainTextPath")
        if inline is None and (not where or not where.startswith("internal://")):
            raise FormatError(f"{place}: its text is not in the project ({where!r:.60}): export it with its sources")
        words = inline if inline is not None else self.archive.text("sources/" + where.removeprefix("internal://"))
        described = _description(source)
        known = described.removeprefix(_ID) if described.startswith(_ID) else source.get("guid")
        if not known:
            raise FormatError(f"{place}: a source without guid")
        name = source.get("name")
        return Text(known, words, None if name == known else name)

    def selection(self, selection: Any, text: Text) -> list[Annotation]:
        place = f"{self.place}, line {selection.sourceline}"
        start, end = selection.get("startPosition", ""), selection.get("endPosition", "")
        if not (start.isdecimal() and end.isdecimal() and len(start + end) < 30):
            raise FormatError(f"{place}: startPosition and endPosition must be whole numbers")
        found = self.codings(selection, text, (int(start), int(end)), place)
        if found:
            if selection.get("guid") in self.selections:
                raise FormatError(f"{place}: another selection has the same guid: export the project anew")
            self.selections[selection.get("guid")] = found[0]
        return found

    def codings(self, parent: Any, text: Text, stretch: tuple[int, int] | None, place: str) -> list[Annotation]:
        note = _description(parent) or None if stretch else None
        found: list[Annotation] = []
        for coding in parent:
            if local(coding) != "Coding":
                continue
            for reference in coding:
                if local(reference) != "CodeRef":
                    continue
                if reference.get("targetGUID") not in self.codes:
                    raise FormatError(f"{place}: codes with a code that is not in the codebook")
                layer, label = self.codes[reference.get("targetGUID")]
                layer = layer.replace("=", "-")
                coder = self.users.get(coding.get("creatingUser") or parent.get("creatingUser"), CODER)
                more: dict[str, Any] = {"time": coding.get("creationDateTime"), "note": note}
                more["id"] = make_id("refi", text.id, str(coding.get("guid")), len(found))
                if stretch:
                    found.append(span(text, *stretch, layer, label, coder, place, **more))
                else:
                    found.append(Annotation(text.id, text.digest, layer, label, coder, **more))
        return found
