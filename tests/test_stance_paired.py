"""A second opinion on propositions that were not trained on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from discourse.stance import Pair
from discourse.stance.paired import PairedStance
from discourse.stance.paired import _together as together
from discourse.stance.recipes import _scaled as scaled
from discourse.stance.settings import Settings

SURE_OF_NONE, DOUBTFUL = (0.01, 0.02, 0.97), (0.5, 0.1, 0.4)


class Fixed:
    """Gives the rows that it was made with, and notes what it was asked."""

    threshold = 0.5

    def __init__(self, name: str, **rows: tuple[float, float, float]) -> None:
        self.name = self.fingerprint = name
        self.rows = rows
        self.asked: list[str] = []

    def knows(self, proposition: str) -> bool:
        return proposition == "known"

    def predict(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        self.asked += [pair.text for pair in pairs]
        return np.asarray([self.rows[pair.text] for pair in pairs], dtype=np.float32).reshape(-1, 3)


def paired(known: Fixed, other: Fixed) -> PairedStance:
    quick: Any = known
    return PairedStance(quick, other)


def test_the_second_is_asked_only_where_the_first_has_no_head() -> None:
    known = Fixed("a", dull=SURE_OF_NONE, sharp=DOUBTFUL, strange=(0.4, 0.4, 0.2))
    other = Fixed("b", strange=(0.1, 0.7, 0.2))
    pairs = [Pair("dull", "known"), Pair("sharp", "known"), Pair("strange", "new")]
    found = paired(known, other).predict(pairs)
    assert known.asked == ["dull", "sharp", "strange"]
    assert other.asked == ["strange"]
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(found[:2], (SURE_OF_NONE, DOUBTFUL), atol=1e-6)
    assert 0.4 < found[2, 1] < 0.7
    assert 0.1 < found[2, 0] < 0.4


@pytest.mark.parametrize("pairs", [[], [Pair("dull", "known")], [Pair("strange", "new")]])
def test_one_kind_alone_or_nothing(pairs: list[Pair]) -> None:
    model = paired(Fixed("a", dull=SURE_OF_NONE, strange=DOUBTFUL), Fixed("b", strange=DOUBTFUL))
    assert model.predict(pairs).shape == (len(pairs), 3)


def test_its_fingerprint_changes_with_either() -> None:
    prints = {paired(Fixed(a), Fixed(b)).fingerprint for a in "xy" for b in "uv"}
    assert len(prints) == 4


def test_one_more_scaling_of_both_is_that_scaling_of_their_mean() -> None:
    logits = np.random.default_rng(7).normal(size=(2, 40, 3)).astype(np.float32)
    before = [Settings("a", "bi-encoder", 0.5, 1.5, (0.3, -0.2, 0.0)), Settings("b", "cross-encoder", 0.5, 2.0)]
    wanted = np.log(together(*(x.calibrated(z) for x, z in zip(before, logits, strict=True)))) / 1.7 + (0.4, 0.1, 0.0)
    after = [scaled(x, 1.7, (0.4, 0.1, 0.0)) for x in before]
    found = np.log(together(*(x.calibrated(z) for x, z in zip(after, logits, strict=True))))
    np.testing.assert_allclose(np.diff(found, axis=1), np.diff(wanted, axis=1), atol=2e-3)
