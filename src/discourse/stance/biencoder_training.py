"""Trains a bi-encoder with PyTorch: one reading of a text teaches its side on every proposition it is labelled on.

That is what makes it affordable on a processor: a cross-encoder reads a text once for each of them.
Needs the extra `[train]`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from discourse.errors import DiscourseError
from discourse.stance.examples import NONE, Example
from discourse.stance.linear import Encoder
from discourse.stance.readers import BiEncoder, Reader, Reading, Row, encode, encoder_of, padded, readings, save
from discourse.stance.training import Progress, Recipe, loss_of, schedule_of, shuffled_batches

HEAD_RATE = 1e-3
SIDE_WEIGHT, OWN_WEIGHT, OTHER_WEIGHT = 0.75, 0.5, 0.175
"""What counts a side, none on the proposition that a text was written for, and none on another."""
SMOOTHING = 0.03
IMITATION = 2.0
"""What likeness to the teacher's reading counts beside the outcomes."""


def train_biencoder(
    start: Path,
    written: Sequence[Example],
    general: Sequence[Example],
    embedder: Encoder,
    out: Path,
    recipe: Recipe,
    *,
    share: float = 1.0,
    teacher: Teacher | None = None,
    progress: Progress | None = None,
) -> None:
    """Trains from the encoder in `start` and saves to `out`.

    The propositions of `written` get heads of their own; `general` teaches the head for all others alone, a `share`
    of it, drawn anew, in each epoch. Where a `teacher` read a text too, its vector is to be found in the model's.
    """
    torch.manual_seed(recipe.seed)
    if recipe.threads:
        torch.set_num_threads(recipe.threads)
    known = sorted({example.target for example in written})
    items = readings(written)
    texts = items + [Reading(x.context, x.text, (x,)) for x in general]
    targets = {target: n for n, target in enumerate([*known, *sorted({x.target for x in general} - set(known))])}
    embeddings = torch.tensor(embedder.encode(list(targets)))
    model = BiEncoder(encoder_of(start), len(known)).train()
    if model.width != embedder.dimension:
        raise DiscourseError(
            f"{start} makes vectors of {model.width} numbers and {embedder.name} of {embedder.dimension}: "
            "train from the model that the embedder is"
        )
    rows = encode(start, texts, recipe.max_tokens)
    batches = plan([len(row[0]) for row in rows], len(items), share, recipe)

    imitation = Imitation(model.width, texts, teacher) if teacher else None

    def loss_of(batch: Sequence[int], vectors: torch.Tensor) -> torch.Tensor:
        own = [i < len(items) for i in batch]
        loss = _loss(model, vectors, [texts[i] for i in batch], own, targets, embeddings)
        return loss + imitation(batch, vectors) if imitation else loss

    fit(model, rows, batches, loss_of, recipe, progress, beside=imitation)
    save(model, known, start, out)


def fit(
    model: Reader,
    rows: Sequence[Row],
    batches: Sequence[Sequence[int]],
    loss_of: Callable[[Sequence[int], torch.Tensor], torch.Tensor],
    recipe: Recipe,
    progress: Progress | None,
    *,
    beside: nn.Module | None = None,
) -> None:
    """Trains on the batches, of which `loss_of` tells the loss from the vectors that the model made of the rows.

    What `loss_of` itself learns stands `beside` the model.
    """
    for layer in model.encoder.encoder.layer[: recipe.frozen]:
        layer.requires_grad_(False)
    heads = [p for name, p in model.named_parameters() if not name.startswith("encoder.")]
    heads += list(beside.parameters()) if beside else []
    body = [p for p in model.encoder.parameters() if p.requires_grad]
    groups = [{"params": body, "lr": recipe.rate}, {"params": heads, "lr": HEAD_RATE}]
    optimiser = torch.optim.AdamW(groups, weight_decay=recipe.decay, fused=True)
    schedule = schedule_of(optimiser, len(batches), recipe.warmup)
    running = 0.0
    for step, batch in enumerate(batches, 1):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            vectors = model(*padded([rows[i] for i in batch]))
        loss = loss_of(batch, vectors)
        loss.backward()  # type: ignore[no-untyped-call, unused-ignore]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad(set_to_none=True)
        running = loss.item() if step == 1 else 0.98 * running + 0.02 * loss.item()
        if progress:
            progress(step, len(batches), running)


