"""A larger model teaches the small one that is shipped (Hinton et al. 2015); needs the extra `[train]`.

The teacher learns from the labelled statements and reads texts that nobody labelled. What it makes of them is taught,
and so is how it reads: the vector that it makes of each text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from discourse.records import digest
from discourse.stance.biencoder_training import Wanted, fit, plan, weight
from discourse.stance.examples import Example
from discourse.stance.readers import Reader, Reading, encode, encoder_of, padded, readings, restored, save
from discourse.stance.training import Progress, Recipe

_BATCH = 32


def train_teacher(
    start: Path, written: Sequence[Example], out: Path, recipe: Recipe, progress: Progress | None = None
) -> None:
    """Trains the encoder in `start`, with a head for each proposition of `written`, and saves to `out`."""
    torch.manual_seed(recipe.seed)
    if recipe.threads:
        torch.set_num_threads(recipe.threads)
    known = sorted({example.target for example in written})
    places = {target: n for n, target in enumerate(known)}
    texts = readings(written)
    model = Reader(encoder_of(start), len(known)).train()
    rows = encode(start, texts, recipe.max_tokens)

    def loss_of(batch: Sequence[int], vectors: torch.Tensor) -> torch.Tensor:
        flat = [(j, x) for j, i in enumerate(batch) for x in texts[i].examples]
        found = model.on_known(
            vectors[torch.tensor([j for j, _ in flat])], torch.tensor([places[x.target] for _, x in flat])
        )
        examples = [x for _, x in flat]
        weights = torch.tensor([weight(x) for x in examples]) / len(batch)
        return (Wanted.of(examples).entropy(found) * weights).sum()

    fit(model, rows, plan([len(row[0]) for row in rows], len(texts), 0.0, recipe), loss_of, recipe, progress)
    save(model, known, start, out)


@dataclass(frozen=True, slots=True)
class Lessons:
    """What a teacher read: a vector for each text with its context, and its heads for the propositions it knows."""

    known: dict[str, int]
    heads: NDArray[np.float32]
    biases: NDArray[np.float32]
    places: dict[str, int]
    vectors: NDArray[np.float16]

    def vector(self, context: str, text: str) -> NDArray[np.float16] | None:
        """The teacher's vector of a text, if it read it."""
        place = self.places.get(_key(context, text))
        return None if place is None else self.vectors[place]

    def taught(self, examples: Sequence[Example]) -> list[Example]:
        """The examples whose text it read and whose target it knows, with its opinion in the label's place."""
        found = []
        for example in examples:
            place, vector = self.known.get(example.target), self.vector(example.context, example.text)
            if place is not None and vector is not None:
                logits = self.heads[place] @ vector.astype(np.float32) + self.biases[place]
                found.append(_with_odds(example, logits))
        return found


def read(folder: Path, texts: Sequence[Reading], max_tokens: int, out: Path) -> None:
    """Writes to `out` what the teacher in `folder` reads in the texts."""
    model, known = restored(Reader, folder)
    rows = encode(folder, texts, max_tokens)
    order = np.argsort([len(row[0]) for row in rows], kind="stable").tolist()
    vectors = np.zeros((len(rows), model.width), dtype=np.float16)
    for begin in range(0, len(order), _BATCH):
        batch = order[begin : begin + _BATCH]
        with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
            vectors[batch] = model(*padded([rows[i] for i in batch])).float().numpy()
    np.savez(
        out,
        known=np.asarray(known),
        heads=model.heads.detach().numpy(),
        biases=model.biases.detach().numpy(),
        keys=np.asarray([_key(x.context, x.text) for x in texts]),
        vectors=vectors,
    )


def load_lessons(path: Path) -> Lessons:
    """What `read` wrote."""
    with np.load(path, allow_pickle=False) as stored:
        known, keys = stored["known"].tolist(), stored["keys"].tolist()
        return Lessons(
            {target: n for n, target in enumerate(known)}, stored["heads"], stored["biases"],
            {key: n for n, key in enumerate(keys)}, stored["vectors"],
        )  # fmt: skip


def _key(context: str, text: str) -> str:
    return digest(f"{context}\0{text}")


def _with_odds(example: Example, logits: NDArray[np.float32]) -> Example:
    shares = np.exp(logits - logits.max())
    favour, against, none = (round(float(share), 4) for share in shares / shares.sum())
    return replace(example, label=int(logits.argmax()), odds=(favour, against, none))
