"""Two baselines that a stance model must beat: word counts, and sentence embeddings, each with logistic regression."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from discourse.stance import linear
from discourse.stance.examples import Example
from discourse.stance.linear import Encoder
from discourse.stance.model import Pair
from discourse.stance.settings import Settings


class TfidfStance:
    """Words and word pairs of the text, words of the target, and the words that both have."""

    name = "TF-IDF + logistic regression"
    fingerprint = "tfidf"
    threshold = 0.5

    def __init__(self, examples: Sequence[Example]) -> None:
        self._texts = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
        self._targets = TfidfVectorizer(min_df=1, sublinear_tf=True)
        self._texts.fit([x.text for x in examples])
        self._targets.fit([x.target for x in examples])
        self._model = LogisticRegression(C=2.0, max_iter=200, tol=1e-3)
        labels = [x.label for x in examples]
        self._model.fit(self._features([Pair(x.text, x.target) for x in examples]), labels)

    def _features(self, pairs: Sequence[Pair]) -> csr_matrix:
        texts = self._texts.transform([pair.text for pair in pairs])
        targets = self._targets.transform([pair.proposition for pair in pairs])
        both = self._targets.transform([pair.text for pair in pairs]).multiply(targets)
        return csr_matrix(hstack([texts, targets, both]))

    def predict(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        result = np.zeros((len(pairs), 3), dtype=np.float32)
        result[:, self._model.classes_] = self._model.predict_proba(self._features(pairs))
        return result


class EmbeddingStance:
    """The linear model of the stance stage, fitted in memory."""

    name = "embeddings + logistic regression"
    fingerprint = "embeddings"
    threshold = 0.5

    def __init__(self, examples: Sequence[Example], embedder: Encoder) -> None:
        self._embedder = embedder
        self._coefficients, self._intercepts = linear.fit(examples, embedder)
        self._settings = Settings(self.name, "linear", threshold=self.threshold)

    def predict(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        inputs = linear.features(self._embedder, [p.text for p in pairs], [p.proposition for p in pairs])
        return self._settings.calibrated(inputs @ self._coefficients.T + self._intercepts)
