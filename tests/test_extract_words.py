"""Names, bylines, dates, languages and kinds of document."""

from __future__ import annotations

import pytest

from discourse.extract.dates import date_line, find_date, iso_day, name_date, published_date
from discourse.extract.kinds import classify
from discourse.extract.language import detect_language
from discourse.extract.names import byline, is_person_name, name_and_role, plain_name, written_by


@pytest.mark.parametrize(
    "name",
    [
        "Ann Day",
        "Dr Ann Day",
        "Cllr Seán O’Neill",
        "Mary-Jane Watts",
        "J. R. Holt",
        "Baroness Ilse van der Meer",
        "ANN DAY",
    ],
)
def test_person_names(name: str) -> None:
    assert is_person_name(name)


@pytest.mark.parametrize(
    "text", ["Social Care", "Read More", "News", "Latest News", "County Council", "ann day", "Ann", "Good"]
)
def test_no_person_names(text: str) -> None:
    assert not is_person_name(text)


@pytest.mark.parametrize(
    ("line", "authors", "role"),
    [
        ("By Ann Day", ("Ann Day",), None),
        ("By Ann Day, health editor", ("Ann Day",), "health editor"),
        ("Words: Ann Day and Bo Li", ("Ann Day", "Bo Li"), None),
        ("Posted by Ann Day (founder, The Nook) on 3 May 2019 | 7 comments", ("Ann Day",), "founder, The Nook"),
        ("Delivered by: Ann Day, director of education", ("Ann Day",), "director of education"),
    ],
)
def test_bylines(line: str, authors: tuple[str, ...], role: str | None) -> None:
    assert byline(line) == (authors, role)


@pytest.mark.parametrize("line", ["By the end of the year", "By all accounts, she won", "Standing by Ann Day"])
def test_no_bylines(line: str) -> None:
    assert byline(line) is None


def test_footers_name_the_author_and_the_role() -> None:
    assert name_and_role("Ann Day is chair of the Wendle board.") == (("Ann Day",), "chair of the Wendle board")
    assert name_and_role("Ann Day, leader, Wendle council; and president, LGX") is not None
    assert written_by("This article was written by Ann Day, a social worker in Wendle.") == (
        ("Ann Day",),
        "a social worker in Wendle",
    )


@pytest.mark.parametrize(
    "line",
    [
        "Ann Day, chief executive of Wendle council, said she agreed with the minister",
        "Ann Day, who took over as president of the guild this month, used her first speech to attack the director.",
        "“Ann Day, chief executive, is wrong”",
    ],
)
def test_narration_is_no_footer(line: str) -> None:
    assert name_and_role(line) is None


def test_honours_and_styles_are_no_part_of_a_name() -> None:
    assert plain_name("The Rt Hon Ann Day MP") == "Ann Day"
    assert plain_name("Dame Ann Day DBE") == "Dame Ann Day"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("12 May 2016", "2016-05-12"),
        ("on May 3rd, 2019 at noon", "2019-05-03"),
        ("2020-02-29T10:00:00Z", "2020-02-29"),
        ("03/04/2021", "2021-04-03"),
        ("debates2009-10-27a.xml", "2009-10-27"),
        ("PBC007_2009-10-27", "2009-10-27"),
        ("12009-10-27", None),
        ("31 February 2020", None),
        ("99/99/2020", None),
        ("in 2016", None),
    ],
)
def test_dates(text: str, day: str | None) -> None:
    assert find_date(text) == day


def test_lines_that_hold_only_a_date() -> None:
    assert date_line("Published: 06:00 Thursday 24 November 2016") == "2016-11-24"
    assert date_line("On 24 November 2016 the council met.") is None
    assert published_date("Report published: 7 July 2017") == "2017-07-07"
    assert published_date("It published its plan, and on 7 July 2017 it met") is None
    assert name_date("a/b/inspection---26-november-2024.pdf") == "2024-11-26"
    assert iso_day("2016-13-40") is None
    assert iso_day(7) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The council said that it would not close the home, and that there was no plan to do so.", "en"),
        ("Mae’r cyngor wedi dweud na fydd yn cau’r cartref ac nad oes cynllun i wneud hynny yn y dyfodol.", "cy"),
        ("Le conseil a dit que la maison ne serait pas fermée et qu’il n’y avait pas de projet pour cela.", "fr"),
        ("Der Rat hat gesagt, dass das Heim nicht geschlossen wird und dass es auch keinen Plan dafür gibt.", "de"),
        ("12 14 15 Marlbeck 2010 Dunwick 2011", None),
        ("", None),
    ],
)
def test_languages(text: str, language: str | None) -> None:
    assert detect_language(text) == language


NEWS = (
    "The leader of Wendle council has attacked the plan. “It is a disgrace,” Lena Marsh said. She added: “We were not "
    "asked.” A spokesman for the department said it would listen. “We always do,” he told reporters. "
)
FIRST = "I have run this council for ten years. In my view we should stop. I’d start with my own office. I mean it. "
SPEECH = "Good morning, and thank you for inviting me. It is a pleasure to be here. I want to talk about our children. "


@pytest.mark.parametrize(
    ("title", "authors", "body", "kind"),
    [
        ("Leader attacks plan", (), NEWS * 3, "news"),
        ("What I would stop", ("Lena Marsh",), FIRST * 4, "opinion"),
        ("Lena Marsh: Stop it", ("Lena Marsh",), FIRST * 4, "opinion"),
        ("An address", ("Lena Marsh",), SPEECH + FIRST * 3, "speech"),
        ("Leader: no more forms", (), "There is a tone of voice that we know. It is a bad one. " * 6, "editorial"),
        ("New chief", (), NEWS + "\nNotes to editors\nThe council has 60 members.", "release"),
        (
            "Guest interview",
            (),
            "\n".join(["Will you stop it all?", FIRST] * 5),
            "news",
        ),
        ("A list", (), "Apples and pears. " * 20, "other"),
    ],
)
def test_kinds_of_document(title: str, authors: tuple[str, ...], body: str, kind: str) -> None:
    found, reason = classify(title, authors, body)
    assert found == kind, reason
    assert reason
