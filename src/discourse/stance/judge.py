"""A larger cross-encoder that teaches the small one on propositions of all kinds; needs the extra `[train]`.

It reads a proposition and a text together, as the small one does. What it makes of pairs that nobody labelled is taught
beside the labelled ones (Hinton et al. 2015).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from discourse.stance.examples import Example
from discourse.stance.model import segments
from discourse.stance.readers import Reader, Row, padded, restored
from discourse.stance.training import Progress, Recipe, loss_of, schedule_of, shuffled_batches

HEAD_RATE = 5e-4
_BATCH = 32
_SPREAD = 10.0
"""Brings the means over an encoder's states to about the size of ones."""


class Judge(nn.Module):
    """An encoder, and a head on the mean of the text's states beside that of the proposition's."""

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        self.encoder = encoder
        width = int(encoder.config.hidden_size)
        self.first, self.second = nn.Linear(2 * width, width), nn.Linear(width, 3)
        self.drop = nn.Dropout(0.1)
        self.encoder.embeddings.requires_grad_(False)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
        """Logits of favour, against and none; `own` tells the text's tokens from the proposition's."""
        states = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        parts = [(states * part).sum(1) / part.sum(1).clamp(min=1) for part in _parts(mask, own)]
        hidden = nn.functional.gelu(self.first(self.drop(torch.cat(parts, dim=-1)) * _SPREAD))
        found: torch.Tensor = self.second(self.drop(hidden))
        return found


def _parts(mask: torch.Tensor, own: torch.Tensor) -> list[torch.Tensor]:
    text = (mask * own).unsqueeze(-1).float()
    return [text, mask.unsqueeze(-1).float() - text]


def train_judge(
    teacher: Path, examples: Sequence[Example], out: Path, recipe: Recipe, progress: Progress | None = None
) -> None:
    """Trains a judge from the encoder of the `teacher`, which knows sides already, and saves to `out`."""
    from safetensors.torch import save_file

    torch.manual_seed(recipe.seed)
    if recipe.threads:
        torch.set_num_threads(recipe.threads)
    model = Judge(restored(Reader, teacher)[0].encoder).train()
    for layer in model.encoder.encoder.layer[: recipe.frozen]:
        layer.requires_grad_(False)
    rows = _encode(teacher, examples, recipe.max_tokens)
    batches = _batches(rows, recipe)
    body = [p for p in model.encoder.parameters() if p.requires_grad]
    heads = [*model.first.parameters(), *model.second.parameters()]
    groups = [{"params": body, "lr": recipe.rate}, {"params": heads, "lr": HEAD_RATE}]
    optimiser = torch.optim.AdamW(groups, weight_decay=recipe.decay, fused=True)
    schedule = schedule_of(optimiser, len(batches), recipe.warmup)
    running = 0.0
    for step, batch in enumerate(batches, 1):
        shares = torch.tensor([examples[i].shares(recipe.smoothing) for i in batch])
        sides_only = torch.tensor([examples[i].sides_only for i in batch])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(*padded([rows[i] for i in batch]))
        loss = loss_of(logits.float(), shares, sides_only).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad(set_to_none=True)
        running = loss.item() if step == 1 else 0.98 * running + 0.02 * loss.item()
        if progress:
            progress(step, len(batches), running)
    out.mkdir(parents=True, exist_ok=True)
    save_file({name: part.contiguous() for name, part in model.state_dict().items()}, out / "judge.safetensors")
    for name in ("config.json", "tokenizer.json"):
        (out / name).write_bytes((teacher / name).read_bytes())


def judged(folder: Path, examples: Sequence[Example], max_tokens: int) -> list[Example]:
    """The examples with what the judge in `folder` makes of them: all three odds, whatever their label said."""
    from safetensors.torch import load_file
    from transformers import AutoConfig, AutoModel

    config = AutoConfig.from_pretrained(folder, attn_implementation="eager")
    encoder: Any = AutoModel.from_config(config, add_pooling_layer=False)  # type: ignore[no-untyped-call, unused-ignore]
    model = Judge(encoder)
    model.load_state_dict(load_file(folder / "judge.safetensors"))
    odds = _read(model.eval(), _encode(folder, examples, max_tokens))
    return [_with_odds(example, row) for example, row in zip(examples, odds, strict=True)]


def _with_odds(example: Example, row: NDArray[np.float32]) -> Example:
    favour, against, none = (round(float(share), 4) for share in row)
    return replace(example, label=int(row.argmax()), odds=(favour, against, none), sides_only=False)


def _read(model: Judge, rows: Sequence[Row]) -> NDArray[np.float32]:
    found = np.zeros((len(rows), 3), dtype=np.float32)
    order = np.argsort([len(row[0]) for row in rows], kind="stable").tolist()
    for begin in range(0, len(order), _BATCH):
        batch = order[begin : begin + _BATCH]
        with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(*padded([rows[i] for i in batch])).float()
        found[batch] = torch.softmax(logits, dim=-1).numpy()
    return found


def _batches(rows: Sequence[Row], recipe: Recipe) -> list[list[int]]:
    lengths = [len(row[0]) for row in rows]
    wanted = round(recipe.epochs * len(rows) / recipe.batch)
    batches: list[list[int]] = []
    while len(batches) < wanted:
        batches += shuffled_batches(lengths, recipe.batch, recipe.seed + len(batches))
    return batches[:wanted]


def _encode(folder: Path, examples: Sequence[Example], max_tokens: int) -> list[Row]:
    """Of each pair the tokens, and for each token whether it is the text's."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    encodings = tokenizer.encode_batch([segments(x.text, x.target, x.context) for x in examples])
    return [(e.ids, [int(part == 1) for part in e.sequence_ids]) for e in encodings]
