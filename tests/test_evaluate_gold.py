"""Figures against gold: worked by hand on a page of four statements."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from discourse.evaluate.gold import evaluate_gold, locate, same_name
from discourse.records import Document, Stance, Statement

TEXT = "“Yes, we can,” she said. “Yes, we can,” he said. He argued that schools\nare good. It rained."


def document() -> Document:
    return Document("d", "v", "p.txt", TEXT)


def statement(number: int, text: str, speaker: str | None, occurrence: int = 0) -> Statement:
    start = -1
    for _ in range(occurrence + 1):
        start = TEXT.index(text, start + 1)
    return Statement(str(number), "d", start, start + len(text), text, "direct", speaker=speaker)


def row(text: str, speaker: str | None, prefix: str = "", suffix: str = "", stances: tuple[dict, ...] = ()) -> dict:
    return {
        "document": "p.txt", "text": text, "prefix": prefix, "suffix": suffix, "speaker": speaker, "kind": "direct",
        "stances": list(stances),
    }  # fmt: skip


def test_a_quotation_said_twice_is_found_where_its_surroundings_fit() -> None:
    place = locate(row("Yes, we can,", None, suffix="” he said"), [document()])
    assert place is not None
    assert place.start == TEXT.rindex("Yes")


def test_white_space_does_not_matter_and_a_changed_word_does() -> None:
    assert locate(row("schools are good", None), [document()]) is not None
    assert locate(row("schools are bad", None), [document()]) is None


@pytest.mark.parametrize(("gold", "found", "same"), [
    ("The Guild", "guild", True), ("Children’s", "Children's", True), (None, None, True), ("A", None, False),
])  # fmt: skip
def test_names(gold: str | None, found: str | None, same: bool) -> None:
    assert same_name(gold, found) is same


def test_figures(tmp_path: Path) -> None:
    favour = {"topic": "schools", "stance": "favour"}
    gold = [
        row("Yes, we can,", "Ann", suffix="” she"),
        row("Yes, we can,", "Bob", suffix="” he"),
        row("schools are good", "Bob", stances=(favour,)),
        row("It was said elsewhere", "Bob"),
    ]
    (tmp_path / "statements.jsonl").write_text("\n".join(json.dumps(r) for r in gold))
    (tmp_path / "documents.jsonl").write_text(json.dumps({"file": "p.txt", "complete": True}))
    made = [
        statement(1, "Yes, we can,", "Ann"),
        statement(2, "Yes, we can,", "Ann", 1),
        statement(3, "schools\nare good", "Bob"),
        statement(4, "It rained", None),
    ]
    stances = [Stance("3", "schools", "favour", 0.9), Stance("4", "schools", "against", 0.9)]
    figures = evaluate_gold(tmp_path, lambda name: ([document()], made, stances))
    assert figures["lost"] == ["It was said elsewhere"]
    assert figures["statements"] == {"precision": 0.75, "recall": 1.0, "f1": 0.8571, "gold": 3, "found": 4}
    assert figures["speaker_accuracy"] == 0.6667
    assert figures["stances"] == {"precision": 0.5, "recall": 1.0, "f1": 0.6667, "gold": 1, "found": 2}
    assert figures["positions"]["precision"] == figures["positions"]["recall"] == 1.0
