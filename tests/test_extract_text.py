"""Plain text and Markdown: verbatim text, furniture marked, title, byline and dates read."""

from __future__ import annotations

import re
from contextlib import suppress
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from discourse.errors import PageError
from discourse.extract import extract
from discourse.extract.decode import meant
from discourse.extract.furniture import SENTENCES, furniture
from discourse.extract.lines import paragraphs, wrap_width
from discourse.extract.repeats import repeated
from discourse.records import Document, Page


def text_document(text: str, name: str = "page.txt") -> Document:
    return extract(Page(source=name, canonical=name, content=text.encode()))[0]


def typed(document: Document) -> list[tuple[str, str]]:
    return [(b.type, document.text[b.start : b.end]) for b in document.blocks]


def of_type(document: Document, kind: str) -> list[str]:
    return [text for type_, text in typed(document) if type_ == kind]


OPINION = """You are using an old browser. Please upgrade to a modern browser.
Accept all cookies
Home
News
Opinion

Nell Harker: Let the towns decide
Nell Harker
  • Comment

I have run a town hall for eleven years and I have never met a form that helped a child to sleep.

I’d scrap half of them tomorrow. My staff would thank me, and nobody else would notice.

“Nobody else would notice.”

We should trust the people who do the work.

Nell Harker, chief executive, Wendle council

  • Comment
Have your say
You must sign in to make a comment
Please remember that the submission of any material is governed by our Terms and Conditions.
"""


def test_an_opinion_piece_keeps_its_text_and_marks_what_is_furniture() -> None:
    document = text_document(OPINION)
    assert document.text == OPINION
    assert document.title == "Nell Harker: Let the towns decide"
    assert document.authors == ("Nell Harker",)
    assert document.author_role == "chief executive, Wendle council"
    assert (document.kind, document.language) == ("opinion", "en")
    assert [text[:14] for text in of_type(document, "paragraph")] == [
        "I have run a t",
        "I’d scrap half",
        "“Nobody else w",
        "We should trus",
    ]
    assert of_type(document, "byline") == ["Nell Harker", "Nell Harker, chief executive, Wendle council"]


def test_a_title_that_names_another_person_gives_no_author() -> None:
    text = (
        "Nell Harker: ‘Let the towns decide’\nBy Sam Overy, politics editor\n12 May 2018\n\n"
        "The chief executive of Wendle said that towns should decide. “Let them,” she said.\n"
        "“Nobody else would notice,” Ms Harker told a meeting of the council in the evening.\n"
    )
    document = text_document(text)
    assert document.authors == ("Sam Overy",)
    assert document.author_role == "politics editor"
    assert (document.kind, document.published) == ("news", "2018-05-12")


def test_hard_wrapped_lines_are_one_paragraph() -> None:
    text = (
        "A letter about the shape of lines\n\n"
        "This text was wrapped by a mail program at a width of some sixty\n"
        "characters, so that its lines end in the middle of a sentence as\n"
        "often as not, and the paragraph goes on until a line is short.\n"
        "\n"
        "A second paragraph is wrapped in the same way and it has another\n"
        "line after this one, and it ends here.\n"
    )
    document = text_document(text)
    found = of_type(document, "paragraph")
    assert [piece.split()[0] for piece in found] == ["This", "A"]
    assert found[0].endswith("until a line is short.")
    assert document.text == text


def test_lines_that_are_paragraphs_stay_apart() -> None:
    text = "\n".join(f"Paragraph number {i} is a sentence of its own that ends with a full stop." for i in range(9))
    assert wrap_width(text) is None
    assert len(paragraphs(text)) == 9


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\n\n", " \n \n"])
def test_every_kind_of_line_end_is_kept(newline: str) -> None:
    text = newline.join(["The heading of the piece", "It was said that all is well here.", "It was not so at all."])
    document = text_document(text)
    assert document.text == text
    assert [t for _, t in typed(document)][1:] == ["It was said that all is well here.", "It was not so at all."]


@pytest.mark.parametrize(
    "content",
    [
        "Café society is doing well in our town today.".encode("utf-16"),
        b"\xef\xbb\xbf" + "Café society is doing well in our town today.".encode(),
        "Café society is doing well in our town today.".encode("windows-1252"),
        "Café society is doing well in our town today.".encode(),
    ],
)
def test_encodings(content: bytes) -> None:
    document = extract(Page(source="a.txt", canonical="a.txt", content=content))[0]
    assert document.text == "Café society is doing well in our town today."


