"""The student: a spaCy 3.8 pipeline whose layers start from the teacher's weights."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from spacy.language import Language
from spacy.lookups import load_lookups
from spacy.util import compile_infix_regex, compile_suffix_regex

from english.attributes import LEMMA_EXCEPTIONS, RULES, TAGS
from english.layers import (
    WIDTH,
    Arrays,
    fill_ner,
    fill_parser,
    fill_tagger,
    fill_tok2vec,
)
from english.transplant import attribute_counts, counterparts, transplant

NER_WIDTH = 128
BATCH_SIZE = 128  # documents at a time in `nlp.pipe`: spaCy's 1,000 leave the processor's cache
TOK2VEC = {
    "@architectures": "spacy.Tok2Vec.v2",
    "embed": {
        "@architectures": "spacy.MultiHashEmbed.v2",
        "width": WIDTH,
        "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE"],
        "rows": [2000, 1000, 1000, 1000],
        "include_static_vectors": False,
    },
    "encode": {
        "@architectures": "spacy.MaxoutWindowEncoder.v2",
        "width": WIDTH,
        "window_size": 1,
        "maxout_pieces": 3,
        "depth": 4,
    },
}
LISTENER = {"@architectures": "spacy.Tok2VecListener.v1", "width": WIDTH, "upstream": "tok2vec"}
# The senter reads the parser's vectors through one layer of its own.
SENTER_TOK2VEC = {
    "@architectures": "spacy.Tok2Vec.v2",
    "embed": LISTENER,
    "encode": {**TOK2VEC["encode"], "depth": 1},
}
# The teacher's NER sees the token before and after; spaCy 3's states do not, so the vectors carry their neighbours.
NER_TOK2VEC = {
    "@layers": "chain.v1",
    "*": {
        "tokens": TOK2VEC,
        "neighbours": {
            "@layers": "with_array.v1",
            "pad": 1,
            "layer": {"@layers": "expand_window.v1", "window_size": 1},
        },
    },
}
# Dashes and quotation marks that touch words, as British papers and Hansard set them ("quoted”—and", "2014–15").
EXTRA_INFIXES = (
    r"—",
    r"(?<=[0-9])–(?=[0-9])",
    r"[”\"’)\]](?=[—–-])",
    r"(?<=[”\"’)\]])[–-](?=\w)",
    r"[.,?!](?=[”\"][—–-])",
    r"(?<=[—–])[\[(“‘]",
    r"(?<=[:\w])[“”](?=\w)",
)
# The full stop after a name like "PwC" or "A&E" is no part of it.
EXTRA_SUFFIXES = (r"(?<=[a-z][A-Z])\.", r"(?<=&[A-Z])\.")


def read_weights(folder: Path) -> tuple[Arrays, dict[str, Any]]:
    """Read the arrays and the labels that `teacher_export.py` wrote."""
    with np.load(folder / "teacher.npz", allow_pickle=False) as stored:
        arrays = {key: stored[key] for key in stored.files}
    return arrays, json.loads((folder / "teacher.json").read_text(encoding="utf-8"))


def blank() -> Language:
    """Give an English pipeline without components: spelling norms, and a tokenizer for British typesetting."""
    nlp = spacy.blank("en", config={"nlp": {"batch_size": BATCH_SIZE}})
    infixes = [*nlp.Defaults.infixes, *EXTRA_INFIXES]
    suffixes = [*nlp.Defaults.suffixes, *EXTRA_SUFFIXES]
    nlp.tokenizer.infix_finditer = compile_infix_regex(infixes).finditer
    nlp.tokenizer.suffix_search = compile_suffix_regex(suffixes).search
    table = load_lookups("en", ["lexeme_norm"]).get_table("lexeme_norm")
    nlp.vocab.lookups.set_table("lexeme_norm", table)
    return nlp


def build_student(weights: Path, words: Sequence[str]) -> Language:
    """Give the whole pipeline with the teacher's knowledge; senter untrained, NER to be trained on.

    `words` are the tokens of the training text, which say what embeddings must be kept as they are.
    """
    arrays, labels = read_weights(weights)
    nlp = blank()
    nlp.add_pipe("tok2vec", config={"model": TOK2VEC})
    nlp.add_pipe("senter", config={"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": SENTER_TOK2VEC}})
    tagger = nlp.add_pipe("tagger", config={"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": TOK2VEC}})
    for label in arrays["tagger.labels"]:
        tagger.add_label(str(label))
    parser = nlp.add_pipe("parser", config={"model": _transitions("parser", WIDTH, LISTENER)})
    parser.moves.initialize_actions({int(k): v for k, v in labels["parser_labels"].items()})
    ner = nlp.add_pipe("ner", config={"model": _transitions("ner", NER_WIDTH, NER_TOK2VEC)})
    names = sorted({str(move)[2:] for move in arrays["ner.moves"] if str(move)[2:]})
    by_name = {name: len(names) - i for i, name in enumerate(names)}
    ner.moves.initialize_actions({0: {"": 1}, **dict.fromkeys(range(1, 5), by_name), 5: {"": 1}})
    _initialise(nlp)
    counts, pairs = attribute_counts(nlp.vocab, words), counterparts(nlp.vocab, words)
    owners = (("tok2vec", "parser"), ("tagger", "tagger"), ("ner", "ner"))
    for name, owner in owners:
        model = nlp.get_pipe(name).model
        tok2vec = model if name == "tok2vec" else model.get_ref("tok2vec")
        fill_tok2vec(tok2vec, arrays, owner)
        transplant(tok2vec, counts, pairs)
    fill_tagger(tagger, arrays)
    fill_parser(parser, arrays)
    fill_ner(ner, arrays, [nlp.make_doc(" ".join(words[i : i + 100])) for i in range(0, 30_000, 100)])
    return nlp


def add_rules(nlp: Language) -> None:
    """Add the attribute ruler and the rule lemmatizer, which are tables and learn nothing."""
    ruler = nlp.add_pipe("attribute_ruler", after="parser")
    for tag, (pos, morph) in TAGS.items():
        ruler.add([[{"TAG": tag}]], {"POS": pos, "MORPH": morph} if morph else {"POS": pos})
    for pattern, attributes in RULES:
        ruler.add([pattern], attributes)
    lemmatizer = nlp.add_pipe("lemmatizer", config={"mode": "rule"}, after="attribute_ruler")
    lemmatizer.initialize()
    exceptions = lemmatizer.lookups.get_table("lemma_exc")
    for pos, forms in LEMMA_EXCEPTIONS.items():
        exceptions[pos] = {**exceptions.get(pos, {}), **forms}


def _transitions(state: str, width: int, tok2vec: dict[str, Any]) -> dict[str, Any]:
    return {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": state,
        "extra_state_tokens": False,
        "hidden_width": width,
        "maxout_pieces": 2,
        "use_upper": True,
        "tok2vec": tok2vec,
    }


def _initialise(nlp: Language) -> None:
    docs = [nlp.make_doc("One short sentence .")]
    for name, pipe in nlp.pipeline:
        if name in ("tagger", "senter"):
            pipe.model.initialize(X=docs, Y=[np.zeros((4, len(pipe.labels)), dtype="f")])
        elif name in ("parser", "ner"):
            pipe.model.attrs["resize_output"](pipe.model, pipe.moves.n_moves)
            pipe.model.initialize(X=docs)
            pipe.model.attrs["unseen_classes"].clear()
        else:
            pipe.model.initialize(X=docs)
    nlp._link_components()
