"""Fine-tunes a small cross-encoder on (target, text) pairs with PyTorch; needs the extra `[train]`."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from discourse.stance.examples import Example
from discourse.stance.model import segments

Progress = Callable[[int, int, float], None]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train: the same recipe, seed and data give the same order of examples."""

    epochs: float = 2.0
    batch: int = 32
    rate: float = 6e-5
    warmup: float = 0.06
    decay: float = 0.01
    smoothing: float = 0.0
    max_tokens: int = 160
    frozen: int = 0
    """How many of the lowest layers stay as they are."""
    seed: int = 7
    threads: int | None = None
    save_every: int = 400


def train(
    start: Path, examples: Sequence[Example], out: Path, recipe: Recipe, progress: Progress | None = None
) -> None:
    """Trains from the model in `start` and saves to `out` in the transformers' format.

    An interrupted run leaves a checkpoint in `out` and goes on from it when called again in the same way.
    `progress` is told the step, the number of steps and the running loss.
    """
    import torch

    torch.manual_seed(recipe.seed)
    if recipe.threads:
        torch.set_num_threads(recipe.threads)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = load_classifier(start).to(device).train()
    _freeze(model, recipe.frozen)
    rows = _encode(start, examples, recipe)
    batches = _batches([len(row[0]) for row in rows], recipe)
    trained = [weights for weights in model.parameters() if weights.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=recipe.rate, weight_decay=recipe.decay, fused=True)
    schedule = schedule_of(optimiser, len(batches), recipe.warmup)
    out.mkdir(parents=True, exist_ok=True)
    begun = _resume(out, recipe, len(rows), model, optimiser, schedule)
    running = 0.0
    for step, batch in enumerate(batches[begun:], begun + 1):
        loss = _step(model, [rows[i] for i in batch], device)
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad(set_to_none=True)
        running = loss if step == begun + 1 else 0.98 * running + 0.02 * loss
        if progress:
            progress(step, len(batches), running)
        if step % recipe.save_every == 0 and step < len(batches):
            _checkpoint(out, recipe, len(rows), step, model, optimiser, schedule)
    model.save_pretrained(out)
    (out / "tokenizer.json").write_bytes((start / "tokenizer.json").read_bytes())
    (out / "checkpoint.pt").unlink(missing_ok=True)


def load_classifier(folder: Path) -> Any:
    """A three-way classifier from a folder in the transformers' format; a new head if it has none."""
    from transformers import AutoModelForSequenceClassification
    from transformers.utils import logging

    logging.set_verbosity_error()  # type: ignore[no-untyped-call, unused-ignore]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call, unused-ignore]
    return AutoModelForSequenceClassification.from_pretrained(
        folder,
        num_labels=3,
        attn_implementation="eager",
        # Drawing the zeros for attention costs a tenth of a step on a processor, and changed no figure.
        attention_probs_dropout_prob=0.0,
        ignore_mismatched_sizes=True,
    )


def _freeze(model: Any, layers: int) -> None:
    """The word vectors never move: those of words that training does not show would stay behind the others."""
    embeddings = model.base_model.embeddings
    still = [embeddings.word_embeddings]
    if layers:
        still += [embeddings, *model.base_model.encoder.layer[:layers]]
    for part in still:
        part.requires_grad_(False)


Row = tuple[list[int], list[int], tuple[float, float, float], bool]


