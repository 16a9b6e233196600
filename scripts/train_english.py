"""Trains the shipped English pipeline: the teacher's weights in spaCy 3.8, then senter and NER trained on.

    pip install sector-discourse spacy-lookups-data
    python scripts/train_english.py --data DATA --work WORK

DATA holds the texts in the folders english/ and sector/. WORK keeps the teacher's environment and what it
annotated. The teacher (spaCy's own en_core_web_sm 2.2.5) runs in an environment that is made there, or in the
one named with --teacher. One core is enough: about 20 minutes. Scores go to standard output as JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from pathlib import Path

import spacy
from spacy.language import Language
from thinc.api import NumpyOps, set_current_ops

from english.fit import blend, train, weights
from english.measure import crossner, own, run_on_words, scores, sentences
from english.package import save
from english.silver import Texts, read_texts
from english.student import add_rules, blank, build_student
from english.teacher import Teacher

ROOT = Path(__file__).parents[1]
SENTER_RATES = (0.002, 0.001, 0.0005, 0.0002)
NER_RATES = (0.0002, 0.0002, 0.0002, 0.00015, 0.0001, 0.00005)
NER_SHARE = 0.6
META = {
    "name": "sector_sm",
    "version": "1.0.0",
    "description": "English for the discourse of British public services: tagger, parser, sentences, lemmas, entities.",
    "license": "MIT AND CC-BY-SA-4.0",
    "author": "sector-discourse; teacher: en_core_web_sm 2.2.5 by Explosion",
}


def progress(message: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {message}", file=sys.stderr, flush=True)


def train_senter(nlp: Language, texts: Texts, rates: tuple[float, ...]) -> None:
    ewt = [r for r in texts.dev if r["source"] == "ewt"]

    def figures() -> str:
        with nlp.select_pipes(enable=["tok2vec", "senter"]):
            return f"sentences {sentences(run_on_words(nlp, ewt), ewt):.4f}"

    train(nlp, "senter", texts.for_senter, rates=rates, dropout=0.1, report=progress, scores=figures)


def train_ner(nlp: Language, texts: Texts, rates: tuple[float, ...]) -> None:
    def figures() -> str:
        with nlp.select_pipes(enable=["ner"]):
            return f"CrossNER {crossner(nlp, texts)['ours']:.4f}, our own {own(nlp, texts)['names']:.4f}"

    def records(rng: random.Random) -> list[dict[str, object]]:
        return texts.for_ner(nlp, rng)

    start = weights(nlp.get_pipe("ner").model)
    train(nlp, "ner", records, rates=rates, dropout=0.0, report=progress, scores=figures)
    blend(start, NER_SHARE)
    progress(f"ner blended with its start: {figures()}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--teacher", type=Path, help="environment of the teacher (default: made in WORK/teacher)")
    parser.add_argument("--annotations", type=Path, default=ROOT / "annotations/english/entities.jsonl")
    parser.add_argument("--out", type=Path, default=ROOT / "models/english")
    parser.add_argument("--measure-only", action="store_true", help="score the pipeline in --out, train nothing")
    options = parser.parse_args()
    # NumPy's matrix product is two to three times as fast as the one that thinc brings.
    set_current_ops(NumpyOps(use_blis=False))
    options.work.mkdir(parents=True, exist_ok=True)
    teacher = Teacher(options.teacher or options.work / "teacher", options.work)
    texts = read_texts(options.data, options.annotations, teacher, blank())
    if not options.measure_only:
        teacher.export()
        words = [word for record in texts.train for word in record["words"]]
        nlp = build_student(options.work, words)
        train_senter(nlp, texts, SENTER_RATES)
        train_ner(nlp, texts, NER_RATES)
        add_rules(nlp)
        nlp.meta.update(META)
        save(nlp, options.out)
    print(json.dumps(scores(spacy.load(options.out), texts, options.out), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
