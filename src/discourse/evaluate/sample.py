"""The sample's gold against what the shipped models make of its pages."""

from __future__ import annotations

from typing import Any

from discourse import resources
from discourse.codebook import load_codebook
from discourse.collect import gather
from discourse.evaluate.gold import Analysed, evaluate_gold
from discourse.pipeline import analyse, load_stages
from discourse.run_report import RunReport


def evaluate_sample() -> dict[str, Any]:
    """Figures of `evaluate_gold` for `annotations/sample`, with the shipped models; only in a checkout."""
    pages, gold = resources.path("corpus/sample"), resources.path("annotations/sample")
    stages = load_stages(load_codebook(pages / "codebook.toml"))

    def of_page(name: str) -> Analysed:
        documents, statements, stances = next(analyse(gather([str(pages / name)]), stages, RunReport()))
        return documents, statements, [s for s in stances if s.confidence >= stages.model.threshold]

    return evaluate_gold(gold, of_page)