def plan(lengths: Sequence[int], written: int, share: float, recipe: Recipe) -> list[list[int]]:
    """Batches of texts of like length: all written ones in each epoch, and a share of the general ones."""
    batches: list[list[int]] = []
    general = np.arange(written, len(lengths))
    for epoch in range(max(1, round(recipe.epochs))):
        chance = np.random.default_rng([recipe.seed, epoch])
        drawn = chance.choice(general, round(share * len(general)), replace=False) if len(general) else general
        chosen = [*range(written), *drawn.tolist()]
        found = shuffled_batches([lengths[i] for i in chosen], recipe.batch, recipe.seed + epoch)
        batches += [[chosen[i] for i in batch] for batch in found]
    return batches


def _loss(
    model: BiEncoder,
    vectors: torch.Tensor,
    batch: Sequence[Reading],
    is_written: Sequence[bool],
    targets: dict[str, int],
    embeddings: torch.Tensor,
) -> torch.Tensor:
    """Weighed cross-entropy of both kinds of head on written texts, and of the head for all on general ones."""
    flat = [
        (j, x, own) for j, (reading, own) in enumerate(zip(batch, is_written, strict=True)) for x in reading.examples
    ]
    rows = torch.tensor([j for j, _, _ in flat])
    places = torch.tensor([targets[x.target] for _, x, _ in flat])
    wanted = Wanted.of([x for _, x, _ in flat])
    weights = torch.tensor([weight(x) if own else 1.0 for _, x, own in flat]) / len(batch)
    total = (wanted.entropy(model.on_any(vectors[rows], embeddings[places])) * weights).sum()
    own = torch.tensor([flag for _, _, flag in flat])
    if own.any():
        found = model.on_known(vectors[rows[own]], places[own])
        total = total + (wanted.chosen(own).entropy(found) * weights[own]).sum()
    return total


class Teacher(Protocol):
    """What a larger model read."""

    vectors: NDArray[np.float16]

    def vector(self, context: str, text: str) -> NDArray[np.float16] | None:
        """Its vector of a text, if it read it."""
        ...


class Imitation(nn.Module):
    """How far the teacher's vector of a text is from what can be told of it from the model's, as 1 less the cosine."""

    def __init__(self, width: int, texts: Sequence[Reading], teacher: Teacher) -> None:
        super().__init__()
        found = [teacher.vector(x.context, x.text) for x in texts]
        self.read = torch.tensor([vector is not None for vector in found])
        missing = np.zeros(teacher.vectors.shape[1], dtype=np.float16)
        self.wanted = torch.tensor(np.vstack([missing if vector is None else vector for vector in found]))
        self.project = nn.Linear(width, len(missing))

    def forward(self, batch: Sequence[int], vectors: torch.Tensor) -> torch.Tensor:
        """The mean over the batch; texts that the teacher did not read count as alike."""
        rows = torch.tensor(batch)
        likeness = nn.functional.cosine_similarity(self.project(vectors), self.wanted[rows].float(), dim=-1)
        return ((1 - likeness) * self.read[rows]).mean() * IMITATION


class Wanted(NamedTuple):
    """What should come out: shares of the three outcomes, or one of two sides where a side is known to be taken."""

    shares: torch.Tensor
    sides_only: torch.Tensor

    @classmethod
    def of(cls, examples: Sequence[Example]) -> Wanted:
        shares = torch.tensor([x.shares(SMOOTHING) for x in examples])
        return cls(shares, torch.tensor([x.sides_only for x in examples]))

    def chosen(self, mask: torch.Tensor) -> Wanted:
        return Wanted(self.shares[mask], self.sides_only[mask])

    def entropy(self, logits: torch.Tensor) -> torch.Tensor:
        """The cross-entropy of each row."""
        found: torch.Tensor = loss_of(logits, self.shares, self.sides_only)
        return found


def weight(example: Example) -> float:
    """What an example counts beside the others of its text."""
    if example.odds is not None:
        return OTHER_WEIGHT + (SIDE_WEIGHT - OTHER_WEIGHT) * (1 - example.odds[NONE])
    if example.label != NONE:
        return SIDE_WEIGHT
    return OWN_WEIGHT if example.split == "own" else OTHER_WEIGHT
