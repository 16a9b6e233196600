"""The words that report speech, from cues.toml: what each takes, how it stands to it, what it implies."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Attitude = Literal["neutral", "for", "against"]
Manner = Literal["says", "thinks", "shows"]
PREPOSITIONS = frozenset({"for", "of", "about", "against", "on", "to", "with", "over", "as", "at"})


@dataclass(frozen=True, slots=True)
class Sense:
    """What a cue means with one kind of complement."""

    attitude: Attitude = "neutral"
    manner: Manner = "says"
    factive: bool = False
    addressee: bool = False
    """True where the verb names who is spoken to before what is said: told the council that ..."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Cues by lemma and complement, and the words that make saying unsaid."""

    verbs: Mapping[str, Mapping[str, Sense]]
    nouns: Mapping[str, Mapping[str, Sense]]
    adjectives: Mapping[str, Mapping[str, Sense]]
    phrases: tuple[str, ...]
    unsaid: frozenset[str]
    modals: frozenset[str]
    documents: frozenset[str]
    forms: Mapping[str, str] = field(default_factory=dict)
    """Inflected form to lemma, for text without a tagger."""


def _senses(tables: list[dict[str, Any]], pos: str) -> dict[str, dict[str, Sense]]:
    """The first table that names a lemma with a complement decides its sense there."""
    senses: dict[str, dict[str, Sense]] = {}
    for table in tables:
        if table["pos"] != pos:
            continue
        sense = Sense(
            table.get("attitude", "neutral"),
            table.get("manner", "says"),
            table.get("factive", False),
            table.get("addressee", False),
        )
        for lemma in table["lemmas"].split():
            for complement in table["takes"]:
                senses.setdefault(lemma, {}).setdefault(complement, sense)
    return senses


_IRREGULAR = {
    "say": "said", "tell": "told", "write": "wrote written", "think": "thought", "feel": "felt", "know": "knew known",
    "find": "found", "swear": "swore sworn", "set": "set setting", "lay": "laid", "speak": "spoke spoken",
    "read": "read", "forget": "forgot forgotten", "understand": "understood", "see": "saw seen", "cast": "cast",
    "recount": "recounted", "foretell": "foretold", "sing": "sang sung", "put": "put putting",
    "submit": "submitted submitting", "admit": "admitted admitting", "plan": "planned planning",
    "slam": "slammed slamming", "pan": "panned panning", "rap": "rapped rapping", "rebut": "rebutted rebutting",
    "chat": "chatted chatting", "quip": "quipped quipping", "plead": "pleaded pled", "label": "labelled labelling",
    "beg": "begged begging", "offer": "offered offering", "dub": "dubbed dubbing", "blog": "blogged blogging",
    "signal": "signalled signalling", "panic": "panicked",
}  # fmt: skip


def _inflected(lemma: str) -> list[str]:
    if lemma.endswith("e"):
        regular = [lemma + "s", lemma + "d", lemma[:-1] + "ing"]
    elif lemma.endswith("y") and lemma[-2] not in "aeiou":
        regular = [lemma[:-1] + "ies", lemma[:-1] + "ied", lemma + "ing"]
    elif lemma.endswith(("s", "sh", "ch", "x", "z")):
        regular = [lemma + "es", lemma + "ed", lemma + "ing"]
    else:
        regular = [lemma + "s", lemma + "ed", lemma + "ing"]
    return [lemma, *regular, *_IRREGULAR.get(lemma, "").split()]


@cache
def load_lexicon() -> Lexicon:
    """The lexicon that comes with the package."""
    tables = tomllib.loads((files("discourse.nlp") / "cues.toml").read_text(encoding="utf-8"))
    verbs = _senses(tables["cue"], "verb")
    forms: dict[str, str] = {}
    for lemma in verbs:
        for form in _inflected(lemma):
            forms.setdefault(form, lemma)
    return Lexicon(
        verbs=verbs,
        nouns=_senses(tables["cue"], "noun"),
        adjectives=_senses(tables["cue"], "adjective"),
        phrases=tuple(p for t in tables["cue"] if t["pos"] == "preposition" for p in t["phrases"]),
        unsaid=frozenset(tables["unsaid"]["governors"].split()),
        modals=frozenset(tables["unsaid"]["modals"].split()),
        documents=frozenset(tables["documents"]["nouns"].split()),
        forms=forms,
    )
