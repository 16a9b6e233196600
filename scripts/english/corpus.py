"""From paragraphs to tokens for the teacher, and from the teacher's lines to spaCy documents."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from spacy.language import Language

from english.sentences import sentence_starts
from english.texts import Paragraph, curly

Record = dict[str, Any]


def tokenise(nlp: Language, paragraphs: Iterable[Paragraph]) -> Iterator[Record]:
    """Give {source, document, split, words, spaces, starts} for each paragraph, tokenised as the student does.

    Every other paragraph of UD EWT gets typographic marks, which the web text lacks and edited prose has.
    """
    for number, paragraph in enumerate(paragraphs):
        typographic = paragraph.source == "ewt" and paragraph.split == "train" and number % 2
        words: list[str] = []
        spaces: list[bool] = []
        starts: list[bool] = []
        for text in paragraph.sentences:
            tokens = list(nlp.make_doc(curly(text) if typographic else text))
            forms = [token.text for token in tokens]
            words += forms
            spaces += [bool(token.whitespace_) for token in tokens[:-1]] + [True]
            given = len(paragraph.sentences) > 1 or paragraph.source == "ewt"
            starts += [i == 0 for i in range(len(forms))] if given else sentence_starts(forms)
        yield {
            "source": paragraph.source,
            "document": paragraph.document,
            "split": paragraph.split,
            "words": words,
            "spaces": spaces,
            "starts": starts,
        }


def write_lines(path: Path, records: Iterable[Record]) -> None:
    """Write one JSON object a line."""
    with path.open("w", encoding="utf-8") as out:
        for record in records:
            out.write(json.dumps(record) + "\n")


def read_lines(path: Path) -> list[Record]:
    """Read what `write_lines` wrote."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
