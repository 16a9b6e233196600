"""Quality floors: the shipped models on the sample's gold, and on outside data where it is given."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
FLOORS: dict[str, Any] = json.loads((ROOT / "annotations/baseline.json").read_text(encoding="utf-8"))
NOISE = 0.005
"""How much a figure may differ from one processor to another: quantised models round differently."""


def figure(figures: dict[str, Any], name: str) -> float:
    value: Any = figures
    for part in name.split("."):
        value = value[part]
    return float(value)


def hold(figures: dict[str, Any], floors: dict[str, float]) -> None:
    fallen = {
        name: (figure(figures, name), floor) for name, floor in floors.items() if figure(figures, name) < floor - NOISE
    }
    assert not fallen, f"(measured, floor): {fallen}"


@pytest.mark.models
def test_the_sample() -> None:
    from discourse.evaluate.sample import evaluate_sample

    figures = evaluate_sample()
    assert figures["gold_digest"] == FLOORS["sample"]["gold_digest"], "the gold changed: measure again, set the floors"
    assert not figures["lost"], "gold quotations that are no longer on their page"
    hold(figures, FLOORS["sample"]["floors"])


@pytest.mark.soak
@pytest.mark.data
def test_web_pages() -> None:
    from discourse.evaluate.extraction import evaluate_extraction

    data = os.environ.get("DISCOURSE_DATA")
    if not data:
        pytest.skip("DISCOURSE_DATA is not set")
    figures = evaluate_extraction(Path(data) / "extraction" / "wcxb-dev")
    assert figures["data"] == FLOORS["extraction"]["data"], "other pages: measure again, set the floors"
    hold(figures, FLOORS["extraction"]["floors"])
    ours, theirs = (figures[name]["f1"] for name in ("discourse", "trafilatura"))
    assert not {kind: (ours[kind], theirs[kind]) for kind in theirs if ours[kind] < theirs[kind]}