MISTAKEN = (
    "Well\x85 the \x93grade\x94 was \x91fair\x92 \x96 or so she said \x97 and everybody in the town agreed with it."
)
FILLING = "".join(f"<p>In town number {i} nobody had been asked what they thought of it at all.</p>" for i in range(9))
MEANT = "Well… the “grade” was ‘fair’ – or so she said — and everybody in the town agreed with it."


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", MISTAKEN),
        ("a.md", MISTAKEN),
        ("a.html", f"<html><body><article><p>{MISTAKEN}</p>{FILLING}</article></body></html>"),
        (
            "debates2020-01-02a.xml",
            "<publicwhip><major-heading id='h/1'>Grades</major-heading>"
            f"<speech id='h/2' speakername='Ann Day'><p>{MISTAKEN}</p></speech></publicwhip>",
        ),
    ],
)
def test_dashes_and_marks_mistaken_for_control_characters_are_put_back(name: str, content: str) -> None:
    page = Page(source=name, canonical=name, content=content.encode(), media_type=None)
    assert MEANT in extract(page)[0].text


@given(st.text())
def test_putting_marks_back_moves_no_offset_and_leaves_other_text_alone(text: str) -> None:
    found = meant(text)
    assert len(found) == len(text)
    assert all(a == b or "\x80" <= a <= "\x9f" for a, b in zip(text, found, strict=True))
    assert meant("one\x85two") == "one\x85two"


READERS = [
    [
        "12 comments",
        "barry_w",
        "3 hours ago",
        "This is what happens when you let the council run anything at all, mate.",
    ],
    ["Have your say", "Ann T", "I could not agree less with what this man says about our schools.", "Reply"],
    ["Readers' comments (2)", "It is a disgrace and they should all be ashamed of themselves for it."],
]


@pytest.mark.parametrize("tail", READERS)
def test_readers_comments_are_never_the_article(tail: list[str]) -> None:
    body = [
        "Council cuts the budget again",
        "The council has cut its budget for the third year in a row, and the leader says there is more to come.",
        "“We have no choice at all,” Lena Marsh said after the meeting on Tuesday, at which nobody spoke against it.",
    ]
    document = text_document("\n\n".join(body + tail))
    assert of_type(document, "paragraph") == body[1:]
    assert set(tail) <= set(of_type(document, "boilerplate"))


def test_a_prompt_in_the_middle_does_not_cut_the_article() -> None:
    body = [
        f"Paragraph {word} says a good deal about the work of the council in the year that is past."
        for word in "abcdef"
    ]
    text = "\n\n".join(["A title of five words", *body[:3], "Have your say", *body[3:]])
    assert of_type(text_document(text), "paragraph") == body


def test_headlines_of_other_stories_are_no_part_of_this_one() -> None:
    text = (
        "Fostering is in trouble\n\nThere are fewer foster carers than there were ten years ago, and more children.\n\n"
        "Related stories\n\nMayor opens a new library\n\nCat found after eleven years\n"
    )
    assert of_type(text_document(text), "boilerplate") == [
        "Related stories",
        "Mayor opens a new library",
        "Cat found after eleven years",
    ]


FURNITURE = [
    "We use cookies to make this site better",
    "Your browser is no longer supported",
    "Sign up for our newsletter and get the news delivered to your inbox",
    "Share this article",
    "  • Comment",
    "© 2019 The Wendle Gazette. All rights reserved.",
    "Advertisement",
    "Read more: Mayor opens a new library",
    "Image source, Getty Images",
    "Home > News > Politics",
    "Comments are closed on this article",
    "Skip to main content",
    "5 min read",
    "Tags: fostering, budgets",
    "Most read",
    "Was this page useful?",
]
TEXT = [
    "The minister said that councils must agree to the terms of the deal or lose the money.",
    "Her comments are open to question, the union said.",
    "More from the public purse is needed, said the leader of the council.",
    "Published figures show that demand has doubled in 10 years.",
    "Topics discussed at the meeting included agency staff and the cost of placements.",
    "Every family must register the birth of a child within six weeks.",
    "Share of children in care rises",
    "Cookies were served to the inspectors, and they liked them.",
    "His comments will be welcome news to directors.",
    "Social workers sign up to a new code of practice in the autumn.",
]