def _encode(start: Path, examples: Sequence[Example], recipe: Recipe) -> list[Row]:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(start / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(recipe.max_tokens)
    pairs = [segments(example.text, example.target, example.context) for example in examples]
    encodings = tokenizer.encode_batch(pairs)
    return [
        (e.ids, e.type_ids, x.shares(recipe.smoothing), x.sides_only) for e, x in zip(encodings, examples, strict=True)
    ]


def _batches(lengths: Sequence[int], recipe: Recipe) -> list[list[int]]:
    """Batches of examples of like length, in an order that the seed alone decides."""
    batches: list[list[int]] = []
    wanted = round(recipe.epochs * len(lengths) / recipe.batch)
    while len(batches) < wanted:
        batches += shuffled_batches(lengths, recipe.batch, recipe.seed + len(batches))
    return batches[:wanted]


def shuffled_batches(lengths: Sequence[int], size: int, seed: int) -> list[list[int]]:
    """Every place once, in batches of like length, in an order that the seed alone decides."""
    chance = random.Random(seed)
    order = list(range(len(lengths)))
    chance.shuffle(order)
    window = size * 50
    batches = []
    for start in range(0, len(order), window):
        part = sorted(order[start : start + window], key=lambda i: lengths[i])
        batches += [part[k : k + size] for k in range(0, len(part), size)]
    chance.shuffle(batches)
    return batches


def _step(model: Any, rows: Sequence[Row], device: str) -> float:
    import torch

    longest = max(len(row[0]) for row in rows)
    ids, types, mask = (torch.zeros(len(rows), longest, dtype=torch.long) for _ in range(3))
    for i, (tokens, kinds, *_) in enumerate(rows):
        ids[i, : len(tokens)] = torch.tensor(tokens)
        types[i, : len(tokens)] = torch.tensor(kinds)
        mask[i, : len(tokens)] = 1
    shares = torch.tensor([row[2] for row in rows], device=device)
    with torch.autocast(device, dtype=torch.bfloat16):
        logits = model(input_ids=ids.to(device), attention_mask=mask.to(device), token_type_ids=types.to(device)).logits
    loss = loss_of(logits.float(), shares, torch.tensor([row[3] for row in rows], device=device)).mean()
    loss.backward()  # type: ignore[no-untyped-call, unused-ignore]
    return float(loss.detach())


def loss_of(logits: Any, shares: Any, sides_only: Any) -> Any:
    """The cross-entropy of each row; of rows known to take a side, over the two sides alone."""
    import torch

    sides = shares[:, :2] / shares[:, :2].sum(dim=1, keepdim=True).clamp(min=1e-6)
    two = torch.nn.functional.cross_entropy(logits[:, :2], sides, reduction="none")
    three = torch.nn.functional.cross_entropy(logits, shares, reduction="none")
    return torch.where(sides_only, two, three)


def schedule_of(optimiser: Any, steps: int, warmup: float) -> Any:
    """The rate rises over the share `warmup` of the steps and falls to nothing over the rest."""
    import torch

    rising = max(1, round(steps * warmup))

    def slope(step: int) -> float:
        return min((step + 1) / rising, max(0.0, (steps - step) / max(1, steps - rising)))

    return torch.optim.lr_scheduler.LambdaLR(optimiser, slope)


def _state(recipe: Recipe, rows: int) -> str:
    return json.dumps([asdict(recipe), rows])


def _checkpoint(out: Path, recipe: Recipe, rows: int, step: int, model: Any, optimiser: Any, schedule: Any) -> None:
    import torch

    scratch = out / "checkpoint.tmp"
    parts = {"model": model, "optimiser": optimiser, "schedule": schedule}
    state: dict[str, Any] = {name: part.state_dict() for name, part in parts.items()}
    torch.save(state | {"step": step, "run": _state(recipe, rows)}, scratch)
    scratch.replace(out / "checkpoint.pt")


def _resume(out: Path, recipe: Recipe, rows: int, model: Any, optimiser: Any, schedule: Any) -> int:
    """Loads the checkpoint of an interrupted run of the same recipe; the number of steps it had made, else 0."""
    import torch

    file = out / "checkpoint.pt"
    if not file.is_file():
        return 0
    state = torch.load(file, weights_only=True)
    if state["run"] != _state(recipe, rows):
        return 0
    model.load_state_dict(state["model"])
    optimiser.load_state_dict(state["optimiser"])
    schedule.load_state_dict(state["schedule"])
    return int(state["step"])
