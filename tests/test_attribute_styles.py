"""Who said what in the styles that pages are written in: lists, interviews, block quotations, house styles of marks."""

from __future__ import annotations

from typing import Any

import pytest

from discourse.attribute import Attributor
from discourse.codebook import parse_codebook
from discourse.records import Block, Document, Statement, Turn

TOPIC = '[[topic]]\nid = "grades"\nname = "Grades"\nproposition = "Grades are fair."\n'
pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def attributor() -> Attributor:
    return Attributor(parse_codebook(TOPIC))


def page(text: str, **facts: Any) -> Document:
    return Document("d", "v", "s", text, kind=facts.pop("kind", "news"), language="en", **facts)


def told(statements: list[Statement]) -> list[tuple[str | None, str]]:
    return [(s.speaker, s.text) for s in statements]


STYLES = [
    # Straight, single and Continental marks; signed quotations with each kind of dash.
    ("'I've seen good heads broken,' said Dame Ruth Ellery.", [("Ruth Ellery", "I've seen good heads broken,")]),
    ("“We were never asked about it.” ― Carla Sanchez", [("Carla Sanchez", "We were never asked about it.")]),
    ("“We were never asked about it.” – Julie A. Marsh", [("Julie A. Marsh", "We were never asked about it.")]),
    ('"We were never asked about it." -- Carla Sanchez', [("Carla Sanchez", "We were never asked about it.")]),
    # A party and seat in brackets holds a stop that ends nothing.
    ("“It is a poor plan,” Cllr Gwen Moore (Lab. Co-op) said on Friday.", [("Gwen Moore", "It is a poor plan,")]),
    # Lists of reactions.
    (
        "- Steve Oduya, president of the Society of Heads: “We welcome it, but the money is not there.”",
        [("Steve Oduya", "We welcome it, but the money is not there.")],
    ),
    (
        "Joan Bright called it a fraud.\n\nBev Hartnell, Northern Alliance:\n\n“Councils stand ready to work on this.”",
        [("Joan Bright", "a fraud"), ("Bev Hartnell", "Councils stand ready to work on this.")],
    ),
    # Whole sentences in marks after a sentence about whoever says them.
    (
        "Kate Brannigan hit out at the report. “It is the work of people who have never run a thing.”",
        [("Kate Brannigan", "It is the work of people who have never run a thing.")],
    ),
    (
        "On pay, Kate Brannigan was blunt: “One word, and you’re finished.”",
        [("Kate Brannigan", "One word, and you’re finished.")],
    ),
    # The relative clause belongs to the person, not to the charity.
    (
        "Her view was shared by Kamal Hussain, head of the charity Foster First, who said that agencies help.",
        [("Kamal Hussain", "agencies help")],
    ),
    (
        "According to Joan Bright, only two papers ask, “and none of them here”.",
        [("Joan Bright", "only two papers ask, “and none of them here”")],
    ),
    (
        "Joan Bright branded the plan “a wild west for children”.",
        [("Joan Bright", "the plan “a wild west for children”")],
    ),
    (
        "As for the plan, Joan Bright said, “It is a wild west for children.”",
        [("Joan Bright", "It is a wild west for children.")],
    ),
    # Not to be named is a condition, not a statement; who asks for it is kept as described.
    ("One carer, who asked not to be named, said she felt used.", [("One carer", "she felt used")]),
    (
        "Asked whether she agreed, Joan Bright said: “Of course I do, every day.”",
        [("Joan Bright", "Of course I do, every day.")],
    ),
    ("The plans were condemned by Joan Bright.", [("Joan Bright", "The plans")]),
    # A participle before a colon announces a quotation; it frames nothing.
    (
        "Joan Bright wrote to the head of the school, Adrian Antell, saying: “The system is a shambles and must go.”",
        [("Joan Bright", "The system is a shambles and must go.")],
    ),
    (
        "Joan Bright said that proof was thin, and a report by Ofcal found no link.",
        [("Joan Bright", "proof was thin")],
    ),
    (
        "The Society of Heads met.\n\n“It was a poor plan,” a spokesman said.",
        [("Society of Heads", "It was a poor plan,")],
    ),
    ("“It is a poor plan,” said head of social care Gill Parry.", [("Gill Parry", "It is a poor plan,")]),
    (
        "The Society of Heads’ chief executive, Tom Blake – a former councillor – said it was late.",
        [("Tom Blake", "it was late")],
    ),
    ("Bosses told to open up the “last service”. Joan Bright slept.", []),
]


@pytest.mark.parametrize(("text", "expected"), STYLES)
def test_styles(attributor: Attributor, text: str, expected: list[tuple[str | None, str]]) -> None:
    assert told(attributor.attribute(page(text))) == expected


ROLES = [
    ("Martin Sowerby, who chairs the Northern Association, said it was late.", ("chair", "Northern Association")),
    ("Martin Sowerby, who is also leader of Brackley Council, said it was late.", ("leader", "Brackley Council")),
    (
        "Ofcal's national director for social care, Yolanda Price, said it was late.",
        ("national director for social care", "Ofcal"),
    ),
    ("Opposition leader Hugh Lamb said it was late.", ("opposition leader", None)),
    (
        "Jane Whitlock said it was late.\n\nWhitlock, who is vice-president of the Society of Heads, said it was dear.",
        ("vice-president", "Society of Heads"),
    ),
    (
        "The president of the Society of Heads said it was late.\n\nKate Lamb, who is also head of Dale School, spoke.",
        ("president", "Society of Heads"),
    ),
]


@pytest.mark.parametrize(("text", "expected"), ROLES)
def test_roles(attributor: Attributor, text: str, expected: tuple[str, str | None]) -> None:
    first = attributor.attribute(page(text))[0]
    assert first.speaker is not None
    assert (first.role, first.organisation) == expected


