"""Agreement against published worked examples, an independent reading of the formulas, and the audit's rules."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discourse.agreement import adjudicate, audit, disagreements, label_agreement, span_agreement, units
from discourse.agreement.bootstrap import interval
from discourse.agreement.coefficients import alpha, cohen, fleiss, percent, tabulate
from discourse.agreement.unitizing import alpha_u, continuum, f1_counts, f1_exact, f1_overlap
from discourse.annotations import Annotation, Text, mark
from discourse.errors import DiscourseError
from discourse.formats.flat import read_csv, write_csv
from discourse.formats.standoff import read_annotations
from discourse.store import Map

# Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability": examples A, B and C.
BINARY = [(0, 1), (1, 1), (0, 1), (0, 0), (0, 0), (0, 1), (0, 0), (0, 0), (1, 0), (0, 0)]
NOMINAL = list(zip("aabbdcccedda", "babbbcccedddd"[:12], strict=True))
MISSING = [
    [1, 1, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4], [4, 4, 4, 4], [1, 1, 2, 1],
    [2, 2, 2, 2], [5, 5, 5], [1, 1], [3],
]  # fmt: skip
# Fleiss (1971) as worked in the article "Fleiss' kappa": ten subjects, fourteen raters, five categories.
FLEISS = [
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1], [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "labels", "level", "published"),
    [
        (BINARY, (0, 1), "nominal", 0.095),
        (NOMINAL, tuple("abcde"), "nominal", 0.692),
        (MISSING, (1, 2, 3, 4, 5), "nominal", 0.743),
        (MISSING, (1, 2, 3, 4, 5), "ordinal", 0.815),
    ],
)
def test_alpha_as_krippendorff_worked_it(data: list, labels: tuple, level: str, published: float) -> None:
    assert alpha(tabulate(data, labels), level) == pytest.approx(published, abs=0.0006)  # type: ignore[arg-type]


def test_kappa_as_published() -> None:
    assert fleiss(np.array(FLEISS, dtype=float)) == pytest.approx(0.210, abs=0.0005)
    # Fleiss, Levin and Paik (2003), table 18.1.
    assert cohen(np.array([[75, 1, 4], [5, 4, 1], [0, 0, 10]], dtype=float)) == pytest.approx(0.68, abs=0.005)
    assert cohen(np.array([[20, 5], [10, 15]], dtype=float)) == pytest.approx(0.4)


def test_what_is_undefined_is_none() -> None:
    assert alpha(tabulate([(1, 1), (1, 1)], (1, 2))) is None
    assert alpha(tabulate([(1,), (2,)], (1, 2))) is None
    assert cohen(np.zeros((2, 2))) is None
    assert cohen(np.array([[3.0, 0], [0, 0]])) is None
    assert percent(tabulate([(1,)], (1, 2))) is None
    with pytest.raises(ValueError, match="same number"):
        fleiss(np.array([[2.0, 0], [1, 0]]))


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=3, max_size=30), st.integers(1, 4))
def test_weights_are_repetitions(pairs: list[tuple[str, str]], times: int) -> None:
    counts = tabulate(pairs, "abc")
    weights = np.ones(len(pairs))
    weights[0] = times
    repeated = tabulate([pairs[0]] * (times - 1) + pairs, "abc")
    for level in ("nominal", "ordinal"):
        assert alpha(counts, level, weights) == pytest.approx(alpha(repeated, level))  # type: ignore[arg-type]
    assert fleiss(counts, weights) == pytest.approx(fleiss(repeated))


def literal_alpha_u(length: int, units_by_coder: list[list[tuple[int, int]]]) -> float | None:
    """The formulas of Krippendorff (2004) read word by word, with every pair of sections looked at."""
    sections = []
    for spans in units_by_coder:
        mine, place = [], 0
        for start, end in sorted(spans):
            if start > place:
                mine.append((place, start - place, 0))
            mine.append((start, end - start, 1))
            place = end
        if place < length:
            mine.append((place, length - place, 0))
        sections.append(mine)
    m, observed, expected = len(sections), 0.0, 0.0
    for i, ours in enumerate(sections):
        for j, theirs in enumerate(sections):
            for b, n, v in ours if i != j else ():
                for c, k, w in theirs:
                    if v and w and -n < b - c < k:
                        observed += (b - c) ** 2 + (b + n - c - k) ** 2
                    elif v and not w and k - n >= b - c >= 0:
                        observed += n * n
                    elif w and not v and n - k >= c - b >= 0:
                        observed += k * k
    everything = [section for mine in sections for section in mine]
    number = sum(v for _, _, v in everything)
    for _, n, v in everything:
        if v:
            expected += (number - 1) / 3 * (2 * n**3 - 3 * n**2 + n)
            expected += n**2 * sum(k - n + 1 for _, k, w in everything if not w and k >= n)
    expected *= 2 / length / (m * length * (m * length - 1) - sum(v * n * (n - 1) for _, n, v in everything))
    return 1 - observed / (m * (m - 1) * length**2) / expected if expected > 0 else None


@st.composite
def spans(draw: st.DrawFn) -> list[tuple[int, int]]:
    """Spans that neither overlap nor touch."""
    cuts = sorted(draw(st.sets(st.integers(0, 60), max_size=8)))
    return [(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]


@settings(max_examples=200)
@given(st.lists(spans(), min_size=2, max_size=4))
def test_unitizing_alpha_agrees_with_its_formulas_read_word_by_word(coders: list[list[tuple[int, int]]]) -> None:
    made = alpha_u([[continuum(60, {str(i): units for i, units in enumerate(coders)})]], len(coders))
    expected = literal_alpha_u(60, coders)
    assert (made is None) == (expected is None)
    assert made == pytest.approx(expected)


def test_unitizing_alpha_rises_with_agreement() -> None:
    whole = [(10, 30), (50, 60)]
    values = [
        alpha_u([[continuum(100, {"a": whole, "b": other})]], 2)
        for other in ([(35, 45), (70, 90)], [(15, 30), (50, 64)], [(10, 30), (50, 61)], whole)
    ]
    assert values == sorted(values, key=float)  # type: ignore[arg-type]
    assert values[0] is not None
    assert values[0] < 0
    assert values[-1] == 1


def test_spans_by_place_and_by_overlap() -> None:
    ours = [(0, 10, "x"), (20, 30, "x"), (40, 50, "y")]
    theirs = [(0, 10, "x"), (29, 35, "x"), (40, 50, "x")]
    counts = f1_counts(ours, theirs)
    assert f1_exact(counts) == pytest.approx(1 / 3)
    assert f1_overlap(counts) == pytest.approx(2 / 3)
    assert f1_exact(f1_counts([], [])) is None
    assert f1_overlap(f1_counts(ours, [])) == 0


@given(spans(), spans())
def test_overlap_is_counted_as_a_search_of_all_pairs_would(one: list[tuple[int, int]], two: list) -> None:
    counts = f1_counts([(*s, "x") for s in one], [(*s, "x") for s in two])
    assert counts[3] == sum(any(a < d and c < b for c, d in two) for a, b in one)
    assert counts[4] == sum(any(a < d and c < b for c, d in one) for a, b in two)


def test_an_interval_is_reproducible_and_narrows() -> None:
    def mean(of: int) -> tuple[float, float]:
        values = np.arange(of) % 2
        found = interval(lambda w: float((w * values).sum() / w.sum()), of, seed=3)
        assert found is not None
        return found

    assert mean(20) == mean(20)
    assert mean(20)[1] - mean(20)[0] > mean(2000)[1] - mean(2000)[0]
    assert interval(lambda w: 1.0, 1, seed=0) is None


TEXT = Text("d", "Ann said it works well. Bo said it fails. Cy agreed.")


def coded(coder: str, *found: tuple[int, int, str, str], time: str | None = None) -> list[Annotation]:
    return [mark(TEXT, s, e, layer, label, coder, time=time) for s, e, layer, label in found]


SPEECH = [(9, 22, "statement", "indirect"), (32, 40, "statement", "indirect")]
ANN = coded("ann", *SPEECH, (9, 22, "stance:x", "favour"), (32, 40, "stance:x", "against"), time="2024-05-02")
BO = coded("bo", *SPEECH, (9, 22, "stance:x", "favour"), time="2024-06-01")


def test_a_stretch_that_both_marked_and_one_left_without_a_stance_is_none() -> None:
    found = units([*ANN, *BO], "stance:x")
    assert [dict(u.labels) for u in found] == [{"ann": "favour", "bo": "favour"}, {"ann": "against", "bo": "none"}]
    assert found[0].month == "2024-06"
    alone = coded("cy", (42, 51, "statement", "authored"))
    assert units([*ANN, *BO, *alone], "stance:x") == found


def test_rows_name_layer_coders_and_measures() -> None:
    rows = label_agreement([*ANN, *BO])
    stance = next(row for row in rows if row["layer"] == "stance:x")
    assert (stance["coders"], stance["units"], stance["agreed"]) == ("ann × bo", 2, 0.5)
    assert stance["alpha"] == pytest.approx(alpha(tabulate([("f", "f"), ("a", "n")], "fan")), abs=1e-4)
    assert stance["alpha_ordinal"] != stance["alpha"]
    assert next(row for row in rows if row["layer"] == "statement")["alpha"] is None
    third = [replace(a, coder="cy", id=a.id + "c") for a in BO]
    groups = {row["coders"] for row in label_agreement([*ANN, *BO, *third])}
    assert groups == {"ann × bo × cy", "ann × bo", "ann × cy", "bo × cy"}


def test_only_documents_that_all_annotated_count_for_spans() -> None:
    other = Text("e", "Only Ann read this one.")
    alone = [mark(other, 0, 4, "statement", "direct", "ann")]
    rows = span_agreement([*ANN, *BO, *alone], {"d": len(TEXT.text), "e": len(other.text)})
    row = next(row for row in rows if row["layer"] == "statement")
    assert (row["documents"], row["alpha_u"], row["f1_exact"]) == (1, 1.0, 1.0)


def test_disagreements_open_the_case() -> None:
    assert disagreements([*ANN, *BO]) == [
        {
            "document": "d", "start": 32, "end": 40, "layer": "stance:x", "quotation": "it fails",
            "labels": {"ann": "against", "bo": "none"}, "open": "/documents/d",
        }
    ]  # fmt: skip


def test_decisions_are_added_and_the_last_one_stands(tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    both = [*ANN, *BO]
    for label, at in (("against", "2024-07-01"), ("none", "2024-07-02")):
        history = read_annotations(gold) if gold.exists() else []
        decision = adjudicate.decide(both, history, "d", 32, 40, "stance:x", label, who="cy", at=at, why="re-read")
        adjudicate.record(gold, [decision])
    history = read_annotations(gold)
    assert [a.label for a in history] == ["against", "none"]
    assert history[0].attribute("votes") == "ann: against; bo: none"
    assert history[1].attribute("replaces") == history[0].id
    assert [a.label for a in adjudicate.settled(history).values()] == ["none"]
    with pytest.raises(DiscourseError, match="nobody marked"):
        adjudicate.decide(both, history, "d", 0, 3, "stance:x", "none", who="cy", at="2024-07-03")


def fill(sheet: Path, answers: list[str]) -> None:
    rows = [row for _, row in read_csv(sheet, ("case",))]
    write_csv([row | {"answer": answer} for row, answer in zip(rows, answers, strict=True)], sheet)


def test_an_audit_hides_the_machine_and_draws_alike(built: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "audit.csv"
    with Map.open(built) as store:
        cases = audit.draw(store, 8, seed=5)
        assert cases == audit.draw(store, 8, seed=5)
        assert cases != audit.draw(store, 8, seed=6)
        audit.write_sheet(store, cases, sheet)
    header, *_ = sheet.read_text(encoding="utf-8").splitlines()
    assert not {"machine", "confidence", "stance", "stratum"} & set(header.split(","))
    key = audit.read_key(audit.key_path(sheet))
    assert list(key.values()) == cases
    assert sum(case.weight for case in cases) >= len(cases)


def test_strata_are_shared_evenly_and_weights_stand_for_the_map(built: Path) -> None:
    with Map.open(built) as store:
        everything = audit.draw(store, 10_000)
        some = audit.draw(store, 6)
    assert {case.weight for case in everything} == {1.0}
    assert len(some) == 6
    strata = {case.stratum for case in everything}
    assert len({case.stratum for case in some}) == min(6, len(strata))


def test_a_sample_smaller_than_the_strata_is_drawn_from_any_of_them(built: Path) -> None:
    with Map.open(built) as store:
        population = len(audit.draw(store, 10_000))
        drawn = [audit.draw(store, 2, seed=seed) for seed in range(200)]
    strata = {case.stratum for cases in drawn for case in cases}
    assert len(strata) > 2
    totals = [sum(case.weight for case in cases) for cases in drawn]
    assert sum(totals) / len(totals) == pytest.approx(population, rel=0.15)


def test_a_coder_who_agrees_scores_full_marks(built: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "audit.csv"
    with Map.open(built) as store:
        cases = audit.draw(store, 50)
        audit.write_sheet(store, cases, sheet)
        fill(sheet, [case.machine for case in cases])
        key = audit.read_key(audit.key_path(sheet))
        given = audit.answers(sheet, key)
        result = audit.score(key.values(), given)
        people = audit.as_annotations(store, key.values(), given, "bo")
    assert (result["accuracy"], result["alpha"], result["cohen"]) == (1.0, 1.0, 1.0)
    assert {row["class"] for row in result["classes"]} == {"favour", "against", "none"}
    assert len(people) == len(cases)
    assert {a.label for a in people} == {"favour", "against", "none"}


def test_precision_and_recall_stand_for_the_map() -> None:
    def case(name: str, machine: str, weight: float) -> audit.Case:
        return audit.Case(name, name, "t", machine, 0.9, machine, weight)

    cases = [case("a", "favour", 1), case("b", "favour", 1), case("c", "none", 8)]
    result = audit.score(cases, {"a": "favour", "b": "none", "c": "favour"})
    favour = next(row for row in result["classes"] if row["class"] == "favour")
    assert favour["precision"] == 0.5
    assert favour["recall"] == pytest.approx(1 / 9, abs=1e-4)
    assert result["accuracy"] == 0.1


@pytest.mark.parametrize(
    ("answers", "message"),
    [(["maybe", "none"], r"row 2 \(to line \d+\): answer \"maybe\" is none of"), (["", ""], "no answers yet")],
)
def test_a_bad_sheet_is_told_with_its_line(built: Path, tmp_path: Path, answers: list[str], message: str) -> None:
    sheet = tmp_path / "audit.csv"
    with Map.open(built) as store:
        audit.write_sheet(store, audit.draw(store, 2), sheet)
    fill(sheet, answers)
    with pytest.raises(DiscourseError, match=message):
        audit.answers(sheet, audit.read_key(audit.key_path(sheet)))
