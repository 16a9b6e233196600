"""Scores of the pipeline: against the teacher, against gold, and its speed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from english.corpus import Record
from english.corrections import correct
from english.silver import Texts

# Kinds compared on CrossNER: a label of either side -> kind.
KINDS = {
    "PERSON": "person",
    "person": "person",
    "politician": "person",
    "ORG": "organisation",
    "organisation": "organisation",
    "politicalparty": "organisation",
    "GPE": "location",
    "LOC": "location",
    "country": "location",
    "location": "location",
}
GROUPS = {
    "all": ("hansard", "ofsted", "govuk", "ewt"),
    "hansard": ("hansard",),
    "ofsted": ("ofsted",),
    "ewt": ("ewt",),
}


def f_score(pairs: Iterable[tuple[set[Any], set[Any]]]) -> float:
    """Give the F of predicted sets against gold sets, counted together."""
    hits = predicted = gold = 0
    for mine, theirs in pairs:
        hits += len(mine & theirs)
        predicted += len(mine)
        gold += len(theirs)
    return 2 * hits / max(predicted + gold, 1)


def run_on_words(nlp: Language, records: Sequence[Record], *, starts: bool = False) -> list[Doc]:
    """Give the pipeline's documents on the records' own tokens, with their sentence starts if asked."""
    docs = [
        Doc(nlp.vocab, words=r["words"], spaces=r["spaces"], sent_starts=r["starts"] if starts else None)
        for r in records
    ]
    with nlp.select_pipes(disable=["senter"] if starts and "senter" in nlp.pipe_names else []):
        return list(nlp.pipe(docs, batch_size=64))


def agreement(docs: Sequence[Doc], records: Sequence[Record]) -> dict[str, float]:
    """Give the share of tags, heads and labelled heads, and the F of entities, that are as in the records.

    `entities_corrected` is the F once the teacher's known errors in British text are put right.
    """
    same: Counter[str] = Counter()
    for doc, record in zip(docs, records, strict=True):
        for token, tag, head, dep in zip(doc, record["tags"], record["heads"], record["deps"], strict=True):
            same["tokens"] += 1
            same["tags"] += token.tag_ == tag
            same["heads"] += token.head.i == head
            same["labelled"] += token.head.i == head and token.dep_ == dep
    theirs = [[tuple(span) for span in record["ents"]] for record in records]
    right = [correct(r["words"], spans) for r, spans in zip(records, theirs, strict=True)]
    return {
        **{key: same[key] / max(same["tokens"], 1) for key in ("tags", "heads", "labelled")},
        "entities": f_score((_spans(doc), set(spans)) for doc, spans in zip(docs, theirs, strict=True)),
        "entities_corrected": f_score((_spans(doc), set(spans)) for doc, spans in zip(docs, right, strict=True)),
    }


def _spans(doc: Doc) -> set[Any]:
    return {(e.start, e.end, e.label_) for e in doc.ents}


def _kinds(spans: Iterable[Any]) -> set[Any]:
    return {(start, end, KINDS[label]) for start, end, label in spans if label in KINDS}


def sentences(docs: Sequence[Doc], records: Sequence[Record]) -> float:
    """Give the F of sentence starts."""
    return f_score(
        ({t.i for t in doc if t.is_sent_start}, {i for i, start in enumerate(r["starts"]) if start})
        for doc, r in zip(docs, records, strict=True)
    )


def whole_documents(records: Sequence[Record]) -> list[Record]:
    """Join the paragraphs of each document by a blank, so that paragraph breaks give no sentence away."""
    joined: dict[str, Record] = {}
    for record in records:
        parts = joined.setdefault(record["document"], {"words": [], "spaces": [], "starts": []})
        for key in parts:
            parts[key] = parts[key] + record[key]
    return list(joined.values())


def crossner(nlp: Language, texts: Texts) -> dict[str, float]:
    """Give our F and the teacher's for people, organisations and places on CrossNER's held-out sentences."""
    gold = [_kinds(r["gold"]) for r in texts.crossner_dev]
    docs = run_on_words(nlp, texts.crossner_dev, starts=True)
    theirs = [_kinds(r["ents"]) for r in texts.crossner_teacher]
    return {
        "ours": f_score((_kinds(_spans(doc)), spans) for doc, spans in zip(docs, gold, strict=True)),
        "teacher": f_score(zip(theirs, gold, strict=True)),
    }


def own(nlp: Language, texts: Texts) -> dict[str, float]:
    """Give our F and the teacher's on our held-out paragraphs: all labels, and people, organisations and places."""
    docs = run_on_words(nlp, texts.own_dev, starts=True)
    gold = [{tuple(span) for span in record["ents"]} for record in texts.own_dev]
    theirs = [{tuple(span) for span in record["ents"]} for record in texts.own_teacher]
    return {
        "all": f_score((_spans(doc), spans) for doc, spans in zip(docs, gold, strict=True)),
        "all_teacher": f_score(zip(theirs, gold, strict=True)),
        "names": f_score((_kinds(_spans(doc)), _kinds(spans)) for doc, spans in zip(docs, gold, strict=True)),
        "names_teacher": f_score((_kinds(t), _kinds(spans)) for t, spans in zip(theirs, gold, strict=True)),
    }


def speed(nlp: Language, records: Sequence[Record], words: int = 30_000) -> float:
    """Give words (as split by blanks) a second of processor time, every component on, after a warm-up."""
    texts: list[str] = []
    total = 0
    for record in records:
        text = "".join(w + " " * s for w, s in zip(record["words"], record["spaces"], strict=True)).strip()
        texts.append(text)
        total += len(text.split())
        if total >= words:
            break
    for _ in nlp.pipe(texts[:50]):
        pass
    started = time.process_time()
    for _ in nlp.pipe(texts):
        pass
    return total / (time.process_time() - started)


def scores(nlp: Language, texts: Texts, folder: Path) -> dict[str, Any]:
    """Give every figure of the model card."""
    prepared = run_on_words(nlp, texts.dev, starts=True)
    free = run_on_words(nlp, texts.free)
    against: dict[str, Any] = {}
    for name, sources in GROUPS.items():
        chosen = [i for i, record in enumerate(texts.dev) if record["source"] in sources]
        against[name] = {
            "tokens": sum(len(prepared[i]) for i in chosen),
            "prepared": agreement([prepared[i] for i in chosen], [texts.dev[i] for i in chosen]),
            "free": agreement([free[i] for i in chosen], [texts.free[i] for i in chosen]),
        }
    ewt = [r for r in texts.dev if r["source"] == "ewt"]
    whole = whole_documents(ewt)
    return {
        "against_teacher": against,
        "ewt_sentences": {
            "paragraphs": sentences(run_on_words(nlp, ewt), ewt),
            "documents": sentences(run_on_words(nlp, whole), whole),
        },
        "crossner": crossner(nlp, texts),
        "own": own(nlp, texts),
        "words_per_second": speed(nlp, [r for r in texts.dev if r["source"] != "ewt"]),
        "bytes": sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()),
    }
