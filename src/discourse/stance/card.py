"""The model card that training writes beside a model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from discourse.stance.examples import LABELS, Example
from discourse.stance.settings import Settings


def write_card(
    folder: Path,
    settings: Settings,
    examples: Sequence[Example],
    dev: Sequence[Example],
    *,
    sources: Sequence[Path],
    origin: str,
    shown: tuple[float, float],
) -> None:
    """Writes README.md: what the model is, what it was trained and calibrated on, what it may be used for.

    `shown` is precision and recall at the display threshold on `dev`. Licences are the user's to add: a set's
    file does not state them.
    """
    precision, recall = shown
    lines = [
        f"# {settings.name}",
        "",
        f"A {settings.kind} for stance: favour, against or none, of a text on a proposition. Trained from {origin}.",
        "",
        "| | examples | topics | " + " | ".join(LABELS) + " |",
        "|---|---|---|---|---|---|",
        _row("trained on", examples),
        _row("calibrated on", dev),
        "",
        "Data: " + ", ".join(f"`{source.name}`" for source in sources) + ". Add their licences before you share this.",
        "",
        f"- Temperature {settings.temperature}; a stance is shown from {settings.threshold} on: there, on topics that "
        f"were not trained on, precision is {precision:.2f} and recall {recall:.2f}.",
        "- The threshold was chosen on the same examples, so expect a little less.",
        "- A coded stance is a reading of one text by a machine. Political opinions are sensitive personal data: "
        "have a person review what you publish.",
        "",
    ]
    (folder / "README.md").write_text("\n".join(lines), encoding="utf-8")


def _row(name: str, examples: Sequence[Example]) -> str:
    counts = Counter(example.label for example in examples)
    topics = len({example.topic or example.target for example in examples})
    cells = " | ".join(str(counts[label]) for label in range(len(LABELS)))
    return f"| {name} | {len(examples)} | {topics} | {cells} |"
