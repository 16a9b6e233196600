"""What the shipped model is trained on: public sets whose licence permits it, then the statements written here."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from discourse.records import digest
from discourse.stance.augment import Encode, hard_negatives, with_denials, with_noun_phrases
from discourse.stance.examples import FAVOUR, NONE, Example, read_examples, read_rows, read_written

SEED = 7
_SENTENCE_END = re.compile(r"(?<=[.?!])[\"'”’]?\s+(?=[\"'“‘A-Z])")


def public(data: Path, encode: Encode) -> list[Example]:
    """What teaches the sides in general: Perspectrum and ArgKP (train), IBM claim stance and some of P-Stance.

    With noun phrases and denials they say which side is taken; key points and hard negatives say that none is.
    """
    chance = random.Random(SEED)
    base = two_sided(data)
    tweets = [replace(x, sides_only=True) for x in read_examples(data / "stance/pstance.csv", split="train")]
    return [
        *base,
        *some(with_noun_phrases(base), 3500, chance),
        *with_denials(base, 0.15, chance),
        *some(tweets, 1500, chance),
        *some(hard_negatives(base, encode, each=2, chance=chance), 6000, chance),
        *some(key_points(data, chance), 5000, chance),
    ]


def two_sided(data: Path) -> list[Example]:
    """Perspectrum and ArgKP (train) and IBM claim stance: each text takes one side or the other.

    That is how the sets were drawn, so they say nothing of texts that take none.
    """
    base = read_examples(data / "stance/perspectrum.csv", split="train")
    base += read_examples(data / "stance/ibm_claim_stance.csv")
    base += read_examples(data / "keypoints/argkp/arguments_train.csv")
    return [replace(x, sides_only=True) for x in base]


def key_points(data: Path, chance: random.Random) -> list[Example]:
    """ArgKP arguments on key points of their own side: for those they make, and on no side of the others."""
    folder = data / "keypoints/argkp"
    arguments = {row["arg_id"]: row for row in read_rows(folder / "arguments_train.csv")}
    points = {row["key_point_id"]: row["key_point"] for row in read_rows(folder / "key_points_train.csv")}
    made: list[Example] = []
    others: list[Example] = []
    for row in read_rows(folder / "labels_train.csv"):
        argument = arguments[row["arg_id"]]
        label = FAVOUR if row["label"] == "1" else NONE
        example = Example(points[row["key_point_id"]], argument["argument"], label, argument["topic"])
        (made if label == FAVOUR else others).append(example)
    return made + some(others, len(made), chance)


def variants(texts: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Other texts made of written ones, for a teacher to tell the sides of; both as context and text, in order.

    A text without its context, each sentence of a longer one after the sentence before it, and a text run on into the
    next where the next has it for its context.
    """
    made: dict[tuple[str, str], None] = {}
    for number, (context, text) in enumerate(texts):
        if context:
            made["", text] = None
        parts = _SENTENCE_END.split(text)
        if len(parts) > 1:
            made |= dict.fromkeys(zip([context, *parts], parts, strict=False))
        following, more = texts[number + 1] if number + 1 < len(texts) else ("", "")
        if following and text in following:
            made[context, f"{text} {more}"] = None
    known = set(texts)
    return [variant for variant in made if variant not in known]


def dev_propositions(folder: Path) -> set[str]:
    """The ids of the propositions that splits.tsv keeps out of training, to choose and calibrate on."""
    return _in_split(folder, "dev")


def test_propositions(folder: Path) -> set[str]:
    """The ids of those on which nothing is trained, chosen or fitted."""
    return _in_split(folder, "test")


def _in_split(folder: Path, split: str) -> set[str]:
    return {row["proposition_id"] for row in read_rows(folder / "splits.tsv") if row["split"] == split}


def written(folder: Path, *, leave_out: set[str]) -> list[Example]:
    """The written statements on all propositions of their field but those left out.

    Statements written for a proposition that is left out are left out with it, and so are those kept back on the
    codebook's topics.
    """
    everything = read_written(folder)
    codebook = codebook_topics(folder)
    left_texts = {
        x.text
        for x in everything
        if x.split == "own" and (x.topic in leave_out or (x.topic in codebook and kept_back(x)))
    }
    return [x for x in everything if x.topic not in leave_out and x.text not in left_texts]


def codebook_topics(folder: Path) -> set[str]:
    """The ids of the codebook's topics among the propositions."""
    return {row["id"] for row in read_rows(folder / "propositions_codebook.tsv")}


def kept_back(example: Example) -> bool:
    """Whether a written statement is one of the tenth, chosen by digest, on which the sector's topics are measured."""
    return int(digest(example.text)[:8], 16) % 10 == 0


def unseen(folder: Path, *, neighbours: bool) -> list[Example]:
    """Statements on the dev propositions; with `neighbours`, those of the same fields' other propositions too."""
    dev = dev_propositions(folder)
    kinds = {"own", "field"} if neighbours else {"own"}
    return [x for x in read_written(folder) if x.topic in dev and x.split in kinds]


def unseen_test(folder: Path, *, neighbours: bool) -> list[Example]:
    """Statements on the test propositions; with `neighbours`, on the same fields' other propositions too."""
    return [x for x in read_written(folder, "unseen") if neighbours or x.split == "own"]


def running_text(folder: Path) -> list[Example]:
    """Every statement of the invented articles kept out of training, in context, on all topics of the codebook."""
    return read_written(folder, "kept_back")


def test_text(folder: Path) -> list[Example]:
    """The same of articles on which nothing was trained or fitted."""
    return read_written(folder, "test")


def kept_back_on(folder: Path, topics: set[str]) -> list[Example]:
    """The statements kept back that were written for one of the topics, each on all of the topics."""
    everything = read_written(folder)
    texts = {x.text for x in everything if x.split == "own" and x.topic in topics and kept_back(x)}
    return [x for x in everything if x.topic in topics and x.text in texts]


def some(examples: Sequence[Example], most: int, chance: random.Random) -> list[Example]:
    """At most so many of the examples, by chance."""
    return list(examples) if len(examples) <= most else chance.sample(list(examples), most)
