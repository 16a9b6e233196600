"""PDFs: reading order, paragraphs, hyphens, tables, and what inspection reports say of themselves."""

from __future__ import annotations

import pytest

from discourse.errors import PageError
from discourse.extract import extract
from discourse.extract.hyphens import mend
from discourse.extract.inspection import inspection_facts
from discourse.extract.organisations import publisher_of
from discourse.records import Document, Page
from tests.extract_pdf_cases import Line, column, make_pdf

LEFT = [
    "Services in Marlbeck have improved since the last visit.",
    "Leaders know their service well and they act on what",
    "they learn from families. Social workers like working",
    "here, and most of them stay for many years. Managers",
    "read case files every week and write down what they saw.",
    "Children told us that they are listened to.",
]
RIGHT = [
    "Not everything is good. Plans are often long and hard",
    "to follow for parents who do not read easily. Some of",
    "the visits happen late. The council knows about this",
    "and has set aside money for more staff next year. We",
    "will come back in the spring to look at it again. Until",
    "then a board will watch over the work every month.",
]


def pdf_document(content: bytes, name: str = "report.pdf") -> Document:
    return extract(Page(source=name, canonical=name, content=content))[0]


def texts(document: Document, kind: str | None = None) -> list[str]:
    return [document.text[b.start : b.end] for b in document.blocks if kind is None or b.type == kind]


@pytest.mark.parametrize("right", [300, 330])
def test_two_columns_are_read_one_after_the_other_though_drawn_line_by_line(right: float) -> None:
    rows = zip(column(LEFT, 56, 700, size=9), column(RIGHT, right, 700, size=9), strict=True)
    drawn = [Line("A visit to Marlbeck", 56, 760, 20), *(line for row in rows for line in row)]
    document = pdf_document(make_pdf([drawn]))
    assert document.title == "A visit to Marlbeck"
    flowing = " ".join(document.text.split())
    assert " ".join([*LEFT, *RIGHT]) in flowing


HALF = [
    "Leaders know their service well and act on what they",
    "learn. Social workers like working here, and most of",
    "them stay. Children told us that they are listened to",
    "and that they know whom to ask. Managers read files",
    "each week. They wrote down what they saw, and what",
]
OTHER = [
    "they left out they told us. Plans are often long and",
    "hard to follow for parents. Some of the visits happen",
    "late. The council has set aside money for more staff.",
    "We will come back in the spring. Until then a board",
    "will watch over the work every month of the year.",
]
WHOLE = ["A paragraph below the columns runs over the whole width of the page, from edge to edge of it, as here."]


@pytest.mark.parametrize(
    "foot",
    [
        pytest.param([Line("What comes next", 56, 627, 14)], id="a heading"),
        pytest.param([Line(cell, x, y, 9) for y in (622, 604) for cell, x in (("Cost", 56), ("1", 150))], id="a table"),
    ],
)
def test_what_stands_below_two_columns_at_the_left_is_read_after_both(foot: list[Line]) -> None:
    columns = [*column(HALF, 56, 700, size=9), *column(OTHER, 330, 700, size=9)]
    document = pdf_document(make_pdf([[*columns, *foot, *column(WHOLE, 56, 580)]]))
    flowing = " ".join(document.text.split())
    assert " ".join([*HALF, *OTHER]) in flowing
    assert flowing.index(foot[0].text) > flowing.index(OTHER[-1])


def test_a_paragraph_under_a_heading_that_the_right_column_goes_on_from_stays_in_the_left_one() -> None:
    above = column([*LEFT[:3], "Nobody waits long here."], 56, 700, size=9)
    below = [Line("Care leavers", 56, 640, 9), *column(HALF, 56, 615, size=9)]
    document = pdf_document(make_pdf([[*above, *below, *column(OTHER, 330, 700, size=9)]]))
    assert " ".join([*HALF, *OTHER]) in " ".join(document.text.split())


