"""What a verb of saying takes: the clause, infinitive, object or phrase that holds what is reported."""

from __future__ import annotations

from spacy.tokens import Token

from discourse.nlp.lexicon import PREPOSITIONS, Sense
from discourse.nlp.passage import Place
from discourse.nlp.syntax import Reading, first_child, marked_that, subject_of

_LINKS = frozenset({"that", "because", "but", "and", "if", "though", "although", "while", "or"})
_COMPLEMENTISERS = {"that", "as"}


def content_of(reading: Reading, verb: Token, complement: str, sense: Sense) -> tuple[Place, list[Token]] | None:
    """The place of a complement of this kind, and tokens that belong to the cue; None where the verb has none."""
    if complement == "clause":
        place = _clause(reading, verb) or _framed(reading, verb, sense)
        return (place, []) if place else None
    if complement == "infinitive":
        if sense.addressee and reading.doc[min(verb.i + 1, len(reading.doc) - 1)].lower_ == "to":
            # "Leaders told to act": they were told, and nobody says by whom.
            return None
        place = _infinitive(reading, verb)
        return (place, []) if place else None
    if complement == "object":
        place = _object(reading, verb)
        return (place, []) if place else None
    if complement == "small":
        place = _small_clause(reading, verb)
        return (place, []) if place else None
    if complement in PREPOSITIONS:
        return _prepositional(reading, verb, complement)
    return None


def _clause(reading: Reading, verb: Token) -> Place | None:
    dated = _after_date(reading, verb)
    if dated is not None:
        return dated
    clauses = [c for c in verb.children if c.dep_ == "ccomp"]
    right = [c for c in clauses if c.i > verb.i]
    if right:
        clause = next((c for c in right if not reading.in_quote(c)), right[-1])
        start = _after_that(reading, verb, clause) or skip_complementiser(reading, clause.left_edge)
        if start.lower_ in _SUBORDINATORS and start.dep_ in ("mark", "advmod"):
            return None
        that = next((c for c in clause.children if c.dep_ == "mark" and c.lower_ == "that"), None)
        if that is not None and start.i < that.i <= start.i + 2:
            start = reading.doc[that.i + 1]
        if start.i <= verb.i:
            start = reading.doc[verb.i + 1]
        end = _before_next_cue(reading, clause) or _extend_right(clause)
        if clause.tag_ in ("VBG", "VB") and not any(c.dep_ in ("nsubj", "aux") for c in clause.children):
            return None
        return reading.place(start, end)
    return None


_SUBORDINATORS = frozenset({"as", "after", "before", "because", "since", "while", "although"})


_DATES = frozenset({"time", "day", "week", "month", "year", "night", "morning", "yesterday", "today"})


def _after_date(reading: Reading, verb: Token) -> Place | None:
    """Reported at the time that plans were dropped: a clause that the parser hung on the date before it."""
    for token in reading.doc[verb.i + 2 : min(verb.i + 8, verb.sent.end)]:
        date = reading.doc[token.i - 1]
        if token.lower_ == "that" and token.head.dep_ == "relcl" and token.head.i > token.i:
            dated = date.lower_ in _DATES or date.ent_type_ == "DATE"
            subject = any(c.dep_ in ("nsubj", "nsubjpass") and c.i > token.i for c in token.head.children)
            return reading.place(reading.doc[token.i + 1], token.head.right_edge) if dated and subject else None
    return None


def _after_that(reading: Reading, verb: Token, clause: Token) -> Token | None:
    """What follows a "that" between a cue and its clause: reported at the time that plans were dropped when ..."""
    for token in reading.doc[verb.i + 1 : clause.left_edge.i]:
        if token.lower_ == "that" and token.tag_ == "IN" and not reading.in_quote(token):
            return reading.doc[token.i + 1]
    return None


def skip_complementiser(reading: Reading, token: Token) -> Token:
    """The first token of a clause after "that" and punctuation."""
    doc = reading.doc
    while token.i + 1 < len(doc) and (
        (token.lower_ in _COMPLEMENTISERS and (token.dep_ == "mark" or token.tag_ == "IN")) or token.is_punct
    ):
        if token.is_punct and reading.in_quote(token):
            break
        token = doc[token.i + 1]
    return token


def _before_next_cue(reading: Reading, clause: Token) -> Token | None:
    """The last token before "and added that ...", where the parser took the next cue for a part of this clause."""
    for token in clause.children:
        if token.dep_ != "conj" or reading.in_quote(token) or token.lemma_ not in reading.lexicon.verbs:
            continue
        start = token.left_edge.i
        if (
            not any(c.dep_ == "mark" for c in token.children)
            and any(c.dep_ == "nsubj" and c.i < token.i for c in token.children)
            and start - 2 > clause.i
        ):
            # "that the proof was thin, and a report found ...": what is found has a source of its own.
            before = reading.doc[start - 2 : start]
            if before[0].text == "," and before[1].dep_ == "cc" and first_child(token, "ccomp", "dobj") is not None:
                return reading.doc[start - 3]
        if marked_that(token) and not any(c.dep_ in ("nsubj", "nsubjpass", "aux") for c in token.children):
            between = [t for t in reading.doc[clause.i : token.left_edge.i] if t.dep_ != "cc" and not t.is_punct]
            return between[-1] if between else None
    return None


