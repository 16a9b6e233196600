"""Runs small text encoders in ONNX Runtime: a tokenizer, a model, one text (or pair) at a time, on several threads."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from discourse.errors import ModelError

MAX_CHARACTERS = 10_000
"""What is read of a text before it is cut to the model's tokens: far more than any of the models can take."""
_CHUNK = 512

Text = str | tuple[str, str]


class OnnxEncoder:
    """The first output of an ONNX model for each text or pair, one row each.

    Each text is a run of its own: the activations of an int8 model are scaled by run, so that a row would
    otherwise depend on what happens to stand beside it in a batch. On short texts this is no slower than
    padded batches, and threads each take a text.
    """

    def __init__(self, folder: Path, *, max_tokens: int = 256, threads: int | None = None) -> None:
        self.threads = max(1, threads or _threads_of_environment() or os.cpu_count() or 1)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._session = onnxruntime.InferenceSession(
                str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # both libraries raise bare exceptions of their own
            first_line = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ModelError(f"{folder}: the model cannot be loaded ({first_line})") from None
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_tokens, strategy="longest_first")
        self._inputs = [entry.name for entry in self._session.get_inputs()]
        self.width = int(self._session.get_outputs()[0].shape[-1])

    def __call__(self, texts: Sequence[Text]) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), self.width), dtype=np.float32)

        def fill(item: tuple[int, Encoding]) -> None:
            rows[item[0]] = self._run(item[1])

        with ThreadPoolExecutor(self.threads) as pool:
            for start in range(0, len(texts), _CHUNK):
                chunk = [_clean(text) for text in texts[start : start + _CHUNK]]
                encodings = self._tokenizer.encode_batch(chunk)
                for _ in pool.map(fill, enumerate(encodings, start)):
                    pass
        return rows

    def _run(self, encoding: Encoding) -> NDArray[np.float32]:
        known = {
            "input_ids": encoding.ids,
            "attention_mask": encoding.attention_mask,
            "token_type_ids": encoding.type_ids,
        }
        feed = {name: np.asarray([known[name]], dtype=np.int64) for name in self._inputs}
        row: NDArray[np.float32] = self._session.run(None, feed)[0][0]
        return row


def _threads_of_environment() -> int:
    """Where several processes share a machine, each is told how many threads are its share."""
    told = os.environ.get("DISCOURSE_THREADS", "")
    return int(told) if told.isdigit() else 0


def _clean(text: Text) -> Text:
    """The text cut to what can be read at all, without the lone surrogates that the tokenizer refuses."""
    if isinstance(text, tuple):
        return _clean_one(text[0]), _clean_one(text[1])
    return _clean_one(text)


def _clean_one(text: str) -> str:
    text = text[:MAX_CHARACTERS]
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
