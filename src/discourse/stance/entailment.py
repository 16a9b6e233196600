"""Any entailment or stance classifier of transformers as a stance model; needs the extra `[train]`."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from discourse.errors import DiscourseError, ModelError
from discourse.records import digest
from discourse.runtime import MAX_CHARACTERS
from discourse.stance.model import Pair

_WORDS = (
    ("entail", "favour", "favor", "support", "pro"),
    ("contradict", "against", "oppos", "con", "refute"),
    ("neutral", "none", "unrelated", "neither"),
)
_BATCH = 16


def label_places(id2label: Mapping[int | str, str]) -> tuple[int, int, int | None]:
    """Where a classifier's config puts favour (entailment), against (contradiction) and none (neutral, if any).

    Raises ValueError where the labels' names do not tell.
    """
    places: list[int | None] = []
    for words in _WORDS:
        found = [int(i) for i, label in id2label.items() if str(label).strip().lower().startswith(words)]
        if len(found) > 1:
            raise ValueError(f"more than one label is {words[0]!r}")
        places.append(found[0] if found else None)
    favour, against, none = places
    if favour is None or against is None:
        raise ValueError("no labels named entailment and contradiction, or favour and against")
    return favour, against, none


class EntailmentStance:
    """The text as premise, the proposition as hypothesis: entailment is favour, contradiction against.

    Its probabilities are the model's own, not calibrated; shown from .5 on.
    """

    threshold = 0.5

    def __init__(self, name: str) -> None:
        try:
            library: Any = importlib.import_module("transformers")
            self._torch: Any = importlib.import_module("torch")
        except ImportError:
            raise DiscourseError(
                f"stance model {name!r} is no folder of a stance model, and models of transformers need "
                "pip install 'sector-discourse[train]'"
            ) from None
        try:
            self._tokenizer: Any = library.AutoTokenizer.from_pretrained(name)
            self._model: Any = library.AutoModelForSequenceClassification.from_pretrained(name).eval()
            self._places = label_places(self._model.config.id2label)
        except Exception as error:  # the hub's errors have no common class
            first_line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise ModelError(f"stance model {name!r} cannot be used: {first_line}") from None
        self.name = name
        revision = getattr(self._model.config, "_commit_hash", None)
        self.fingerprint = digest(f"{name} {revision} {self._model.num_parameters()}")[:12]

    def predict(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        result = np.zeros((len(pairs), 3), dtype=np.float32)
        for start in range(0, len(pairs), _BATCH):
            part = pairs[start : start + _BATCH]
            result[start : start + len(part)] = self._predict(part)
        return result

    def _predict(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        premises = [f"{pair.context} {pair.text}".strip()[:MAX_CHARACTERS] for pair in pairs]
        hypotheses = [pair.proposition for pair in pairs]
        inputs = self._tokenizer(
            premises, hypotheses, truncation=True, padding=True, max_length=512, return_tensors="pt"
        )
        with self._torch.inference_mode():
            found = self._torch.softmax(self._model(**inputs).logits.float(), dim=1).numpy()
        favour, against, none = self._places
        sides = found[:, [favour, against]]
        rest = found[:, [none]] if none is not None else 1 - sides.sum(axis=1, keepdims=True)
        return np.hstack([sides, rest]).astype(np.float32)
