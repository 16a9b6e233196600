"""Runs with the fakes: what is added, changed, left alone, refused, pruned, scored again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from discourse.codebook import parse_codebook
from discourse.collect import gather
from discourse.pipeline import Stages, run
from discourse.query import statements
from discourse.run_report import RunReport
from discourse.store import Map, read
from tests.conftest import CODEBOOK, PAGES, FakeScorer

pytestmark = pytest.mark.usefixtures("either")


def update(pages: Path, path: Path, stages: Stages, **options: bool) -> RunReport:
    with Map.create(path) as store:
        return run(gather([str(pages)]), store, stages, **options)


def dump(path: Path) -> list[dict]:
    with Map.open(path) as store:
        return statements(store)


def test_a_second_run_changes_nothing_and_says_so(pages: Path, built: Path, stages: Stages) -> None:
    before, encoded = dump(built), stages.embedder.encoded
    report = update(pages, built, stages)
    assert len(report.unchanged) == 2
    assert report.counts | {"unchanged": 0} == dict.fromkeys(report.counts, 0)
    assert dump(built) == before
    assert stages.embedder.encoded == encoded


def test_a_changed_page_replaces_its_own_statements_only(pages: Path, built: Path, stages: Stages) -> None:
    before = {row["id"]: row for row in dump(built)}
    page = pages / "2020-news.md"
    page.write_text(PAGES[page.name].replace("The Board: Our", "New intro.\n\nThe Board: Your"))
    report = update(pages, built, stages)
    after = {row["id"]: row for row in dump(built)}
    assert report.changed == [str(page)]
    assert len(report.unchanged) == 1
    gone = {before[i]["text"] for i in before.keys() - after.keys()}
    assert gone == {"Our inspection is good, and always was."}
    assert {after[i]["text"] for i in after.keys() - before.keys()} == {"Your inspection is good, and always was."}
    first = [row for row in before.values() if row["document"]["source"].endswith("2016-speech.md")]
    assert all(after[row["id"]] == row for row in first)


def test_a_removed_page_goes_only_when_asked(pages: Path, built: Path, stages: Stages) -> None:
    (pages / "2016-speech.md").unlink()
    assert not update(pages, built, stages).pruned
    assert len(dump(built)) == 5
    assert update(pages, built, stages, prune=True).pruned == ["2016-speech.md"]
    assert len(dump(built)) == 3


def test_a_reworded_topic_is_scored_again_and_nothing_else(pages: Path, built: Path, stages: Stages) -> None:
    codebook = parse_codebook(CODEBOOK.replace("Services are under-funded.", "Services need money."))
    scorer = FakeScorer(codebook.topics)
    asked: list[str] = []
    scorer.restricted_to = lambda topics: asked.extend(t.id for t in topics) or FakeScorer(topics)  # type: ignore[method-assign,func-returns-value]
    encoded = stages.embedder.encoded
    report = update(pages, built, replace(stages, codebook=codebook, scorer=scorer))  # type: ignore[arg-type]
    assert len(report.rescored) == 2
    assert set(asked) == {"funding"}
    assert stages.embedder.encoded == encoded


def test_a_topic_taken_out_of_the_codebook_leaves_the_map(pages: Path, built: Path, stages: Stages) -> None:
    codebook = parse_codebook(CODEBOOK.split('[[topic]]\nid = "funding"')[0])
    update(pages, built, replace(stages, codebook=codebook, scorer=FakeScorer(codebook.topics)))  # type: ignore[arg-type]
    with Map.open(built) as store:
        assert {row["topic"] for row in read.shown_stances(store)} == {"inspection"}


def test_bad_pages_are_refused_with_a_reason_and_the_others_go_through(
    pages: Path, stages: Stages, tmp_path: Path
) -> None:
    (pages / "empty.txt").write_bytes(b"")
    (pages / "binary.html").write_bytes(bytes(range(256)) * 20)
    (pages / "loop").symlink_to(pages, target_is_directory=True)
    path = tmp_path / "bad.db"
    report = update(pages, path, stages)
    assert len(report.added) == 2
    refused = {Path(source).name: reason for source, reason in report.refused}
    assert refused.keys() == {"empty.txt", "binary.html", "loop"}
    assert all(reason and "\n" not in reason for reason in refused.values())
    again = update(pages, path, stages)
    assert {Path(source).name: reason for source, reason in again.refused} == refused


def test_a_killed_run_goes_on_where_it_stopped(pages: Path, stages: Stages, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("discourse.per_page._BATCH", 1)
    path = tmp_path / "killed.db"

    def stop(report: RunReport, source: str | None) -> None:
        raise KeyboardInterrupt

    with Map.create(path) as store, pytest.raises(KeyboardInterrupt):
        run(gather([str(pages)]), store, stages, progress=stop)
    report = update(pages, path, stages)
    assert (len(report.unchanged), len(report.added)) == (1, 1)


def test_two_files_of_one_name_in_two_folders_are_not_mixed_up(pages: Path, stages: Stages, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "2020-news.md").write_text("Cy Fox: Inspection is bad.\n")
    with Map.create(tmp_path / "two.db") as store:
        report = run(gather([str(pages), str(other)]), store, stages)
    assert len(report.added) == 2
    assert "same relative path" in report.refused[0][1]


def test_every_statement_is_at_its_offsets(built: Path) -> None:
    with Map.open(built) as store:
        for row in read.statements(store):
            assert read.text_of(store, row["document_id"])[row["start"] : row["end"]] == row["text"]  # type: ignore[index]


def test_a_folders_own_readme_is_not_a_page(pages: Path) -> None:
    (pages / "README.md").write_text("# About these pages\n\nThey are invented. This is a sentence about them.\n")
    assert {Path(page.source).name for page in gather([str(pages)])} == set(PAGES)
