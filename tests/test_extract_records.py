"""Hansard, GOV.UK items, transcripts, Word files, and how formats are told apart."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discourse.errors import PageError
from discourse.extract import MOST_BYTES, SUFFIXES, extract, recognise
from discourse.records import Document, Page


def a_page(content: bytes | str, name: str = "page.xml", media_type: str | None = None) -> Page:
    raw = content.encode() if isinstance(content, str) else content
    return Page(source=name, canonical=name, content=raw, media_type=media_type)


DAY = """<?xml version="1.0" encoding="utf-8"?>
<publicwhip scraperversion="a" latest="yes">
<major-heading id="uk.org.publicwhip/debate/2031-05-10a.1.0" nospeaker="true" colnum="1">
FAMILIES
</major-heading>
<minor-heading id="uk.org.publicwhip/debate/2031-05-10a.1.1" nospeaker="true" colnum="1">Foster Care</minor-heading>
<speech id="uk.org.publicwhip/debate/2031-05-10a.1.2" nospeaker="true">
<p>The Secretary of State was asked&mdash;</p></speech>
<speech id="uk.org.publicwhip/debate/2031-05-10a.1.3" speakername="Ann Day" person_id="p/1" colnum="1">
<p>What she will do about <phrase class="x">foster care</phrase>.</p></speech>
<speech id="uk.org.publicwhip/debate/2031-05-10a.1.4" speakername="The Minister for Families (Bo Li)" person_id="p/2">
<p>A good deal.</p><p>We have begun.</p></speech>
<speech id="uk.org.publicwhip/debate/2031-05-10a.1.5" speakername="Bo Li" person_id="p/2"><p>And again.</p></speech>
<major-heading id="uk.org.publicwhip/debate/2031-05-10a.2.0" nospeaker="true">Empty Chairs</major-heading>
<speech id="uk.org.publicwhip/debate/2031-05-10a.2.1" nospeaker="true"><p>Nobody rose.</p></speech>
<major-heading id="uk.org.publicwhip/debate/2031-05-10a.3.0" nospeaker="true">Libraries</major-heading>
<speech id="uk.org.publicwhip/debate/2031-05-10a.3.1" speakername="Ann Day" person_id="p/1"><p>They matter.</p></speech>
</publicwhip>
"""


def test_hansard_gives_a_document_for_each_debate_in_which_somebody_speaks() -> None:
    fostering, libraries = extract(a_page(DAY, "debates2031-05-10a.xml"))
    assert fostering.title == "FAMILIES – Foster Care"
    assert libraries.title == "Libraries"
    assert {d.kind for d in (fostering, libraries)} == {"hansard"}
    assert fostering.published == "2031-05-10"
    assert fostering.publisher == "UK Parliament (Hansard, House of Commons)"
    assert fostering.id != libraries.id


def test_hansard_turns_carry_speaker_key_and_office() -> None:
    document = extract(a_page(DAY))[0]
    turns = [(document.text[t.start : t.end], t.speaker, t.speaker_key, t.role) for t in document.turns]
    assert turns == [
        ("The Secretary of State was asked—", None, None, None),
        ("What she will do about foster care.", "Ann Day", "p/1", None),
        ("A good deal.\n\nWe have begun.", "Bo Li", "p/2", "The Minister for Families"),
        ("And again.", "Bo Li", "p/2", "The Minister for Families"),
    ]
    procedural = [document.text[b.start : b.end] for b in document.blocks if b.type == "boilerplate"]
    assert procedural == ["The Secretary of State was asked—"]


def test_hansard_entities_are_neither_followed_nor_expanded() -> None:
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a "boom"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
        '<publicwhip><major-heading id="d/2031-01-01a.1.0">H</major-heading>'
        '<speech speakername="Ann Day"><p>A &pound;5 &nbsp;note &b;&c; here.</p></speech></publicwhip>'
    )
    assert extract(a_page(bomb))[0].text == "H\n\nA £5 note here."


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (DAY[:900], "not well formed"),
        ("<publicwhip></publicwhip>", "nobody speaks"),
        ("<?xml version='1.0'?><rss></rss>", "unknown kind"),
        ("<publicwhip>" + "<a>" * 5000, "not well formed"),
    ],
)
def test_broken_xml_is_refused(content: str, reason: str) -> None:
    with pytest.raises(PageError, match=reason):
        extract(a_page(content))


def item(**changes: Any) -> str:
    found: dict[str, Any] = {
        "base_path": "/government/speeches/a-speech",
        "schema_name": "speech",
        "document_type": "speech",
        "title": "A speech",
        "locale": "en",
        "first_published_at": "2031-05-11T09:00:00+00:00",
        "details": {
            "body": "<div><h2>Homes</h2><p>We have built <b>many</b> homes.</p><ul><li>One in Wendle.</li></ul></div>",
            "delivered_on": "2031-05-10T09:00:00+00:00",
        },
        "links": {
            "people": [{"title": "The Rt Hon Ann Day MP"}],
            "roles": [{"title": "Minister for Homes"}],
            "organisations": [{"title": "Department of Homes"}],
        },
    }
    return json.dumps(found | changes)


def test_govuk_speech() -> None:
    document = extract(a_page(item(), "a-speech.json"))[0]
    assert document.text == "A speech\n\nHomes\n\nWe have built many homes.\n\nOne in Wendle."
    assert [block.type for block in document.blocks] == ["title", "heading", "paragraph", "list"]
    assert document.authors == ("Ann Day",)
    assert document.author_role == "Minister for Homes"
    assert (document.publisher, document.published) == ("Department of Homes", "2031-05-11")
    assert document.url == "https://www.gov.uk/government/speeches/a-speech"
    assert document.kind == "speech"


@pytest.mark.parametrize(
    ("document_type", "kind"),
    [("authored_article", "opinion"), ("press_release", "release"), ("oral_statement", "speech")],
)
def test_govuk_document_types(document_type: str, kind: str) -> None:
    assert extract(a_page(item(document_type=document_type), "a.json"))[0].kind == kind


@pytest.mark.parametrize(
    "content",
    [
        item()[:300],
        item(details={}),
        item(details=[1]),
        '{"schema_name": 1, "document_type": 2, "details": 3}',
        '{"a": 1}',
        "[" * 9000,
    ],
)
def test_broken_json_is_refused(content: str) -> None:
    with pytest.raises(PageError):
        extract(a_page(content, "a.json"))


VTT = """WEBVTT

