"""A folder of what goes wrong: every bad page is listed with its reason, the others go through, the map stays whole."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from discourse.collect import gather
from discourse.pipeline import Stages, run
from discourse.records import Document, Statement
from discourse.run_report import RunReport
from discourse.store import Map, read

GOOD = "Ann Lee: Inspection is bad for the morale of everybody who works in this service.\n"


def image_only_pdf() -> bytes:
    """A PDF of one page that paints a grey square and shows no text."""
    content = b"0.5 g 100 100 200 200 re f"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
    ]
    out, places = io.BytesIO(), []
    out.write(b"%PDF-1.4\n")
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    table = out.tell()
    out.write(b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % table)
    return out.getvalue()


BAD: dict[str, bytes] = {
    "empty.html": b"",
    "blank.txt": b" \n\n\t\n",
    "cut-short.pdf": b"%PDF-1.7\n1 0 obj\n<< /Type /Cata",
    "binary.txt": bytes(range(256)) * 40,
    "image-only.pdf": image_only_pdf(),
    "navigation.html": b"<html><body><nav><a href=/>Home</a> <a href=/a>News</a></nav></body></html>",
    "half.json": b'{"schema_name": "speech", "title": "A spe',
    "entities.xml": b'<!DOCTYPE a [<!ENTITY b "cc"><!ENTITY d "&b;&b;&b;&b;">]><publicwhip>&d;</publicwhip>',
}


@pytest.fixture
def mess(tmp_path: Path) -> Path:
    folder = tmp_path / "mess"
    folder.mkdir()
    (folder / "good.txt").write_text(GOOD)
    (folder / "latin.txt").write_bytes(GOOD.replace("everybody", "the café").encode("windows-1252"))
    for name, content in BAD.items():
        (folder / name).write_bytes(content)
    with (folder / "huge.txt").open("wb") as stream:
        stream.truncate(50_000_000)
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "dangling.txt").symlink_to(folder / "nowhere.txt")
    os.mkfifo(folder / "pipe.txt")
    return folder


def test_a_folder_of_bad_pages(mess: Path, tmp_path: Path, stages: Stages) -> None:
    with Map.create(tmp_path / "m.db") as store:
        report = run(gather([str(mess)]), store, stages)
        rows = list(read.statements(store))
    refused = {Path(source).name: reason for source, reason in report.refused}
    assert {Path(source).name for source in report.added} == {"good.txt", "latin.txt"}
    assert refused.keys() == {*BAD, "huge.txt", "loop", "dangling.txt", "pipe.txt"}
    assert all(reason.strip() and "\n" not in reason for reason in refused.values()), refused
    assert "50 MB" in refused["huge.txt"]
    assert any("café" in row["text"] for row in rows)


@pytest.mark.skipif(os.name != "posix", reason="names are bytes on POSIX alone")
def test_a_name_that_is_not_text_costs_that_file(mess: Path, tmp_path: Path, stages: Stages) -> None:
    for name in (b"caf\xe9.txt", b"d\xff/a.txt"):
        place = Path(os.fsdecode(os.path.join(os.fsencode(mess), name)))
        place.parent.mkdir(exist_ok=True)
        place.write_text(GOOD)
    with Map.create(tmp_path / "m.db") as store:
        report = run(gather([str(mess)]), store, stages)
    refused = {Path(source).relative_to(mess).as_posix(): reason for source, reason in report.refused}
    assert refused["caf\\xe9.txt"] == refused["d\\xff/a.txt"] == "its name is not UTF-8: give it another"
    assert len(report.added) == 2


def test_half_a_surrogate_pair_costs_one_character(tmp_path: Path, stages: Stages) -> None:
    page = {"schema_name": "speech", "title": "On \ud800 schools", "document_type": "speech",
            "details": {"body": "<p>Ann Lee: Inspection \udfff is good for \U0001f600 us all.</p>"}}  # fmt: skip
    (tmp_path / "half.json").write_text(json.dumps(page))
    with Map.create(tmp_path / "m.db") as store:
        report = run(gather([str(tmp_path / "half.json")]), store, stages)
        rows = list(read.statements(store))
    assert report.refused == []
    assert [row["text"] for row in rows] == ["Inspection \ufffd is good for \U0001f600 us all."]
    assert rows[0]["title"] == "On \ufffd schools"


def test_a_nul_costs_one_character(tmp_path: Path, stages: Stages) -> None:
    (tmp_path / "nul.txt").write_bytes(b"Ann Lee: Inspection \0 is good for us all.\n\nAnd more is said here.")
    with Map.create(tmp_path / "m.db") as store:
        run(gather([str(tmp_path / "nul.txt")]), store, stages)
        assert [row["text"] for row in read.statements(store)] == ["Inspection \ufffd is good for us all."]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_an_unreadable_file(mess: Path, tmp_path: Path, stages: Stages) -> None:
    (mess / "good.txt").chmod(0)
    with Map.create(tmp_path / "m.db") as store:
        report = run(gather([str(mess)]), store, stages)
    assert "cannot be read" in dict(report.refused)[str(mess / "good.txt")]


def test_a_page_that_was_good_and_cannot_be_read_keeps_what_it_gave(pages: Path, built: Path, stages: Stages) -> None:
    page = pages / "2016-speech.md"
    page.unlink()
    page.symlink_to(pages / "nowhere.md")
    with Map.create(built) as store:
        report: RunReport = run(gather([str(pages)]), store, stages)
        assert [reason for _, reason in report.refused] == ["no such file or folder"]
        assert len(list(read.statements(store))) == 5


def test_a_fault_of_ours_costs_the_page_and_is_told(pages: Path, tmp_path: Path, stages: Stages, monkeypatch) -> None:
    work = stages.attributor.attribute

    def fail(document: Document) -> list[Statement]:
        if "2016" in document.source:
            raise IndexError("list index out of range")
        return work(document)

    monkeypatch.setattr(stages.attributor, "attribute", fail)
    with Map.create(tmp_path / "m.db") as store:
        report = run(gather([str(pages)]), store, stages)
    assert len(report.added) == 1
    assert "a fault in this software (IndexError: list index out of range)" in report.refused[0][1]
