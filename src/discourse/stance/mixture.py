"""What the shipped model is trained on: public sets whose licence permits it, then the statements written here."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from discourse.records import digest
from discourse.stance.augment import Encode, hard_negatives, with_denials, with_noun_phrases
from discourse.stance.examples import FAVOUR, NONE, Example, read_examples, read_rows, read_written

SEED = 7


def public(data: Path, encode: Encode) -> list[Example]:
    """What teaches the sides in general: the two-sided sets twice, and SNLI, whose entailment is favour.

    Perspectrum and ArgKP (train), IBM claim stance and some of P-Stance, with noun phrases and denials, say which
    side is taken; key points, hard negatives and SNLI's neutral pairs say that none is.
    """
    chance = random.Random(SEED)
    base = two_sided(data)
    tweets = [replace(x, sides_only=True) for x in read_examples(data / "stance/pstance.csv", split="train")]
    sides = [
        *base,
        *_some(with_noun_phrases(base), 3500, chance),
        *with_denials(base, 0.15, chance),
        *_some(tweets, 1500, chance),
        *_some(hard_negatives(base, encode, each=2, chance=chance), 6000, chance),
        *_some(key_points(data, chance), 5000, chance),
    ]
    return sides * 2 + _some(entailment(data), 30_000, chance)


def entailment(data: Path) -> list[Example]:
    """SNLI's training pairs: the hypothesis is the target, entailment is favour."""
    return read_examples(data / "nli/snli_train_100k.csv")


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
    return made + _some(others, len(made), chance)


def dev_propositions(folder: Path) -> set[str]:
    """The ids of the propositions that splits.tsv keeps out of training."""
    return {row["proposition_id"] for row in read_rows(folder / "splits.tsv") if row["split"] == "dev"}


def own(folder: Path, encode: Encode, *, leave_out: set[str]) -> list[Example]:
    """The written statements on all propositions but those left out, in the weights that training uses.

    A side on the statement's own proposition counts twice; of the other propositions of its field it is paired
    with the two nearest to it and a random one; a few statements are paired with another field's proposition.
    Statements written for a proposition that is left out are left out with it, and so are the kept-back ones.
    """
    chance = random.Random(SEED)
    everything = read_written(folder)
    left_texts = {x.text for x in everything if x.split == "own" and (x.topic in leave_out or kept_back(x))}
    kept = [x for x in everything if x.topic not in leave_out and x.text not in left_texts]
    mine = [x for x in kept if x.split == "own"]
    beside = nearest_targets([x for x in kept if x.split == "field"], encode, 2, chance)
    known = {(x.topic, x.text) for x in kept}
    targets = sorted({(x.target, x.topic) for x in mine})
    elsewhere = []
    for example in _some(mine, 1500, chance):
        target, topic = chance.choice(targets)
        if (topic, example.text) not in known:
            elsewhere.append(replace(example, target=target, topic=topic, label=NONE))
    examples = mine + [x for x in mine if x.label != NONE] + beside + elsewhere + with_denials(mine, 0.2, chance)
    return [_with_context(x, mine, chance) if not x.context and chance.random() < 0.1 else x for x in examples]


def real(coded: Sequence[Example], encode: Encode) -> list[Example]:
    """Coded real statements on every topic, as training uses them: a side counts three times, no side on the near ones.

    Half of them go without their context, so that the model does well with and without.
    """
    chance = random.Random(SEED)
    sides = [x for x in coded if x.label != NONE]
    none = nearest_targets([x for x in coded if x.label == NONE], encode, 5, chance)
    return [replace(x, context="") if chance.random() < 0.5 else x for x in sides * 3 + none]


def kept_back(example: Example) -> bool:
    """Whether a written statement is one of the tenth, chosen by digest, on which the sector's topics are measured."""
    return int(digest(example.text)[:8], 16) % 10 == 0


def unseen(folder: Path, *, neighbours: bool) -> list[Example]:
    """Statements on the dev propositions; with `neighbours`, those of the same fields' other propositions too."""
    dev = dev_propositions(folder)
    kinds = {"own", "field"} if neighbours else {"own"}
    return [x for x in read_written(folder) if x.topic in dev and x.split in kinds]


def running_text(folder: Path) -> list[Example]:
    """Every statement of the invented articles kept out of training, in context, on all topics of the codebook."""
    return read_written(folder, "kept_back")


def kept_back_on(folder: Path, topics: set[str]) -> list[Example]:
    """The statements kept back that were written for one of the topics, each on all of the topics."""
    everything = read_written(folder)
    texts = {x.text for x in everything if x.split == "own" and x.topic in topics and kept_back(x)}
    return [x for x in everything if x.topic in topics and x.text in texts]


def nearest_targets(examples: Sequence[Example], encode: Encode, most: int, chance: random.Random) -> list[Example]:
    """Of each text's examples: all on which it takes a side, the `most` nearest targets, and one more at random."""
    groups: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        groups[example.text].append(example)
    texts = list(groups)
    targets = sorted({example.target for example in examples})
    place = {target: number for number, target in enumerate(targets)}
    cosines = encode(texts) @ encode(targets).T
    kept = []
    for row, text in zip(cosines, texts, strict=True):
        group = sorted(groups[text], key=lambda x: (x.label == NONE, -row[place[x.target]]))
        kept += group[:most] + _some(group[most:], 1, chance)
    return kept


def _with_context(example: Example, pool: Sequence[Example], chance: random.Random) -> Example:
    """The example after a sentence that has nothing to do with its side: the side is the text's own."""
    return replace(example, context=chance.choice(pool).text)


def _some(examples: Sequence[Example], most: int, chance: random.Random) -> list[Example]:
    return list(examples) if len(examples) <= most else chance.sample(list(examples), most)
