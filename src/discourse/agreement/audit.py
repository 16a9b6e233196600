"""A blinded audit: pairs of statement and topic drawn from a map, judged by a person without the machine's answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from discourse.agreement import sheet as sheets
from discourse.agreement.bootstrap import interval
from discourse.agreement.coefficients import alpha, cohen, tabulate
from discourse.agreement.sheet import ANSWERS
from discourse.annotations import Annotation
from discourse.errors import DiscourseError
from discourse.formats.base import an_object, json_lines, writing
from discourse.formats.flat import read_csv
from discourse.records import make_id
from discourse.store import read, tables
from discourse.store.map import Map

STRATA = ("topic", "confidence")
_BANDS = (0.8, 0.95)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One drawn pair with the machine's answer, which the coder does not see."""

    case: str
    statement: str
    topic: str
    machine: str
    confidence: float | None
    stratum: str
    weight: float
    """How many pairs of the map it stands for."""


def draw(store: Map, sample: int = 200, stratify: Sequence[str] = STRATA, seed: int = 0) -> list[Case]:
    """Cases drawn evenly from the strata, in an order that tells nothing; the same map and seed give the same cases.

    The strata are topics, and bands of confidence: none (the model found no stance), unshown (below the display
    threshold), and three above it. A DiscourseError where the map has no statement or a stratum is not known.
    """
    unknown = [name for name in stratify if name not in STRATA]
    if unknown:
        raise DiscourseError(f'cannot stratify by "{unknown[0]}": topic and confidence are what there is')
    strata = _strata(store, stratify)
    if not strata:
        raise DiscourseError(f"{store.path}: no statements to audit: `discourse run` makes some")
    generator = np.random.default_rng(seed)
    # Where there are more strata than cases, chance says which are drawn from, and those stand for the others.
    order = [sorted(strata)[i] for i in generator.permutation(len(strata))]
    share = _allocate({name: len(strata[name]) for name in order}, sample)
    standing_for = len(strata) / sum(wanted > 0 for wanted in share.values())
    cases = []
    for name in sorted(strata):
        pairs, wanted = strata[name], share[name]
        for i in sorted(generator.choice(len(pairs), wanted, replace=False).tolist()) if wanted else ():
            statement, topic, machine, confidence = pairs[i]
            case = make_id("audit", seed, statement, topic)
            cases.append(Case(case, statement, topic, machine, confidence, name, len(pairs) / wanted * standing_for))
    return [cases[i] for i in generator.permutation(len(cases))]


def _strata(store: Map, stratify: Sequence[str]) -> dict[str, list[tuple[str, str, str, float | None]]]:
    threshold = tables.threshold(store)
    topics = [topic["id"] for topic in json.loads(store.setting("topics") or "[]")]
    ids = [row["id"] for row in read.statements(store)]
    scored: dict[str, set[str]] = {topic: set() for topic in topics}
    strata: dict[str, list[tuple[str, str, str, float | None]]] = {}

    def put(topic: str, band: str, pair: tuple[str, str, str, float | None]) -> None:
        parts = [name for kind, name in (("topic", topic), ("confidence", band)) if kind in stratify]
        strata.setdefault(" ".join(parts) or "all", []).append(pair)

    for row in tables.stances(store):
        topic, confidence = row["topic"], float(row["confidence"])
        if topic in scored:
            scored[topic].add(row["statement_id"])
            shown = confidence >= threshold
            band = f"shown-{sum(confidence >= edge for edge in _BANDS)}" if shown else "unshown"
            put(topic, band, (row["statement_id"], topic, row["stance"] if shown else "none", confidence))
    for topic in topics:
        for statement in ids:
            if statement not in scored[topic]:
                put(topic, "none", (statement, topic, "none", None))
    return strata


def _allocate(sizes: dict[str, int], sample: int) -> dict[str, int]:
    """The sample shared out evenly in the order of the strata; small ones whole, their rest to the others."""
    share = dict.fromkeys(sizes, 0)
    left = min(sample, sum(sizes.values()))
    while left:
        open_ = [name for name in sizes if share[name] < sizes[name]]
        each, over = divmod(left, len(open_))
        for i, name in enumerate(open_):
            more = min(each + (i < over), sizes[name] - share[name])
            share[name] += more
            left -= more
    return share


def key_path(sheet: Path) -> Path:
    """Where the machine's answers to a sheet are kept."""
    return sheet.with_name(f"{sheet.stem}.key.jsonl")


