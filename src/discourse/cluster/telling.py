"""What an argument is called: the member that states its point best, and the words that tell it from the others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

TERMS = 5


def key_point(texts: Sequence[str], vectors: NDArray[np.float32], centroid: NDArray[np.float32]) -> int:
    """The member that states the point best: central, short, and able to stand alone."""
    scores = vectors @ centroid
    for i, text in enumerate(texts):
        words = text.split()
        first = words[0].casefold().replace("’", "'").strip("“”‘'\",.") if words else ""
        scores[i] -= 0.01 * max(0, len(words) - 25) + 0.02 * max(0, 6 - len(words))
        scores[i] -= 0.05 * text[:1].islower()
        scores[i] -= 0.1 * (first in _LEANING) + 0.05 * ("[" in text or "…" in text) + 0.1 * text.endswith("?")
    return int(np.argmax(scores))


_LEANS = """it this that these those he she they such and but so because which who her his its their my our that's it's
there then yet nor or"""
_LEANING = frozenset(_LEANS.split())
"""First words that lean on a sentence before."""


def terms(texts: Sequence[str], groups: Sequence[list[int]]) -> list[tuple[str, ...]]:
    """The words and pairs of words that tell each group from the others (class-based TF-IDF)."""
    if not groups:
        return []
    joined = [" ".join(texts[i] for i in group) for group in groups]
    counter = TfidfVectorizer(stop_words="english", ngram_range=(1, 2), token_pattern=r"(?u)\b[^\W\d_]{3,}\b")
    try:
        weights = counter.fit_transform(joined)
    except ValueError:  # nothing but stop words
        return [()] * len(groups)
    names = counter.get_feature_names_out()
    rows = [np.asarray(weights[row].todense()).ravel() for row in range(len(groups))]
    return [tuple(str(names[i]) for i in np.argsort(-row, kind="stable")[:TERMS] if row[i] > 0) for row in rows]
