"""Trains a bi-encoder with PyTorch: one reading of a text teaches its side on every proposition it is labelled on.

That is what makes it affordable on a processor: a cross-encoder reads a text once for each of them.
Needs the extra `[train]`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn

from discourse.errors import DiscourseError
from discourse.stance.biencoder import segments
from discourse.stance.examples import NONE, Example
from discourse.stance.linear import Encoder
from discourse.stance.training import Progress, Recipe, schedule_of, shuffled_batches

HEAD_RATE = 1e-3
HIDDEN = 384
SIDE_WEIGHT, OWN_WEIGHT, OTHER_WEIGHT = 0.75, 0.5, 0.175
"""What an example counts beside the others of its text: a side, none on its own proposition, none on another."""
SMOOTHING = 0.03


class Reading(NamedTuple):
    """A text with its context, and its examples."""

    context: str
    text: str
    examples: tuple[Example, ...]


class BiEncoder(nn.Module):
    """The encoder, a head for each known proposition, and one for all others."""

    def __init__(self, encoder: Any, known: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.width = int(encoder.config.hidden_size)
        self.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
        self.heads = nn.Parameter(torch.randn(known, 3, self.width) * 0.02)
        self.biases = nn.Parameter(torch.zeros(known, 3))
        self.drop = nn.Dropout(0.1)
        self.first = nn.Linear(4 * self.width, HIDDEN)
        self.second = nn.Linear(HIDDEN, 3)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> torch.Tensor:
        """The mean over the text's word pieces (not its context's), at the length of a vector of ones."""
        states = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state.float()
        own = (attention_mask * token_type_ids).unsqueeze(-1).float()
        mean = (states * own).sum(1) / own.sum(1).clamp(min=1)
        return nn.functional.normalize(mean, dim=-1) * float(np.sqrt(self.width))

    def on_known(self, vectors: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
        """Logits of each vector on the known proposition at its place."""
        return torch.einsum("bd,bkd->bk", self.drop(vectors), self.heads[places]) + self.biases[places]

    def on_any(self, vectors: torch.Tensor, embeddings: torch.Tensor) -> torch.Tensor:
        """Logits of each vector on the proposition with this embedding."""
        v = embeddings * float(np.sqrt(self.width))
        features = torch.cat([vectors, v, (vectors - v).abs(), vectors * embeddings], dim=-1)
        hidden = nn.functional.gelu(self.first(self.drop(features)))
        found: torch.Tensor = self.second(nn.functional.dropout(hidden, 0.1, self.training))
        return found


def readings(examples: Sequence[Example]) -> list[Reading]:
    """Each text with its context once, with all its examples."""
    groups: dict[tuple[str, str], list[Example]] = defaultdict(list)
    for example in examples:
        groups[example.context, example.text].append(example)
    return [Reading(context, text, tuple(group)) for (context, text), group in groups.items()]


def train_biencoder(
    start: Path,
    written: Sequence[Example],
    general: Sequence[Example],
    embedder: Encoder,
    out: Path,
    recipe: Recipe,
    *,
    share: float = 1.0,
    progress: Progress | None = None,
) -> None:
    """Trains from the encoder in `start` and saves to `out`.

    The propositions of `written` get heads of their own; `general` teaches the head for all others alone, a `share`
    of it, drawn anew, in each epoch.
    """
    torch.manual_seed(recipe.seed)
    if recipe.threads:
        torch.set_num_threads(recipe.threads)
    known = sorted({example.target for example in written})
    items = readings(written)
    texts = items + [Reading(x.context, x.text, (x,)) for x in general]
    targets = {target: n for n, target in enumerate([*known, *sorted({x.target for x in general} - set(known))])}
    embeddings = torch.tensor(embedder.encode(list(targets)))
    model = BiEncoder(_encoder(start), len(known)).train()
    if model.width != embedder.dimension:
        raise DiscourseError(
            f"{start} makes vectors of {model.width} numbers and {embedder.name} of {embedder.dimension}: "
            "train from the model that the embedder is"
        )
    rows = _encode(start, texts, recipe.max_tokens)
    batches = _plan([len(row[0]) for row in rows], len(items), share, recipe)
    heads = [p for name, p in model.named_parameters() if not name.startswith("encoder.")]
    body = [p for p in model.encoder.parameters() if p.requires_grad]
    groups = [{"params": body, "lr": recipe.rate}, {"params": heads, "lr": HEAD_RATE}]
    optimiser = torch.optim.AdamW(groups, weight_decay=recipe.decay, fused=True)
    schedule = schedule_of(optimiser, len(batches), recipe.warmup)
    running = 0.0
    for step, batch in enumerate(batches, 1):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            vectors = model(*_padded([rows[i] for i in batch]))
        loss = _loss(model, vectors, [texts[i] for i in batch], [i < len(items) for i in batch], targets, embeddings)
        loss.backward()  # type: ignore[no-untyped-call, unused-ignore]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad(set_to_none=True)
        running = loss.item() if step == 1 else 0.98 * running + 0.02 * loss.item()
        if progress:
            progress(step, len(batches), running)
    save(model, known, start, out)


def _encoder(start: Path) -> Any:
    from transformers import AutoModel
    from transformers.utils import logging

    logging.set_verbosity_error()  # type: ignore[no-untyped-call, unused-ignore]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call, unused-ignore]
    return AutoModel.from_pretrained(
        start, attn_implementation="eager", attention_probs_dropout_prob=0.0, add_pooling_layer=False
    )


def save(model: BiEncoder, known: Sequence[str], start: Path, out: Path) -> None:
    """Writes the trained weights and the known propositions as data: safetensors and JSON."""
    from safetensors.torch import save_file

    out.mkdir(parents=True, exist_ok=True)
    save_file({name: part.contiguous() for name, part in model.state_dict().items()}, out / "biencoder.safetensors")
    (out / "known.json").write_text(json.dumps(list(known), ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    for name in ("config.json", "tokenizer.json"):
        (out / name).write_bytes((start / name).read_bytes())


def load(folder: Path) -> tuple[BiEncoder, list[str]]:
    """The model that `save` wrote, and the propositions it has heads for."""
    from safetensors.torch import load_file
    from transformers import AutoConfig, AutoModel

    known = json.loads((folder / "known.json").read_text(encoding="utf-8"))
    config = AutoConfig.from_pretrained(folder, attn_implementation="eager")
    encoder: Any = AutoModel.from_config(config, add_pooling_layer=False)  # type: ignore[no-untyped-call, unused-ignore]
    model = BiEncoder(encoder, len(known))
    model.load_state_dict(load_file(folder / "biencoder.safetensors"))
    return model.eval(), known


def _plan(lengths: Sequence[int], written: int, share: float, recipe: Recipe) -> list[list[int]]:
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


def _encode(start: Path, texts: Sequence[Reading], max_tokens: int) -> list[tuple[list[int], list[int]]]:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(start / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return [(e.ids, e.type_ids) for e in tokenizer.encode_batch([segments(x.text, x.context) for x in texts])]


def _padded(rows: Sequence[tuple[list[int], list[int]]]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    longest = max(len(tokens) for tokens, _ in rows)
    ids, mask, types = (torch.zeros(len(rows), longest, dtype=torch.long) for _ in range(3))
    for i, (tokens, kinds) in enumerate(rows):
        ids[i, : len(tokens)] = torch.tensor(tokens)
        mask[i, : len(tokens)] = 1
        types[i, : len(tokens)] = torch.tensor(kinds)
    return ids, mask, types


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
    labels = torch.tensor([x.label for _, x, _ in flat])
    weights = torch.tensor([_weight(x) if own else 1.0 for _, x, own in flat]) / len(batch)
    sides_only = torch.tensor([x.sides_only for _, x, _ in flat])
    total = (_entropy(model.on_any(vectors[rows], embeddings[places]), labels, sides_only) * weights).sum()
    own = torch.tensor([flag for _, _, flag in flat])
    if own.any():
        found = model.on_known(vectors[rows[own]], places[own])
        total = total + (_entropy(found, labels[own], sides_only[own]) * weights[own]).sum()
    return total


def _entropy(logits: torch.Tensor, labels: torch.Tensor, sides_only: torch.Tensor) -> torch.Tensor:
    """Cross-entropy by row; of rows known to take a side, over the two sides alone."""
    three = nn.functional.cross_entropy(logits, labels, reduction="none", label_smoothing=SMOOTHING)
    two = nn.functional.cross_entropy(logits[:, :2], labels.clamp(max=1), reduction="none")
    return torch.where(sides_only, two, three)


def _weight(example: Example) -> float:
    if example.label != NONE:
        return SIDE_WEIGHT
    return OWN_WEIGHT if example.split == "own" else OTHER_WEIGHT
