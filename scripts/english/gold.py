"""Entities marked by people: our own paragraphs, varied by exchanging names, and CrossNER politics."""

from __future__ import annotations

import json
import random
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spacy.language import Language

from english.corpus import Record
from english.corrections import PLACES
from english.sentences import sentence_starts

HELD_OUT = 5  # every fifth paragraph of our own is measured on, never trained on
CROSSNER = {
    "person": "PERSON",
    "politician": "PERSON",
    "organisation": "ORG",
    "politicalparty": "ORG",
    "country": "GPE",
    "location": "GPE",
    "election": "EVENT",
    "event": "EVENT",
}
# What CrossNER does not mark at all, or marks as `misc`, is taken from the teacher.
FROM_TEACHER = frozenset(
    (
        *("CARDINAL", "DATE", "FAC", "LANGUAGE", "LAW", "MONEY", "NORP"),
        *("ORDINAL", "PERCENT", "PRODUCT", "QUANTITY", "TIME", "WORK_OF_ART"),
    )
)
NAMES = tomllib.loads((Path(__file__).parent / "names.toml").read_text(encoding="utf-8"))
FIRST_NAMES, SURNAMES = NAMES["first"].split(), NAMES["surname"].split()
# The invented places of our own paragraphs, exchanged for real ones.
PLACE = re.compile(
    r"\b(?:Kelsborough|Ashwell|Tarn Hill|Stourleigh|Merrowdale|Wexcombe|Hexworth|Solihurst|Doverton|Upper Marle"
    r"|Tarnbrook|Eastmarle|Barnwood|Barrow Hythe|Tolland|Northcote Vale|Caer Newydd|Westmarch)\b"
)


def read_own(path: Path) -> list[dict[str, Any]]:
    """Read our own paragraphs: {id, text, entities: [[start, end, label]]} in code points."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def split_own(items: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Give the training and the held-out paragraphs."""
    train = [item for i, item in enumerate(items) if i % HELD_OUT]
    return train, items[::HELD_OUT]


def vary(item: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """Give the paragraph with other people and places in it, the same ones throughout, at times in capitals."""
    people: dict[str, str] = {}
    places: dict[str, str] = {}
    choice = sorted(PLACES)
    text, entities, done = "", [], 0
    for start, end, label in item["entities"]:
        name = item["text"][start:end]
        if label == "PERSON":
            name = " ".join(_other_name(word, i, name, people, rng) for i, word in enumerate(name.split()))
        elif label in ("ORG", "GPE"):
            name = PLACE.sub(lambda m: places.setdefault(m.group(), rng.choice(choice)), name)
        text += item["text"][done:start]
        entities.append([len(text), len(text) + len(name), label])
        text += name
        done = end
    text += item["text"][done:]
    if rng.random() < 0.04 and len(text.upper()) == len(text):
        text = text.upper()
    return {"text": text, "entities": entities}


def _other_name(word: str, position: int, name: str, people: dict[str, str], rng: random.Random) -> str:
    if word not in people:
        first = position == 0 and " " in name
        new = rng.choice(FIRST_NAMES if first else SURNAMES)
        people[word] = new.upper() if word.isupper() else new
    return people[word]


def own_record(nlp: Language, item: dict[str, Any]) -> Record:
    """Give the paragraph as tokens with entity spans; marks that cut a token are widened to it."""
    doc = nlp.make_doc(item["text"])
    words = [token.text for token in doc]
    spans = []
    for start, end, label in item["entities"]:
        span = doc.char_span(start, end, alignment_mode="expand")
        spans.append((span.start, span.end, label))
    return {
        "source": "own",
        "words": words,
        "spaces": [bool(token.whitespace_) for token in doc],
        "starts": sentence_starts(words),
        "ents": spans,
    }


def read_crossner(path: Path) -> Iterator[tuple[list[str], list[tuple[int, int, str]]]]:
    """Give (words, spans with CrossNER's own labels) for each sentence."""
    words: list[str] = []
    spans: list[tuple[int, int, str]] = []
    for line in [*path.read_text(encoding="utf-8").split("\n"), ""]:
        if not line.strip():
            if words:
                yield words, spans
            words, spans = [], []
            continue
        word, mark = line.split("\t")
        if mark.startswith("B-"):
            spans.append((len(words), len(words) + 1, mark[2:]))
        elif mark.startswith("I-") and spans:
            spans[-1] = (spans[-1][0], len(words) + 1, spans[-1][2])
        words.append(word)


def merge_crossner(gold: list[tuple[int, int, str]], teacher: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Give CrossNER's spans in OntoNotes' labels, with the teacher's for kinds that CrossNER does not mark."""
    labels = {(start, end): label for start, end, label in teacher}
    merged = []
    for start, end, label in gold:
        mapped = CROSSNER.get(label)
        if label == "location" and labels.get((start, end)) in ("LOC", "FAC"):
            mapped = labels[start, end]
        if mapped:
            merged.append((start, end, mapped))
    taken = {i for start, end, _ in merged for i in range(start, end)}
    for start, end, label in teacher:
        if label in FROM_TEACHER and not taken.intersection(range(start, end)):
            merged.append((start, end, label))
    return sorted(merged)
