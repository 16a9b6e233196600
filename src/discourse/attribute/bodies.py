"""Which organisation a phrase without its full name means: the council, its report, the survey."""

from __future__ import annotations

import re

from discourse.attribute.cast import Cast, Entity
from discourse.attribute.names import same_words
from discourse.attribute.phrases import head_noun
from discourse.nlp.passage import Name, Passage, Place


class Bodies:
    """The organisations of one document; `focus` is the resolver's record of who was spoken of, in order."""

    def __init__(self, cast: Cast, passages: list[Passage], focus: list[tuple[int, Entity]]) -> None:
        self.cast = cast
        self.passages = passages
        self.focus = focus

    def at(self, paragraph: int, name: Name) -> Entity:
        """The body of a name in the text; of one word, the only body of the document that has it in its name."""
        words = self.passages[paragraph].text[name.start : name.end]
        known = self.cast.known(words)
        if known is not None:
            return known
        key = same_words(words)
        longer = {id(e): e for k, e in self.cast.bodies.items() if k.startswith(key + " ") or f" {key} " in f" {k} "}
        longer = {i: e for i, e in longer.items() if same_words(e.name) != key}
        return next(iter(longer.values())) if len(longer) == 1 else self.cast.body(words)

    def mentioned(self, words: str) -> Entity | None:
        """The body that a phrase without a capital means: "the council" where the document names one council."""
        head = head_noun(words)
        fits = {id(e): e for k, e in self.cast.bodies.items() if head in k.split() and k != head}
        if len(fits) == 1:
            return next(iter(fits.values()))
        for _, entity in reversed(self.focus):
            if id(entity) in fits:
                return entity
        return None

    def only_one_before(self, paragraph: int, place: Place) -> Entity | None:
        """The one body that this paragraph up to a place, or else the paragraph before, names."""
        for number, end in ((paragraph, place.start), (paragraph - 1, 1 << 40)):
            passage = self.passages[number] if number >= 0 else None
            names = [n for n in passage.names if n.kind == "organisation" and n.end <= end] if passage else []
            found = {id(e): e for n in names if passage and (e := self.cast.known(passage.text[n.start : n.end]))}
            if found:
                return next(iter(found.values())) if len(found) == 1 else None
        return None

    def owner_of(self, head: str, paragraph: int) -> Entity | None:
        """The one body whose report, survey or letter the document has spoken of: Ofsted's report."""
        near = re.compile(
            rf"^(?:[’']s?)?(?:\s+[\w-]+){{0,3}}?\s+{re.escape(head)}|^(?:[’']s?)?\s+(?:inspect|published)", re.I
        )
        before = re.compile(
            rf"\b(?:{re.escape(head)}|inspectors|inspection)\s+(?:\w+\s+){{0,4}}?(?:by|from|of|at)\s+(?:the\s+)?$", re.I
        )
        owners: list[Entity] = []
        for passage in self.passages[: paragraph + 1]:
            for name in (n for n in passage.names if n.kind == "organisation"):
                after = passage.text[name.end : name.end + 60]
                lead = passage.text[max(0, name.start - 60) : name.start]
                if near.match(after) or before.search(lead):
                    entity = self.cast.known(passage.text[name.start : name.end])
                    if entity is not None and entity not in owners:
                        owners.append(entity)
        return owners[0] if len(owners) == 1 else None
