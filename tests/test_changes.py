"""Who moved: found where two periods disagree, and not where a stance was misread or both sides are taken at once."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from discourse.changes import changes
from discourse.query import compare
from discourse.records import Analysis, Document, PageEntry, Stance, Statement, digest, identify
from discourse.store import Map, write
from discourse.store.read import Filter
from tests.gold_map import ROOT

pytestmark = pytest.mark.usefixtures("either")

TOPICS = [{"id": "inspection", "name": "Inspection", "proposition": "It helps."},
          {"id": "funding", "name": "Funding", "proposition": "It is short."}]  # fmt: skip
PLAIN = "Inspection has my view in words enough to quote"

Saying = tuple[str, str, str, float]
"""Speaker, date, side (favour, against), confidence; then words, if they matter."""


def make(path: Path, sayings: list[tuple], kind: str = "person") -> Map:
    """A map of these, each in a document of its own unless a name of one is given."""
    store = Map.create(path)
    store.set(threshold="0.5", topics=json.dumps(TOPICS))
    pages: dict[str, list[tuple[int, tuple]]] = {}
    for number, saying in enumerate(sayings):
        pages.setdefault(saying[6] if len(saying) > 6 else f"d{number}", []).append((number, saying))
    for name, of_page in pages.items():
        lines = [f"{saying[4] if len(saying) > 4 else PLAIN}, number {number}." for number, saying in of_page]
        text = "\n".join(lines)
        document = Document(name, digest(text), f"{name}.txt", text, published=of_page[0][1][1])
        said, stances = [], []
        for line, (_, (speaker, _, side, confidence, *words)) in zip(lines, of_page, strict=True):
            start, who = text.index(line), speaker.casefold()
            said += identify(
                [Statement("", name, start, start + len(line), line, "direct", speaker, who, kind, speaker)]  # type: ignore[arg-type]
            )
            stances.append(Stance(said[-1].id, words[1] if len(words) > 1 else "inspection", side, confidence))
        entry = PageEntry(f"{name}.txt", f"{name}.txt", "x", "{}")
        write.write_page(store, Analysis(entry, (document,), tuple(said), b"", 0, tuple(stances)))
    return store


def found(path: Path, sayings: list[tuple], **more: str) -> list[dict]:
    with make(path, sayings, **more) as store:
        return changes(store)


def test_two_plain_statements_years_apart_are_a_change_with_both_quotations(tmp_path: Path) -> None:
    (row,) = found(tmp_path / "m.db", [("Ann", "2016-05-01", "against", 0.95), ("Ann", "2020-03-02", "favour", 0.95)])
    assert (row["stakeholder"], row["topic"], row["kind"]) == ("Ann", "inspection", "changed")
    assert (row["from"]["stance"], row["from"]["date"]) == ("against", "2016-05-01")
    assert (row["to"]["stance"], row["to"]["date"]) == ("favour", "2020-03-02")
    assert row["from"]["text"].endswith("number 0.")
    assert row["to"]["text"].endswith("number 1.")
    assert row["noise"] <= 0.1


@pytest.mark.parametrize(
    "sayings",
    [
        [("Ann", "2016-05-01", "against", 0.95), ("Ann", "2020-03-02", "against", 0.95)],
        [("Ann", "2016-05-01", "against", 0.95), ("Bo", "2020-03-02", "favour", 0.95)],
        [("Ann", "2016-05-01", "against", 0.95), ("Ann", "2016-05-01", "favour", 0.95)],
        [("Ann", "2016-05-01", "against", 0.6), ("Ann", "2020-03-02", "favour", 0.6)],
        [("Ann", None, "against", 0.95), ("Ann", "2020-03-02", "favour", 0.95)],
        [("Ann", f"20{10 + i}-01-01", ("favour", "against")[i % 2], 0.9) for i in range(8)],
        [("Ann", f"20{10 + i}-01-01", "favour", 0.9) for i in range(9)] + [("Ann", "2019-06-01", "against", 0.9)],
        [("Ann", "2016", "against", 0.95), ("Ann", "2020", "favour", 0.95, PLAIN, "funding")],
    ],
    ids=["same", "two people", "at once", "unsure", "undated", "to and fro", "one misread", "two topics"],
)  # fmt: skip
def test_no_change_is_told(tmp_path: Path, sayings: list[tuple]) -> None:
    assert found(tmp_path / "m.db", sayings) == []


def speech(day: str, *sides: tuple[str, float]) -> list[tuple]:
    """What Ann says on one day, in one document."""
    return [("Ann", day, side, sure, PLAIN, "inspection", f"speech of {day}") for side, sure in sides]


AGAINST, FAVOUR, SLIP = ("against", 0.75), ("favour", 0.9), ("favour", 0.76)


def test_one_statement_that_was_probably_misread_does_not_hide_what_the_rest_of_a_speech_says(tmp_path: Path) -> None:
    before, after = speech("2016-05-01", FAVOUR, FAVOUR), speech("2023-05-01", AGAINST, AGAINST, SLIP, AGAINST, AGAINST)
    (row,) = found(tmp_path / "m.db", before + after)
    assert (row["kind"], row["from"]["stance"], row["to"]["stance"]) == ("changed", "favour", "against")


@pytest.mark.parametrize(
    "after",
    [
        speech("2023-05-01", AGAINST, SLIP),
        speech("2023-05-01", AGAINST, AGAINST, SLIP, SLIP, SLIP),
        speech("2023-05-01", FAVOUR, FAVOUR, AGAINST),
    ],
    ids=["one each", "as many", "mostly the old side"],
)
def test_a_speech_on_both_sides_is_no_change(tmp_path: Path, after: list[tuple]) -> None:
    assert found(tmp_path / "m.db", speech("2016-05-01", FAVOUR, FAVOUR) + after) == []


def test_what_is_surely_said_for_the_old_side_makes_a_change_mixed(tmp_path: Path) -> None:
    after = speech("2023-05-01", AGAINST, AGAINST) + speech("2024-05-01", *[AGAINST] * 4, ("favour", 0.95))
    (row,) = found(tmp_path / "m.db", speech("2016-05-01", FAVOUR, FAVOUR) + after)
    assert row["kind"] == "mixed"


def test_groups_do_not_change_their_mind(tmp_path: Path) -> None:
    sayings = [("Directors", "2016-05-01", "against", 0.95), ("Directors", "2020-03-02", "favour", 0.95)]
    assert found(tmp_path / "m.db", sayings, kind="group") == []


@pytest.mark.parametrize(
    ("later", "kind"),
    [
        (["Inspection is what we need and I was wrong"], "changed"),
        (["I could live with inspection if the grades went"], "conditional"),
        (["Perhaps inspection has its uses after all, I think"], "softened"),
        (["I could live with inspection if the grades went", "Inspection is what we need now"], "changed"),
    ],
)
def test_kinds_of_change_are_told_apart(tmp_path: Path, later: list[str], kind: str) -> None:
    sayings: list[tuple] = [("Ann", f"201{i}-01-01", "against", 0.95) for i in range(3)]
    sayings += [("Ann", f"202{i}-01-01", "favour", 0.95, words) for i, words in enumerate(later)]
    assert [row["kind"] for row in found(tmp_path / "m.db", sayings)] == [kind]


def test_both_sides_afterwards_is_mixed(tmp_path: Path) -> None:
    sayings: list[tuple] = [("Ann", f"201{i}-01-01", "against", 0.95) for i in range(3)]
    sayings += [("Ann", f"202{i}-01-01", "favour", 0.95) for i in range(4)] + [("Ann", "2024-01-01", "against", 0.95)]
    assert [row["kind"] for row in found(tmp_path / "m.db", sayings)] == ["mixed"]


def test_misread_stances_alone_seldom_make_a_change(tmp_path: Path) -> None:
    """People who never change, read by a model that is wrong as often as it says."""
    random_ = random.Random(3)
    sayings: list[tuple] = []
    for person in range(150):
        for _ in range(random_.randint(2, 6)):
            sure = random_.uniform(0.6, 0.97)
            side = "favour" if random_.random() < sure else "against"
            sayings.append((f"P{person}", f"20{random_.randint(10, 24)}-01-{random_.randint(1, 28):02}", side, sure))
    assert len(found(tmp_path / "m.db", sayings)) <= 0.04 * 150


def speaks(name: str, random_: random.Random, turns: bool) -> list[tuple]:
    """What a model that is wrong as often as it says makes of somebody's speeches, some statements each."""
    said: list[tuple] = []
    years = sorted(random_.sample(range(2010, 2025), random_.randint(2, 6)))
    for place, year in enumerate(years):
        held = ("favour", "against")[turns and place >= len(years) / 2]
        for _ in range(random_.randint(1, 6)):
            sure = random_.uniform(0.6, 0.97)
            read = held if random_.random() < sure else ("against", "favour")[held == "against"]
            said.append((name, f"{year}-01-01", read, sure, PLAIN, "inspection", f"{name} {year}"))
    return said


