"""Readings of a parse that several rules share: spans, subjects, whether something was said at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from spacy.tokens import Doc, Token

from discourse.nlp.lexicon import Lexicon
from discourse.nlp.passage import Place
from discourse.nlp.people import load_people
from discourse.nlp.quotes import Quote

_LONGEST_SOURCE = 45
_TRIM_LEFT = " \t\n\r\u00a0,;:.)]}–—-…*•"
_TRIM_RIGHT = " \t\n\r\u00a0,;:([{–—-*•"
_CLIMBS = frozenset({"conj", "xcomp", "advcl", "pcomp", "prep", "dep", "parataxis", "ccomp", "acomp"})
_SUBJECTS = {"nsubj", "nsubjpass", "csubj", "expl"}


class Reading:
    """A parsed paragraph with what the rules look up again and again."""

    def __init__(self, doc: Doc, quotes: tuple[Quote, ...], lexicon: Lexicon) -> None:
        self.doc = doc
        self.text = doc.text
        self.lexicon = lexicon
        self.quotes = quotes
        self.outer = [quote for quote in quotes if quote.depth == 0]
        self.quoted: list[Quote | None] = [None] * len(doc)
        """The outermost quotation that each token lies in."""
        position = 0
        for token in doc:
            while position < len(self.outer) and self.outer[position].end <= token.idx:
                position += 1
            if position < len(self.outer) and self.outer[position].start <= token.idx:
                self.quoted[token.i] = self.outer[position]

    def in_quote(self, token: Token) -> bool:
        return self.quoted[token.i] is not None

    def place(self, first: Token, last: Token) -> Place:
        return self.trim(first.idx, last.idx + len(last))

    def trim(self, start: int, end: int) -> Place:
        """The stretch without blanks and punctuation at its ends; a quotation cut by an end is taken in whole."""
        for quote in self.outer:
            if quote.start < start < quote.end and (end > quote.end or end > start + 1):
                start = quote.start if end >= quote.inner_end else start
            if quote.start < end < quote.end and start < quote.start:
                end = quote.end
        text = self.text
        while start < end and text[start] in _TRIM_LEFT:
            start += 1
        while end > start and text[end - 1] in _TRIM_RIGHT:
            end -= 1
        if end > start and text[end - 1] == "." and not re.search(r"\b[A-Z]\.$", text[max(start, end - 3) : end]):
            end -= 1
        return Place(start, end)

    def words(self, place: Place) -> int:
        return len(self.text[place.start : place.end].split())

    def sentence_end(self, token: Token) -> int:
        return int(token.sent.end_char)


def subject_of(verb: Token) -> Token | None:
    """The token that heads the verb's subject: its own, an agent's, or that of the verb it hangs on."""
    token = verb
    first = verb.i == verb.sent.start and verb.tag_ in ("VBN", "VBD")
    if (first or (verb.tag_ == "VBN" and verb.dep_ == "advcl")) and not any(
        c.dep_ in ("aux", "agent", "nsubj") for c in verb.children
    ):
        # "Asked whether she agreed, the minister said ...": the minister is who was asked.
        return None
    for _ in range(6):
        passive = any(child.dep_ == "auxpass" for child in token.children)
        if passive or token.tag_ == "VBN":
            for child in token.children:
                if child.dep_ == "agent":
                    return next((c for c in child.children if c.dep_ == "pobj"), None)
            if passive:
                return None
        own = next((c for c in token.children if c.dep_ == "nsubj"), None)
        if (
            own is not None
            and token is not verb
            and verb.dep_ == "conj"
            and token.dep_ == "ccomp"
            and marked_that(verb)
        ):
            # "said the idea was dead and added that ...": who added is who said, not the idea.
            token = token.head
            continue
        if own is not None:
            return _antecedent(own, token)
        if token.dep_ in ("acl", "relcl") and token.tag_ == "VBG":
            return token.head
        # "The union is right to say": the clause hangs on the adjective.
        of_adjective = token.dep_ in ("acl", "xcomp") and token.head.pos_ == "ADJ"
        if (token.dep_ in _CLIMBS or of_adjective) and token.head is not token:
            token = token.head
            continue
        return None
    return None


def marked_that(verb: Token) -> bool:
    """Whether the verb takes a clause that begins with "that"."""
    return any(
        c.dep_ == "ccomp" and any(m.dep_ == "mark" and m.lower_ == "that" for m in c.children) for c in verb.children
    )


def _antecedent(subject: Token, verb: Token) -> Token:
    """What a relative pronoun stands for: of "the minister, who said", the minister."""
    if subject.tag_ in ("WP", "WDT") or subject.lower_ in ("who", "which"):
        clause = verb
        for _ in range(4):
            if clause.dep_ == "relcl":
                return _person_of(clause.head) if subject.lower_ == "who" else clause.head
            if clause.dep_ not in ("conj", "ccomp", "aux"):
                break
            clause = clause.head
    return subject


def _person_of(noun: Token) -> Token:
    """Of "Ann Lee, head of Acme, who said", not Acme but the person whose office it is."""
    roles = load_people().roles
    for _ in range(3):
        if noun.dep_ != "pobj" or noun.head.head.pos_ not in ("NOUN", "PROPN"):
            break
        holder = noun.head.head
        if holder.lower_ not in roles:
            break
        noun = holder.head if holder.dep_ == "appos" else holder
    return noun


def noun_phrase(
    reading: Reading, head: Token, *, limit: Place | None = None, before: Place | None = None
) -> Place | None:
    """The head's phrase with its appositions, without what lies in quotations, in the limit, or in a cue's clause."""
    tokens = [t for t in head.subtree if not reading.in_quote(t) or reading.in_quote(head)]
    if limit is not None:
        tokens = [t for t in tokens if t.idx + len(t) <= limit.start or t.idx >= limit.end]
    if before is not None:
        tokens = _without_clause(tokens, head, before)
    around = _contiguous(tokens, head)
    if len(around) > _LONGEST_SOURCE:
        around = [t for t in around if head.i - 12 <= t.i <= head.i + 20]
    cut = next((t.i for t in around if t.i > head.i and t.dep_ in ("relcl", "acl") and t.head is head), None)
    if cut is not None and len(around) > 14:
        around = [t for t in around if t.i < min(w.i for w in reading.doc[cut].subtree)]
    while around and around[0].dep_ in ("cc", "mark", "preconj"):
        around = around[1:]
    if not around:
        return None
    place = reading.place(around[0], around[-1])
    return place if place.end > place.start else None


def _without_clause(tokens: list[Token], head: Token, cue: Place) -> list[Token]:
    """The tokens without the relative or participial clause of the head that holds the cue: a party, who said ..."""
    for child in head.subtree:
        if child.dep_ in ("acl", "relcl") and child.i > head.i:
            clause = list(child.subtree)
            if any(cue.start <= t.idx < cue.end for t in clause):
                return [t for t in tokens if t.i < clause[0].i]
    return tokens


def _contiguous(tokens: list[Token], head: Token) -> list[Token]:
    """The tokens that join the head without a gap wider than punctuation."""
    chosen = [head]
    right = [t for t in tokens if t.i > head.i]
    left = [t for t in tokens if t.i < head.i]
    for token in right:
        if token.i - chosen[-1].i > 1:
            break
        chosen.append(token)
    for token in reversed(left):
        if chosen[0].i - token.i > 1:
            break
        chosen.insert(0, token)
    return chosen


def is_said(verb: Token, lexicon: Lexicon) -> bool:
    """False where the words say that it was not said, may be said, is to be said, or ask whether it was."""
    subject = next((c for c in verb.children if c.dep_ == "nsubj"), None)
    for child in verb.children:
        if child.dep_ == "aux" and subject is not None and child.i < subject.i < verb.i:
            return False
        if child.dep_ == "neg" or child.lower_ in ("never", "neither", "nor"):
            return False
        if child.dep_ == "aux" and child.lower_ in lexicon.modals and child.i < verb.i:
            return False
        if child.dep_ == "mark" and child.lower_ in ("if", "unless", "whether"):
            return False
    infinitive = any(c.dep_ == "aux" and c.lower_ == "to" for c in verb.children)
    if infinitive and verb.dep_ in ("xcomp", "ccomp", "acl", "advcl", "relcl", "acomp"):
        head = verb.head
        if head.lemma_ in lexicon.unsaid or head.tag_ == "MD" or head.pos_ == "ADJ":
            return False
        return is_said(head, lexicon) if head.pos_ in ("VERB", "AUX") and head is not verb else head.pos_ == "VERB"
    imperative = verb.tag_ == "VB" and not infinitive and not any(c.dep_ in ("aux", "nsubj") for c in verb.children)
    return not (imperative and verb.dep_ == "ROOT")


def children(token: Token, deps: Iterable[str]) -> Iterator[Token]:
    wanted = set(deps)
    return (child for child in token.children if child.dep_ in wanted)


def first_child(token: Token, *deps: str) -> Token | None:
    return next(children(token, deps), None)


def cue_place(reading: Reading, verb: Token, *others: Token) -> Place:
    """The cue with its auxiliaries where they stand beside it, and the particles named."""
    tokens = {verb.i, *(o.i for o in others)}
    index = verb.i - 1
    while (
        index >= 0
        and reading.doc[index].head is verb
        and reading.doc[index].dep_ in ("aux", "auxpass", "neg", "advmod")
    ):
        if reading.doc[index].dep_ == "advmod" and reading.doc[index].tag_ == "WRB":
            break
        tokens.add(index)
        index -= 1
    first, last = reading.doc[min(tokens)], reading.doc[max(tokens)]
    if last.i - first.i > 8:
        first = last = verb
    return Place(first.idx, last.idx + len(last))