@pytest.mark.parametrize("line", FURNITURE)
def test_furniture_is_known(line: str) -> None:
    assert furniture(line) is not None


@pytest.mark.parametrize("line", TEXT)
def test_text_is_no_furniture(line: str) -> None:
    assert furniture(line) is None


@pytest.mark.parametrize(("signs", "pattern"), SENTENCES, ids=[signs[0] for signs, _ in SENTENCES])
def test_no_sentence_of_a_site_is_without_one_of_its_signs(signs: tuple[str, ...], pattern: str) -> None:
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.from_regex(re.compile(pattern, re.ASCII)))
    def holds_a_sign(line: str) -> None:
        assert any(sign in line.lower() for sign in signs)

    holds_a_sign()


def test_pull_quotes_are_found_and_their_source_is_not() -> None:
    pieces = [
        "“It is a scandal that nobody looked at the figures.”",
        "He said: “It is a scandal that nobody looked at the figures. I’ve said so for years.”",
        "It is a scandal",
    ]
    assert repeated(pieces) == {0}


MARKDOWN = """---
title: What the money buys
author: [Ada Lund, Ben Okoro]
date: 2021-03-04
publisher: Lund Institute
---
# What the money buys

Spending has **doubled** since 2010,
and nobody knows why.

## Findings

- Costs rose in every region of the country.
- Placements are further away.

> We were never asked.
> Not once.

| Year | Cost |
|------|------|
| 2010 | 4 |
"""


def test_markdown_types_and_front_matter() -> None:
    document = text_document(MARKDOWN, "paper.md")
    assert document.text == MARKDOWN
    assert document.title == "What the money buys"
    assert document.authors == ("Ada Lund", "Ben Okoro")
    assert (document.published, document.publisher) == ("2021-03-04", "Lund Institute")
    assert typed(document)[1:] == [
        ("title", "What the money buys"),
        ("paragraph", "Spending has **doubled** since 2010,\nand nobody knows why."),
        ("heading", "Findings"),
        ("list", "Costs rose in every region of the country."),
        ("list", "Placements are further away."),
        ("quotation", "We were never asked.\n> Not once."),
        ("table", "| Year | Cost |"),
        ("table", "| 2010 | 4 |"),
    ]


@pytest.mark.parametrize(
    ("text", "publisher"),
    [
        ("Title of the piece\n\nThe council met on Monday and it voted.\n\n© 2019 Wendle Gazette", "Wendle Gazette"),
        (
            "Title of the piece\n\nThe council met on Monday and it voted.\n\nPublished by the Lund Institute, 2020.",
            "Lund Institute",
        ),
        ("Title of the piece\n\nThe Gazette reported at the time that the council met and voted.", None),
    ],
)
def test_a_publisher_is_named_by_the_text_or_not_at_all(text: str, publisher: str | None) -> None:
    assert text_document(text).publisher == publisher


@pytest.mark.parametrize("text", ["Home\nNews\nSport\nContact us\n", "Menu\nSign in\nWe use cookies on this site.\n"])
def test_navigation_alone_is_refused(text: str) -> None:
    with pytest.raises(PageError, match="navigation"):
        text_document(text)


@given(
    st.text(alphabet=st.sampled_from("ab .\n\r\t•-#>|“”’:1©é\u2028"), max_size=400), st.sampled_from(["a.txt", "a.md"])
)
def test_blocks_lie_in_order_inside_the_text(text: str, name: str) -> None:
    try:
        document = text_document(text, name)
    except PageError:
        return
    assert document.text == text
    last = 0
    for block in document.blocks:
        assert last <= block.start < block.end <= len(text)
        assert text[block.start : block.end].strip() == text[block.start : block.end]
        last = block.end
    outside = list(text)
    for block in document.blocks:
        outside[block.start : block.end] = " " * (block.end - block.start)
    if name == "a.txt":
        assert not any(character.isalpha() for character in outside)