def test_half_of_those_who_turn_are_found_and_few_of_those_who_do_not(tmp_path: Path) -> None:
    random_ = random.Random(5)
    sayings = [one for i in range(300) for one in speaks(f"{'TF'[i % 2]}{i}", random_, turns=i % 2 == 0)]
    names = [row["stakeholder"] for row in found(tmp_path / "m.db", sayings)]
    assert sum(name.startswith("F") for name in names) <= 0.04 * 150
    assert sum(name.startswith("T") for name in names) >= 0.45 * 150


def test_compare_says_where_two_agree_and_differ(tmp_path: Path) -> None:
    sayings = [
        ("Ann", "2016-05-01", "against", 0.95), ("Bo", "2016-05-01", "favour", 0.9),
        ("Ann", "2017-05-01", "favour", 0.95, PLAIN, "funding"), ("Bo", "2018-05-01", "favour", 0.9, PLAIN, "funding"),
    ]  # fmt: skip
    with make(tmp_path / "m.db", sayings) as store:
        rows = compare(store, "ann", "bo")
        assert [(row["topic"], row["relation"]) for row in rows] == [("inspection", "differ"), ("funding", "agree")]
        assert rows[0]["a"]["quote"]["text"].startswith(PLAIN)
        assert rows[0]["a"]["quote"]["statement"] in rows[0]["a"]["statements"]
        (only,) = compare(store, "ann", "bo", Filter(until="2016", topic="inspection", min_confidence=0.92))
        assert (only["relation"], only["b"]) == ("only", None)


def test_on_the_sample_those_who_change_their_mind_are_found_and_nobody_else(gold: Path) -> None:
    lines = (ROOT / "annotations/sample/changes.jsonl").read_text(encoding="utf-8").splitlines()
    wanted = [json.loads(line) for line in lines]
    with Map.open(gold) as store:
        rows = changes(store)
    said = {(row["stakeholder"], row["topic"], row["kind"], row["from"]["date"], row["to"]["date"]) for row in rows}
    assert said == {(w["stakeholder"], w["topic"], w["kind"], w["from"]["date"], w["to"]["date"]) for w in wanted}
    for row in rows:
        (gold_row,) = [w for w in wanted if w["stakeholder"] == row["stakeholder"]]
        for end in ("from", "to"):
            assert row[end]["stance"] == gold_row[end]["stance"]
            assert row[end]["document"]["source"].endswith(gold_row[end]["document"])
