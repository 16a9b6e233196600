"""spaCy's DocBin: tokens cut at the edges of annotations, spans in one group for each layer and coder."""

from __future__ import annotations

import json
import zlib
from itertools import pairwise
from pathlib import Path
from typing import Any

from discourse.annotations import Annotation, Coded, Text
from discourse.formats.base import (
    FormatError,
    an_object,
    by_document,
    collect,
    parse_json,
    read_bytes,
    span,
    writing,
)  # fmt: skip
from discourse.formats.tokens import tokens
from discourse.records import make_id

CODER = "spacy"
"""The coder of span groups that name none."""
LARGEST = 1_000_000_000
_GROUP = "discourse"


def write(coded: Coded, path: Path) -> None:
    """Writes the texts as documents of a blank English pipeline; each span group is named by a JSON list of layer and
    coder. What is no span, times, notes and attributes have no place in it."""
    import spacy
    from spacy.tokens import DocBin, Span

    blank = spacy.blank("en")
    # No NORM or other attribute of the vocabulary: the tokens are ours, not the pipeline's.
    store = DocBin(attrs=["ORTH", "SPACY"], store_user_data=False)
    for text, given in by_document(coded):
        document, starts, ends = _document(blank.vocab, text, given)
        groups: dict[str, list[Any]] = {}
        for a in given:
            if a.start is None or a.end is None or a.pieces:
                raise FormatError(f"annotation {a.id}: a span group holds unbroken stretches alone")
            made = Span(document, starts[a.start], ends[a.end], label=a.label)
            groups.setdefault(json.dumps([_GROUP, a.layer, a.coder]), []).append(made)
        for name, spans in groups.items():
            document.spans[name] = spans
        head = {"id": text.id, "title": text.title, "facts": dict(text.facts)}
        document.spans[json.dumps([_GROUP, head])] = []
        store.add(document)
    with writing(path) as part:
        part.write_bytes(store.to_bytes())


def _document(vocab: Any, text: Text, given: list[Annotation]) -> tuple[Any, dict[int, int], dict[int, int]]:
    """The document, and which token starts and which ends at each place."""
    from spacy.tokens import Doc

    edges = {edge for a in given if a.start is not None and a.end is not None for edge in (a.start, a.end)}
    words: list[str] = []
    spaces: list[bool] = []
    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    place = 0
    cuts = sorted(edges | {cut for pair in tokens(text.text, edges) for cut in pair} | {0, len(text.text)})
    for start, end in pairwise(cuts):
        word = text.text[start:end]
        if word == " " and words and start == place and not {start, end} & edges and not spaces[-1]:
            spaces[-1] = True
        else:
            starts[start], ends[end] = len(words), len(words) + 1
            words.append(word)
            spaces.append(False)
        place = end
    return Doc(vocab, words=words, spaces=spaces), starts, ends


def read(path: Path) -> Coded:
    """The texts and the span groups of a file; its entities as a layer "entity" if it has any."""
    import spacy
    from spacy.tokens import DocBin

    content = _unpacked(read_bytes(path), path)
    texts: list[Text] = []
    found: list[Annotation] = []
    try:
        store = DocBin(store_user_data=False).from_bytes(content)
        documents = list(store.get_docs(spacy.blank("en").vocab))
    except Exception as error:
        raise FormatError(f"{path}: not to be read as a DocBin ({' '.join(str(error).split())[:120]})") from None
    for number, document in enumerate(documents, 1):
        names = {name: _named(name) for name in document.spans}
        described: Any = next((n[1] for n in names.values() if n and len(n) == 2), {})
        head = an_object(described, f"{path}, document {number}")
        facts = tuple(sorted((str(k), str(v)) for k, v in an_object(head.get("facts") or {}, str(path)).items()))
        text = Text(str(head.get("id") or f"spacy-{number}"), document.text, head.get("title"), facts)
        texts.append(text)
        groups = {name: list(spans) for name, spans in document.spans.items()}
        if document.ents:
            groups["entity"] = list(document.ents)
        for name, spans in groups.items():
            ours = names.get(name)
            layer, coder = (str(ours[1]), str(ours[2])) if ours and len(ours) == 3 else (name.replace("=", "-"), CODER)
            for one in spans:
                place = f"{path}, document {number}, group {name:.60}"
                identifier = make_id("spacy", text.id, name, one.start_char, one.end_char, one.label_, len(found))
                found.append(
                    span(text, one.start_char, one.end_char, layer, one.label_, coder, place, id=identifier)
                )  # fmt: skip
    return collect(texts, found, str(path))


def _named(name: str) -> list[Any] | None:
    if not name.startswith(f'["{_GROUP}"'):
        return None
    value = parse_json(name, f"group {name:.60}")
    return value if isinstance(value, list) and len(value) in (2, 3) else None


def _unpacked(content: bytes, path: Path) -> bytes:
    """The content itself, once it is known to unpack to a bearable size."""
    unpacker, size, rest = zlib.decompressobj(), 0, content
    try:
        while rest and not unpacker.eof:
            size += len(unpacker.decompress(rest, 1 << 20))
            rest = unpacker.unconsumed_tail
            if size > LARGEST:
                raise FormatError(f"{path}: unpacks to more than {LARGEST} bytes: split it")
    except zlib.error as error:
        raise FormatError(f"{path}: not a DocBin ({error}): is the file whole?") from None
    if not unpacker.eof:
        raise FormatError(f"{path}: ends too early: is the file whole?")
    return content
