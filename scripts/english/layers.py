"""Copies of the teacher's layers into spaCy 3's, which have the same shapes or hold the teacher's as a part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc
from thinc.api import Model

Arrays = dict[str, NDArray[Any]]
WIDTH, TEACHER_HIDDEN, PIECES = 96, 64, 2
IMPOSSIBLE = -1e4


def _set(node: Model[Any, Any], name: str, value: NDArray[Any]) -> None:
    node.set_param(name, np.ascontiguousarray(value, dtype="f"))


def fill_tok2vec(model: Model[Any, Any], arrays: Arrays, owner: str) -> None:
    """Copy the tok2vec of one of the teacher's components; the layers have the same shapes in both versions."""
    nodes = list(model.walk())
    embeddings = sorted((n for n in nodes if n.name == "hashembed"), key=lambda n: n.attrs["column"])
    for i, node in enumerate(embeddings):
        node.attrs["seed"] = int(arrays[f"{owner}.seeds"][i])
        _set(node, "E", arrays[f"{owner}.E{i}"])
    maxouts = [n for n in nodes if n.name == "maxout"]
    norms = [n for n in nodes if n.name == "layernorm"]
    for i, (maxout, norm) in enumerate(zip(maxouts, norms, strict=True)):
        _set(maxout, "W", arrays[f"{owner}.W{i}"])
        _set(maxout, "b", arrays[f"{owner}.b{i}"])
        _set(norm, "G", arrays[f"{owner}.G{i}"])
        _set(norm, "b", arrays[f"{owner}.lb{i}"])


def fill_tagger(tagger: Any, arrays: Arrays) -> None:
    """Copy the tagger's output layer."""
    softmax = next(n for n in tagger.model.walk() if n.name.startswith("softmax"))
    _set(softmax, "W", arrays["tagger.W"])
    _set(softmax, "b", arrays["tagger.b"])


def fill_parser(parser: Any, arrays: Arrays) -> None:
    """Copy the parser's two upper layers: its eight state features are spaCy 3's.

    spaCy 3 puts a linear layer before the states: here the identity. `B-ROOT` means something else in spaCy 3
    and stays impossible: the senter says where sentences start.
    """
    weights, pad = _padded(arrays, "parser", WIDTH)
    lower_pad = np.zeros((1, 8, WIDTH, PIECES))
    lower_pad[0] = pad
    linear = _linear(parser)
    _set(linear, "W", np.eye(WIDTH))
    _set(linear, "b", np.zeros(WIDTH))
    _fill_states(parser, arrays, "parser", weights, lower_pad)


def fill_ner(ner: Any, arrays: Arrays, docs: Sequence[Doc]) -> None:
    """Copy the NER's upper layers as nearly as spaCy 3's three state features allow.

    The teacher looks at the token and its neighbours, and at the first token of the last entity and its neighbours.
    Both sums are linear in a window of three vectors, so the linear layer projects the window onto the directions
    in which they vary most on `docs`. What the teacher takes from an entity that is already closed is lost.
    """
    width = ner.model.get_ref("lower").get_dim("nO")
    w = arrays["ner.lower_W"].reshape(6, TEACHER_HIDDEN * PIECES, WIDTH)
    token = np.concatenate([w[1], w[0], w[2]], axis=1)
    entity = np.concatenate([w[4], w[3], w[5]], axis=1)
    windows = np.vstack(ner.model.get_ref("tok2vec").layers[0].predict(docs))
    project, expand = _principal(np.vstack([token, entity]), windows, width)
    linear = _linear(ner)
    _set(linear, "W", project)
    _set(linear, "b", np.zeros(width))
    weights = np.zeros((3, width, PIECES, width))
    half = TEACHER_HIDDEN * PIECES
    weights[0, :TEACHER_HIDDEN] = expand[:half].reshape(TEACHER_HIDDEN, PIECES, width)
    weights[1, :TEACHER_HIDDEN] = expand[half:].reshape(TEACHER_HIDDEN, PIECES, width)
    pad = np.zeros((1, 3, width, PIECES))
    teacher_pad = arrays["ner.lower_pad"].reshape(6, TEACHER_HIDDEN, PIECES)
    pad[0, 1, :TEACHER_HIDDEN] = teacher_pad[3:].sum(axis=0)
    _fill_states(ner, arrays, "ner", weights, pad)


def _linear(pipe: Any) -> Model[Any, Any]:
    return next(n for n in pipe.model.get_ref("tok2vec").walk() if n.name == "linear")


def _principal(matrix: NDArray[Any], inputs: NDArray[Any], rank: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Give (project, expand) of that rank with expand @ project near the matrix on inputs like these."""
    values, vectors = np.linalg.eigh(inputs.T @ inputs / len(inputs))
    scale = np.sqrt(np.maximum(values, 1e-6))
    root, inverse = vectors * scale @ vectors.T, vectors / scale @ vectors.T
    left, singular, right = np.linalg.svd(matrix @ root, full_matrices=False)
    return right[:rank] @ inverse, left[:, :rank] * singular[:rank]


def _padded(arrays: Arrays, owner: str, width: int) -> tuple[NDArray[Any], NDArray[Any]]:
    teacher = arrays[f"{owner}.lower_W"]
    weights = np.zeros((len(teacher), width, PIECES, width))
    weights[:, :TEACHER_HIDDEN] = teacher
    pad = np.zeros((len(teacher), width, PIECES))
    pad[:, :TEACHER_HIDDEN] = arrays[f"{owner}.lower_pad"].reshape(-1, TEACHER_HIDDEN, PIECES)
    return weights, pad


def _fill_states(pipe: Any, arrays: Arrays, owner: str, weights: NDArray[Any], pad: NDArray[Any]) -> None:
    """Set the layers over the states; the teacher's 64 hidden units come first, the others start at zero."""
    lower, upper = pipe.model.get_ref("lower"), pipe.model.get_ref("upper")
    width = weights.shape[1]
    bias = np.zeros((width, PIECES))
    bias[:TEACHER_HIDDEN] = arrays[f"{owner}.lower_b"].reshape(TEACHER_HIDDEN, PIECES)
    _set(lower, "W", weights)
    _set(lower, "b", bias)
    _set(lower, "pad", pad)
    known = {str(move): i for i, move in enumerate(arrays[f"{owner}.moves"])}
    out, out_bias = np.zeros((pipe.moves.n_moves, width)), np.full(pipe.moves.n_moves, IMPOSSIBLE)
    for i, name in enumerate(pipe.move_names):
        if name in known and name != "B-ROOT":
            out[i, :TEACHER_HIDDEN] = arrays[f"{owner}.upper_W"][known[name]]
            out_bias[i] = arrays[f"{owner}.upper_b"][known[name]]
    _set(upper, "W", out)
    _set(upper, "b", out_bias)