def _extend_right(clause: Token) -> Token:
    """The clause's last token, and the adverbial clause after it that the parser hung on the cue."""
    end = clause.right_edge
    verb = clause.head
    for child in verb.children:
        if child.left_edge.i <= end.i or child.i <= clause.i:
            continue
        marked = any(
            c.dep_ in ("mark", "advmod") and c.lower_ not in ("as", "while") and c.i < child.i for c in child.children
        )
        if child.dep_ == "advcl" and marked and child.left_edge.i <= end.i + 2:
            end = child.right_edge
    return end


def _frames(reading: Reading, verb: Token) -> bool:
    """Whether a verb can stand between commas as "she said" does: finite, of saying rather than of taking sides."""
    finite = verb.tag_ in ("VBD", "VBZ", "VBP") or any(c.dep_ == "aux" and c.lower_ != "to" for c in verb.children)
    side = reading.lexicon.verbs.get(verb.lemma_, {}).get("object")
    return finite and (side is None or side.attitude == "neutral")


def _framed(reading: Reading, verb: Token, sense: Sense) -> Place | None:
    """Councils are failing, she said; the councils, she said, are failing: the sentence around a cue set off by commas.

    Read from the commas, not from the parse, which often takes the cue or the reported clause for the other.
    """
    doc, sentence = reading.doc, verb.sent
    if not _frames(reading, verb):
        return None
    if (
        any(c.dep_ in ("dobj", "attr", "acomp", "xcomp", "oprd") and c.i > verb.i for c in verb.children)
        and not sense.addressee
    ):
        return None
    if first_child(verb, "dative") is not None and first_child(verb, "dobj") is not None:
        return None
    subject = subject_of(verb)
    if subject is None or subject.sent.start != sentence.start or reading.in_quote(subject):
        return None
    inverted = subject.i > verb.i
    first = verb.i if inverted else subject.left_edge.i
    last = max(subject.right_edge.i, verb.i) if inverted else verb.i
    comma = doc[first - 1] if first > sentence.start else None
    if comma is None or comma.text not in (",", "–", "—", "-") or reading.in_quote(comma):
        return None
    end = _after_adjuncts(reading, verb, last)
    if end is None:
        return None
    before = reading.trim(sentence.start_char, comma.idx)
    if end >= sentence.end - 1:
        return before if reading.words(before) >= 3 else None
    if doc[end].text != ",":
        return None
    after = reading.trim(doc[end].idx + 1, sentence.end_char)
    linked = doc[comma.i - 1].tag_ in ("WRB", "WDT", "WP") or doc[comma.i - 1].lower_ in _LINKS
    main = not linked and any(t.dep_ in ("nsubj", "nsubjpass") and t.i < first for t in doc[sentence.start : first])
    return reading.trim(before.start, after.end) if main else after


def _after_adjuncts(reading: Reading, verb: Token, last: int) -> int | None:
    """The index of the comma or stop that closes "she said on Tuesday" or "said Alan Wood, who leads it"; else None."""
    sentence = verb.sent
    index = last + 1
    while index < sentence.end:
        token = reading.doc[index]
        if token.text in (",", ".", "!", "?", "–", "—", ";") or token.is_space:
            return index
        if index - last > 12 or (token.dep_ in ("ccomp", "mark", "nsubj") and token.head != verb):
            return None
        index += 1
    return index


_ANONYMITY = frozenset({"name", "identify", "quote"})
"""Asked not to be named: a condition of the talk, not what was said in it."""


def _infinitive(reading: Reading, verb: Token) -> Place | None:
    for child in verb.children:
        if child.i < verb.i or child.dep_ not in ("xcomp", "ccomp", "advcl"):
            continue
        to = next((c for c in child.children if c.dep_ == "aux" and c.lower_ == "to"), None)
        if to is None:
            continue
        if child.lemma_ in _ANONYMITY and any(c.dep_ == "neg" for c in child.children):
            return None
        addressee = first_child(verb, "dobj")
        start = child.left_edge
        if addressee is not None and verb.i < addressee.i < start.i:
            start = addressee.left_edge
        return reading.place(start, child.right_edge)
    return None


