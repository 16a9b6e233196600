"""Attribution from end to end on short texts about invented people."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discourse.attribute import Attributor, attribute
from discourse.codebook import Codebook, parse_codebook
from discourse.errors import ModelError
from discourse.records import Block, Document, Statement, Turn

CODEBOOK = """
[[topic]]
id = "grades"
name = "Grades"
proposition = "Grades are fair."

[[stakeholder]]
id = "ofcal"
name = "Ofcal"
kind = "organisation"
descriptions = ["the watchdog"]

[[stakeholder]]
id = "ccd"
name = "Conference of Children's Directors"
kind = "organisation"
aliases = ["CCD"]

[[stakeholder]]
id = "ann-perrow"
name = "Ann Perrow"
kind = "person"
[[stakeholder.role]]
title = "chief executive"
organisation = "Oxmoor Council"
from = "2015-01-01"
to = "2018-12-31"
"""


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return parse_codebook(CODEBOOK)


@pytest.fixture(scope="module")
def attributor(codebook: Codebook) -> Attributor:
    return Attributor(codebook)


@pytest.fixture(scope="module")
def blank(codebook: Codebook) -> Attributor:
    return Attributor(codebook, "blank")


def news(text: str, **facts: Any) -> Document:
    return Document("d", "v", "s", text, kind=facts.pop("kind", "news"), language=facts.pop("language", "en"), **facts)


def told(statements: list[Statement]) -> list[tuple[str, str | None, str]]:
    return [(s.kind, s.speaker, s.text) for s in statements]


INTRODUCED = "Dawn Hexley, leader of Pellworth Council, spoke on Monday.\n\n"
CASES = [
    ("“The grade was wrong,” Dawn Hexley said.", [("direct", "Dawn Hexley", "The grade was wrong,")]),
    ("Dawn Hexley said: “The grade was wrong.”", [("direct", "Dawn Hexley", "The grade was wrong.")]),
    (
        "“The grade was wrong,” she said. “It has to go.”",
        [("direct", "Dawn Hexley", "The grade was wrong,"), ("direct", "Dawn Hexley", "It has to go.")],
    ),
    ("Ms Hexley said the grade should be scrapped.", [("indirect", "Dawn Hexley", "the grade should be scrapped")]),
    (
        "She said the grade was “a stain” on the town.",
        [("mixed", "Dawn Hexley", "the grade was “a stain” on the town")],
    ),
    (
        "After the inspection, she said, “the good people leave and nobody comes.”",
        [("direct", "Dawn Hexley", "the good people leave and nobody comes.")],
    ),
    ("Ms Hexley called for a new regulator.", [("indirect", "Dawn Hexley", "a new regulator")]),
    (
        "She described the report as “a load of rubbish”.",
        [("mixed", "Dawn Hexley", "the report as “a load of rubbish”")],
    ),
    ("According to Ofcal, services have improved.", [("indirect", "Ofcal", "services have improved")]),
    ("Services have improved, according to Ofcal.", [("indirect", "Ofcal", "Services have improved")]),
    ("The watchdog of Ofcal slept. It was a “good” week.", []),
    ("Ms Hexley declined to comment.", []),
    ("Ms Hexley did not say that the grade was wrong.", []),
    ("If she says that the grade is wrong, the town will cheer.", []),
    ("The grade was published on Monday and the town was quiet.", []),
]


@pytest.mark.models
@pytest.mark.parametrize(("text", "expected"), CASES)
def test_news(attributor: Attributor, text: str, expected: list[tuple[str, str, str]]) -> None:
    assert told(attributor.attribute(news(INTRODUCED + text))) == expected


@pytest.mark.models
def test_speaker_comes_with_role_organisation_cue_and_words(attributor: Attributor) -> None:
    text = "CCD president Rosa Tull said: “Grades are unfair.”\n\nMs Tull added that councils need money."
    first, second = attributor.attribute(news(text))
    assert (first.speaker_id, first.role, first.organisation) == (
        "rosa-tull",
        "president",
        "Conference of Children's Directors",
    )
    assert (first.cue, first.speaker_text) == ("said", "CCD president Rosa Tull")
    assert second.speaker == "Rosa Tull"


@pytest.mark.models
def test_two_people_of_one_surname_are_never_merged(attributor: Attributor) -> None:
    text = "Tom Reed and Sarah Reed attended.\n\n“The grade is fair,” Reed said.\n\n“It is not,” Ms Reed said."
    first, second = attributor.attribute(news(text))
    assert first.speaker is None
    assert first.reason is not None
    assert "ambiguous" in first.reason
    assert second.speaker == "Sarah Reed"


@pytest.mark.models
def test_office_is_found_by_date_in_the_codebook(attributor: Attributor) -> None:
    text = "The chief executive of Oxmoor Council said that grades were unfair."
    (held,) = attributor.attribute(news(text, published="2016-05-01"))
    assert held.speaker_id == "ann-perrow"
    (later,) = attributor.attribute(news(text, published="2021-05-01"))
    assert later.speaker is None
    assert later.role == "chief executive"


@pytest.mark.models
def test_description_counts_only_where_the_name_stands(attributor: Attributor) -> None:
    named = "Ofcal published its report.\n\nThe watchdog said that services were poor."
    assert [s.speaker_id for s in attributor.attribute(news(named))] == ["ofcal"]
    unnamed = attributor.attribute(news("The watchdog said that services were poor."))
    assert [s.speaker_id for s in unnamed if s.speaker_id == "ofcal"] == []


@pytest.mark.models
def test_nested_quotation_is_the_inner_speakers(attributor: Attributor) -> None:
    text = INTRODUCED + (
        "She said: “This is what was said [in the CCD response]: "
        "‘Decisions must be taken by social workers.’ What nonsense.”"
    )
    outer, inner, rest = attributor.attribute(news(text))
    assert outer.text == "This is what was said [in the CCD response]"
    assert (inner.speaker_id, inner.quoted_by) == ("ccd", "Dawn Hexley")
    assert inner.text == "Decisions must be taken by social workers."
    assert (rest.text, rest.speaker) == ("What nonsense.", "Dawn Hexley")


@pytest.mark.models
def test_quotation_goes_on_in_the_next_paragraph(attributor: Attributor) -> None:
    text = INTRODUCED + "Ms Hexley said: “We worked hard.\n\n“We got no thanks for it.”"
    assert told(attributor.attribute(news(text))) == [
        ("direct", "Dawn Hexley", "We worked hard."),
        ("direct", "Dawn Hexley", "We got no thanks for it."),
    ]


@pytest.mark.models
def test_groups_are_kept_as_described(attributor: Attributor) -> None:
    (statement,) = attributor.attribute(news("A group of council leaders said that budgets were too small."))
    assert (statement.speaker, statement.speaker_kind) == ("A group of council leaders", "group")


@pytest.mark.models
def test_spokesperson_speaks_for_the_body(attributor: Attributor) -> None:
    (statement,) = attributor.attribute(news("An Ofcal spokesperson said: “We stand by the report.”"))
    assert (statement.speaker_id, statement.role) == ("ofcal", "spokesperson")


@pytest.mark.models
def test_opinion_is_the_authors_except_what_others_say(attributor: Attributor) -> None:
    text = (
        "Grades do harm to good councils. Dawn Hexley said: “The word killed us.” I agree with every bit of it.\n\n"
        "Joe Marl is chief executive of Oxmoor Council."
    )
    document = news(text, kind="opinion", authors=("Joe Marl",), author_role="chief executive, Oxmoor Council")
    statements = attributor.attribute(document)
    assert ("authored", "Joe Marl", "Grades do harm to good councils.") in told(statements)
    (quoted,) = (s for s in statements if s.kind == "direct")
    assert (quoted.speaker, quoted.text, quoted.quoted_by) == ("Dawn Hexley", "The word killed us.", "Joe Marl")
    assert not any("Joe Marl is chief" in s.text or "killed" in s.text for s in statements if s.kind == "authored")
    assert {(s.role, s.organisation) for s in statements if s.speaker == "Joe Marl"} == {
        ("chief executive", "Oxmoor Council")
    }


@pytest.mark.models
def test_editorial_and_report_speak_for_their_publisher(attributor: Attributor) -> None:
    for kind, publisher in (("editorial", "The Morning Post"), ("report", "Ofcal")):
        (statement,) = attributor.attribute(news("Services are poor this year.", kind=kind, publisher=publisher))
        assert (statement.kind, statement.speaker_kind) == ("authored", "organisation")
        assert statement.speaker == publisher.removeprefix("The ") or statement.speaker == publisher


@pytest.mark.models
def test_turns_are_on_the_record(attributor: Attributor) -> None:
    text = "I beg to move this motion. The LGA has said that budgets are too small.\n\nI cannot agree with any of that."
    turns = (Turn(0, 75, "Dawn Hexley", role="Member"), Turn(75, len(text), "Lord Marl"))
    statements = attributor.attribute(news(text, kind="hansard", turns=turns))
    assert (statements[0].kind, statements[0].speaker, statements[0].role) == ("record", "Dawn Hexley", "Member")
    assert statements[-1].speaker == "Lord Marl"
    assert statements[-1].speaker_id == "lord-marl"


@pytest.mark.models
def test_boilerplate_and_pull_quotes_are_left_out(attributor: Attributor) -> None:
    said = "“The grade was wrong and it hurt us,” said Dawn Hexley."
    text = f"“The grade was wrong and it hurt us,”\n\n{said}\n\n“We value your privacy,” said the site."
    blocks, place = [], 0
    for part, kind in zip(text.split("\n\n"), ("quotation", "paragraph", "boilerplate"), strict=True):
        blocks.append(Block(place, place + len(part), kind))  # type: ignore[arg-type]
        place += len(part) + 2
    statements = attributor.attribute(news(text, blocks=tuple(blocks)))
    assert told(statements) == [("direct", "Dawn Hexley", "The grade was wrong and it hurt us,")]


@pytest.mark.models
def test_interview_answers_belong_to_the_person_in_the_title(attributor: Attributor) -> None:
    pairs = ["Does it work?", "I think it does, on most days.", "Are you sure?", "I am as sure as I was in May.",
             "Will you stay?", "Yes, I will stay for as long as they let me."]  # fmt: skip
    text = "\n\n".join(["Dawn Hexley meets us at the station.", *pairs])
    statements = attributor.attribute(news(text, title="The interview with Dawn Hexley"))
    assert [s.text for s in statements] == pairs[1::2]
    assert {s.speaker for s in statements} == {"Dawn Hexley"}


@pytest.mark.models
def test_minors_are_no_stakeholders(attributor: Attributor) -> None:
    statements = attributor.attribute(news("Jack Marl, 9, said: “I like my school.”"))
    assert all(s.speaker is None for s in statements)


@pytest.mark.models
def test_other_languages_are_not_attributed(attributor: Attributor) -> None:
    assert attributor.attribute(news("„Das ist falsch“, sagte Anna Berg.", language="de")) == []


@pytest.mark.models
def test_context_is_the_sentence_before(attributor: Attributor) -> None:
    text = INTRODUCED + "The town is angry. “It has to go,” Ms Hexley said."
    (statement,) = attributor.attribute(news(text))
    assert statement.context == "The town is angry."


HOSTILE = [
    "",
    " \n\n ",
    "“" * 50,
    "“He said “she said “they said “no",
    "SHE SAID THE GRADE WAS WRONG. “NO,” SAID MR MARL.",
    "\n".join(f"| {i} | said | “x” |" for i in range(40)),
    "\n\n".join(f"“I agree with this plan,” said Person{chr(65 + i)} Name{chr(65 + i)}." for i in range(26)),
    "said said said: : “” ‘’ '' \" \" said",
    "she said, " * 200,
    "\u0000\ufffd “x\u200b” said \U0001f600 he.",
]


@pytest.mark.models
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("kind", ["news", "opinion", "report"])
def test_hostile_text_keeps_offsets(attributor: Attributor, text: str, kind: str) -> None:
    _check(attributor, news(text, kind=kind))


@pytest.mark.models
@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["“", "”", "'", '"', "she said", "Mr Reed", ".", ", ", "that", "\n\n", ": ", "no"]), max_size=30
    )
)
def test_offsets_hold_for_any_text(attributor: Attributor, parts: list[str]) -> None:
    _check(attributor, news(" ".join(parts)))


def _check(attributor: Attributor, document: Document) -> None:
    statements = attributor.attribute(document)
    for statement in statements:
        assert document.text[statement.start : statement.end] == statement.text
        assert statement.text.strip() == statement.text != ""
        assert "\n\n" not in statement.text
    assert len({s.id for s in statements}) == len(statements)


@pytest.mark.models
def test_ids_are_the_same_each_time_and_documents_stay_apart(attributor: Attributor) -> None:
    documents = [news(INTRODUCED + "Ms Hexley said that grades help."), news("Ofcal said that grades help.")]
    assert list(attribute(documents, attributor)) == list(attribute(documents, attributor))


@pytest.mark.models
@pytest.mark.parametrize(
    "unit",
    [
        "Dawn Hexley said that “the grade” was wrong and the town paid. ",
        "no sentence end and she said that it was so and ",
    ],
    ids=["one paragraph", "no sentence end"],
)
def test_time_is_linear_in_the_length_of_a_paragraph(attributor: Attributor, unit: str) -> None:
    def seconds(length: int) -> float:
        document = news("“" + unit * (length // len(unit)))
        start = time.process_time()
        attributor.attribute(document)
        return time.process_time() - start

    seconds(2000)
    assert seconds(64_000) < 10 * seconds(16_000)


@pytest.mark.models
def test_a_lost_mark_costs_at_most_its_paragraph(attributor: Attributor) -> None:
    whole = "“The grade was wrong,” said Dawn Hexley."
    for lost in (
        "“The grade was wrong, said Joe Marl.",
        "The grade was wrong,” said Joe Marl.",
        "‘The “grade’ was, he said.",
    ):
        statements = attributor.attribute(news(f"{whole}\n\n{lost}\n\n{whole.replace('wrong', 'late')}"))
        assert told(statements)[0] == ("direct", "Dawn Hexley", "The grade was wrong,")
        assert told(statements)[-1] == ("direct", "Dawn Hexley", "The grade was late,")


@pytest.mark.models
def test_forty_speakers_keep_their_own_words(attributor: Attributor) -> None:
    names = [f"Dawn {first}{second}xley" for first in "BCDFGHKLMP" for second in "aeio"]
    text = "\n\n".join(f"“I have read clause {i} twice,” said {name}." for i, name in enumerate(names))
    statements = attributor.attribute(news(text))
    assert [s.speaker for s in statements] == names


@pytest.mark.models
def test_a_quotation_of_5000_words_is_one_statement(attributor: Attributor) -> None:
    said = "we need more money for this " * 1000
    text = f"Dawn Hexley said: “{said}and that is all.” The town was quiet."
    (statement,) = attributor.attribute(news(text))
    assert (statement.speaker, statement.text) == ("Dawn Hexley", f"{said}and that is all.")


def test_without_a_pipeline_patterns_still_serve(blank: Attributor) -> None:
    assert blank.name == "blank"
    text = INTRODUCED + (
        "“The grade was wrong,” she said. “It has to go.”\n\nMs Hexley said that councils need money.\n\n"
        "“Wait,” said Joe Marl, chief executive of Oxmoor Council."
    )
    assert told(blank.attribute(news(text))) == [
        ("direct", "Dawn Hexley", "The grade was wrong,"),
        ("direct", "Dawn Hexley", "It has to go."),
        ("indirect", "Dawn Hexley", "councils need money"),
        ("direct", "Joe Marl", "Wait,"),
    ]
    _check(blank, news(text, kind="opinion"))


def test_an_unknown_pipeline_is_told(codebook: Codebook) -> None:
    with pytest.raises(ModelError, match="no_such_pipeline"):
        Attributor(codebook, "no_such_pipeline")
