"""What the cross-encoder is trained on: labelled pairs, and pairs for a larger model to judge."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from discourse.stance import mixture
from discourse.stance.augment import Encode, denied, noun_phrase, with_denials
from discourse.stance.examples import NONE, Example, read_examples, read_rows, unique

FIELD, CODED, ENTAILED = 9000, 4000, 5000
"""How many written and real statements on propositions that they take no side on, and pairs of entailment."""
OWN_TO_READ, PUBLIC_TO_READ, REAL_TO_READ, NAMED_TO_READ = 7000, 8000, 2500, 6000
NEAREST = 12
"""A text is judged on one of so many targets that are nearest to it."""


def labelled(data: Path, written: Sequence[Example], encode: Encode) -> list[Example]:
    """Public pairs, the written statements, denials of their propositions, and some entailment (SNLI)."""
    chance = random.Random(11)
    own = [x for x in written if x.split == "own" and x.source != "sector"]
    sides = [x for x in written if x.label != NONE and (x.split != "own" or x.source == "sector")]
    coded = [x for x in written if x.label == NONE and x.source == "sector"]
    field = [x for x in written if x.label == NONE and x.source != "sector" and x.split == "field"]
    entailed = read_examples(data / "nli/snli_train_100k.csv")
    found = [
        *mixture.public(data, encode),
        *own,
        *sides,
        *mixture.some(field, FIELD, chance),
        *mixture.some(coded, CODED, chance),
        *with_denials([*own, *sides], 0.2, chance),
        *mixture.some(entailed, ENTAILED, chance),
    ]
    chance.shuffle(found)
    return found


def unlabelled(folder: Path, data: Path, real: Sequence[tuple[str, str]], encode: Encode) -> list[Example]:
    """Pairs that nobody labelled: texts on targets near to them, and on the names and denials of their propositions.

    `real` are contexts and texts of the sector; the written ones are in `folder`, the public ones in `data`.
    """
    chance = random.Random(21)
    dev = mixture.dev_propositions(folder)
    kept_out = dev | mixture.test_propositions(folder)
    everything = [row for file in sorted(folder.glob("propositions*.tsv")) for row in read_rows(file)]
    rows = [row for row in everything if row["id"] not in kept_out]
    names = {row["id"]: row["name"] for row in rows}
    public = mixture.two_sided(data)
    phrases = {phrase[0] for x in public if (phrase := noun_phrase(x.target))}
    targets = [row["proposition"] for row in rows] + [*names.values(), *sorted({x.target for x in public} | phrases)]
    own = [x for x in mixture.written(folder, leave_out=dev) if x.split == "own"]
    drawn = mixture.some(own, OWN_TO_READ, chance) + mixture.some(public, PUBLIC_TO_READ, chance)
    drawn += [Example("", text, NONE, context=context) for context, text in list(real)[:REAL_TO_READ]]
    found = _on_near_targets(drawn, list(dict.fromkeys(targets)), encode, chance)
    for example in mixture.some(own, NAMED_TO_READ, chance):
        other = names[example.topic] if chance.random() < 0.5 else denied(example.target)
        found.append(replace(example, target=other or names[example.topic]))
    return unique(found)


def _on_near_targets(
    examples: Sequence[Example], targets: Sequence[str], encode: Encode, chance: random.Random
) -> list[Example]:
    likeness = encode([x.text for x in examples]) @ encode(targets).T
    found = []
    for example, row in zip(examples, likeness, strict=True):
        target = targets[chance.choice(np.argsort(-row, kind="stable")[:NEAREST].tolist())]
        if target != example.target:
            found.append(replace(example, target=target))
    return found
