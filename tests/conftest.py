"""Fakes for the models, and a small map made with them."""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from numpy.typing import NDArray

from discourse.codebook import Codebook, parse_codebook
from discourse.pipeline import Stages
from discourse.records import Document, Stance, Statement, Topic, identify
from tests.postgres import either, elsewhere, server  # noqa: F401  (fixtures)

# A busy machine is not a fault of what is tested: examples are not timed by the clock.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

CODEBOOK = """
[[topic]]
id = "inspection"
name = "Inspection"
proposition = "Inspection drives improvement."

[[topic]]
id = "funding"
name = "Funding"
proposition = "Services are under-funded."

[[stakeholder]]
id = "the-board"
name = "The Board"
kind = "organisation"
group = "boards"
"""


class FakeEmbedder:
    """Bags of hashed words, normalised."""

    name = "fake"
    dimension = 64

    def __init__(self) -> None:
        self.encoded = 0

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.encoded += len(texts)
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in re.findall(r"\w+", text.casefold()):
                row[zlib.crc32(word.encode()) % self.dimension] += 1
            row /= np.linalg.norm(row) or 1
        return vectors


class FakeModel:
    name = "fake"
    fingerprint = "fake-1"
    threshold = 0.5


class FakeScorer:
    """Finds "good" in favour and "bad" against the topic whose id stands in the text; "perhaps" makes it unclear."""

    def __init__(self, topics: Sequence[Topic]) -> None:
        self.topics = topics
        self.scored = 0

    def restricted_to(self, topics: Sequence[Topic]) -> FakeScorer:
        return FakeScorer(topics)

    def score(self, statements: Sequence[Statement], vectors: NDArray[np.float32]) -> list[Stance]:
        assert len(statements) == len(vectors)
        self.scored += len(statements)
        found = []
        for statement in statements:
            sure = 0.3 if "perhaps" in statement.text else 0.9
            for topic in self.topics:
                if topic.id in statement.text.casefold():
                    for word, side in (("good", "favour"), ("bad", "against")):
                        if word in statement.text:
                            found.append(Stance(statement.id, topic.id, side, sure))
        return found


class FakeAttributor:
    """Reads lines of "NAME: words" as direct statements of that name."""

    name = "fake"
    fingerprint = "fake-1"

    def attribute(self, document: Document) -> list[Statement]:
        found = []
        for line in re.finditer(r"^([A-Z][\w ]+): (.+)$", document.text, re.M):
            name = line[1]
            kind = "organisation" if name.startswith("The ") else "person"
            speaker_id = name.casefold().replace(" ", "-")
            found.append(
                Statement(
                    "", document.id, line.start(2), line.end(2), line[2], "direct",
                    speaker=name, speaker_id=speaker_id, speaker_kind=kind, speaker_text=name,
                )
            )  # fmt: skip
        return identify(found)


@pytest.fixture
def codebook() -> Codebook:
    return parse_codebook(CODEBOOK)


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture
def stages(codebook: Codebook, embedder: FakeEmbedder) -> Stages:
    return Stages(codebook, FakeAttributor(), embedder, FakeModel(), FakeScorer(codebook.topics))  # type: ignore[arg-type]


PAGES = {
    "2016-speech.md": "---\ntitle: A speech\ndate: 2016-05-01\n---\n\n"
    "Ann Lee: Inspection is bad for morale.\n\nBo Ray: The funding is bad for us all.\n",
    "2020-news.md": "---\ntitle: News\ndate: 2020-03-02\n---\n\n"
    "Ann Lee: I now think inspection is good for morale.\n\nThe Board: Our inspection is good, and always was.\n\n"
    "Ann Lee: Perhaps the perhaps funding is good.\n",
}


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    for name, text in PAGES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def built(pages: Path, stages: Stages, tmp_path: Path) -> Path:
    """A map of the two pages, made with the fakes."""
    from discourse.collect import gather
    from discourse.pipeline import run
    from discourse.store import Map

    path = tmp_path / "built.db"
    with Map.create(path) as store:
        run(gather([str(pages)]), store, stages)
    return path


@pytest.fixture
def use_fakes(monkeypatch: pytest.MonkeyPatch, stages: Stages) -> None:
    """Makes every command work with the fakes."""
    from dataclasses import replace

    def load(codebook: Codebook, **_: Any) -> Stages:
        return replace(stages, codebook=codebook, scorer=FakeScorer(codebook.topics))

    monkeypatch.setattr("discourse.pipeline.load_stages", load)
    monkeypatch.setattr("discourse.embed.load_embedder", lambda name="fake": stages.embedder)


@pytest.fixture(scope="session")
def outside_data() -> Path:
    """The folder of outside data that DISCOURSE_DATA names; tests that need it are skipped without it."""
    place = os.environ.get("DISCOURSE_DATA")
    if not place or not Path(place).is_dir():
        pytest.skip("needs outside data: set DISCOURSE_DATA to its folder")
    return Path(place)


@pytest.fixture(scope="session")
def gold(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The map of the sample as its annotations have it."""
    from tests.gold_map import build

    path = tmp_path_factory.mktemp("gold") / "gold.db"
    build(path, FakeEmbedder())
    return path
