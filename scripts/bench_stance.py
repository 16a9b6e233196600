"""Measures the stance model beside two baselines on every set at hand, and its speed beside PyTorch's.

    python scripts/bench_stance.py table --data DATA [--model FOLDER] [--out FILE.json]
    python scripts/bench_stance.py speed --trained FOLDER [--model FOLDER]

DATA holds the public sets in stance/ and keypoints/; sets that are not there are left out. The baselines are
fitted on the same written and public examples as the model. FOLDER of `speed --trained` holds the PyTorch weights.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from discourse.embed import MiniLM
from discourse.evaluate.sector import read_sector
from discourse.evaluate.stance import behaviour, evaluate_stance
from discourse.evaluate.stance_baselines import EmbeddingStance, TfidfStance
from discourse.stance import Pair, StanceModel, load_stance_model, mixture
from discourse.stance.examples import Example, parse_label, read_examples, read_rows

ROOT = Path(__file__).parents[1]
WRITTEN = ROOT / "annotations/stance"
BEHAVIOUR = ROOT / "annotations/behaviour/pairs.tsv"


class Remembering:
    """An embedder that encodes each text once: the same texts are embedded to mine, to fit and to measure."""

    def __init__(self, embedder: MiniLM) -> None:
        self.name, self.dimension = embedder.name, embedder.dimension
        self._embedder = embedder
        self._known: dict[str, NDArray[np.float32]] = {}

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known |= dict(zip(new, self._embedder.encode(new), strict=True))
        rows = [self._known[text] for text in texts]
        return np.vstack(rows) if rows else np.zeros((0, self.dimension), dtype=np.float32)


Read = Callable[[Path], list[Example]]


def sets(data: Path) -> dict[str, tuple[list[Example], bool]]:
    """Name of set → its examples, and whether it asks for one of two sides only."""
    found: dict[str, tuple[list[Example], bool]] = {
        "own dev propositions": (mixture.unseen(WRITTEN, neighbours=False), False),
        "own dev propositions, with neighbours": (mixture.unseen(WRITTEN, neighbours=True), False),
        "test propositions": (mixture.unseen_test(WRITTEN, neighbours=False), False),
        "test propositions, with neighbours": (mixture.unseen_test(WRITTEN, neighbours=True), False),
        "invented texts kept out, 12 topics": (mixture.running_text(WRITTEN), False),
        "invented texts of the test part, 12 topics": (mixture.test_text(WRITTEN), False),
        "own statements kept back, 12 topics": (mixture.kept_back_on(WRITTEN, mixture.codebook_topics(WRITTEN)), False),
    }
    coded = WRITTEN / "sector"
    if coded.is_dir() and (data / "sector").is_dir():
        found["real statements held out, 12 topics"] = (real_statements(data), False)
    public: tuple[tuple[str, str, bool, Read], ...] = (
        ("VAST dev, unseen topics", "stance/vast_dev.csv", False, _unseen_vast),
        ("Perspectrum dev", "stance/perspectrum.csv", True, lambda p: read_examples(p, split="dev")),
        ("ArgKP dev", "keypoints/argkp/arguments_dev.csv", True, read_examples),
        ("HanDeSeT, nothing trained on it", "stance/handeset.csv", True, read_examples),
    )
    for name, place, two_way, read in public:
        if (data / place).is_file():
            found[name] = (read(data / place), two_way)
    return found


def real_statements(data: Path) -> list[Example]:
    """The coded real statements that are held out, each on all topics of the codebook."""
    topics = {row["id"]: row["proposition"] for row in read_rows(WRITTEN / "propositions_codebook.tsv")}
    statements, _ = read_sector(WRITTEN / "sector", data)
    return [
        Example(proposition, x.text, parse_label(x.labels.get(topic, "none")), topic, x.context)
        for x in statements
        if x.split == "held-out"
        for topic, proposition in topics.items()
    ]


def _unseen_vast(path: Path) -> list[Example]:
    return [example for example in read_examples(path) if example.split == "0"]


def table(models: Sequence[StanceModel], chosen: dict[str, tuple[list[Example], bool]]) -> dict[str, Any]:
    """All figures, by set and model; prints a Markdown table as it goes."""
    print("| set | n | model | macro-F1 (95 %) | F_avg | accuracy | ECE | precision at recall .6 | shown: P, R |")
    print("|---|---|---|---|---|---|---|---|---|")
    results: dict[str, Any] = {}
    for name, (examples, two_way) in chosen.items():
        for model in models:
            found = evaluate_stance(examples, model, two_way=two_way)
            results.setdefault(name, {})[model.name] = found
            low, high = found["intervals"]["macro_f1"]
            print(
                f"| {name} | {len(examples)} | {model.name} | {found['macro_f1']:.3f} ({low:.2f}–{high:.2f}) | "
                f"{found['f_avg']:.3f} | {found['accuracy']:.3f} | {found['expected_calibration_error']:.3f} | "
                f"{found['precision_at_recall']['0.6']:.2f} | "
                f"{found['shown']['precision']:.2f}, {found['shown']['recall']:.2f} |",
                flush=True,
            )
    for model in models:
        found = behaviour(read_rows(BEHAVIOUR), model)
        results.setdefault("behaviour", {})[model.name] = found
        print(f"| behavioural pairs | {found['pairs']} | {model.name} | right {found['right']:.2f}, "
              f"relation holds {found['holds']:.2f} |||||| {found['by_kind']}", flush=True)  # fmt: skip
    return results


def speed(trained: Path, model: StanceModel, threads: int) -> None:
    """Pairs a second of the int8 model and of PyTorch float32 on the same pairs with as many threads."""
    import torch
    from tokenizers import Tokenizer

    from discourse.stance.model import segments
    from discourse.stance.training import load_classifier

    examples = mixture.unseen(WRITTEN, neighbours=True)[:600]
    pairs = [Pair(x.text, x.target) for x in examples]
    model.predict(pairs[:50])
    begun = time.perf_counter()
    ours = model.predict(pairs)
    per_second = len(pairs) / (time.perf_counter() - begun)
    torch.set_num_threads(threads)
    classifier = load_classifier(trained).eval()
    tokenizer = Tokenizer.from_file(str(trained / "tokenizer.json"))
    tokenizer.no_padding()
    encodings = tokenizer.encode_batch([segments(p.text, p.proposition) for p in pairs])
    order = sorted(range(len(pairs)), key=lambda i: len(encodings[i].ids))
    theirs = np.zeros((len(pairs), 3))
    begun = time.perf_counter()
    with torch.inference_mode():
        for start in range(0, len(order), 32):
            batch = order[start : start + 32]
            longest = max(len(encodings[i].ids) for i in batch)
            rows = [encodings[i] for i in batch]
            feed = {
                name: torch.tensor([getattr(e, part) + [0] * (longest - len(e.ids)) for e in rows])
                for name, part in (
                    ("input_ids", "ids"), ("attention_mask", "attention_mask"), ("token_type_ids", "type_ids")
                )
            }  # fmt: skip
            theirs[batch] = classifier(**feed).logits.numpy()
    reference = len(pairs) / (time.perf_counter() - begun)
    same = float((ours.argmax(axis=1) == theirs.argmax(axis=1)).mean())
    print(f"int8 ONNX {per_second:.0f} pairs/s, PyTorch float32 {reference:.0f} pairs/s: {per_second / reference:.2f} "
          f"times; {threads} threads; the same label for {same:.1%} of {len(pairs)} pairs")  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["table", "speed"])
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("DISCOURSE_DATA", ".")))
    parser.add_argument("--model", help="folder or name (default: the packaged model)")
    parser.add_argument("--trained", type=Path)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--out", type=Path)
    parser.add_argument("--no-baselines", dest="baselines", action="store_false")
    arguments = parser.parse_args()
    embedder = Remembering(MiniLM(threads=arguments.threads))
    model = load_stance_model(arguments.model, embedder=embedder, threads=arguments.threads)
    if arguments.what == "speed":
        if arguments.trained is None:
            parser.error("speed needs --trained")
        speed(arguments.trained, model, arguments.threads)
        return 0
    models: list[StanceModel] = [model]
    if arguments.baselines:
        leave_out = mixture.dev_propositions(WRITTEN)
        fitted_on = mixture.public(arguments.data, embedder.encode)
        fitted_on += mixture.written(WRITTEN, leave_out=leave_out)
        print(f"baselines are fitted on {len(fitted_on)} examples", file=sys.stderr)
        models += [TfidfStance(fitted_on), EmbeddingStance(fitted_on, embedder)]
    results = table(models, sets(arguments.data))
    if arguments.out:
        arguments.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
