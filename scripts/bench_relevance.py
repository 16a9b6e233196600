"""How well `--topic-filter` tells what bears on the codebook, and where its threshold lies.

    python scripts/bench_relevance.py --data DATA [--sample 40] [--seed 0]

Texts that bear on it: those in which annotations/stance/sector has a side on one of its topics. Texts that do not:
web articles on anything (WCXB), and debates of the same days of Hansard of which nobody annotated a statement (some
of these may bear on it all the same). Beside it, as a baseline, the share of a text's words that stand in the
codebook's propositions and terms. A third of the texts choose the threshold; figures are of the others.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Sequence
from pathlib import Path
from time import process_time

from sklearn.metrics import roc_auc_score

from discourse import resources
from discourse.codebook import Codebook, load_codebook
from discourse.collect.relevance import Relevance
from discourse.embed import load_embedder
from discourse.evaluate.sector import read_records, read_rows
from discourse.records import digest

SPEECHES = "sector/hansard/sector_speeches.jsonl"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sample", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    draw = random.Random(options.seed)
    bearing, debates = sector(options.data)
    groups = {"bearing": bearing, "debates": debates, "web": web(options.data)}
    texts = {name: draw.sample(sorted(found), min(options.sample, len(found))) for name, found in groups.items()}
    codebook = load_codebook(None)
    relevance = Relevance(codebook, load_embedder("minilm"))
    mark = digest("".join(digest(text) for name in texts for text in texts[name]))[:16]
    print({name: len(found) for name, found in texts.items()}, "digest", mark)
    started = process_time()
    scores = {name: [relevance.score(text)[0] for text in found] for name, found in texts.items()}
    spent = process_time() - started
    print(f"{sum(map(len, texts.values())) / spent:.1f} texts a second of processor time")
    report("this", scores, 0.01)
    words = vocabulary(codebook)
    report("share of words", {name: [share(text, words) for text in found] for name, found in texts.items()}, 0.001)


def report(name: str, scores: dict[str, list[float]], step: float) -> None:
    """Prints the areas under the curves, and what the threshold chosen on a third does to the rest."""
    for other in ("web", "debates"):
        labels = [1] * len(scores["bearing"]) + [0] * len(scores[other])
        area = roc_auc_score(labels, scores["bearing"] + scores[other])
        print(f"{name}: area under the curve against {other} {area:.3f}")
    candidates = [n * step for n in range(int(1 / step))]
    # Losing what bears on the topics is worse than keeping what does not: at most one text in twenty may go.
    threshold = max(c for c in candidates if kept(scores["bearing"][::3], c) >= 0.95)
    rest = {group: [value for place, value in enumerate(values) if place % 3] for group, values in scores.items()}
    shares = ", ".join(f"{group} {kept(values, threshold):.2f}" for group, values in rest.items())
    print(f"{name}: threshold {threshold:.3f} keeps of the other texts: {shares}")


def kept(scores: Sequence[float], threshold: float) -> float:
    """The share of scores that reach a threshold."""
    return sum(score >= threshold for score in scores) / len(scores)


def sector(data: Path) -> tuple[list[str], list[str]]:
    """Texts with a side on a topic, and debates of the same days without an annotated statement."""
    folder = resources.path("annotations") / "stance" / "sector"
    labels = {row["id"]: row["labels"] for row in read_rows(folder / "final.jsonl")}
    sides: dict[tuple[str, str | None], bool] = {}
    for row in read_rows(folder / "statements.jsonl"):
        key = (row["file"], row["record"])
        sides[key] = sides.get(key, False) or any(side != "none" for side in labels[row["id"]].values())
    bearing, others = [], []
    for file in sorted({file for file, _ in sides}):
        if file.endswith(".pdf"):
            continue  # Reports are much longer than the rest: they would be told by their length alone.
        for record in read_records(data, file):
            if sides.get((file, record.id)):
                bearing.append(record.document.text)
            elif (file, record.id) not in sides and file != SPEECHES and len(record.document.text.split()) > 100:
                others.append(record.document.text)
    return bearing, others


def web(data: Path) -> list[str]:
    """The main texts of WCXB's articles."""
    records = [json.loads(p.read_text()) for p in sorted((data / "extraction/wcxb-dev/ground-truth").glob("*.json"))]
    articles = [r for r in records if r["_internal"]["page_type"]["primary"] == "article"]
    return [r["ground_truth"]["main_content"] for r in articles]


def vocabulary(codebook: Codebook) -> set[str]:
    """The longer words of a codebook's topics."""
    said = " ".join(" ".join((t.name, t.proposition, *t.terms)) for t in codebook.topics)
    return set(re.findall(r"\w{5,}", said.lower()))


def share(text: str, words: set[str]) -> float:
    """The share of a text's words that are among these."""
    own = re.findall(r"\w+", text.lower())
    return sum(word in words for word in own) / max(len(own), 1)


if __name__ == "__main__":
    main()
