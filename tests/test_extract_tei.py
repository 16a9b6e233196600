"""Parliamentary debates in TEI, as the ParlaMint corpora have them; the people and their words are invented."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discourse.errors import PageError
from discourse.extract import extract, recognise
from discourse.records import Document, Page

HEADER = """<teiHeader><fileDesc>
<titleStmt><title type="main" xml:lang="en">Invented sitting</title></titleStmt>
<publicationStmt><date when="2033-01-01"/></publicationStmt>
<sourceDesc><bibl><date when="2031-05-11"/></bibl></sourceDesc></fileDesc>
<profileDesc><settingDesc><setting><name type="country" key="XX">Elbonia</name><date when="2031-05-10"/></setting>
</settingDesc><particDesc><listPerson>
<person xml:id="DayAnn"><persName><surname>Day</surname><forename>Ann</forename></persName></person>
<person xml:id="LiBo"><persName>Bo Li</persName></person>
</listPerson></particDesc></profileDesc></teiHeader>"""
BODY = """<text><body>
<div type="debateSection" xml:id="s1"><head>Foster care</head>
<note type="time">2.30 pm</note>
<u who="#DayAnn" ana="#chair" xml:id="u1"><seg xml:id="u1.1">Order. I call
the <note type="comment">laughter</note>Minister.</seg></u>
<u who="#LiBo" ana="#regular" xml:id="u2"><seg>A good deal.</seg><vocal><desc>Interruption.</desc></vocal>
<seg>We have begun.</seg></u>
<note type="speaker">The Secretary of State for Families (Cleo Marsh)</note>
<u who="#unlisted" xml:id="u3"><seg>And again.</seg></u>
<u who="#nobody" xml:id="u4"><seg>From the gallery.</seg></u></div>
<div type="debateSection" xml:id="s2"><head>Libraries</head>
<u who="#DayAnn" xml:id="u5"><seg><s><w>They</w><w>do</w><w join="right">matter</w><pc>,</pc>
<w join="right">don't<w norm="do"/><w norm="not"/></w><pc>?</pc></s></seg></u></div>
<div type="debateSection" xml:id="s3"><head>Empty chairs</head><note>Nobody rose.</note></div>
</body></text>"""


def tei(
    body: str = BODY, header: str = HEADER, attributes: str = 'xml:id="ParlaMint-XX_2031-05-10" xml:lang="en"'
) -> str:
    return f'<?xml version="1.0"?>\n<TEI xmlns="http://www.tei-c.org/ns/1.0" {attributes}>{header}{body}</TEI>'


def documents(content: str) -> list[Document]:
    return extract(Page("sitting.xml", "sitting.xml", content.encode()))


def turns(document: Document) -> list[tuple[str, str | None, str | None, str | None]]:
    return [(document.text[t.start : t.end], t.speaker, t.speaker_key, t.role) for t in document.turns]


def test_each_heading_is_a_document_if_somebody_speaks() -> None:
    fostering, libraries = documents(tei())
    assert [d.title for d in (fostering, libraries)] == ["Foster care", "Libraries"]
    assert {d.kind for d in (fostering, libraries)} == {"hansard"}
    assert (fostering.published, fostering.publisher, fostering.language) == (
        "2031-05-10",
        "Parliament of Elbonia",
        "en",
    )
    assert fostering.id != libraries.id


def test_speakers_come_from_the_list_of_persons_else_from_the_notes() -> None:
    assert turns(documents(tei())[0]) == [
        ("Order. I call the Minister.", "Ann Day", "DayAnn", "Chair"),
        ("A good deal.\n\nWe have begun.", "Bo Li", "LiBo", None),
        ("And again.", "Cleo Marsh", "unlisted", "The Secretary of State for Families"),
        # A key is no name: which part of it comes first, nobody can tell.
        ("From the gallery.", None, "nobody", None),
    ]


def test_tokens_are_put_together_as_they_were() -> None:
    assert turns(documents(tei())[1])[0][0] == "They do matter, don't?"


def test_notes_are_no_part_of_what_is_said() -> None:
    document = documents(tei())[0]
    aside = [document.text[b.start : b.end] for b in document.blocks if b.type == "boilerplate"]
    assert aside == ["2.30 pm"]
    assert "Interruption" not in document.text


@pytest.mark.parametrize(
    ("house", "publisher"),
    [("commons", "UK Parliament (Hansard, House of Commons)"), ("lords", "UK Parliament (Hansard, House of Lords)")],
)
def test_the_same_publisher_as_of_other_formats(house: str, publisher: str) -> None:
    content = tei(attributes=f'xml:id="ParlaMint-GB_2031-05-10-{house}"')
    assert documents(content)[0].publisher == publisher


def test_plays_and_minutes_with_speaker_elements() -> None:
    body = "<text><body><sp><speaker>Ann Day:</speaker><p>One.</p><p>Two.</p></sp></body></text>"
    assert turns(documents(tei(body))[0]) == [("One.\n\nTwo.", "Ann Day", None, None)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (tei("<text><body><div><head>A</head><note>None</note></div></body></text>"), "nobody speaks"),
        (tei(""), "the files that its root lists"),
        (tei()[:-300], "not well formed"),
    ],
)
def test_what_cannot_be_read_is_told(content: str, reason: str) -> None:
    with pytest.raises(PageError, match=reason):
        documents(content)


def test_tei_is_told_from_html_by_its_namespace() -> None:
    assert recognise(Page("x", "x", tei().encode())) == "tei"
    assert recognise(Page("x", "x", b"<html><body><p>TEI</p></body></html>")) == "html"


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="<&>"), max_size=30), max_size=6)
)
def test_turns_lie_where_they_say(texts: list[str]) -> None:
    spoken = [" ".join(text.split()) for text in texts if text.split()]
    body = "".join(f'<u who="#LiBo"><seg>{text}</seg></u>' for text in texts)
    content = tei(f"<text><body><div><head>A</head>{body}</div></body></text>")
    if not spoken:
        with pytest.raises(PageError):
            documents(content)
        return
    (document,) = documents(content)
    assert [document.text[t.start : t.end] for t in document.turns] == spoken
