"""Which statement gives a reason for which, and who answers whom."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from discourse.cli import app
from discourse.collect import gather
from discourse.corrections import correct_speaker, correct_stance, undo
from discourse.extract import extract
from discourse.formats import export
from discourse.links import Said, link
from discourse.links.evidence import evidence_of
from discourse.overall import link_statements, misled
from discourse.pipeline import Stages, run
from discourse.query import links, stale, statements
from discourse.records import Document, Statement, identify
from discourse.statements import fields
from discourse.store import Map
from discourse.store.check import problems

pytestmark = pytest.mark.usefixtures("either")


def told(*parts: tuple[str | None, str], kind: str = "record", breaks: str = " ") -> tuple[str, list[Said]]:
    """A text of sentences with their speakers, as one document."""
    text, found = "", []
    for number, (speaker, words) in enumerate(parts):
        text += breaks if text else ""
        found.append(Said(str(number), len(text), len(text) + len(words), words, kind, speaker))
        text += words
    return text, found


CLAIM = "Inspection in its present form does not drive improvement."


@pytest.mark.parametrize(
    ("second", "rule", "source", "evidence"),
    [
        ("This is because heads prepare for the visit alone.", "reason", "1", None),
        ("That is why the board asks for another kind of review.", "conclusion", "0", None),
        ("As a result, two thirds of visits are late.", "conclusion", "0", None),
        ("For example, staff in the north wrote plans for the visit alone.", "example", "1", "case"),
        ("For instance, 43% of plans were written for the visit alone.", "example", "1", "figure"),
    ],
)
def test_reasons(second: str, rule: str, source: str, evidence: str | None) -> None:
    (found,) = link(*told(("Ann", CLAIM), ("Ann", second), kind="authored"))
    assert (found.kind, found.rule, found.source, found.evidence) == ("supports", rule, source, evidence)
    assert found.cue in second


@pytest.mark.parametrize(
    ("parts", "breaks"),
    [
        ((("Ann", CLAIM), ("Bo", "This is because heads prepare for it alone.")), " "),
        ((("Ann", CLAIM), ("Ann", "This is because heads prepare for it alone.")), "\n\n"),
        ((("Ann", CLAIM), ("Ann", "This is because heads prepare for it alone.")), " It was raining outside. "),
        ((("Ann", "Why does inspection not drive improvement?"), ("Ann", "That is why the board asks again.")), " "),
        ((("Ann", "I give way to my hon. Friend now."), ("Ann", "That is why the board asks again.")), " "),
        ((("Ann", CLAIM), ("Ann", "The board because of that asks again and again.")), " "),
    ],
)
def test_no_reason(parts: tuple[tuple[str, str], ...], breaks: str) -> None:
    assert link(*told(*parts, kind="authored", breaks=breaks)) == []


@pytest.mark.parametrize(
    ("second", "is_reason"),
    [
        ("Because heads prepare for the visit alone.", True),
        ("And because heads prepare for the visit, and for nothing else.", True),
        ("Because we know that heads prepare for the visit alone.", True),
        ("Because, once a visit is announced, staff stop their work.", True),
        ("Because if a visit is announced, staff stop their work.", True),
        ("Because heads fear the visit, which nobody wants.", True),
        ("Because it is about children, not about buildings.", True),
        ("It is because heads prepare for the visit alone.", True),
        ("Because heads fear the visit, they prepare for nothing else.", False),
        ("But because heads fear the visit, staff stop their work.", False),
        ("Because the grade is public, greater care has to be taken over it.", False),
        ("Because the head, who was new, feared the visit, the school closed early.", False),
        ("Because heads fear the visit—and they do—work stops for weeks.", False),
        ("Because when a visit comes, staff stop, the board sends no word.", False),
        ("Because the board cut the visits, heads rejoiced.", False),
        ("Because of the visit, work stops for weeks.", False),
        ("Because of the visit work stops for weeks.", False),
        ("It is because heads fear the visit that work stops for weeks.", False),
    ],
)
def test_because_gives_the_reason_for_its_own_main_clause_first(second: str, is_reason: bool) -> None:
    found = link(*told(("Ann", CLAIM), ("Ann", second), kind="authored"))
    assert [(one.source, one.target) for one in found] == [("1", "0")] * is_reason


@pytest.mark.parametrize("second", ["Because of this, work stops for weeks.", "Because of all that, work now stops."])
def test_because_of_this_draws_a_conclusion(second: str) -> None:
    (found,) = link(*told(("Ann", CLAIM), ("Ann", second), kind="authored"))
    assert (found.rule, found.source, found.target) == ("conclusion", "0", "1")


def test_a_neighbour_that_takes_the_other_side_is_no_reason() -> None:
    text, said = told(("Ann", CLAIM), ("Ann", "As a result, some say that it does."), kind="authored")
    assert link(text, said)
    assert not link(text, opposite(said))


def opposite(said: list[Said], sure: float = 0.9) -> list[Said]:
    """The first two statements, on opposite sides of a topic."""
    return [
        replace(one, sides={("inspection", side): sure})
        for one, side in zip(said, ("against", "favour"), strict=True)
    ]  # fmt: skip


QUESTION = "What will the Minister do for children in care?"
REPLY = "We have doubled what is spent on children in care since then."


@pytest.mark.parametrize(
    ("parts", "rule", "ends"),
    [
        ([("Ann", QUESTION), ("Bo", REPLY)], "answer", ("1", "0")),
        ([("Ann", QUESTION), ("Bo", "I thank my hon. Friend for that."), ("Bo", REPLY)], "thanks", ("2", "0")),
        ([("Ann", CLAIM), ("Bo", "The hon. Lady is quite wrong about inspection.")], "address", ("1", "0")),
        ([("Ann", CLAIM), ("Bo", "I cannot agree with the hon. Gentleman on inspection.")], "address", ("1", "0")),
        ([("Ann", QUESTION), ("Ann", CLAIM), ("Bo", "My noble Friend asks about children.")], "address", ("2", "0")),
    ],
)  # fmt: skip
def test_answers(parts: list[tuple[str, str]], rule: str, ends: tuple[str, str]) -> None:
    (found,) = link(*told(*parts, breaks="\n\n"))
    assert (found.kind, found.rule, (found.source, found.target)) == ("responds_to", rule, ends)


def test_an_answer_is_linked_to_what_it_takes_up() -> None:
    asked = (("Ann", "Will he publish the review of foster care?"), ("Ann", "And will he fund the new school?"))
    told_ = (
        ("Bo", "I am sorry to have been late this afternoon."),
        ("Bo", "The review of foster care is out next week."),
    )
    (found,) = link(*told(*asked, *told_, breaks="\n\n"))
    assert (found.source, found.target) == ("3", "0")


@pytest.mark.parametrize(
    "parts",
    [
        [("Ann", CLAIM), ("Bo", REPLY)],
        [("Ann", QUESTION), (None, REPLY)],
        [("Ann", QUESTION), ("Bo", "I shall give way to him now.")],
        [("Ann", QUESTION), ("Bo", "Roads and railways have always been dear to voters there.")],
        [
            ("Ann", REPLY),
            ("Bo", "I thank my right hon. Friend for that."),
            ("Bo", "Many wait still."),
            ("Bo", QUESTION),
        ],
        [("Ann", CLAIM), ("Bo", "Last night the hon. Member for Dale North raised this matter.")],
    ],
)
def test_no_answer(parts: list[tuple[str | None, str]]) -> None:
    assert link(*told(*parts, breaks="\n\n")) == []


def test_who_takes_the_other_side_answers_as_surely_as_both_are_known_to() -> None:
    text, said = told(("Ann", CLAIM), ("Bo", REPLY), kind="indirect")
    (found,) = link(text, opposite(said, 0.95))
    assert (found.rule, found.source, found.target) == ("opposed", "1", "0")
    assert found.confidence < 0.95**2
    assert link(text, opposite(said, 0.6)) == []
    assert link(text, [replace(opposite(said)[0], kind="authored"), opposite(said)[1]]) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Caseloads rose by 12 per cent in a year.", "figure"),
        ("One in four posts is vacant.", "figure"),
        ("It cost £3 million.", "figure"),
        ("There were 240 children in care.", "figure"),
        ("The review found that visits were late.", "authority"),
        ("According to the union, morale is low.", "authority"),
        ("When I was a teacher, nobody came.", "experience"),
        ("A mother in my constituency wrote to me.", "case"),
        ("For example, the board in the north is full.", "case"),
        ("They meet in many places, for example at school.", None),
        ("We met on 12 May 2016.", None),
        ("In 2016 the law changed.", None),
        ("Morale is low.", None),
    ],
)
def test_evidence(text: str, kind: str | None) -> None:
    assert evidence_of(text) == kind


WORDS = st.sampled_from(
    [
        "This is because",
        "That is why",
        "For example,",
        "the hon. Lady is wrong",
        "my hon. Friend",
        "?",
        ".",
        "40%",
        "so",
    ]
)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from([None, "Ann", "Bo"]), st.lists(WORDS, min_size=1).map(" ".join)), max_size=8))
def test_links_hold_whatever_is_said(parts: list[tuple[str | None, str]]) -> None:
    text, said = told(*parts)
    by_id = {s.id: s for s in said}
    found = link(text, said)
    assert len({(k.source, k.target) for k in found}) == len(found)
    for one in found:
        source, target = by_id[one.source], by_id[one.target]
        assert source.id != target.id
        assert 0 < one.confidence <= 1
        if one.kind == "supports":
            assert source.speaker == target.speaker
        else:
            assert None not in (source.speaker, target.speaker)
            assert source.speaker != target.speaker
            assert target.start < source.start


@pytest.mark.parametrize(
    "text", ["because " + "a, if " * 50_000, "a" * 200_000, "the hon. " * 30_000, "x " * 100_000, "1," * 100_000]
)
def test_hostile_text_takes_no_longer_than_its_length_asks(text: str) -> None:
    link(*told(("Ann", text), ("Bo", text), ("Bo", text)))
    evidence_of(text)


PAGE = """---
title: A debate
date: 2021-02-03
---

