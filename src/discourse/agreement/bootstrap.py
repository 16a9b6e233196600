"""Bootstrap intervals: units or whole texts drawn anew with replacement."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

DRAWS = 1000
LEVEL = 0.95


def interval(
    measure: Callable[[NDArray[np.float64]], float | None], size: int, *, seed: int, draws: int = DRAWS
) -> tuple[float, float] | None:
    """The percentile interval (95 %) of a measure of weights, one per thing drawn; None with fewer than two things.

    Draws on which the measure is undefined are left out.
    """
    if size < 2:
        return None
    generator = np.random.default_rng(seed)
    shares = np.full(size, 1 / size)
    values = [measure(generator.multinomial(size, shares).astype(float)) for _ in range(draws)]
    defined = [value for value in values if value is not None]
    if not defined:
        return None
    low, high = np.quantile(defined, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
