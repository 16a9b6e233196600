"""The trained cross-encoder as a module that the exporter can trace; needs the extra `[train]`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from discourse.stance.training import load_classifier


class _Logits(torch.nn.Module):
    def __init__(self, classifier: Any) -> None:
        super().__init__()
        self.classifier = classifier

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> torch.Tensor:
        logits: torch.Tensor = self.classifier(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).logits
        return logits


def logits_module(folder: Path) -> torch.nn.Module:
    """The classifier in `folder`, with tensors in and the three logits out."""
    return _Logits(load_classifier(folder).eval())