def write_sheet(store: Map, cases: Sequence[Case], sheet: Path) -> None:
    """Writes the sheet to judge (CSV, "answer" and "note" empty) and beside it the key, which the coder leaves shut."""
    with writing(key_path(sheet)) as part:
        part.write_text("".join(json.dumps(asdict(case)) + "\n" for case in cases), encoding="utf-8")
    sheets.write_sheet(store, [(case.case, case.statement, case.topic) for case in cases], sheet)


def read_key(path: Path) -> dict[str, Case]:
    """The cases of a key, by id."""
    cases = {}
    for place, line in json_lines(path):
        try:
            case = Case(**an_object(line, place))
        except TypeError:
            raise DiscourseError(f"{place}: not the key of an audit: name the sheet that `audit` wrote") from None
        cases[case.case] = case
    return cases


def answers(sheet: Path, key: dict[str, Case]) -> dict[str, str]:
    """What the coder answered, by case; blank answers are left out, a wrong one is an error with its line."""
    found: dict[str, str] = {}
    for place, row in read_csv(sheet, ("case", "answer")):
        answer, case = row["answer"].strip().casefold(), row["case"]
        if case not in key:
            raise DiscourseError(f'{place}: no case "{case}" in {key_path(sheet).name}: sheet and key go together')
        if case in found:
            raise DiscourseError(f'{place}: case "{case}" stands twice')
        if answer and answer not in ANSWERS:
            raise DiscourseError(f'{place}: answer "{answer:.40}" is none of {", ".join(ANSWERS)}')
        if answer:
            found[case] = answer
    if not found:
        raise DiscourseError(f'{sheet}: no answers yet: fill in the column "answer" with {", ".join(ANSWERS)}')
    return found


def score(cases: Iterable[Case], given: dict[str, str], seed: int = 0) -> Row:
    """The machine against the coder: accuracy, and precision, recall and F1 of each class, weighted so that they
    stand for the whole map, with 95 % intervals; alpha and kappa of the drawn cases as they are."""
    judged = [case for case in cases if case.case in given]
    machine = np.array([ANSWERS.index(case.machine) for case in judged])
    person = np.array([ANSWERS.index(given[case.case]) for case in judged])
    weight = np.array([case.weight for case in judged])
    indicator = np.zeros((len(judged), 9))
    indicator[np.arange(len(judged)), machine * 3 + person] = 1
    plain = indicator.sum(axis=0).reshape(3, 3)

    def measured(which: int, name: str) -> Row:
        def of(draws: Any) -> float | None:
            return _measure((draws * weight @ indicator).reshape(3, 3), which, name)

        bounds = interval(of, len(judged), seed=seed)
        value = of(np.ones(len(judged)))
        return {
            name: _rounded(value),
            f"{name}_low": _rounded(bounds[0] if bounds else None),
            f"{name}_high": _rounded(bounds[1] if bounds else None),
        }

    classes = []
    for which, name in enumerate(ANSWERS):
        row: Row = {"class": name, "machine": int(plain[which].sum()), "coder": int(plain[:, which].sum())}
        for measure in ("precision", "recall", "f1"):
            row |= measured(which, measure)
        classes.append(row)
    counts = tabulate([[case.machine, given[case.case]] for case in judged], ANSWERS)
    return {
        "cases": len(judged),
        **measured(0, "accuracy"),
        "alpha": _rounded(alpha(counts)),
        "cohen": _rounded(cohen(plain)),
        "classes": classes,
        "topics": _by_topic(judged, given),
    }


def _measure(table: Any, which: int, name: str) -> float | None:
    hit = float(table[which, which])
    said, true = float(table[which].sum()), float(table[:, which].sum())
    if name == "accuracy":
        return float(np.trace(table) / table.sum()) if table.sum() else None
    if name == "precision":
        return hit / said if said else None
    if name == "recall":
        return hit / true if true else None
    return 2 * hit / (said + true) if said + true else None


def _by_topic(judged: Sequence[Case], given: dict[str, str]) -> list[Row]:
    rows = []
    for topic in sorted({case.topic for case in judged}):
        some = [case for case in judged if case.topic == topic]
        right = sum(case.weight for case in some if case.machine == given[case.case])
        rows.append(
            {"topic": topic, "cases": len(some), "accuracy": _rounded(right / sum(case.weight for case in some))}
        )
    return rows


def as_annotations(store: Map, cases: Iterable[Case], given: dict[str, str], coder: str) -> list[Annotation]:
    """The coder's answers as annotations of the layer "stance:TOPIC", "none" included."""
    judged: dict[sheets.Pair, tuple[str, str | None]] = {
        (case.statement, case.topic): (given[case.case], None) for case in cases if case.case in given
    }
    return sheets.in_texts(store, judged, coder)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
