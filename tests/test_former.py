"""Pages that change: former texts kept, statements anchored again or told as gone, corrections not moved."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discourse import corrections
from discourse.collect import gather
from discourse.pipeline import Stages, run
from discourse.query import gone_from_pages, statements
from discourse.run_report import RunReport
from discourse.store import Map, former
from discourse.store import corrections as stored
from discourse.store.check import problems

pytestmark = pytest.mark.usefixtures("either")

FIRST = """# Two voices

Bo Li: Our inspection is good.

Between them stands a sentence.

Ann Day: Our funding is bad.

Cleo Marsh: Our inspection is good.
"""


def build(folder: Path, stages: Stages, text: str) -> RunReport:
    pages = folder / "pages"
    pages.mkdir(exist_ok=True)
    (pages / "page.md").write_text(text)
    with Map.create(folder / "m.db") as store:
        report = run(gather([str(pages)]), store, stages)
        assert not list(problems(store))
        return report


def gone(folder: Path) -> list[tuple[str, str | None]]:
    with Map.open(folder / "m.db") as store:
        return [(row["text"], row["speaker"]) for row in gone_from_pages(store)]


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (("# Two", "# Three"), []),
        (("Bo Li: Our", "A word before.\n\nBo Li: Our"), []),
        (("Ann Day: Our funding is bad.\n\n", ""), [("Our funding is bad.", "Ann Day")]),
        (("funding is bad", "funding is worse"), [("Our funding is bad.", "Ann Day")]),
        # Of two statements of the same words the one that went is told, though the other now bears its id.
        (("Bo Li: Our inspection is good.\n\n", ""), [("Our inspection is good.", "Bo Li")]),
        (("Cleo Marsh: Our inspection is good.\n", ""), [("Our inspection is good.", "Cleo Marsh")]),
        # Words that stay, though nobody is named for them any more, are not gone from the page.
        (("Ann Day: Our", "ann: Our"), []),
    ],
)
def test_what_is_gone_is_told(
    tmp_path: Path, stages: Stages, edit: tuple[str, str], expected: list[tuple[str, str]]
) -> None:
    build(tmp_path, stages, FIRST)
    report = build(tmp_path, stages, FIRST.replace(*edit))
    assert gone(tmp_path) == expected
    assert report.gone == len(expected)


def test_former_texts_are_kept_and_what_returns_is_no_longer_gone(tmp_path: Path, stages: Stages) -> None:
    build(tmp_path, stages, FIRST)
    build(tmp_path, stages, FIRST.replace("Ann Day: Our funding is bad.\n\n", ""))
    with Map.open(tmp_path / "m.db") as store:
        (row,) = gone_from_pages(store)
        (text,) = former.former_texts(store, row["document_id"])
        assert text["text"][row["start"] : row["end"]] == row["text"]
        assert row["prefix"].endswith("Ann Day: ")
        assert [s["topic"] for s in row["stances"]] == ["funding"]
    build(tmp_path, stages, FIRST)
    assert gone(tmp_path) == []


def test_a_page_that_can_no_longer_be_read_leaves_what_it_said(tmp_path: Path, stages: Stages) -> None:
    build(tmp_path, stages, FIRST)
    report = build(tmp_path, stages, "")
    assert report.gone == 3
    assert len(gone(tmp_path)) == 3


def test_the_same_page_read_by_a_newer_version_has_lost_nothing(tmp_path: Path, stages: Stages) -> None:
    build(tmp_path, stages, FIRST)
    stages.attributor.fingerprint = "fake-2"  # type: ignore[misc]
    stages.attributor.attribute = lambda document: []  # type: ignore[method-assign]
    assert build(tmp_path, stages, FIRST).gone == 0
    assert gone(tmp_path) == []


def test_a_correction_is_not_moved_to_other_words_that_sound_the_same(tmp_path: Path, stages: Stages) -> None:
    build(tmp_path, stages, FIRST)
    with Map.create(tmp_path / "m.db") as store:
        bo = next(row for row in statements(store) if row["speaker"] == "Bo Li")
        corrections.correct_stance(store, bo["id"], "inspection", "against", who="A reader")
    build(tmp_path, stages, FIRST.replace("Bo Li: Our inspection is good.\n\n", ""))
    with Map.open(tmp_path / "m.db") as store:
        assert [row["state"] for row in stored.listed(store)] == ["lost"]
        (cleo,) = (row for row in statements(store) if row["speaker"] == "Cleo Marsh")
        assert [s["stance"] for s in cleo["stances"]] == ["favour"]
    # When the words come back to their place, so does the correction.
    build(tmp_path, stages, FIRST)
    with Map.open(tmp_path / "m.db") as store:
        assert [row["state"] for row in stored.listed(store)] == ["standing"]
        (bo,) = (row for row in statements(store) if row["speaker"] == "Bo Li")
        assert [s["stance"] for s in bo["stances"]] == ["against"]


LINES = st.lists(st.sampled_from(["Bo Li: Yes.", "Ann Day: Yes.", "Ann Day: No.", "Some words."]), max_size=7)


@settings(max_examples=15, deadline=None)
@given(before=LINES, after=LINES)
def test_whatever_changes_every_statement_is_there_or_told(
    tmp_path_factory: pytest.TempPathFactory, before: list[str], after: list[str]
) -> None:
    from tests.conftest import CODEBOOK, FakeAttributor, FakeEmbedder, FakeModel, FakeScorer, parse_codebook

    codebook = parse_codebook(CODEBOOK)
    stages = Stages(codebook, FakeAttributor(), FakeEmbedder(), FakeModel(), FakeScorer(codebook.topics))  # type: ignore[arg-type]
    folder = tmp_path_factory.mktemp("former")
    build(folder, stages, "# Title\n\n" + "\n\n".join([*before, "The end."]))
    with Map.open(folder / "m.db") as store:
        had = [row["text"] for row in statements(store)]
    build(folder, stages, "# Title\n\n" + "\n\n".join([*after, "The end."]))
    with Map.open(folder / "m.db") as store:
        has = [row["text"] for row in statements(store)]
        told = [row["text"] for row in former.gone(store, everything=True)]
    for words in set(had):
        assert told.count(words) == max(0, had.count(words) - has.count(words))
