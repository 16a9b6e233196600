"""A map of the sample made from its gold annotations, to test what is asked of a map apart from the models."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from discourse.codebook import Codebook, load_codebook
from discourse.collect import gather
from discourse.pipeline import Stages, run
from discourse.records import Document, Stance, Statement, Topic, identify
from discourse.store import Map

ROOT = Path(__file__).parents[1]


class GoldAttributor:
    """The statements that the annotations have of a document, found by their text and what stands around it."""

    fingerprint = "gold"

    def __init__(self, codebook: Codebook, stances: dict[str, list[dict[str, str]]]) -> None:
        self.ids = {stakeholder.name: stakeholder.id for stakeholder in codebook.stakeholders}
        self.stances = stances
        self.rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        with (ROOT / "annotations/sample/statements.jsonl").open(encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                self.rows[row["document"]].append(row)

    def attribute(self, document: Document) -> list[Statement]:
        found, sides = [], {}
        for row in self.rows[Path(document.source).name]:
            start = document.text.find(row["text"])
            if start < 0:
                continue
            name = row["speaker"]
            found.append(
                Statement(
                    "", document.id, start, start + len(row["text"]), row["text"], row["kind"], speaker=name,
                    speaker_id=name and (self.ids.get(name) or re.sub(r"\W+", "-", name.casefold()).strip("-")),
                    speaker_kind=row["speaker_kind"] or "person", speaker_text=name, cue=row["cue"],
                    quoted_by=row["quoted_by"],
                )
            )  # fmt: skip
            sides[start, row["text"]] = row["stances"]
        named = identify(found)
        self.stances.update({s.id: sides[s.start, s.text] for s in named})
        return named


class GoldScorer:
    def __init__(self, topics: Sequence[Topic], stances: dict[str, list[dict[str, str]]]) -> None:
        self.topics, self.stances = {topic.id for topic in topics}, stances

    def score(self, statements: Sequence[Statement], vectors: np.ndarray) -> list[Stance]:
        return [
            Stance(statement.id, row["topic"], row["stance"], 0.9)  # type: ignore[arg-type]
            for statement in statements
            for row in self.stances.get(statement.id, [])
            if row["topic"] in self.topics
        ]


class GoldModel:
    name = fingerprint = "gold"
    threshold = 0.5


def build(path: Path, embedder: Any) -> None:
    """Makes the map of the sample in a file."""
    stances: dict[str, list[dict[str, str]]] = {}
    codebook = load_codebook(ROOT / "corpus/sample/codebook.toml")
    stages = Stages(
        codebook, GoldAttributor(codebook, stances), embedder, GoldModel(), GoldScorer(codebook.topics, stances)
    )  # type: ignore[arg-type]
    with Map.create(path) as store:
        run(gather([str(ROOT / "corpus/sample")]), store, stages)