def _object(reading: Reading, verb: Token) -> Place | None:
    if first_child(verb, "auxpass") is not None and first_child(verb, "agent") is not None:
        subject = first_child(verb, "nsubjpass")
        named = subject is not None and subject.pos_ in ("NOUN", "PROPN") and subject.ent_type_ != "PERSON"
        return reading.place(subject.left_edge, subject.right_edge) if subject is not None and named else None
    thing = first_child(verb, "dobj")
    if thing is None:
        done = next((c for c in verb.children if c.dep_ == "xcomp" and c.tag_ == "VBG" and c.i > verb.i), None)
        return reading.place(done.left_edge, done.right_edge) if done is not None else None
    if thing.i < verb.i or (thing.pos_ == "PRON" and thing.right_edge == thing):
        return None
    end = thing.right_edge
    for child in verb.children:
        if child.dep_ == "prep" and child.i == end.i + 1 and child.lower_ in ("for", "as", "over", "of", "to", "in"):
            end = child.right_edge
    return reading.place(thing.left_edge, end)


def _small_clause(reading: Reading, verb: Token) -> Place | None:
    """Called the plan a mistake: the object and what it is called."""
    quoted = _called(reading, verb)
    if quoted is not None:
        return quoted
    thing = next((c for c in verb.children if c.dep_ in ("oprd", "ccomp") and c.i > verb.i), None)
    target = first_child(verb, "dobj")
    if thing is not None and (target is None or target.i > thing.i or target.i < verb.i):
        start = thing.left_edge
        return reading.place(start if start.i > verb.i else thing, thing.right_edge)
    if thing is None or target is None:
        return None
    if target.pos_ == "PRON" and target.right_edge == target and thing.left_edge.i > target.i:
        return reading.place(thing.left_edge, thing.right_edge)
    return reading.place(target.left_edge, thing.right_edge)


def _called(reading: Reading, verb: Token) -> Place | None:
    """Called the plan "a mistake", what she called "a mistake": the object, if there is one, and the quotation."""
    end = verb.idx + len(verb)
    quote = next((q for q in reading.outer if q.start > verb.idx), None)
    if quote is None or quote.start - end > 80 or quote.inner_end - quote.inner_start > 200:
        return None
    between = reading.doc.char_span(end, quote.start, alignment_mode="contract")
    words = [t for t in between or () if not t.is_space]
    clause = {"VBD", "VBZ", "VBP", "MD", "TO", "IN", "CC"}
    if any(t.is_punct or (t.tag_ in clause and t.lower_ != "of") for t in words):
        return None
    if words and words[0].pos_ == "ADP":
        return None
    named = words and not all(t.pos_ == "PRON" for t in words)
    return reading.trim(words[0].idx if named else quote.start, quote.end)


def _prepositional(reading: Reading, verb: Token, preposition: str) -> tuple[Place, list[Token]] | None:
    target = first_child(verb, "dobj")
    holders = [verb] if target is None else [verb, target]
    if preposition in ("as", "of", "for", "over") and target is not None and target.i > verb.i:
        span = range(target.left_edge.i, max(target.right_edge.i, verb.right_edge.i) + 1)
        for token in (reading.doc[i] for i in span):
            if (
                token.lower_ == preposition
                and token.dep_ == "prep"
                and token.i > target.i
                and not reading.in_quote(token)
            ):
                if token.head not in holders and preposition != "as":
                    continue
                if preposition == "of":
                    return reading.place(reading.doc[token.i + 1], token.right_edge), []
                return reading.place(target.left_edge, token.right_edge), []
        return _accusation(reading, verb) if preposition == "of" else None
    if target is not None:
        return None
    for child in verb.children:
        if child.dep_ == "prep" and child.lower_ == preposition and child.i > verb.i:
            objects = [c for c in child.children if c.dep_ in ("pobj", "pcomp", "ccomp")]
            if not objects:
                return None
            end = child.right_edge
            infinitive = next(
                (c for c in verb.children if c.dep_ in ("xcomp", "advcl") and c.left_edge.i == end.i + 1), None
            )
            if infinitive is not None and infinitive.left_edge.lower_ == "to":
                end = infinitive.right_edge
            particles = [child] if child.i - verb.i <= 2 else []
            return reading.place(reading.doc[child.i + 1], end), particles
    return None


def _accusation(reading: Reading, verb: Token) -> tuple[Place, list[Token]] | None:
    """Accused X of doing Y where the parser lost the way: all that hangs on "doing"."""
    for token in reading.doc[verb.i + 1 : verb.sent.end - 1]:
        following = reading.doc[token.i + 1]
        if token.lower_ == "of" and following.tag_ == "VBG" and not reading.in_quote(token):
            cut = next(
                (
                    t
                    for t in following.subtree
                    if t.dep_ == "conj" and t.lemma_ in reading.lexicon.verbs and not reading.in_quote(t)
                ),
                None,
            )
            end = (
                reading.doc[cut.left_edge.i - 1]
                if cut is not None and cut.left_edge.i > following.i
                else following.right_edge
            )
            conjunction = next(
                (
                    t
                    for t in following.subtree
                    if cut is not None and t.dep_ == "cc" and following.i < t.i < cut.i and t.head in (cut.head, cut)
                ),
                None,
            )
            if conjunction is not None:
                end = reading.doc[conjunction.i - 1]
            return reading.place(following, end), []
    return None