def test_a_short_heading_between_two_stretches_of_columns_parts_them() -> None:
    upper = [*column(HALF, 56, 700, size=9), *column(OTHER, 330, 700, size=9)]
    lower = [*column(LEFT, 56, 600, size=9), *column(RIGHT, 330, 600, size=9)]
    document = pdf_document(make_pdf([[*upper, Line("What comes next", 56, 620, 14), *lower]]))
    wanted = [*HALF, *OTHER, "What comes next", *LEFT, *RIGHT]
    assert " ".join(document.text.split()) == " ".join(wanted)


def test_a_box_beside_a_text_that_goes_on_below_it_does_not_cut_the_text() -> None:
    box = ["Key facts about Marlbeck. It is a small place.", *OTHER[1:]]
    text = [*column(HALF, 56, 700, size=9), *column(box, 330, 700, size=9)]
    below = "they left out they told us at the end, in a line that runs from one edge of the page to the other one."
    document = pdf_document(make_pdf([[*text, Line(below, 56, 630, 11)]]))
    assert f"{' '.join(HALF)} {below}" in " ".join(document.text.split())


def test_running_heads_and_page_numbers_are_off_and_paragraphs_run_over_pages() -> None:
    sentence = ["The council has set out what it wants to do about this in a plan that was"]
    rest = ["agreed last summer by all of the parties and by the trade unions too."]
    pages = [
        [Line("Marlbeck report 2021", 56, 815, 8), *column(first, 56, 700), Line(f"Page {number} of 3", 500, 20, 9)]
        for number, first in enumerate((sentence, rest, ["Another paragraph, quite by itself on a page."]), 1)
    ]
    document = pdf_document(make_pdf(pages))
    assert "Page" not in document.text
    assert "Marlbeck report" not in document.text
    assert f"{sentence[0]} {rest[0]}" in texts(document)


def test_list_items_lose_their_bullets_and_numbered_paragraphs_their_numbers() -> None:
    lines = [
        Line("What needs to improve", 56, 700, 12, bold=True),
        Line("• The speed of the first visit after a", 60, 680),
        Line("family has asked for help.", 72, 666),
        Line("• The quality of plans.", 60, 646),
        Line("1. Leaders know what is wrong and have begun to mend it.", 60, 610),
    ]
    document = pdf_document(make_pdf([lines]))
    assert texts(document, "list") == [
        "The speed of the first visit after a family has asked for help.",
        "The quality of plans.",
    ]
    assert "Leaders know what is wrong and have begun to mend it." in texts(document, "paragraph")


INSPECTION = [
    Line("Inspection of Marlbeck local authority", 56, 760, 20),
    Line("children’s services", 56, 736, 20),
    Line("Inspection dates: 22 April to 3 May 2024", 56, 700, 11, bold=True),
    Line("Lead inspector: Dora Quillfeather, Lead Inspector", 56, 680, 11, bold=True),
    Line("Judgement", 60, 640, 11, bold=True),
    Line("Grade", 380, 640, 11, bold=True),
    Line("The impact of leaders on social work", 60, 616),
    Line("practice with children and families", 60, 602),
    Line("Good", 380, 616),
    Line("The experiences and progress of care leavers", 60, 576),
    Line("Requires improvement to be good", 380, 576),
    Line("Overall effectiveness", 60, 550),
    Line("Good", 380, 550),
    *column(
        ["Children in Marlbeck get help early. Leaders have listened to them and have changed how", "they work."],
        56,
        510,
    ),
]


def test_inspection_report_gives_authority_dates_and_grades() -> None:
    document = pdf_document(make_pdf([INSPECTION]), "marlbeck---26-june-2024.pdf")
    facts = dict(document.facts)
    assert document.kind == "report"
    assert document.title == "Inspection of Marlbeck local authority children’s services"
    assert facts["authority"] == "Marlbeck"
    assert (facts["inspection_start"], facts["inspection_end"]) == ("2024-04-22", "2024-05-03")
    assert facts["lead_inspector"] == "Dora Quillfeather"
    assert facts["overall_grade"] == "Good"
    assert facts["grade: The impact of leaders on social work practice with children and families"] == "Good"
    assert facts["grade: The experiences and progress of care leavers"] == "Requires improvement to be good"
    assert (document.published, facts["published_from"]) == ("2024-06-26", "file name")