@pytest.mark.parametrize(
    "unit", ["3 comments\nReply\n", "Ann Day, chief executive, ", "“said ", "> a\n", "- b\n", "word "]
)
def test_long_texts_take_time_in_proportion(unit: str) -> None:
    times = []
    for size in (30_000, 120_000):
        start = process_time()
        with suppress(PageError):
            text_document(unit * (size // len(unit)))
        times.append(process_time() - start)
    assert times[1] < 12 * max(times[0], 0.05)


def test_a_capture_with_menus_responses_and_a_dated_byline() -> None:
    text = """Skip to main content
Jobs
News
Adults
‘The regime is broken’, says director

Outgoing president calls for overhaul of the framework amid worries about workload

By Luke Stone on November 8, 2018 in Children, Inspection

The regime for children’s services is “broken” and should be scrapped, a leading director has said.

“We have a system that punishes the places that need help,” Nell Harker told delegates on Thursday.

2 Responses to ‘The regime is broken’, says director

Tom J November 9, 2018 at 10:16 am #

Couldn’t agree more. I was a manager for twenty years and it never once improved our practice.

Reply
© Copyright 2018 Harker Group
"""
    document = text_document(text)
    assert document.title == "‘The regime is broken’, says director"
    assert (document.authors, document.published) == (("Luke Stone",), "2018-11-08")
    assert document.publisher == "Harker Group"
    assert [piece.split()[0] for piece in of_type(document, "paragraph")] == ["Outgoing", "The", "“We"]


LETTER = """Grades tell parents nothing

I read your report on Wendle with dismay: I know what a judgement of inadequate does to the people who work there.

My view is that the inspectorate should publish reports without a grade, which tells parents nothing at all.
"""


@pytest.mark.parametrize(
    ("signature", "authors", "role"),
    [
        ("Yours faithfully,\n\nNell Harker\nDirector of services, Wendle council", ["Nell Harker"], True),
        ("Nell Harker\nChief executive, Wendle council", ["Nell Harker"], True),
        ("Yours sincerely\nNell Harker\nWendle", ["Nell Harker"], False),
        ("With best wishes,\nCllr Nell Harker\nLeader of the council\nBo Lindqvist\nCampaigner", None, True),
        ("Nell Harker\nWendle", [], False),
        ("Related stories\nNell Harker\nRead more", [], False),
        ("Yours in hope,\nThe Wendle Parents Network", [], False),
    ],
)
def test_a_letter_is_by_whom_its_signature_names(signature: str, authors: list[str] | None, role: bool) -> None:
    document = text_document(f"{LETTER}\n{signature}\n")
    if authors is None:
        authors = ["Cllr Nell Harker", "Bo Lindqvist"]
    assert list(document.authors) == authors
    assert bool(document.author_role) == role
    assert set(authors) <= set(of_type(document, "byline"))


def test_a_letter_within_a_reporters_story_is_no_byline() -> None:
    document = text_document(f"The letter in full\nBy Ann Day\n\n{LETTER}\nYours faithfully\nNell Harker\n")
    assert document.authors == ("Ann Day",)


REPORT = """Inspection of Wendle local authority children’s services

Inspection dates: 7 to 18 October 2024

Lead inspector: Nell Harker, His Majesty’s Inspector

This was the first inspection of Wendle. Leaders know their services well, and most children get help when they need it.

Overall effectiveness is good, and the authority should now see to it that care leavers have a home they can afford.

{about}

© Crown copyright 2024
"""


@pytest.mark.parametrize(
    ("about", "publisher"),
    [
        (
            "The Office for Town Standards (Towninspect) regulates and inspects services for people in towns.",
            "Towninspect",
        ),
        ("Published by the Wendle Care Inspectorate. Write to us if you would like another format of it.", None),
        ("If you would like a copy of this document in a different format, please telephone us on any day.", ""),
    ],
)
def test_a_report_in_plain_text_has_its_publisher_and_facts(about: str, publisher: str | None) -> None:
    document = text_document(REPORT.format(about=about))
    assert document.kind == "report"
    assert document.publisher == ("Wendle Care Inspectorate" if publisher is None else publisher or None)
    facts = dict(document.facts)
    assert (facts["authority"], facts["inspection_end"], facts["lead_inspector"]) == (
        "Wendle",
        "2024-10-18",
        "Nell Harker",
    )


def test_news_of_an_inspection_has_no_facts_of_a_report() -> None:
    story = "“It was fair,” said Nell Harker. They were inspected on 3 May 2024, and she said that she was pleased.\n\n"
    document = text_document(
        "Wendle council is good again\n\n" + story * 2 + "“We are glad,” said Bo Lindqvist of the union."
    )
    assert (document.kind, document.publisher, document.facts) == ("news", None, ())
