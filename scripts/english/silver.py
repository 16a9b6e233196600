"""The texts of a training run: silver paragraphs, our own, CrossNER, and what is held out of each."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spacy.language import Language

from english.corpus import Record, tokenise
from english.corrections import correct
from english.gold import merge_crossner, own_record, read_crossner, read_own, split_own, vary
from english.teacher import Teacher
from english.texts import read_paragraphs

SILVER_SHARE = 0.5  # of the silver paragraphs, drawn anew for every epoch of the NER
OTHER_SHARE = 0.2  # of the paragraphs whose sentences are split by rule, drawn anew for every epoch of the senter
VARIANTS = 8


@dataclass(slots=True)
class Texts:
    """Annotated paragraphs: `free` is the held-out silver as the teacher reads it when nothing is prepared for it."""

    train: list[Record]
    dev: list[Record]
    free: list[Record]
    own_train: list[dict[str, Any]]
    own_dev: list[Record]
    own_teacher: list[Record]
    crossner_train: list[Record]
    crossner_dev: list[Record]
    crossner_teacher: list[Record]

    def for_senter(self, rng: random.Random) -> list[Record]:
        """Give the paragraphs of one epoch of the senter: UD EWT by its own sentences, a share of the others."""
        ewt = [r for r in self.train if r["source"] == "ewt"]
        others = [r for r in self.train if r["source"] != "ewt"]
        return ewt + rng.sample(others, int(len(others) * OTHER_SHARE))

    def for_ner(self, nlp: Language, rng: random.Random) -> list[Record]:
        """Give the paragraphs of one epoch of the NER: silver, our own with variants, CrossNER twice."""
        own = [own_record(nlp, item) for item in self.own_train]
        own += [own_record(nlp, vary(item, rng)) for _ in range(VARIANTS) for item in self.own_train]
        rng.shuffle(own)
        return [r for r in self.train if rng.random() < SILVER_SHARE] + own + self.crossner_train * 2


def read_texts(data: Path, annotations: Path, teacher: Teacher, nlp: Language) -> Texts:
    """Read all texts, have the teacher annotate them, and put its known errors right in the training part."""
    records = list(tokenise(nlp, read_paragraphs(data)))
    dev = [r for r in records if r["split"] == "dev"]
    train = teacher.annotate("train", (r for r in records if r["split"] == "train"))
    for record in train:
        if record["source"] != "ewt":
            record["ents"] = correct(record["words"], [tuple(span) for span in record["ents"]])
    own_train, own_dev = split_own(read_own(annotations))
    crossner = {split: _crossner(data, split) for split in ("train", "dev")}
    seen = teacher.annotate("crossner_train", crossner["train"])
    for record in seen:
        gold = [tuple(span) for span in record["gold"]]
        record["ents"] = merge_crossner(gold, [tuple(span) for span in record["ents"]])
    held_out = [own_record(nlp, item) for item in own_dev]
    return Texts(
        train=train,
        dev=teacher.annotate("dev", dev),
        free=teacher.annotate("free", dev, free=True),
        own_train=own_train,
        own_dev=held_out,
        own_teacher=teacher.annotate("own_dev", held_out),
        crossner_train=seen,
        crossner_dev=crossner["dev"],
        crossner_teacher=teacher.annotate("crossner_dev", crossner["dev"]),
    )


def _crossner(data: Path, split: str) -> list[Record]:
    return [
        {
            "source": "crossner",
            "words": words,
            "spaces": [True] * len(words),
            "starts": [i == 0 for i in range(len(words))],
            "gold": spans,
        }
        for words, spans in read_crossner(data / f"english/crossner_politics_{split}.txt")
    ]
