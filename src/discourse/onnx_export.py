"""Writes a PyTorch text encoder as int8 ONNX, with its tokenizer and digests; needs the extra `[train]`."""

from __future__ import annotations

import json
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from discourse.records import digest

OPSET = 17


def export_int8(module: Any, inputs: Sequence[str], out: Path, *, keep_float: Sequence[str] = ()) -> None:
    """Writes `out` (model.onnx): matrix products and embeddings as int8, activations scaled at run time.

    `module` takes int64 tensors (batch, tokens) named `inputs`; its one output has a row per text. Weights are
    scaled per channel and use 7 bits, so that processors without VNNI do not saturate. Nodes whose name
    contains one of `keep_float` stay float32.
    """
    import onnx
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "float.onnx"
        example = tuple(torch.ones((2, 9), dtype=torch.int64) for _ in inputs)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                module.eval(),
                example,
                str(whole),
                input_names=list(inputs),
                output_names=["output"],
                dynamic_axes={name: {0: "batch", 1: "tokens"} for name in inputs} | {"output": {0: "batch"}},
                opset_version=OPSET,
                dynamo=False,
            )
        kept = [node.name for node in onnx.load(str(whole)).graph.node if any(part in node.name for part in keep_float)]
        quantize_dynamic(
            str(whole),
            str(out),
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
            nodes_to_exclude=kept,
        )


def save_tokenizer(source: Path, out: Path, *, max_tokens: int) -> None:
    """Writes tokenizer.json without padding and cut to the tokens that the model reads."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(source))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    tokenizer.save(str(out))


def write_digests(folder: Path) -> None:
    """Writes digests.json: the SHA-256 of every other file of a model folder except its card."""
    files = sorted(p for p in folder.iterdir() if p.is_file() and p.name not in {"digests.json", "README.md"})
    listing = {file.name: digest(file.read_bytes()) for file in files}
    (folder / "digests.json").write_text(json.dumps(listing, indent=1) + "\n", encoding="utf-8")