Ann Lee: Inspection is bad for morale. As a result, inspection is bad for 40% of staff.

The Board: Our inspection is good, and always was.
"""


class Sentences:
    """Reads lines of "NAME: words" as one statement for each sentence."""

    name = fingerprint = "sentences"

    def attribute(self, document: Document) -> list[Statement]:
        found = []
        for line in re.finditer(r"^([A-Z][\w ]+): (.+)$", document.text, re.M):
            for part in re.finditer(r"[^.]+\.", line[2]):
                words = part[0].strip()
                start = document.text.index(words, line.start(2))
                who = {"speaker": line[1], "speaker_id": line[1].casefold().replace(" ", "-"), "speaker_kind": "person"}
                found.append(Statement("", document.id, start, start + len(words), words, "direct", **who))
        return identify(found)


@pytest.fixture
def linked(tmp_path: Path, stages: Stages) -> Path:
    """A map of one page in which one statement supports another and one answers."""
    (tmp_path / "debate.md").write_text(PAGE, encoding="utf-8")
    path = tmp_path / "linked.db"
    with Map.create(path) as store:
        run(gather([str(tmp_path / "debate.md")]), store, replace(stages, attributor=Sentences()))
        for row in statements(store):
            if row["stances"]:  # a person is surer than the model
                correct_stance(store, row["id"], "inspection", row["stances"][0]["stance"], who="me")
    return path


def test_a_map_keeps_its_links(linked: Path) -> None:
    with Map.create(linked) as store:
        found = {row["rule"]: row for row in links(store)}
        assert set(found) == {"conclusion", "opposed"}
        assert found["conclusion"]["from"]["text"] == "Inspection is bad for morale."
        assert [row["from"]["speaker"] for row in links(store, kind="responds_to")] == ["The Board"]
        assert links(store, evidence="authority") == []
        (row,) = [row for row in statements(store) if row["text"].startswith("As a result")]
        assert sorted((link["kind"], link["to"]) for link in row["links"]) == [
            ("responds_to", row["id"]),
            ("supports", row["id"]),
        ]
        assert [*problems(store), *misled(store)] == []
        store.connection.execute("UPDATE link SET confidence = 0.99")
        assert len(list(misled(store))) == 1
        store.connection.execute("DELETE FROM link")
        assert len(list(misled(store))) == 1


def test_links_follow_corrections(linked: Path) -> None:
    with Map.create(linked) as store:
        before = links(store)
        (row,) = [row for row in statements(store) if row["text"].startswith("As a result")]
        number = correct_speaker(store, row["id"], "Bo Ray", who="me")
        assert not [link for link in links(store) if link["rule"] == "conclusion"]
        assert list(misled(store)) == []
        undo(store, number, who="me")
        assert links(store) == before


def test_links_of_an_older_map_are_told_by_the_next_run(linked: Path) -> None:
    with Map.create(linked) as store:
        before = links(store)
        store.connection.execute("DELETE FROM link")
        store.connection.execute("INSERT INTO unlinked SELECT id FROM document")
        assert any("links" in line for line in stale(store))
        assert list(misled(store)) == []
        link_statements(store)
        assert links(store) == before


@pytest.mark.parametrize("name", ["aif", "xaif"])
def test_links_are_exported(linked: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / "out.json"
    with Map.open(linked) as store:
        export(store, name, out)
        count = len(links(store, kind="supports"))
    graph = json.loads(out.read_text(encoding="utf-8"))
    graph = graph.get("AIF", graph)
    nodes = {node["nodeID"]: node for node in graph["nodes"]}
    ends = [
        (nodes[e["fromID"]]["text"], nodes[e["toID"]]["type"])
        for e in graph["edges"]
        if nodes[e["toID"]]["type"] == "RA"
    ]
    assert [end for end in ends if end[0] == "Inspection is bad for morale."]
    asserted = {e["toID"] for e in graph["edges"] if nodes[e["fromID"]]["type"] == "YA"}
    assert sum(nodes[e["fromID"]]["type"] == "RA" and e["toID"] in asserted for e in graph["edges"]) == count


def test_the_command_tells_links(linked: Path) -> None:
    told_ = CliRunner().invoke(app, ["links", "--map", str(linked), "--kind", "supports", "--format", "json"])
    (row,) = json.loads(told_.stdout)
    assert (row["from"]["speaker"], row["evidence"], row["cue"]) == ("Ann Lee", None, "As a result")
    assert CliRunner().invoke(app, ["verify", "--map", str(linked)]).exit_code == 0


def test_statements_without_a_map_have_their_links_too(linked: Path, tmp_path: Path) -> None:
    (page,) = gather([str(tmp_path / "debate.md")])
    (document,) = extract(page)
    said = Sentences().attribute(document)
    rows = list(fields([document], said, []))
    with Map.open(linked) as store:
        stored = [[link for link in row["links"] if link["kind"] == "supports"] for row in statements(store)]
    assert sorted(map(str, stored)) == sorted(str(row["links"]) for row in rows)
