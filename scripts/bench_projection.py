"""Measures whether a linear map on top of the packaged vectors, learnt from people's groups, groups and matches better.

    python scripts/bench_projection.py --data DATA

Learnt on the training splits of Perspectrum and ArgKP-2021, measured on dev beside the vectors as they are: `whitened`
shrinks the directions in which statements of one group differ (relevant component analysis, drawn towards no map by a
share); `contrast` draws statements of a group together against the others of their claim and side, held near to no map.
Needs the extra `[train]`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import adjusted_rand_score, v_measure_score

from bench_arguments import SEED, alone, argkp, bench_matching, perspectrum, tell
from discourse.cluster import group
from discourse.embed import load_embedder

ROUNDS, RATE, HEAT = 8, 1e-3, 0.05
Group = tuple[str, np.ndarray, np.ndarray]
"""The data it is from, vectors, and the number of the human group of each."""


class Mapped:
    """An embedder whose vectors go through a linear map; keeps what it has encoded."""

    def __init__(self) -> None:
        self.embedder, self.known = load_embedder(), {}
        self.map = np.eye(self.embedder.dimension, dtype=np.float32)

    def encode(self, texts):  # type: ignore[no-untyped-def]
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        self.known |= dict(zip(new, self.embedder.encode(new), strict=True)) if new else {}
        return unit(np.vstack([self.known[text] for text in texts]) @ self.map)


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def groups(data: Path, split: str, embedder: Mapped) -> Iterator[Group]:
    for name, read in (("Perspectrum", perspectrum), ("ArgKP", argkp)):
        for texts, human in read(data, split):
            yield name, embedder.encode(texts), np.unique(human, return_inverse=True)[1]


def whitened(held: list[Group], share: float) -> np.ndarray:
    """The map under which members of one group differ alike in every direction, the spread shrunk by a share."""
    apart = [
        vectors[human == one] - vectors[human == one].mean(axis=0)
        for _, vectors, human in held
        for one in np.flatnonzero(np.bincount(human) > 1)
    ]
    rows = np.vstack(apart).astype(np.float64)
    spread = rows.T @ rows / len(rows)
    size = len(spread)
    spread = (1 - share) * spread + share * np.trace(spread) / size * np.eye(size)
    values, directions = np.linalg.eigh(spread)
    return ((directions * values**-0.5) @ directions.T).astype(np.float32)


def contrast(held: list[Group], pull: float) -> np.ndarray:
    """The map that draws members of a group together and others of their claim apart, held near to none by `pull`."""
    size = held[0][1].shape[1]
    none = torch.eye(size)
    learnt = torch.eye(size, requires_grad=True)
    optimiser = torch.optim.Adam([learnt], lr=RATE)
    for epoch in range(ROUNDS):
        for place in np.random.default_rng(epoch).permutation(len(held)):
            _, vectors, human = held[place]
            itself = torch.eye(len(human), dtype=torch.bool)
            same = torch.tensor(human[:, None] == human[None]) & ~itself
            some = same.any(1)
            if human.max() == 0 or not some.any():
                continue
            rows = torch.nn.functional.normalize(torch.tensor(vectors) @ learnt, dim=1)
            chance = (rows @ rows.T / HEAT).masked_fill(itself, -1e9).log_softmax(1)
            near = ((chance * same).sum(1) / same.sum(1).clamp(min=1))[some].mean()
            loss = pull * ((learnt - none) ** 2).sum() / size - near
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return learnt.detach().numpy()


def bench(name: str, held: list[Group], embedder: Mapped, data: Path) -> None:
    """Prints ARI and V-measure on both sets (means weighed by size), then matching, under the embedder's map."""
    for of in ("Perspectrum", "ArgKP"):
        scores = []
        for _, vectors, human in (one for one in held if one[0] == of):
            labels = alone(group(unit(vectors @ embedder.map)))
            scores.append((adjusted_rand_score(human, labels), v_measure_score(human, labels), len(human)))
        ari, v, size = np.array(scores).T
        tell(map=name, data=f"{of} dev", ari=np.average(ari, weights=size), v_measure=np.average(v, weights=size))
    bench_matching(data, "dev", embedder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args().data
    torch.manual_seed(SEED)
    embedder = Mapped()
    train, dev = list(groups(data, "train", embedder)), list(groups(data, "dev", embedder))
    bench("none", dev, embedder, data)
    for share in (0.9, 0.7, 0.5):
        embedder.map = whitened(train, share)
        bench(f"whitened, shrunk by {share}", dev, embedder, data)
    for pull in (10.0, 1.0, 0.1):
        embedder.map = contrast(train, pull)
        bench(f"contrast, pull {pull}", dev, embedder, data)


if __name__ == "__main__":
    main()
