"""Brings a shipped cross-encoder back from int8 ONNX to PyTorch, to train on from it; needs the extra `[train]`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from discourse import resources
from discourse.errors import ModelError
from discourse.stance.settings import read_settings

_WRAPPED = "classifier."
"""What the exported names begin with: see `export.logits_module`."""
_STEPS_TO_BIAS = 6


def restore_classifier(folder: Path, like: Path, out: Path) -> Path:
    """Writes the cross-encoder in `folder` to `out` in the transformers' format, and gives `out`.

    `like` is a folder whose config.json tells the shape. Weights come back as they run, rounded as int8 is. Raises
    ModelError where the folder holds no cross-encoder of that shape.
    """
    import torch
    from transformers import AutoConfig, AutoModelForSequenceClassification
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call, unused-ignore]
    resources.checked(folder)
    if read_settings(folder).kind != "cross-encoder":
        raise ModelError(f"{folder}: not a cross-encoder: only such a model can be trained on from its folder")
    config = AutoConfig.from_pretrained(like, num_labels=3)
    model: Any = AutoModelForSequenceClassification.from_config(config)  # type: ignore[no-untyped-call, unused-ignore]
    weights = {name: torch.tensor(part) for name, part in _weights(folder / "model.onnx").items()}
    try:
        model.load_state_dict(weights)
    except RuntimeError:
        raise ModelError(f"{folder}: its weights are not of the shape in {like / 'config.json'}") from None
    model.save_pretrained(out)
    (out / "tokenizer.json").write_bytes((folder / "tokenizer.json").read_bytes())
    return out


def _weights(file: Path) -> dict[str, NDArray[np.float32]]:
    import onnx

    graph = onnx.load(str(file)).graph
    stored = {part.name: onnx.numpy_helper.to_array(part) for part in graph.initializer}
    found = {
        name.removeprefix(_WRAPPED): part.astype(np.float32)
        for name, part in stored.items()
        if name.startswith(_WRAPPED) and name.endswith(("weight", "bias"))
    }
    for name in stored:
        if name.endswith("embeddings.weight_quantized"):
            name = name.removesuffix("_quantized")
            found[name.removeprefix(_WRAPPED)] = _unpacked(stored, name)
    for node in graph.node:
        if node.op_type == "MatMulInteger" and node.input[1] in stored:
            bias = _bias_after(graph, node.output[0])
            name = bias.removeprefix(_WRAPPED).removesuffix("bias") + "weight"
            found[name] = _unpacked(stored, node.input[1].removesuffix("_quantized")).T.copy()
    return found


def _unpacked(stored: dict[str, NDArray[Any]], name: str) -> NDArray[np.float32]:
    whole = stored[name + "_quantized"].astype(np.float32) - stored[name + "_zero_point"].astype(np.float32)
    scaled: NDArray[np.float32] = (whole * stored[name + "_scale"]).astype(np.float32)
    return scaled


def _bias_after(graph: Any, value: str) -> str:
    """The bias that is added to a product: it alone still has its layer's name."""
    for _ in range(_STEPS_TO_BIAS):
        node = next(node for node in graph.node if value in node.input)
        bias = next((name for name in node.input if node.op_type == "Add" and name.endswith(".bias")), None)
        if bias:
            return str(bias)
        value = node.output[0]
    raise ModelError("a product of the model has no bias after it")
