"""Paragraphs of text whose licence permits training, each marked as training or held-out by its document."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pypdfium2

# Whole documents are held out, so that no speaker's sentence is met on both sides.
HELD_OUT_DAYS = {"2016-05-10"}
HELD_OUT_SHARE = 12
MIN_WORDS, MAX_CHARACTERS = 5, 6000
TAG = re.compile(r"<[^>]+>")
BLOCK = re.compile(r"</(?:p|h\d|li|blockquote)>")
LIST_OPENING = re.compile(r"^(?:[•▪◼–-]|o |\d+\.)\s*")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of one document: `source` is the collection, `split` is `train` or `dev`.

    `sentences` has one element where the source does not say where sentences end.
    """

    source: str
    document: str
    split: str
    sentences: tuple[str, ...]


Source = tuple[str, str, str, list[str]]


def split_of(document: str) -> str:
    """Give `dev` for one document in twelve, the same ones every time, else `train`."""
    digest = hashlib.sha256(document.encode()).digest()
    return "dev" if digest[0] % HELD_OUT_SHARE == 0 else "train"


def read_paragraphs(data: Path) -> Iterator[Paragraph]:
    """Give every distinct paragraph of the permitted sources under the data folder."""
    seen: set[str] = set()
    for source, document, split, sentences in _all_sources(data):
        sentences = [re.sub(r"\s+", " ", text).strip() for text in sentences]
        text = " ".join(sentences)
        if text in seen or len(text.split()) < MIN_WORDS or len(text) > MAX_CHARACTERS:
            continue
        seen.add(text)
        yield Paragraph(source, document, split, tuple(sentences))


def _all_sources(data: Path) -> Iterator[Source]:
    yield from _hansard_days(data / "sector/hansard/xml")
    yield from _hansard_speeches(data / "sector/hansard/sector_speeches.jsonl")
    yield from _ofsted(data / "sector/ofsted")
    yield from _govuk(data / "sector/govuk-speeches")
    for split, name in (("train", "ud_ewt_train.conllu"), ("dev", "ud_ewt_dev.conllu")):
        for document, sentences in conllu_paragraphs(data / "english" / name):
            yield "ewt", document, split, sentences


def _day_split(day: str) -> str:
    return "dev" if day in HELD_OUT_DAYS else split_of(day)


def _hansard_days(folder: Path) -> Iterator[Source]:
    for path in sorted(folder.glob("*.xml")):
        day = path.stem.removeprefix("debates")[:10]
        for element in ElementTree.parse(path).getroot().iter("p"):
            split = "dev" if day in HELD_OUT_DAYS else "train"
            yield "hansard", day, split, ["".join(element.itertext())]


def _hansard_speeches(path: Path) -> Iterator[Source]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            speech = json.loads(line)
            for text in speech["text"].split("\n"):
                yield "hansard", speech["date"], _day_split(speech["date"]), [text]


def _ofsted(folder: Path) -> Iterator[Source]:
    for path in sorted(folder.glob("*/*.pdf")):
        area = path.parent.name
        for text in pdf_paragraphs(path):
            yield "ofsted", area, split_of(area), [text]


def pdf_paragraphs(path: Path) -> Iterator[str]:
    """Give the paragraphs of a PDF, its wrapped lines joined again."""
    document = pypdfium2.PdfDocument(path)
    for page in document:
        parts: list[str] = []
        for line in page.get_textpage().get_text_bounded().splitlines():
            line = line.strip()
            ends = bool(parts) and parts[-1][-1:] in ".:;" and len(parts[-1]) < 70
            if parts and (not line or ends or LIST_OPENING.match(line)):
                yield " ".join(parts)
                parts = []
            if line:
                parts.append(LIST_OPENING.sub("", line).replace("\ufffe", "-") or line)
        if parts:
            yield " ".join(parts)
    document.close()


def _govuk(folder: Path) -> Iterator[Source]:
    for path in sorted(folder.glob("*.json")):
        page = json.loads(path.read_text(encoding="utf-8"))
        if page.get("locale") != "en":
            continue
        for block in BLOCK.split(page["details"]["body"]):
            yield "govuk", path.stem, split_of(path.stem), [html.unescape(TAG.sub("", block))]


def conllu_paragraphs(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Give (document id, sentences as text) for each paragraph of a CoNLL-U file."""
    document = ""
    sentences: list[str] = []
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line.startswith(("# newdoc", "# newpar")) and sentences:
            yield document, sentences
            sentences = []
        if line.startswith("# newdoc id = "):
            document = line.removeprefix("# newdoc id = ")
        elif line.startswith("# text = "):
            sentences.append(line.removeprefix("# text = "))
    if sentences:
        yield document, sentences


def curly(text: str) -> str:
    """Give the text with typographic quotation marks and apostrophes."""
    text = re.sub(r"(^|[\s(\[—–-])\"", r"\1“", text).replace('"', "”")
    return re.sub(r"(^|[\s(\[“—–-])'(?=\w)", r"\1‘", text).replace("'", "’")
