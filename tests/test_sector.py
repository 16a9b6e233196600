"""Annotations without texts: found again by digest, lost with a reason where the data has changed."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from discourse import resources
from discourse.codebook import load_codebook
from discourse.errors import DiscourseError
from discourse.evaluate.sector import read_records, read_rows, read_sector
from discourse.records import SIDES, digest

SPEECHES = "sector/hansard/sector_speeches.jsonl"
DAY = "sector/hansard/xml/debates2031-02-03a.xml"
TEXT = "Thank you all. Dale council has no money left. It cannot pay for its children’s homes."
XML = """<publicwhip>
<major-heading id="uk.org.publicwhip/debate/2031-02-03a.1.0">Councils</major-heading>
<speech id="uk.org.publicwhip/debate/2031-02-03a.1.1" speakername="Ann Lee"><p>Give towns the powers.</p></speech>
<major-heading id="uk.org.publicwhip/debate/2031-02-03a.2.0">Homes</major-heading>
<speech id="uk.org.publicwhip/debate/2031-02-03a.2.1" speakername="Bo Ray"><p>Nobody else spoke.</p></speech>
</publicwhip>"""


def row(name: str, file: str, record: str, text: str, statement: str, context: str = "") -> dict[str, Any]:
    start = text.index(statement)
    made: dict[str, Any] = {
        "id": name, "file": file, "record": record, "version": digest(text), "start": start,
        "end": start + len(statement), "text_sha256": digest(statement), "stratum": "random", "split": "train",
        "context_start": None, "context_end": None, "context_sha256": None,
    }  # fmt: skip
    if context:
        place = text.index(context)
        made |= {
            "context_start": place,
            "context_end": place + len(context),
            "context_sha256": digest(context),
        }
    return made


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    write(folder / SPEECHES, [{"id": "s/1", "date": "2031-02-03", "speaker": "Ann Lee", "text": TEXT}])
    (folder / DAY).parent.mkdir(parents=True)
    (folder / DAY).write_text(XML, encoding="utf-8")
    return folder


@pytest.fixture
def annotations(tmp_path: Path, data: Path) -> Path:
    folder = tmp_path / "annotations"
    debate = {r.id: r.document.text for r in read_records(data, DAY)}
    record = "uk.org.publicwhip/debate/2031-02-03a.1.0"
    rows = [
        row("a", SPEECHES, "s/1", TEXT, "Dale council has no money left.", "Thank you all."),
        row("b", DAY, record, debate[record], "Give towns the powers."),
    ]
    write(folder / "statements.jsonl", rows)
    write(
        folder / "pass1.jsonl",
        [{"id": "a", "labels": {"funding": "favour"}}, {"id": "b", "labels": {"devolution": "favour"}}],
    )
    return folder


def test_annotations_become_texts_again(annotations: Path, data: Path) -> None:
    found, lost = read_sector(annotations, data)
    assert not lost
    assert [tuple(s) for s in found] == [
        ("a", "Dale council has no money left.", "Thank you all.", {"funding": "favour"}, "train"),
        ("b", "Give towns the powers.", "", {"devolution": "favour"}, "train"),
    ]


def test_words_that_moved_are_found(annotations: Path, data: Path) -> None:
    write(data / SPEECHES, [{"id": "s/1", "speaker": "Ann Lee", "text": "A new beginning. " + TEXT}])
    found, lost = read_sector(annotations, data)
    assert not lost
    assert found[0][1:3] == ("Dale council has no money left.", "Thank you all.")


def test_a_changed_speech_costs_its_rows_alone(annotations: Path, data: Path) -> None:
    write(data / SPEECHES, [{"id": "s/1", "speaker": "Ann Lee", "text": TEXT.replace("no money", "some money")}])
    found, lost = read_sector(annotations, data)
    assert [s.id for s in found] == ["b"]
    assert [(row.id, row.reason) for row in lost] == [("a", f"{SPEECHES} has changed")]


def test_a_changed_context_is_left_out(annotations: Path, data: Path) -> None:
    write(data / SPEECHES, [{"id": "s/1", "speaker": "Ann Lee", "text": TEXT.replace("Thank", "I thank")}])
    found, lost = read_sector(annotations, data)
    assert not lost
    assert (found[0].text, found[0].context) == ("Dale council has no money left.", "")


@pytest.mark.parametrize("content", [None, "", "{", "<publicwhip></publicwhip>", "<publicwhip><speech>"])
def test_a_file_that_cannot_be_read_is_told(annotations: Path, data: Path, content: str | None) -> None:
    (data / DAY).unlink()
    if content is not None:
        (data / DAY).write_text(content, encoding="utf-8")
    found, lost = read_sector(annotations, data)
    assert [s.id for s in found] == ["a"]
    assert [row.id for row in lost] == ["b"]
    assert DAY in lost[0].reason


@pytest.mark.parametrize("line", ["{", "[]", '{"labels": {}}', "null"])
def test_rows_that_are_no_rows_are_told_with_their_line(annotations: Path, data: Path, line: str) -> None:
    with (annotations / "pass1.jsonl").open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    with pytest.raises(DiscourseError, match=r"pass1\.jsonl, line 3"):
        read_sector(annotations, data)


@pytest.fixture(scope="module")
def shipped() -> Path:
    return resources.path("annotations/stance/sector")


def test_shipped_statements_are_sound_and_without_text(shipped: Path) -> None:
    rows = read_rows(shipped / "statements.jsonl")
    assert len({r["id"] for r in rows}) == len(rows) >= 400
    for r in rows:
        assert set(r) == set(row("x", "f", "r", "text", "text"))
        assert 0 <= r["start"] < r["end"]
        assert len(r["text_sha256"]) == len(r["version"]) == 64
        assert not Path(r["file"]).is_absolute()
        assert (r["context_start"] is None) == (r["context_sha256"] is None)


def test_shipped_split_keeps_documents_whole(shipped: Path) -> None:
    rows = read_rows(shipped / "statements.jsonl")
    splits: dict[tuple[str, str | None], set[str]] = {}
    for r in rows:
        splits.setdefault((r["file"], r["record"]), set()).add(r["split"])
    assert all(len(names) == 1 for names in splits.values())
    assert set().union(*splits.values()) == {"train", "held-out"}
    assert Counter(r["split"] for r in rows)["held-out"] >= 150


def test_shipped_labels_are_of_the_codebook(shipped: Path) -> None:
    topics = {topic.id for topic in load_codebook(resources.path("codebook.toml")).topics}
    labels = read_rows(shipped / "pass1.jsonl")
    assert [r["id"] for r in labels] == [r["id"] for r in read_rows(shipped / "statements.jsonl")]
    for r in labels:
        assert set(r) == {"id", "labels"}
        assert set(r["labels"]) <= topics
        assert set(r["labels"].values()) <= set(SIDES)


@pytest.mark.data
def test_shipped_annotations_fit_the_data(shipped: Path, outside_data: Path) -> None:
    found, lost = read_sector(shipped, outside_data)
    assert len(found) >= 0.98 * (len(found) + len(lost)), lost[:3]
