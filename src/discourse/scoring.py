"""Pairs of target and text from a CSV file, with their stance."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from discourse.codebook import Codebook
from discourse.errors import DiscourseError

_LARGEST_CELL = 20_000
_LABELS = ("favour", "against", "none")


def score_pairs(path: Path, codebook: Codebook, model_name: str | None = None) -> list[dict[str, Any]]:
    """The rows of a CSV file with `stance` and `confidence` added; a target may be a topic id, a noun phrase or a
    proposition."""
    rows = read_pairs(path)
    if not rows:
        return []
    from discourse.embed import load_embedder
    from discourse.stance import Pair, load_stance_model

    model = load_stance_model(model_name, embedder=load_embedder())
    propositions = {topic.id: topic.proposition for topic in codebook.topics}
    pairs = [Pair(row["text"][:_LARGEST_CELL], propositions.get(row["target"], row["target"])) for row in rows]
    unique = list(dict.fromkeys(pairs))
    known = dict(zip(unique, model.predict(unique), strict=True))
    scored = []
    for row, pair in zip(rows, pairs, strict=True):
        best = int(known[pair].argmax()) if pair.text.strip() else _LABELS.index("none")
        confidence = float(known[pair][best]) if pair.text.strip() else 1.0
        scored.append(row | {"stance": _LABELS[best], "confidence": round(confidence, 4)})
    return scored


def read_pairs(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file that has columns `target` and `text`."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream, strict=True)
            missing = [name for name in ("target", "text") if name not in (reader.fieldnames or ())]
            if missing:
                raise DiscourseError(f"{path}: no column {' and no column '.join(missing)}: the first line names them")
            rows = []
            for row in reader:
                if None in row or any(value is None for value in row.values()):
                    raise DiscourseError(f"{path}, line {reader.line_num}: not as many cells as the first line names")
                rows.append(row)
            return rows
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DiscourseError(f"{path}: cannot be read as CSV in UTF-8 ({error})") from None
