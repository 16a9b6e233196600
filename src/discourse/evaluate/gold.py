"""Gold annotations of pages against what the pipeline makes of them: statements, speakers, stances, positions."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from discourse.errors import DiscourseError
from discourse.records import Document, Stance, Statement, digest

SHARE = 0.5
"""Two stretches match when what they share is at least this share of what they cover together."""

_CONTEXT = 32

Analysed = tuple[list[Document], list[Statement], list[Stance]]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """A gold statement found in a document of the extraction."""

    gold: Row
    document_id: str
    start: int
    end: int


def read_rows(path: Path) -> list[Row]:
    """The objects of a JSON Lines file."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.strip()]
    except (OSError, ValueError) as error:
        raise DiscourseError(f"{path}: cannot be read as JSON Lines ({error})") from None


def gold_digest(folder: Path) -> str:
    """A digest of the gold that figures were measured on."""
    return digest("".join(file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.jsonl"))))[:16]


def evaluate_gold(gold: Path, analyse: Callable[[str], Analysed]) -> Row:
    """Precision, recall and F1 of statements, stances and positions, and accuracy of speakers, over a gold folder.

    `analyse` gives documents, statements and shown stances of a page by its file name. Precision is counted on pages
    whose gold is complete, recall on all.
    """
    pages = {row["file"]: row for row in read_rows(gold / "documents.jsonl")}
    by_page: dict[str, list[Row]] = defaultdict(list)
    for row in read_rows(gold / "statements.jsonl"):
        by_page[row["document"]].append(row)
    tally = _Tally()
    for name, page in pages.items():
        if page.get("near_empty"):
            continue
        documents, statements, stances = analyse(name)
        located = [(row, locate(row, documents)) for row in by_page[name]]
        tally.lost += [row["text"] for row, place in located if place is None]
        places = [place for _, place in located if place is not None]
        tally.add(page, places, statements, stances)
    return tally.figures() | {"gold_digest": gold_digest(gold)}


def locate(gold: Row, documents: Sequence[Document]) -> Place | None:
    """Where a gold quotation stands, white space aside; of several places the one whose surroundings fit best."""
    wanted = re.compile(r"\s+".join(map(re.escape, gold["text"].split())))
    best: tuple[int, Place] | None = None
    for document in documents:
        for found in wanted.finditer(document.text):
            before = document.text[max(0, found.start() - _CONTEXT) : found.start()]
            after = document.text[found.end() : found.end() + _CONTEXT]
            fit = _common(before[::-1], (gold.get("prefix") or "")[::-1]) + _common(after, gold.get("suffix") or "")
            if best is None or fit > best[0]:
                best = fit, Place(gold, document.id, found.start(), found.end())
    return best[1] if best else None


class _Tally:
    """Counts over pages."""

    def __init__(self) -> None:
        self.lost: list[str] = []
        self.missed: list[str] = []
        self.spurious: list[str] = []
        self.wrong_speaker: list[str] = []
        self.gold = self.found = self.out = self.out_right = 0
        self.speakers = self.speakers_right = self.kinds_right = 0
        self.stances: dict[str, int] = defaultdict(int)
        self.positions: dict[str, int] = defaultdict(int)

    def add(
        self, page: Row, places: Sequence[Place], statements: Sequence[Statement], stances: Iterable[Stance]
    ) -> None:
        sides: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for stance in stances:
            sides[stance.statement_id].add((stance.topic, stance.stance))
        matches = _match(places, statements)
        self.gold += len(places)
        self.found += len(matches)
        self.missed += [place.gold["text"] for i, place in enumerate(places) if i not in matches]
        for i, statement in matches.items():
            self._speaker(places[i].gold, statement)
        if page["complete"]:
            matched = {statement.id for statement in matches.values()}
            self.out += len(statements)
            self.out_right += len(matched)
            self.spurious += [s.text for s in statements if s.id not in matched]
        self._stances(page, places, matches, statements, sides)
        self._positions(page, places, statements, sides)

    def _speaker(self, gold: Row, statement: Statement) -> None:
        self.kinds_right += gold["kind"] == statement.kind
        self.speakers += 1
        if same_name(gold["speaker"], statement.speaker):
            self.speakers_right += 1
        else:
            self.wrong_speaker.append(f"{statement.speaker} for {gold['speaker']}: {statement.text[:80]}")

    def _stances(
        self,
        page: Row,
        places: Sequence[Place],
        matches: dict[int, Statement],
        statements: Sequence[Statement],
        sides: dict[str, set[tuple[str, str]]],
    ) -> None:
        right: set[tuple[str, str, str]] = set()
        for i, place in enumerate(places):
            wanted = {(s["topic"], s["stance"]) for s in place.gold["stances"]}
            self.stances["gold"] += len(wanted)
            if i in matches:
                hit = wanted & sides[matches[i].id]
                self.stances["found"] += len(hit)
                right |= {(matches[i].id, *side) for side in hit}
        if page["complete"]:
            self.stances["out"] += sum(len(sides[s.id]) for s in statements)
            self.stances["right"] += len(right)

    def _positions(
        self,
        page: Row,
        places: Sequence[Place],
        statements: Sequence[Statement],
        sides: dict[str, set[tuple[str, str]]],
    ) -> None:
        if not page["complete"]:
            return
        gold = {(p.gold["speaker"], s["topic"], s["stance"]) for p in places for s in p.gold["stances"]}
        gold = {(_folded(who), topic, side) for who, topic, side in gold if who}
        out = {(_folded(s.speaker), *side) for s in statements if s.speaker for side in sides[s.id]}
        self.positions["gold"] += len(gold)
        self.positions["out"] += len(out)
        self.positions["right"] += len(gold & out)

    def figures(self) -> Row:
        return {
            "statements": _prf(self.found, self.gold, self.out_right, self.out),
            "speaker_accuracy": _share(self.speakers_right, self.speakers),
            "attribution_accuracy": _share(self.kinds_right, self.speakers),
            "stances": _prf(*(self.stances[name] for name in ("found", "gold", "right", "out"))),
            "positions": _prf(
                self.positions["right"], self.positions["gold"], self.positions["right"], self.positions["out"]
            ),
            "lost": self.lost,
            "missed": self.missed,
            "spurious": self.spurious,
            "wrong_speaker": self.wrong_speaker,
        }


def same_name(gold: str | None, found: str | None) -> bool:
    """Whether two names are the same but for case, apostrophes and a leading article; None only equals None."""
    return _folded(gold) == _folded(found)


def _match(places: Sequence[Place], statements: Sequence[Statement]) -> dict[int, Statement]:
    """One statement for each gold place that has one, best overlap first."""
    pairs = []
    for i, place in enumerate(places):
        for statement in statements:
            if statement.document_id == place.document_id:
                shared = min(place.end, statement.end) - max(place.start, statement.start)
                covered = max(place.end, statement.end) - min(place.start, statement.start)
                if shared > 0 and shared / covered >= SHARE:
                    pairs.append((shared / covered, -i, statement))
    matches: dict[int, Statement] = {}
    used: set[str] = set()
    for _, i, statement in sorted(pairs, key=lambda pair: pair[:2], reverse=True):
        if -i not in matches and statement.id not in used:
            matches[-i] = statement
            used.add(statement.id)
    return matches


def _folded(name: str | None) -> str | None:
    return name and re.sub(r"^the ", "", " ".join(name.replace("’", "'").casefold().split()))


def _common(one: str, other: str) -> int:
    length = 0
    for a, b in zip(" ".join(one.split()), " ".join(other.split()), strict=False):
        if a != b:
            break
        length += 1
    return length


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _prf(found: int, gold: int, right: int, out: int) -> dict[str, float]:
    recall, precision = _share(found, gold), _share(right, out)
    f1 = round(2 * precision * recall / (precision + recall), 4) if precision + recall else 0.0
    return {"precision": precision, "recall": recall, "f1": f1, "gold": gold, "found": out}
