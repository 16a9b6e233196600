"""Summaries of the sample's map: every sentence rests on statements, quotations are verbatim, both sides are told."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discourse.errors import DiscourseError
from discourse.query import positions, statements
from discourse.store import Map
from discourse.store.read import Filter
from discourse.summary import as_html, as_markdown, as_text, check, summarise, words
from discourse.summary.build import _extent

pytestmark = pytest.mark.usefixtures("either")


@pytest.fixture(scope="module")
def whole(gold: Path) -> dict:
    with Map.open(gold) as store:
        return summarise(store)


@pytest.fixture(scope="module")
def texts(gold: Path) -> dict[str, str]:
    with Map.open(gold) as store:
        return {row["id"]: row["text"] for row in statements(store)}


def test_every_sentence_rests_on_statements_and_quotes_them_verbatim(whole: dict, texts: dict[str, str]) -> None:
    assert len(whole["sentences"]) > 50
    for sentence in whole["sentences"]:
        assert sentence["statements"]
        assert set(sentence["statements"]) <= texts.keys()
        for quote in sentence["quotes"]:
            assert quote["text"] in texts[quote["statement"]]
            assert quote["text"] in sentence["text"]
            assert quote["statement"] in sentence["statements"]


def test_nothing_stands_in_quotation_marks_that_is_not_quoted(whole: dict) -> None:
    for sentence in whole["sentences"]:
        said = sentence["text"]
        for quote in sentence["quotes"]:
            said = said.replace(words.quoted(quote["text"]), "")
        if not sentence.get("heading"):
            assert "“" not in said, sentence["text"]


def test_sentences_read_well_aloud(whole: dict) -> None:
    for sentence in whole["sentences"]:
        text = sentence["text"]
        assert text[0].isupper() or text[0] in "“‘", text
        assert re.search(r"[.!?][”’]?$", text), text
        assert not re.search(r"\s[,.;:]|\.\.|,,|\(\)|\n|  | \d{4}-\d\d|None|\[", text.replace("…", "")), text
        assert len(sentence["text"].split()) < 140


def test_both_sides_are_told_in_proportion(gold: Path, whole: dict) -> None:
    with Map.open(gold) as store:
        summary = summarise(store, Filter(topic="inspection-value"))
        shares = {
            side: len(positions(store, Filter(topic="inspection-value", stance=side))) for side in ("favour", "against")
        }
    told = {
        side: sum(
            bool(re.search(rf"\b(?:is|are) (reported as )?{said}\b", s["text"])) and bool(s["quotes"])
            for s in summary["sentences"]
        )
        for side, said in (("favour", "in favour"), ("against", "against"))
    }
    assert told["favour"] + told["against"] == 8
    assert abs(told["favour"] / 8 - shares["favour"] / sum(shares.values())) <= 1 / 8
    assert summary["title"] == "Value of inspection"
    assert summary["unknown"] == []


def test_those_who_changed_are_told_with_both_quotations(gold: Path) -> None:
    with Map.open(gold) as store:
        summary = summarise(store, Filter(topic="outsourcing"))
    (changed,) = [s for s in summary["sentences"] if "has changed sides" in s["text"]]
    assert changed["text"].startswith("Sunita Bhogal has changed sides: against on 18 May 2017")
    assert len(changed["quotes"]) == 2
    assert not any("Sunita Bhogal takes both sides" in s["text"] for s in summary["sentences"])


def test_the_summary_of_a_stakeholder_speaks_of_nobody_else(gold: Path) -> None:
    with Map.open(gold) as store:
        summary = summarise(store, Filter(stakeholder="sunita-bhogal"))
        mine = {row["id"] for row in statements(store, Filter(stakeholder="sunita-bhogal"))}
    assert summary["title"] == "Sunita Bhogal"
    assert {s for sentence in summary["sentences"] for s in sentence["statements"]} <= mine
    assert "Statutory" in " ".join(summary["unknown"]) or summary["unknown"]


def test_a_period_is_named_and_kept_to(gold: Path) -> None:
    with Map.open(gold) as store:
        summary = summarise(store, Filter(topic="outsourcing", since="2018", until="2020"))
        allowed = {row["id"] for row in statements(store, Filter(since="2018", until="2020"))}
    assert summary["title"] == "Outsourcing and competition, from 2018 to 2020"
    assert {s for sentence in summary["sentences"] for s in sentence["statements"]} <= allowed


def test_no_evidence_is_said_and_no_sentence_made_up(gold: Path) -> None:
    with Map.open(gold) as store:
        summary = summarise(store, Filter(topic="funding", until="1990"))
    assert summary["sentences"] == []
    assert summary["note"].startswith("No evidence found")
    assert summary["unknown"] == ["Funding"]
    assert as_markdown(summary)
    assert as_text(summary)


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ({"text": "A says so.", "statements": [], "quotes": []}, "rests on no statement"),
        (
            {"text": "“I say so”", "statements": ["s"], "quotes": [{"statement": "s", "text": "I say so"}]},
            "not in statement",
        ),
        ({"text": "“I said”", "statements": ["s"], "quotes": [{"statement": "s", "text": "I"}]}, None),
        ({"text": "“I said”", "statements": ["t"], "quotes": [{"statement": "s", "text": "I"}]}, "does not rest on it"),
    ],
)
def test_a_summary_that_does_not_hold_is_refused(sentence: dict, said: str | None) -> None:
    summary = {"sentences": [sentence]}
    if said is None:
        check(summary, {"s": "I did not."})
    else:
        with pytest.raises(DiscourseError, match=said):
            check(summary, {"s": "I did not."})


def test_each_form_has_every_sentence_and_says_that_nobody_reviewed_it(whole: dict) -> None:
    for form in (as_markdown, as_text, as_html):
        page = form(whole)
        assert "not reviewed" in page
        assert page.count(whole["sentences"][0]["statements"][0]) >= 1
    assert as_markdown(whole).count("[^") == 2 * len(whole["sentences"])


def test_what_a_page_says_is_never_markup() -> None:
    hostile = {"text": "X <script>*b* [l](u)", "statements": ["s"], "quotes": [], "heading": "<b>"}
    summary = {"title": "<i>", "note": "n", "unknown": ["<u>"], "sentences": [hostile]}
    assert "<script>" not in as_html(summary)
    assert "<b>" not in as_html(summary)
    assert "\\*b\\* \\[l\\]" in as_markdown(summary)


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Inspection drives improvement.", None),
        ("if they need to", None),
        ("Inspection always drives some improvement,", "Inspection always drives some improvement"),
        ("Short one. " + "And " + "on " * 50 + "it goes.", None),
        ("Yes. We need far more money now. " + "And " + "on " * 50, "We need far more money now."),
        ("A line that soon breaks\nin two places here", "A line that soon breaks"),
        ("“Is it so?” she asked them. " + "It " * 46, "“Is it so?” she asked them."),
    ],
)
def test_what_is_quoted_of_a_statement(text: str, quote: str | None) -> None:
    assert words.quotable(text) == quote


@given(st.text(max_size=300))
def test_a_quotation_is_always_verbatim_and_on_one_line(text: str) -> None:
    quote = words.quotable(text)
    assert quote is None or (quote in text and "\n" not in quote)


@pytest.mark.parametrize(
    ("name", "kind", "verb"),
    [
        ("Ofsted", "organisation", "is"),
        ("Social workers", "group", "are"),
        ("Chief Executives", "organisation", "is"),
        ("a manager", "group", "is"),
        ("staff", "group", "are"),
    ],
)
def test_the_verb_agrees(name: str, kind: str, verb: str) -> None:
    assert words.be({"stakeholder": name, "kind": kind}) == verb


@pytest.mark.parametrize(
    ("date", "said"),
    [("2016-05-10", "10 May 2016"), ("2016-05", "May 2016"), ("2016", "2016"), (None, None), ("2016-13-40", "2016")],
)
def test_dates_as_they_are_said(date: str | None, said: str | None) -> None:
    assert words.day(date) == said


def test_json_has_the_fields_of_the_contract(gold: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from discourse.cli import app

    app(["summarise", "--map", str(gold), "--topic", "ratings", "--format", "json"], standalone_mode=False)
    summary = json.loads(capsys.readouterr().out)
    assert summary.keys() >= {"title", "sentences"}
    for sentence in summary["sentences"]:
        assert sentence.keys() >= {"text", "statements", "quotes"}
    app(["summarise", "--map", str(gold), "--html"], standalone_mode=False)
    assert capsys.readouterr().out.startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("quote", "leans"),
    [
        ("the exact opposite is the case", True),
        ("This is the result of too many changes of social worker.", True),
        ("And that is why we did it.", True),
        ("As a result, they left.", True),
        ("Thistles grow there.", False),
        ("The opposition is wrong.", False),
        ("Most children in care have seen many social workers.", False),
    ],
)
def test_quotations_that_lean_on_what_went_before(quote: str, leans: bool) -> None:
    assert words.leans(quote) is leans


@pytest.mark.parametrize(
    ("favour", "against", "said"),
    [(13, 2, "13 of 15 statements from two sources"), (3, 0, "three statements from two sources")],
)
def test_how_much_a_side_rests_on(favour: int, against: int, said: str) -> None:
    position = {"favour": favour, "against": against, "events": 2, "statements": ["s"] * (favour + against)}
    assert _extent(position, "favour") == said


def test_the_topic_that_was_asked_for_is_no_heading_of_its_own(gold: Path, whole: dict) -> None:
    with Map.open(gold) as store:
        summary = summarise(store, Filter(topic="funding"))
    assert as_markdown(summary).count("# Funding") == as_html(summary).count(">Funding</h") == 1
    assert "## Funding" in as_markdown(whole)


def test_no_words_are_quoted_twice_on_a_topic_while_there_are_others(gold: Path) -> None:
    with Map.open(gold) as store:
        summary = summarise(store, Filter(topic="inspection-value"))
    for sentence in summary["sentences"]:
        if " make: " in sentence["text"]:
            (quote,) = sentence["quotes"]
            others = [s for s in summary["sentences"] if s is not sentence for s in s["quotes"]]
            told = {other["statement"] for other in others}
            assert quote["statement"] not in told or set(sentence["statements"]) <= told


def test_points_that_are_shared_come_side_by_side_and_those_of_the_larger_side_first(whole: dict) -> None:
    sides: list[list[str]] = []
    for sentence in whole["sentences"]:
        if sentence.get("heading"):
            sides.append([])
        if found := re.match(r"(A|Another) point (in favour|against)", sentence["text"]):
            sides[-1].append(" ".join(found.groups()))
    assert any(len(set(told)) > 2 for told in sides)
    for told in sides:
        assert told == sorted(told, key=lambda said: (said.split(" ", 1)[1] != told[0].split(" ", 1)[1], said))


@pytest.mark.parametrize(
    ("publisher", "title", "published", "said"),
    [
        ("The Paper", "A page", "2020-05-01", "The Paper, 1 May 2020"),
        ("Parliament (Hansard, Commons)", None, "2020-05", "Parliament, Hansard, Commons, May 2020"),
        (None, "A page", None, "the page ‘A page’, undated"),
        (None, None, "2020", "a page without a title, 2020"),
    ],
)
def test_sources_stand_in_brackets(publisher: str | None, title: str | None, published: str | None, said: str) -> None:
    assert words.source({"document": {"publisher": publisher, "title": title, "published": published}}) == said


@pytest.mark.parametrize(("quote", "said"), [("It is so.", "It is so"), ("It is so...", "It is so..."), ("So?", "So?")])
def test_a_sentence_that_goes_on_has_no_full_stop_within(quote: str, said: str) -> None:
    assert words.unstopped(quote) == said
