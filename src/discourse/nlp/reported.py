"""Indirect and mixed speech from the parse: the clause, phrase or noun that a cue takes."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from discourse.nlp.lexicon import PREPOSITIONS, Sense
from discourse.nlp.passage import Place, Report
from discourse.nlp.syntax import Reading, cue_place, first_child, is_said, marked_that, noun_phrase, subject_of

_COMPLEMENTISERS = {"that", "as"}
_LIGHT = frozenset(
    ["make", "issue", "express", "voice", "raise", "repeat", "give", "have", "deliver", "share", "release", "publish", "launch", "add", "hold", "state"]
)


def find_reports(reading: Reading) -> list[Report]:
    """Every attribution of reported speech outside quotations, in order of the cue."""
    found: list[Report] = []
    for token in reading.doc:
        if reading.in_quote(token):
            continue
        if token.lower_ == "according":
            found.extend(_according(reading, token))
        elif token.pos_ in ("VERB", "AUX"):
            found.extend(_of_verb(reading, token))
        elif token.pos_ == "NOUN":
            found.extend(_of_noun(reading, token))
        elif token.pos_ == "ADJ":
            found.extend(_of_adjective(reading, token))
    return [report for report in found if _is_sound(reading, report)]


def _is_sound(reading: Reading, report: Report) -> bool:
    content = report.content[0]
    return content.end - content.start >= 3 and (report.rule == "framed" or not content.overlaps(report.cue))


def _report(reading: Reading, source: Token | None, cue: Place, content: Place, sense: Sense, rule: str) -> Report:
    framed = content.start < cue.start and content.end > cue.end
    limit = None if framed else content
    place = noun_phrase(reading, source, limit=limit, before=cue) if source is not None else None
    text = reading.text
    inside = [q for q in reading.outer if q.start < content.end and q.end > content.start]
    kind = "mixed" if inside else "indirect"
    if len(inside) == 1:
        quote = inside[0]
        left, right = text[content.start : max(content.start, quote.start)], text[quote.end : content.end]
        if not any(c.isalnum() for c in left + right):
            kind, content = "direct", Place(quote.inner_start, quote.inner_end)
    return Report(place, cue, (content,), kind, sense.manner, sense.attitude, sense.factive, "framed" if framed else rule)  # type: ignore[arg-type]


def _of_verb(reading: Reading, verb: Token) -> Iterator[Report]:
    senses = reading.lexicon.verbs.get(verb.lemma_)
    if not senses or not is_said(verb, reading.lexicon):
        return
    source = subject_of(verb)
    if source is None or (source.lower_ in ("it", "there", "that", "this") and source.dep_ in ("expl", "nsubjpass")):
        return
    for complement, sense in senses.items():
        content = _content(reading, verb, complement, sense)
        if content is not None:
            place, extra = content
            yield _report(reading, source, cue_place(reading, verb, *extra), place, sense, complement)
            return


def _content(reading: Reading, verb: Token, complement: str, sense: Sense) -> tuple[Place, list[Token]] | None:
    if complement == "clause":
        place = _clause(reading, verb) or (_framed(reading, verb) if sense.manner != "shows" else None)
        return (place, []) if place else None
    if complement == "infinitive":
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
    clauses = [c for c in verb.children if c.dep_ == "ccomp"]
    right = [c for c in clauses if c.i > verb.i]
    if right:
        clause = right[-1]
        start = _skip_complementiser(reading, clause.left_edge)
        if start.i <= verb.i:
            start = reading.doc[verb.i + 1]
        end = _before_next_cue(reading, clause) or _extend_right(clause)
        if clause.tag_ == "VBG" and not any(c.dep_ in ("nsubj", "aux") for c in clause.children):
            return None
        return reading.place(start, end)
    return None


def _skip_complementiser(reading: Reading, token: Token) -> Token:
    doc = reading.doc
    while token.i + 1 < len(doc) and ((token.lower_ in _COMPLEMENTISERS and token.dep_ == "mark") or token.is_punct):
        if token.is_punct and reading.in_quote(token):
            break
        token = doc[token.i + 1]
    return token


def _before_next_cue(reading: Reading, clause: Token) -> Token | None:
    """The last token before "and added that ...", where the parser took the next cue for a part of this clause."""
    for token in clause.children:
        if token.dep_ != "conj" or reading.in_quote(token) or token.lemma_ not in reading.lexicon.verbs:
            continue
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


def _framed(reading: Reading, verb: Token) -> Place | None:
    """Councils are failing, she said; the councils, she said, are failing: the sentence around a cue set off by commas.

    Read from the commas, not from the parse, which often takes the cue or the reported clause for the other.
    """
    doc, sentence = reading.doc, verb.sent
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
    main = any(t.dep_ in ("nsubj", "nsubjpass") and t.i < first for t in doc[sentence.start : first])
    return reading.trim(before.start, after.end) if main else after


def _after_adjuncts(reading: Reading, verb: Token, last: int) -> int | None:
    """The index of the comma or stop that closes "she said on Tuesday" or "said Alan Wood, who leads it"; else None."""
    sentence = verb.sent
    index = last + 1
    while index < sentence.end:
        token = reading.doc[index]
        if token.text in (",", ".", "!", "?", "–", "—", ";") or token.is_space:
            return index
        if index - last > 12 or token.dep_ in ("ccomp", "mark", "nsubj") and token.head != verb:
            return None
        index += 1
    return index


def _infinitive(reading: Reading, verb: Token) -> Place | None:
    for child in verb.children:
        if child.i < verb.i or child.dep_ not in ("xcomp", "ccomp", "advcl"):
            continue
        to = next((c for c in child.children if c.dep_ == "aux" and c.lower_ == "to"), None)
        if to is None:
            continue
        addressee = first_child(verb, "dobj")
        start = child.left_edge
        if addressee is not None and verb.i < addressee.i < start.i:
            start = addressee.left_edge
        return reading.place(start, child.right_edge)
    return None


def _object(reading: Reading, verb: Token) -> Place | None:
    thing = first_child(verb, "dobj")
    if thing is None or thing.i < verb.i or (thing.pos_ == "PRON" and thing.right_edge == thing):
        return None
    end = thing.right_edge
    for child in verb.children:
        if child.dep_ == "prep" and child.i == end.i + 1 and child.lower_ in ("for", "as", "over", "of", "to", "in"):
            end = child.right_edge
    return reading.place(thing.left_edge, end)


def _small_clause(reading: Reading, verb: Token) -> Place | None:
    """Called the plan a mistake: the object and what it is called."""
    thing = next((c for c in verb.children if c.dep_ in ("oprd", "ccomp") and c.i > verb.i), None)
    target = first_child(verb, "dobj")
    if thing is not None and (target is None or target.i > thing.i or target.i < verb.i):
        start = thing.left_edge
        return reading.place(start if start.i > verb.i else thing, thing.right_edge)
    if thing is None or target is None:
        return None
    return reading.place(target.left_edge, thing.right_edge)


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
    """Accused X of doing Y where the parser lost the way: from X to the end of what hangs on the verb form after "of"."""
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
            return reading.place(reading.doc[verb.i + 1], end), []
    return None


def _of_noun(reading: Reading, noun: Token) -> Iterator[Report]:
    senses = reading.lexicon.nouns.get(noun.lemma_)
    if not senses:
        return
    owner = _owner(reading, noun)
    if owner is None:
        return
    source, words = owner
    for complement, sense in senses.items():
        place = _noun_content(reading, noun, complement)
        if place is not None:
            yield _report(reading, source, cue_place(reading, noun, *words), place, sense, f"noun {complement}")
            return


def _noun_content(reading: Reading, noun: Token, complement: str) -> Place | None:
    if complement in ("clause", "infinitive"):
        wanted = "that" if complement == "clause" else "to"
        for child in noun.children:
            marked = any(c.lower_ == wanted and c.dep_ in ("mark", "aux") for c in child.children)
            if child.dep_ in ("acl", "ccomp", "relcl") and child.i > noun.i and marked:
                return reading.place(_skip_complementiser(reading, child.left_edge), child.right_edge)
        be = noun.head
        if complement == "clause" and noun.dep_ == "nsubj" and be.lemma_ == "be":
            clause = next((c for c in be.children if c.dep_ == "ccomp" and c.i > be.i), None)
            if clause is not None:
                return reading.place(_skip_complementiser(reading, clause.left_edge), clause.right_edge)
        return None
    for child in noun.children:
        if child.dep_ == "prep" and child.lower_ == complement and child.i > noun.i and child.right_edge != child:
            return reading.place(reading.doc[child.i + 1], child.right_edge)
    return None


def _owner(reading: Reading, noun: Token) -> tuple[Token, list[Token]] | None:
    """Whose claim it is: its possessor, its author after by or from, or the subject of a light verb."""
    for child in noun.children:
        if child.dep_ == "poss" and child.lower_ not in ("its", "this"):
            return child, []
        if child.dep_ == "prep" and child.lower_ in ("by", "from") and child.i > noun.i:
            author = first_child(child, "pobj")
            if author is not None:
                return author, []
    verb = noun.head
    if noun.dep_ in ("dobj", "attr") and verb.lemma_ in _LIGHT and is_said(verb, reading.lexicon):
        source = subject_of(verb)
        return (source, [verb]) if source is not None else None
    return None


def _of_adjective(reading: Reading, adjective: Token) -> Iterator[Report]:
    senses = reading.lexicon.adjectives.get(adjective.lemma_)
    verb = adjective.head
    if not senses or adjective.dep_ not in ("acomp", "oprd") or not is_said(verb, reading.lexicon):
        return
    source = subject_of(verb)
    if source is None or source.lower_ in ("it", "this", "that", "there"):
        return
    clause = next((c for c in adjective.children if c.dep_ in ("ccomp", "xcomp") and c.i > adjective.i), None)
    if clause is None:
        clause = next((c for c in verb.children if c.dep_ == "ccomp" and c.i > adjective.i), None)
    if clause is None or ("clause" not in senses and clause.dep_ == "ccomp"):
        return
    sense = next(iter(senses.values()))
    place = reading.place(_skip_complementiser(reading, clause.left_edge), clause.right_edge)
    yield _report(reading, source, cue_place(reading, verb, adjective), place, sense, "adjective")


def _according(reading: Reading, token: Token) -> Iterator[Report]:
    """According to X: the rest of the sentence, on the longer side of the phrase."""
    doc, sentence = reading.doc, token.sent
    if token.i + 2 >= len(doc) or doc[token.i + 1].lower_ != "to":
        return
    to = doc[token.i + 1]
    source = first_child(to, "pobj") or first_child(token, "pobj")
    if source is None:
        return
    last = max(source.right_edge.i, to.right_edge.i if to.right_edge.i < sentence.end else source.i)
    sense = Sense()
    before = reading.trim(sentence.start_char, token.idx)
    if token.i - sentence.start <= 1:
        comma = next(
            (t for t in doc[source.i : sentence.end] if t.text == "," and not reading.in_quote(t) and t.head != source),
            None,
        )
        after_start = comma.i + 1 if comma is not None else last + 1
    else:
        after_start = last + 1
    after = reading.trim(doc[after_start].idx, sentence.end_char) if after_start < sentence.end else Place(0, 0)
    place = before if reading.words(before) >= reading.words(after) else after
    if reading.words(place) >= 3:
        yield _report(reading, source, Place(token.idx, to.idx + 2), place, sense, "according")
