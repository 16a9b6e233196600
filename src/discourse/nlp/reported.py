"""Indirect and mixed speech from the parse: the clause, phrase or noun that a cue takes."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from discourse.nlp.complements import content_of, skip_complementiser
from discourse.nlp.lexicon import Sense
from discourse.nlp.passage import Place, Report, ReportKind
from discourse.nlp.syntax import Reading, cue_place, first_child, is_said, noun_phrase, subject_of

_LIGHT = frozenset(
    [
        "make",
        "issue",
        "express",
        "voice",
        "raise",
        "repeat",
        "give",
        "have",
        "deliver",
        "share",
        "release",
        "publish",
        "launch",
        "add",
        "hold",
        "state",
    ]
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
    content = _before_colon(reading, content, cue)
    framed = content.start < cue.start and content.end > cue.end
    limit = None if framed else content
    place = noun_phrase(reading, source, limit=limit, before=cue) if source is not None else None
    text = reading.text
    if place is not None and source is not None and source.dep_ == "poss" and text[: place.end].endswith(("'s", "’s")):
        place = Place(place.start, place.end - 2)
    inside = [q for q in reading.outer if q.start < content.end and q.end > content.start]
    kind: ReportKind = "mixed" if inside else "indirect"
    if len(inside) == 1:
        quote = inside[0]
        left, right = text[content.start : max(content.start, quote.start)], text[quote.end : content.end]
        if not any(c.isalnum() for c in left + right):
            kind, content = "direct", Place(quote.inner_start, quote.inner_end)
    return Report(
        place, cue, (content,), kind, sense.manner, sense.attitude, sense.factive, "framed" if framed else rule
    )


def _before_comma(reading: Reading, verb: Token) -> Token | None:
    """The head of the phrase right before a verb whose subject the parser missed, appositions between commas aside."""
    if verb.i == verb.sent.start:
        return None
    token = reading.doc[verb.i - 1]
    if token.text == ",":
        opened = [t for t in reading.doc[verb.sent.start : token.i] if t.text == "," and not reading.in_quote(t)]
        token = reading.doc[opened[0].i - 1] if opened and opened[0].i > verb.sent.start else token
    while token.dep_ in ("compound", "amod", "poss", "flat") and token.head.i > token.i and token.head.i < verb.i:
        token = token.head
    return token if token.pos_ in ("NOUN", "PROPN", "PRON") else None


def _before_colon(reading: Reading, content: Place, cue: Place) -> Place:
    """A reported clause up to the colon that announces a quotation after it."""
    for quote in reading.outer:
        if content.start < quote.start < content.end and quote.start > cue.end:
            lead = reading.text[content.start : quote.start].rstrip()
            if lead.endswith(":") and len(lead) > 1:
                return reading.trim(content.start, content.start + len(lead) - 1)
    return content


def _of_verb(reading: Reading, verb: Token) -> Iterator[Report]:
    senses = reading.lexicon.verbs.get(verb.lemma_)
    if not senses or not is_said(verb, reading.lexicon):
        return
    source = subject_of(verb)
    if source is None or (source.lower_ in ("it", "there", "that", "this") and source.dep_ in ("expl", "nsubjpass")):
        return
    for complement, sense in senses.items():
        content = content_of(reading, verb, complement, sense)
        if content is not None:
            place, extra = content
            yield _report(reading, source, cue_place(reading, verb, *extra), place, sense, complement)
            return


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
                return reading.place(skip_complementiser(reading, child.left_edge), child.right_edge)
        be = noun.head
        if complement == "clause" and noun.dep_ == "nsubj" and be.lemma_ == "be":
            clause = next((c for c in be.children if c.dep_ == "ccomp" and c.i > be.i), None)
            if clause is not None:
                return reading.place(skip_complementiser(reading, clause.left_edge), clause.right_edge)
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
    if source is None and verb.tag_ in ("VBD", "VBZ", "VBP") and verb.dep_ in ("ROOT", "ccomp", "conj", "dep"):
        source = _before_comma(reading, verb)
    if source is None or source.lower_ in ("it", "this", "that", "there"):
        return
    clause = next((c for c in adjective.children if c.dep_ in ("ccomp", "xcomp") and c.i > adjective.i), None)
    if clause is None:
        clause = next((c for c in verb.children if c.dep_ == "ccomp" and c.i > adjective.i), None)
    if clause is None or ("clause" not in senses and clause.dep_ == "ccomp"):
        return
    sense = next(iter(senses.values()))
    place = reading.place(skip_complementiser(reading, clause.left_edge), clause.right_edge)
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
