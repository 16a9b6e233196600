"""Words a second of the English pipeline on one core, and the share of each component.

    python scripts/bench_english.py PATH...

PATH are pages as `discourse build` takes them; their first 20,000 words are read, paragraph by paragraph. Processor
time, the middle of three runs after a warm-up; `spread` is the range of the three over their middle, `clock` how much
longer the clock ran than the processor worked: what other work on the machine took. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Sequence

import spacy
from thinc.api import NumpyOps, set_current_ops
from threadpoolctl import threadpool_limits

from discourse.collect import gather
from discourse.extract import extract

WORDS = 20_000


def paragraphs(paths: Sequence[str], most: int) -> list[str]:
    """The paragraphs of the pages' documents, as many as hold so many words."""
    found: list[str] = []
    words = 0
    for page in gather(list(paths)):
        for document in extract(page):
            for block in document.blocks:
                if block.type in ("paragraph", "list", "quotation"):
                    found.append(document.text[block.start : block.end])
                    words += len(found[-1].split())
                if words >= most:
                    return found
    return found


def run(nlp: spacy.language.Language, texts: Sequence[str]) -> tuple[dict[str, float], float]:
    """Seconds of processor time of each component in one pass over the texts, and seconds by the clock in all."""
    taken: dict[str, float] = {}
    started = time.perf_counter()
    worked = time.process_time()
    docs = [nlp.make_doc(text) for text in texts]
    taken["tokenizer"] = time.process_time() - worked
    for name, component in nlp.pipeline:
        worked = time.process_time()
        batches = getattr(component, "pipe", None)
        docs = list(batches(docs, batch_size=nlp.batch_size)) if batches else [component(doc) for doc in docs]
        taken[name] = time.process_time() - worked
    return taken, time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--pipeline", default="models/english")
    options = parser.parse_args()
    set_current_ops(NumpyOps(use_blis=False))  # as attribution does
    nlp = spacy.load(options.pipeline)
    texts = paragraphs(options.paths, WORDS)
    words = sum(len(text.split()) for text in texts)
    with threadpool_limits(1):
        run(nlp, texts[:50])
        runs = [run(nlp, texts) for _ in range(3)]
    totals = sorted(sum(taken.values()) for taken, _ in runs)
    middle = {name: statistics.median(taken[name] for taken, _ in runs) for name in runs[0][0]}
    tokens = sum(len(nlp.make_doc(text)) for text in texts)
    report = {
        "words": words,
        "tokens": tokens,
        "words_a_second": round(words / totals[1]),
        "spread": round((totals[2] - totals[0]) / totals[1], 2),
        "clock": round(statistics.median(clock / sum(taken.values()) for taken, clock in runs), 1),
        "share": {name: round(taken / sum(middle.values()), 3) for name, taken in middle.items()},
        "microseconds_a_token": {name: round(1e6 * taken / tokens, 1) for name, taken in middle.items()},
    }
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