def test_the_date_of_publication_on_the_page_goes_before_the_file_name_and_the_metadata() -> None:
    dated = [*INSPECTION, Line("Report published: 7 July 2024", 56, 470)]
    info = "/ModDate (D:20240801120000Z)"
    assert pdf_document(make_pdf([dated], info=info), "r-2023-01-02.pdf").published == "2024-07-07"
    plain = pdf_document(make_pdf([INSPECTION], info=info))
    assert plain.published == "2024-08-01"
    assert dict(plain.facts)["published_from"] == "PDF metadata (ModDate)"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (make_pdf([[]]), "images without text"),
        (make_pdf([column(LEFT, 56, 700)])[:300], "damaged or cut short"),
        (b"%PDF-1.7\n", "damaged or cut short"),
        (
            make_pdf(
                [column(LEFT, 56, 700)],
                encrypt="/Filter /Standard /V 1 /R 2 /P -64 /O <" + "ab" * 32 + "> /U <" + "cd" * 32 + ">",
            ),
            "password",
        ),
    ],
)
def test_a_pdf_that_cannot_be_read_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(PageError, match=reason):
        pdf_document(content)


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        (["they took well-", "considered steps"], "they took well-considered steps"),
        (["the inspec-", "tion of services", "an inspection"], "the inspection of services an inspection"),
        (["short-", "and long-term", "short-term"], "short- and long-term short-term"),
        (["the Anglo-", "Saxon hall"], "the Anglo-Saxon hall"),
    ],
)
def test_hyphens_at_line_ends_are_mended(lines: list[str], joined: str) -> None:
    assert mend([lines])[0] == joined


@pytest.mark.parametrize(
    ("title", "line", "authority", "overall"),
    [
        ("Dunwick: Inspection of children's social care services", "Overall effectiveness | Poor", "Dunwick", "Poor"),
        ("Inspection of the Dunwick Council children’s services", "Overall: good", "Dunwick Council", "Good"),
        ("A report", "Children’s services in Dunwick are inadequate", "Dunwick", "Inadequate"),
        ("A report", "Local authority: Dunwick Borough", "Dunwick Borough", None),
    ],
)
def test_authority_and_overall_grade_in_several_layouts(
    title: str, line: str, authority: str, overall: str | None
) -> None:
    kind = "table" if "|" in line else "paragraph"
    found = dict(inspection_facts(title, [("Inspection dates: 1 May 2015", "paragraph"), (line, kind)]).facts)
    assert found["authority"] == authority
    assert found.get("overall_grade") == overall
    assert found["inspection_start"] == "2015-05-01"


def test_a_paper_without_dates_or_grades_is_no_inspection() -> None:
    assert not inspection_facts("The price of care", [("Spending has doubled.", "paragraph")]).is_inspection


@pytest.mark.parametrize(
    ("paragraphs", "heads", "metadata", "publisher"),
    [
        (["Published by the Marlbeck Care Commission, 2019."], [], {}, "Marlbeck Care Commission"),
        (["The Office for Better Care (Bettercare) inspects homes."], [], {}, "Bettercare"),
        (["Bettercare came."], ["Bettercare, Office for Better Care · www.bettercare.example"], {}, "Bettercare"),
        (["Words."], [], {"Author": "Northshire Inspectorate"}, "Northshire Inspectorate"),
        (["Words."], [], {"Author": "Sam Hill"}, None),
        (["© Crown copyright 2020"], [], {}, None),
    ],
)
def test_the_publisher_is_the_body_that_says_so(
    paragraphs: list[str], heads: list[str], metadata: dict[str, str], publisher: str | None
) -> None:
    assert publisher_of(paragraphs, heads, metadata) == publisher
