"""The loop of coding: sheet, import, agreement, decisions, gold, training and the comparison of before and after."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from discourse.agreement import adjudicate, label_agreement, units
from discourse.agreement.sheet import case_of, read_sheet, write_sheet
from discourse.annotations import Annotation, Text, mark
from discourse.cli import app
from discourse.coded_examples import Coding, as_files, codings, is_coded
from discourse.errors import DiscourseError
from discourse.evaluate.stance import lift
from discourse.formats.flat import read_csv, write_csv
from discourse.formats.standoff import read_annotations, write_annotations
from discourse.records import Topic
from discourse.review_queue import queue
from discourse.stance.examples import AGAINST, FAVOUR, NONE, Example, read_examples
from discourse.store import Map

TOPICS = [Topic("x", "X", "It works."), Topic("y", "Y", "It is cheap.")]
TEXT = Text("d", "It works well. It costs much. Nobody knows. It helps. They left.")
PLACES = ((0, 14), (15, 29), (30, 43), (44, 53))


def coded(coder: str, *labels: str | None, topic: str = "x") -> list[Annotation]:
    return [
        mark(TEXT, *place, f"stance:{topic}", label, coder, attributes=(("statement", f"s{place[0]}"),))
        for place, label in zip(PLACES, labels, strict=False)
        if label
    ]


ANN = coded("ann", "favour", "against", "none", "favour")
BO = coded("bo", "favour", "none", "none")


def run(*arguments: Any) -> Any:
    result = CliRunner().invoke(app, [str(a) for a in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def filled(sheet: Path, column: str, answers: list[str]) -> None:
    rows = [row for _, row in read_csv(sheet, ())]
    write_csv([row | {column: answer} for row, answer in zip(rows, answers, strict=True)], sheet)


def test_a_sheet_hides_the_machine_and_comes_back_in_place(built: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "a.csv"
    with Map.open(built) as store:
        pairs = [(row["statement"], row["topic"]) for row in queue(store)]
        write_sheet(store, [(case_of(*pair), *pair) for pair in pairs], sheet)
        head, *_ = [row for _, row in read_csv(sheet, ())]
        assert not {"machine", "confidence", "stance"} & set(head)
        filled(sheet, "answer", ["favour", "", *["none"] * (len(pairs) - 2)])
        found = read_sheet(store, sheet, "ann")
    assert [(a.attribute("statement"), a.layer.removeprefix("stance:")) for a in found] == [pairs[0], *pairs[2:]]
    assert {a.coder for a in found} == {"ann"}
    assert found[0].label == "favour"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"answer": "maybe"}, r'row 2 \(to line \d+\): answer "maybe" is none of'),
        ({"answer": ""}, "no answers yet"),
        ({"answer": "none", "topic": "weather"}, r'row 2 \(to line \d+\): no topic "weather"'),
        ({"answer": "none", "statement_id": "gone"}, "no statement gone any more"),
    ],
)
def test_a_bad_sheet_is_told(built: Path, tmp_path: Path, change: dict[str, str], message: str) -> None:
    sheet = tmp_path / "a.csv"
    with Map.open(built) as store:
        pair = next((row["statement"], row["topic"]) for row in queue(store))
        write_sheet(store, [(case_of(*pair), *pair)], sheet)
        rows = [row | change for _, row in read_csv(sheet, ())]
        write_csv(rows, sheet)
        with pytest.raises(DiscourseError, match=message):
            read_sheet(store, sheet, "ann")
        write_csv([row | {"answer": "none"} for row in [rows[0], rows[0]]], sheet)
        with pytest.raises(DiscourseError, match=r"row 3 .*: the same statement and topic as in row 2"):
            read_sheet(store, sheet, "ann")


def test_a_coder_who_writes_none_out_says_nothing_by_silence() -> None:
    assert [dict(u.labels) for u in units([*ANN, *BO], "stance:x")] == [
        {"ann": "favour", "bo": "favour"}, {"ann": "against", "bo": "none"}, {"ann": "none", "bo": "none"},
    ]  # fmt: skip
    both = [*ANN, *BO, *coded("bo", None, None, None, "favour", topic="y")]
    assert len(units(both, "stance:x")) == 3, "bo judged the last stretch, but on another topic"
    silent = [a for a in both if a.label != "none"]
    assert [u.labels["bo"] for u in units(silent, "stance:x")] == ["favour", "none"]
    assert next(row for row in label_agreement([*ANN, *BO]) if row["layer"] == "stance:x")["units"] == 3


def test_a_sheet_of_disagreements_settles_them_and_gold_is_the_rest(tmp_path: Path) -> None:
    sheet, decisions = tmp_path / "cases.csv", tmp_path / "decisions.jsonl"
    both = [*ANN, *BO]
    assert adjudicate.write_cases(both, [], sheet) == 1
    row = next(row for _, row in read_csv(sheet, ()))
    assert (row["quotation"], row["votes"]) == ("It costs much.", "ann: against; bo: none")
    assert row["open"] == "/statements/s15"
    with pytest.raises(DiscourseError, match="no decisions yet"):
        adjudicate.decide_all(both, [], sheet, who="cy", at="2024-07-01")
    filled(sheet, "label", ["perhaps"])
    with pytest.raises(DiscourseError, match=r'line 2: no coder uses the label "perhaps"'):
        adjudicate.decide_all(both, [], sheet, who="cy", at="2024-07-01")
    assert len(adjudicate.gold(both, [])[1]) == 1
    for label, at in (("none", "2024-07-01"), ("against", "2024-07-02")):
        filled(sheet, "label", [label])
        history = read_annotations(decisions) if decisions.exists() else []
        adjudicate.record(decisions, adjudicate.decide_all(both, history, sheet, who="cy", at=at))
    history = read_annotations(decisions)
    assert [a.attribute("replaces") for a in history] == [None, history[0].id]
    found, left = adjudicate.gold(both, history)
    assert not left
    assert [(a.quotation, a.label, a.attribute("statement")) for a in found] == [
        ("It works well.", "favour", "s0"), ("It costs much.", "against", "s15"), ("Nobody knows.", "none", "s30"),
    ]  # fmt: skip
    assert {a.coder for a in found} == {"gold"}
    assert adjudicate.write_cases(both, history, tmp_path / "more.csv") == 0


def test_codings_become_examples(tmp_path: Path) -> None:
    last = replace(ANN[0], label="none", id="later")
    found = codings([*ANN, *coded("ann", "against", topic="y"), last], TOPICS, "a")
    assert found[0] == Coding("It works.", "It works well.", "none"), "the last decision holds"
    assert Coding("It is cheap.", "It works well.", "against") in found
    assert len(found) == 5
    with pytest.raises(DiscourseError, match="ann and bo differ on “It costs much"):
        codings([*ANN, *BO], TOPICS, "a")
    with pytest.raises(DiscourseError, match='no topic "x" in the codebook'):
        codings(ANN, TOPICS[1:], "a")
    with pytest.raises(DiscourseError, match='"maybe" is none of'):
        codings(coded("ann", "maybe"), TOPICS, "a")


def test_files_of_codings_stand_beside_files_of_examples(tmp_path: Path) -> None:
    gold, plain = tmp_path / "gold.jsonl", tmp_path / "plain.csv"
    write_annotations(ANN, gold)
    plain.write_text("target,text,stance\nIt works.,Fine.,favour\n", encoding="utf-8")
    assert (is_coded(gold), is_coded(plain), is_coded(tmp_path)) == (True, False, False)
    with as_files([gold, plain], TOPICS) as (first, second):
        assert second == plain
        assert [(x.target, x.label) for x in read_examples(first)] == [
            ("It works.", FAVOUR), ("It works.", AGAINST), ("It works.", NONE), ("It works.", FAVOUR),
        ]  # fmt: skip
    assert not first.exists()
    write_annotations([mark(TEXT, 0, 8, "cue", "said", "ann")], gold)
    with pytest.raises(DiscourseError, match="no stances in it"), as_files([gold], TOPICS):
        pass


class Fixed:
    """A model that always answers with these sides."""

    fingerprint = "fixed"
    threshold = 0.5

    def __init__(self, name: str, sides: list[int]) -> None:
        self.name, self.sides = name, sides

    def predict(self, pairs: Any) -> Any:
        return np.eye(3, dtype=np.float32)[self.sides]


def test_lift_is_what_the_second_gains_over_the_same_draws() -> None:
    labels = [FAVOUR, AGAINST, NONE, FAVOUR] * 5
    examples = [Example("t", str(i), label) for i, label in enumerate(labels)]
    poor = Fixed("poor", [FAVOUR, NONE, NONE, AGAINST] * 5)
    found = lift(examples, poor, Fixed("good", labels))
    assert found["accuracy"]["lift"] == 0.5
    assert 0 < found["accuracy"]["low"] <= 0.5 <= found["accuracy"]["high"]
    assert lift(examples, poor, poor)["macro_f1"] == {"lift": 0.0, "low": 0.0, "high": 0.0}
    assert found["f1_shown"]["lift"] > 0.5


@pytest.mark.usefixtures("use_fakes")
def test_the_loop_from_queue_to_lift(gold: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the sample's gold map, so that a coder who copies it is never wrong; the models read bags of words."""
    monkeypatch.chdir(tmp_path)
    book = Path(__file__).parents[1] / "corpus" / "sample" / "codebook.toml"
    with Map.open(gold) as store:
        right = {(row["statement"], row["topic"]): row["machine"] for row in queue(store, 10_000)}
    for name in ("ann", "bo"):
        run("annotations", "queue", f"{name}.csv", "--limit", 150, "--map", gold)
    assert Path("ann.csv").read_bytes() == Path("bo.csv").read_bytes()
    with pytest.raises(DiscourseError, match="exists already"):
        run("annotations", "queue", "ann.csv", "--map", gold)
    rows = [row for _, row in read_csv(Path("ann.csv"), ())]
    answers = [right.get((row["statement_id"], row["topic"]), "none") for row in rows]
    filled(Path("ann.csv"), "answer", answers)
    filled(Path("bo.csv"), "answer", ["none", *answers[1:]])
    for name in ("ann", "bo"):
        run("annotations", "import", f"{name}.csv", f"{name}.jsonl", "--from", "sheet", "--coder", name, "--map", gold)
    with pytest.raises(DiscourseError, match="add --coder and --map"):
        run("annotations", "import", "ann.csv", "x.jsonl", "--from", "sheet")
    table = json.loads(run("annotations", "agreement", "ann.jsonl", "bo.jsonl", "--format", "json").stdout)
    assert next(row for row in table if row["layer"] == "stance")["agreed"] == pytest.approx(149 / 150, abs=1e-4)
    coders = ("ann.jsonl", "bo.jsonl")
    run("annotations", "adjudicate", *coders, "--draw", "cases.csv")
    filled(Path("cases.csv"), "label", [answers[0]])
    run("annotations", "adjudicate", *coders, "--sheet", "cases.csv", "--by", "cy", "--decisions", "decisions.jsonl")
    told = run("annotations", "gold", "gold.jsonl", *coders, "--decisions", "decisions.jsonl")
    assert "wrote 150 annotations" in told.stderr
    assert "0 disagreements left open" in told.stderr
    with pytest.raises(DiscourseError, match="name another"):
        run("annotations", "gold", "decisions.jsonl", *coders, "--decisions", "decisions.jsonl")
    left = json.loads(
        run(
            "annotations", "queue", "--judged", "gold.jsonl", "--limit", 10_000, "--map", gold, "--format", "json"
        ).stdout
    )
    assert len(left) == len(right) - 150
    run("train", "--data", "gold.jsonl", "--codebook", book, "--out", "mine")
    rest = left[:60]
    with Map.open(gold) as store:
        cases = [("c", row["statement"], row["topic"]) for row in rest]
        write_sheet(store, cases, Path("held.csv"))
    filled(Path("held.csv"), "answer", [row["machine"] for row in rest])
    run("annotations", "import", "held.csv", "held.jsonl", "--from", "sheet", "--coder", "ann", "--map", gold)
    measure = ("evaluate", "stance", "--data", "held.jsonl", "--model", "mine", "--before", "mine", "--codebook", book)
    found = json.loads(run(*measure, "--learn-from", "gold.jsonl").stdout)
    assert found["lift"]["accuracy"] == {"lift": 0.0, "low": 0.0, "high": 0.0}
    assert found["learning_curve"][-1]["examples"] == 150
    assert found["hint"].startswith(("go on", "enough", "too early"))
    assert "Lift: accuracy +0.000" in run(*measure, "--md").stdout
    more = run("annotations", "queue", "--by", "disagreement", "--second", "mine", "--map", gold, "--format", "json")
    ranked = [row["disagreement"] for row in json.loads(more.stdout)]
    assert ranked == sorted(ranked, reverse=True)
    assert ranked[0] > 0
