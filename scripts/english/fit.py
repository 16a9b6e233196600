"""Training of the student's senter and NER, and the documents to train them on."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from thinc.api import Adam, Model

from english.corpus import Record

BATCH_WORDS = 1500
# How paragraphs of one training document are kept apart: blank lines, a line break, nothing.
SEPARATORS = ("\n\n", "\n\n", "\n", "\n\n ", "\n\n\n", "\n \n", "", "", "")


def document(nlp: Language, records: Sequence[Record], separator: str) -> Doc:
    """Give one document with the sentence starts and entities of the paragraphs, kept apart by the separator."""
    words: list[str] = []
    spaces: list[bool] = []
    starts: list[bool] = []
    ents: list[str] = []
    for number, record in enumerate(records):
        words += record["words"]
        spaces += record["spaces"]
        starts += record["starts"]
        ents += iob(record["ents"], len(record["words"]))
        if separator and number + 1 < len(records):
            spaces[-1] = False
            words.append(separator)
            spaces.append(False)
            starts.append(False)
            ents.append("O")
    return Doc(nlp.vocab, words=words, spaces=spaces, sent_starts=starts, ents=ents)


def iob(spans: Sequence[tuple[int, int, str]], length: int) -> list[str]:
    """Give IOB labels for token spans."""
    labels = ["O"] * length
    for start, end, label in spans:
        labels[start] = f"B-{label}"
        labels[start + 1 : end] = [f"I-{label}"] * (end - start - 1)
    return labels


def examples(nlp: Language, records: Sequence[Record], rng: random.Random) -> Iterator[Example]:
    """Give training examples of one to four paragraphs; the input knows its sentences, as after the senter."""
    i = 0
    while i < len(records):
        size = rng.choice((1, 1, 1, 2, 3, 4))
        run = [record for record in records[i : i + size] if record["source"] == records[i]["source"]]
        i += len(run)
        reference = document(nlp, run, rng.choice(SEPARATORS))
        predicted = Doc(
            nlp.vocab,
            words=[token.text for token in reference],
            spaces=[bool(token.whitespace_) for token in reference],
            sent_starts=[bool(token.is_sent_start) for token in reference],
        )
        yield Example(predicted, reference)


def _batches(items: list[Example], rng: random.Random) -> Iterator[list[Example]]:
    rng.shuffle(items)
    batch: list[Example] = []
    size = 0
    for item in items:
        batch.append(item)
        size += len(item.predicted)
        if size >= BATCH_WORDS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def train(
    nlp: Language,
    name: str,
    records_of_epoch: Callable[[random.Random], Sequence[Record]],
    *,
    rates: Sequence[float],
    dropout: float,
    report: Callable[[str], None],
    scores: Callable[[], str],
    seed: int = 0,
) -> None:
    """Train one component on the others as they are, an epoch for each learning rate; averaged weights stay.

    The rate falls steadily from each value to the next.
    """
    rng = random.Random(seed)
    optimizer = Adam(rates[0], L2=0.01, L2_is_weight_decay=True, grad_clip=1.0, use_averages=True)
    others = [other for other in nlp.pipe_names if other != name]
    model = nlp.get_pipe(name).model
    started = time.monotonic()
    for epoch, (rate, after) in enumerate(zip(rates, [*rates[1:], rates[-1] / 5], strict=True)):
        work = list(_batches(list(examples(nlp, records_of_epoch(rng), rng)), rng))
        losses: dict[str, float] = {}
        for step, batch in enumerate(work):
            optimizer.learn_rate = rate + (after - rate) * step / len(work)
            nlp.update(batch, sgd=optimizer, drop=dropout, losses=losses, exclude=others, annotates=["tok2vec"])
        with model.use_params(optimizer.averages):
            report(f"{name} epoch {epoch}, {time.monotonic() - started:.0f} s, loss {losses[name]:.0f}: {scores()}")
    for node in model.walk():
        for parameter in node.param_names:
            if (node.id, parameter) in optimizer.averages:
                node.set_param(parameter, optimizer.averages[node.id, parameter])


def weights(model: Model[Any, Any]) -> list[tuple[Model[Any, Any], str, NDArray[Any]]]:
    """Give a copy of every parameter of the model with its place."""
    return [
        (node, name, node.get_param(name).copy())
        for node in model.walk()
        for name in node.param_names
        if node.has_param(name)
    ]


def blend(start: list[tuple[Model[Any, Any], str, NDArray[Any]]], share: float) -> None:
    """Move each parameter back towards its start: `share` is what stays of the way that training went.

    Weights between the start and the end of fine-tuning keep more of what the start knew at little loss of what was
    learnt (Wortsman et al. 2022, Robust fine-tuning of zero-shot models).
    """
    for node, name, before in start:
        node.set_param(name, before + share * (node.get_param(name) - before))