def test_who_is_asked_speaks_next(attributor: Attributor) -> None:
    text = (
        "The committee heard Gareth Marl of Brack Care. He said prices had risen.\n\n"
        "Susan Dow asked Martin Hill, chief executive of Oxmoor Council, how many children had moved. "
        "He said he would write to her."
    )
    assert told(attributor.attribute(page(text)))[-1] == ("Martin Hill", "he would write to her")


def test_questions_and_answers(attributor: Attributor) -> None:
    text = "\n\n".join(
        [
            "Moira Keane has been director at Tolworth Council for nine years.",
            "Q: Has your view changed?",
            "A: Not really. I have watched three contracts fail.",
            "Q: What would you do?",
            "A: Invest in people.",
            "Moira Keane was talking to Alice Bunting.",
        ]
    )
    statements = attributor.attribute(page(text, title="An interview with Moira Keane", kind="opinion"))
    assert told(statements) == [
        ("Moira Keane", "Not really. I have watched three contracts fail."),
        ("Moira Keane", "Invest in people."),
    ]


def test_a_debate_in_plain_text(attributor: Attributor) -> None:
    text = (
        "Mrs Sheila Corbin (Lab, Tyne): I beg to move.\n\nMr Haig: Will she give way?\n\nMrs Sheila Corbin: I will.\n\n"
        "The Minister for Children (Mr Edward Timms): I thank her."
    )
    assert [s.speaker for s in attributor.attribute(page(text))] == [
        "Sheila Corbin", "Mr Haig", "Sheila Corbin", "Edward Timms"
    ]  # fmt: skip


def test_block_quotations_belong_to_whoever_was_announced(attributor: Attributor) -> None:
    parts = [
        ("In a lecture last night Lord Garrick said:", "paragraph"),
        ("> We simply changed the name on the door.", "quotation"),
        ("> Lord Garrick", "quotation"),
        ("Officials declined to comment.", "paragraph"),
        ("> Nobody announced these words here.", "quotation"),
    ]
    text, blocks = "", []
    for part, kind in parts:
        blocks.append(Block(len(text), len(text) + len(part), kind))  # type: ignore[arg-type]
        text += part + "\n\n"
    statements = attributor.attribute(page(text, blocks=tuple(blocks)))
    assert told(statements) == [("Lord Garrick", "We simply changed the name on the door.")]


def test_a_speech_whose_title_names_the_speaker(attributor: Attributor) -> None:
    title = "Speech by the chief inspector, Sir Edmund Rooke, to the conference"
    text = f"{title}\n\nInspection still matters to me.\n\nA colleague said to me: “They do it to you.”"
    statements = attributor.attribute(page(text, title=title, kind="speech"))
    assert ("Edmund Rooke", "Inspection still matters to me.") in told(statements)
    assert told(statements)[-1] == ("A colleague", "They do it to you.")
    assert statements[-1].speaker_id is None


def test_unnamed_speakers_and_shares_of_a_group_are_no_stakeholders(attributor: Attributor) -> None:
    text = (
        "A senior inspector at Ofcal said it was late.\n\n62% of pupils said they liked it.\n\nHeads said it was dear."
    )
    inspector, share, heads = attributor.attribute(page(text))
    assert (inspector.speaker, inspector.speaker_id) == ("A senior inspector at Ofcal", None)
    assert (share.speaker, share.speaker_id, share.speaker_kind) == ("62% of pupils", None, "group")
    assert heads.speaker_id == "heads"


def test_an_author_keeps_what_is_nobodys(attributor: Attributor) -> None:
    text = (
        "I have never met an inspector who asked what it cost.\n\n"
        "The think tank Right Future claims that trusts work.\n\n"
        "When I began, Anil Mehta told me: “You cannot starve a service.”"
    )
    statements = attributor.attribute(page(text, kind="opinion", authors=("Joe Marl",)))
    assert told(statements) == [
        ("Joe Marl", "I have never met an inspector who asked what it cost."),
        ("Right Future", "trusts work"),
        ("Anil Mehta", "You cannot starve a service."),
    ]


def test_a_record_gives_what_is_quoted_to_whom_it_was_announced(attributor: Attributor) -> None:
    text = (
        "The Union of Heads is right to say:\n\n“We cannot publish such shaky data.”\n\nWill the right hon. Lady agree?"
    )
    statements = attributor.attribute(page(text, kind="hansard", turns=(Turn(0, len(text), "Nick Dakin"),)))
    assert ("Union of Heads", "We cannot publish such shaky data.") in told(statements)
    assert statements[-1].text == "Will the right hon. Lady agree?"


def test_the_secretary_of_state_is_nobody_named_later_by_chance(attributor: Attributor) -> None:
    text = "The Secretary of State said grades were fair.\n\nAmanda Fielding is a critic of grades."
    (statement,) = attributor.attribute(page(text))
    assert (statement.speaker, statement.role, statement.organisation) == (None, "secretary of State", None)


def test_a_letter_is_whose_name_stands_under_it(attributor: Attributor) -> None:
    text = "Parents want safe children.\n\nI urge her to think again.\n\nSusan Petty\nHeadteacher, Bramble School"
    statements = attributor.attribute(page(text, kind="opinion"))
    assert {(s.speaker, s.role) for s in statements} == {("Susan Petty", "Headteacher")}


def test_reported_at_the_time_that(attributor: Attributor) -> None:
    text = "Joan Bright reported at the time that the plans were dropped when Ofcal had second thoughts."
    (statement,) = attributor.attribute(page(text))
    assert statement.text.startswith("the plans were dropped")
