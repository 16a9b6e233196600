"""The PyTorch models that read a text once for all propositions; need the extra `[train]`."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
import torch
from torch import nn

from discourse.stance.biencoder import segments
from discourse.stance.examples import Example

HIDDEN = 384

Row = tuple[list[int], list[int]]


class Reading(NamedTuple):
    """A text with its context, and its examples."""

    context: str
    text: str
    examples: tuple[Example, ...]


class Reader(nn.Module):
    """An encoder, and a head for each known proposition."""

    def __init__(self, encoder: Any, known: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.width = int(encoder.config.hidden_size)
        self.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
        self.heads = nn.Parameter(torch.randn(known, 3, self.width) * 0.02)
        self.biases = nn.Parameter(torch.zeros(known, 3))
        self.drop = nn.Dropout(0.1)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> torch.Tensor:
        """The mean over the text's word pieces (not its context's), at the length of a vector of ones."""
        # MPNet and RoBERTa tell a pair's parts by the separator alone.
        typed = {"token_type_ids": token_type_ids} if getattr(self.encoder.config, "type_vocab_size", 1) > 1 else {}
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask, **typed).last_hidden_state.float()
        own = (attention_mask * token_type_ids).unsqueeze(-1).float()
        mean = (states * own).sum(1) / own.sum(1).clamp(min=1)
        return nn.functional.normalize(mean, dim=-1) * float(np.sqrt(self.width))

    def on_known(self, vectors: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
        """Logits of each vector on the known proposition at its place."""
        return torch.einsum("bd,bkd->bk", self.drop(vectors), self.heads[places]) + self.biases[places]


AnyReader = TypeVar("AnyReader", bound=Reader)


class BiEncoder(Reader):
    """A reader with one more head, for all propositions that it does not know."""

    def __init__(self, encoder: Any, known: int) -> None:
        super().__init__(encoder, known)
        self.first = nn.Linear(4 * self.width, HIDDEN)
        self.second = nn.Linear(HIDDEN, 3)

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


def encoder_of(start: Path) -> Any:
    """The encoder in a folder in the transformers' format."""
    from transformers import AutoModel
    from transformers.utils import logging

    logging.set_verbosity_error()  # type: ignore[no-untyped-call, unused-ignore]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call, unused-ignore]
    return AutoModel.from_pretrained(
        start, attn_implementation="eager", attention_probs_dropout_prob=0.0, add_pooling_layer=False
    )


def save(model: Reader, known: Sequence[str], start: Path, out: Path) -> None:
    """Writes the trained weights and the known propositions as data: safetensors and JSON."""
    from safetensors.torch import save_file

    out.mkdir(parents=True, exist_ok=True)
    save_file({name: part.contiguous() for name, part in model.state_dict().items()}, out / "biencoder.safetensors")
    (out / "known.json").write_text(json.dumps(list(known), ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    for name in ("config.json", "tokenizer.json"):
        (out / name).write_bytes((start / name).read_bytes())


def load(folder: Path) -> tuple[BiEncoder, list[str]]:
    """The bi-encoder that `save` wrote, and the propositions it has heads for."""
    return restored(BiEncoder, folder)


def restored(kind: type[AnyReader], folder: Path) -> tuple[AnyReader, list[str]]:
    """The model of a kind that `save` wrote, and the propositions it has heads for."""
    from safetensors.torch import load_file
    from transformers import AutoConfig, AutoModel

    known = json.loads((folder / "known.json").read_text(encoding="utf-8"))
    config = AutoConfig.from_pretrained(folder, attn_implementation="eager")
    encoder: Any = AutoModel.from_config(config, add_pooling_layer=False)  # type: ignore[no-untyped-call, unused-ignore]
    model = kind(encoder, len(known))
    model.load_state_dict(load_file(folder / "biencoder.safetensors"))
    return model.eval(), known


def save_encoder(folder: Path, out: Path) -> Path:
    """Writes to `out` the encoder alone of the bi-encoder in `folder`, for a cross-encoder to start from."""
    load(folder)[0].encoder.save_pretrained(out)
    (out / "tokenizer.json").write_bytes((folder / "tokenizer.json").read_bytes())
    return out


def encode(start: Path, texts: Sequence[Reading], max_tokens: int) -> list[Row]:
    """Of each text the tokens with their context's before them, and for each token whether it is the text's own."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(start / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    encodings = tokenizer.encode_batch([segments(x.text, x.context) for x in texts])
    return [(e.ids, e.type_ids if any(e.type_ids) else [int(part == 1) for part in e.sequence_ids]) for e in encodings]


def padded(rows: Sequence[Row]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Tokens, which of them are there, and which are the text's own."""
    longest = max(len(tokens) for tokens, _ in rows)
    ids, mask, types = (torch.zeros(len(rows), longest, dtype=torch.long) for _ in range(3))
    for i, (tokens, kinds) in enumerate(rows):
        ids[i, : len(tokens)] = torch.tensor(tokens)
        mask[i, : len(tokens)] = 1
        types[i, : len(tokens)] = torch.tensor(kinds)
    return ids, mask, types
