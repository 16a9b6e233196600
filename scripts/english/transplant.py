"""Give typographic marks the embeddings of the plain ones, inside the teacher's hash tables.

A hash embedding adds up four rows for every key, and keys share rows. So the change is the weighted least-squares
one: keys of typographic tokens get the sum that their plain counterparts have, and all other keys of the corpus
keep theirs as nearly as possible, the frequent ones first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.attrs import NORM, PREFIX, SHAPE, SUFFIX
from spacy.vocab import Vocab
from thinc.api import Model, NumpyOps

from english.marks import plain

ATTRIBUTES = (NORM, PREFIX, SUFFIX, SHAPE)
STRENGTH = 30.0


def attribute_counts(vocab: Vocab, words: Iterable[str]) -> list[Counter[int]]:
    """Count, for each embedded attribute, the values that the words have."""
    counts: list[Counter[int]] = [Counter() for _ in ATTRIBUTES]
    for word, number in Counter(words).items():
        lexeme = vocab[word]
        values = (lexeme.norm, lexeme.prefix, lexeme.suffix, lexeme.shape)
        for counter, value in zip(counts, values, strict=True):
            counter[value] += number
    return counts


def counterparts(vocab: Vocab, words: Iterable[str]) -> list[dict[int, int]]:
    """Give, for each embedded attribute, typographic value -> plain value, for words that hold such a mark."""
    pairs: list[dict[int, int]] = [{} for _ in ATTRIBUTES]
    for word in sorted(set(words)):
        other = plain(word)
        if other == word:
            continue
        a, b = vocab[word], vocab[other]
        for mapping, one, two in zip(
            pairs, (a.norm, a.prefix, a.suffix, a.shape), (b.norm, b.prefix, b.suffix, b.shape), strict=True
        ):
            if one != two:
                mapping[one] = two
    return pairs


def transplant(model: Model[Any, Any], counts: list[Counter[int]], pairs: list[dict[int, int]]) -> None:
    """Change the four hash tables of a tok2vec so that each typographic value embeds as its plain one."""
    nodes = sorted((n for n in model.walk() if n.name == "hashembed"), key=lambda n: n.attrs["column"])
    for node, counter, mapping in zip(nodes, counts, pairs, strict=True):
        if mapping:
            table = node.get_param("E")
            node.set_param("E", _solved(table, node.attrs["seed"], counter, mapping))


def _rows(keys: Iterable[int], seed: int, size: int) -> NDArray[Any]:
    hashed = NumpyOps().hash(np.array(list(keys), dtype="uint64"), seed)
    return hashed % size


def _solved(table: NDArray[Any], seed: int, counter: Counter[int], mapping: dict[int, int]) -> NDArray[Any]:
    size, width = table.shape
    keys = [key for key in counter if key not in mapping]
    normal = np.zeros((size, size))
    target = np.zeros((size, width))
    total = sum(counter.values())
    for rows, key in zip(_rows(keys, seed, size), keys, strict=True):
        np.add.at(normal, np.ix_(rows, rows), counter[key] / total)
    ours, theirs = _rows(mapping, seed, size), _rows(mapping.values(), seed, size)
    for mine, other, key in zip(ours, theirs, mapping, strict=True):
        weight = STRENGTH * max(counter[key], 1) / total
        np.add.at(normal, np.ix_(mine, mine), weight)
        np.add.at(target, mine, weight * (table[other].sum(axis=0) - table[mine].sum(axis=0)))
    normal[np.diag_indices(size)] += 1e-9
    return (table + np.linalg.solve(normal, target)).astype("f")