00:00:01.000 --> 00:00:04.000
<v Ann Day>We have built many homes,

00:00:04.000 --> 00:00:06.000
<v Ann Day>and we will build more.

00:00:06.000 --> 00:00:08.000
<v Bo Li>Where?
"""


def test_transcripts_become_turns() -> None:
    document = extract(a_page(VTT, "a.vtt"))[0]
    assert [(document.text[t.start : t.end], t.speaker) for t in document.turns] == [
        ("We have built many homes, and we will build more.", "Ann Day"),
        ("Where?", "Bo Li"),
    ]


def word_file(body: str, extra: dict[str, str] | None = None) -> bytes:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>')
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return out.getvalue()


def word_paragraph(text: str, style: str = "") -> str:
    styled = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{styled}<w:r><w:t>{text}</w:t></w:r></w:p>"


def test_word_documents() -> None:
    table = f"<w:tbl><w:tr><w:tc>{word_paragraph('Year')}</w:tc><w:tc>{word_paragraph('Cost')}</w:tc></w:tr></w:tbl>"
    body = word_paragraph("The price of care", "Title") + word_paragraph("Costs have doubled.") + table
    document = extract(a_page(word_file(body), "a.docx"))[0]
    assert document.title == "The price of care"
    assert document.text == "The price of care\n\nCosts have doubled.\n\nYear | Cost"
    assert [block.type for block in document.blocks] == ["title", "paragraph", "table"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (word_file(word_paragraph("x" * 30_000_000)), "too large"),
        (word_file(word_paragraph("Costs have doubled."))[:200], "damaged"),
        (word_file(""), "empty"),
    ],
)
def test_word_files_that_burst_or_are_broken_are_refused(content: bytes, reason: str) -> None:
    with pytest.raises(PageError, match=reason):
        extract(a_page(content, "a.docx"))


@pytest.mark.parametrize(
    ("name", "content", "media_type", "kind"),
    [
        ("a.bin", b"%PDF-1.4 ...", None, "pdf"),
        ("a.txt", b"<!DOCTYPE html><html><p>x</p></html>", None, "html"),
        ("a", b"Just words.", "text/html; charset=utf-8", "html"),
        ("a.md", b"# Words", "text/plain", "markdown"),
        ("a", b"Just words.", None, "text"),
        ("a.xml", DAY.encode(), None, "hansard"),
        ("a.html", item().encode(), "application/json", "govuk"),
        ("a.txt", VTT.encode(), None, "transcript"),
    ],
)
def test_formats_are_told_by_content_first(name: str, content: bytes, media_type: str | None, kind: str) -> None:
    assert recognise(a_page(content, name, media_type)) == kind


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n\t\r\n ", "empty"),
        (b"\x1f\x8b\x08" + b"x" * 50, "gzip"),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"PK\x03\x04" + b"x" * 50, "ZIP"),
        (bytes(range(256)) * 10, "binary"),
        (b"\xff\xfe\x00", "not valid utf-16"),
        (b"x" * (MOST_BYTES + 1), "too large"),
    ],
)
def test_what_is_no_page_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(PageError, match=reason) as refused:
        extract(a_page(content, "a.txt"))
    assert "\n" not in str(refused.value)


def test_ids_come_from_the_source_and_versions_from_the_text() -> None:
    first, second = (extract(a_page(text, "a.txt"))[0] for text in ("It is so today.", "It was so before."))
    assert first.id == second.id
    assert first.version != second.version


STARTS = [
    b"",
    b"%PDF-1.7\n",
    b"<html>",
    b"<publicwhip>",
    b'{"schema_name":"document_type","details":',
    b"WEBVTT\n\n",
    b"PK\x03\x04word/",
]


@settings(deadline=None)
@given(st.sampled_from(STARTS), st.binary(max_size=300), st.sampled_from(sorted(SUFFIXES)))
def test_no_bytes_crash_it(start: bytes, content: bytes, suffix: str) -> None:
    try:
        documents: list[Document] = extract(a_page(start + content, f"a{suffix}"))
    except PageError:
        return
    for document in documents:
        assert all(0 <= block.start < block.end <= len(document.text) for block in document.blocks)
