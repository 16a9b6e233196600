"""How the pages put things; the page "About" defines these words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markupsafe import Markup, escape

from discourse.store.read import Row
from discourse.summary.words import day

SIGNS = {"favour": "+", "against": "−", "mixed": "±"}
SIDES = {"favour": "in favour", "against": "against", "mixed": "on both sides"}
ATTRIBUTIONS = {
    "direct": "in quotation marks",
    "indirect": "reported",
    "mixed": "partly quoted, partly reported",
    "authored": "the author's own words",
    "record": "from an official record",
}
EVIDENCE = {
    "figure": "a figure",
    "authority": "an authority",
    "experience": "what the speaker has seen",
    "case": "a case",
    "none": "a reason alone",
}
LINKS = {"supports": "gives a reason for", "responds_to": "answers"}
_STEM = 4
_LONGEST = 1500
"""Characters of a paragraph on either side of a quotation."""


def strength(position: Row) -> str:
    """How one-sided a position is: all, most or neither of its evidence on a side."""
    if position["stance"] == "mixed":
        return "on both sides"
    other = position["against" if position["stance"] == "favour" else "favour"]
    return ("mostly " if other else "") + SIDES[position["stance"]]


def evidence(position: Row) -> str:
    """How many independent occasions a position rests on."""
    events = position["events"]
    if events == 1:
        return "a single source"
    return "a few sources" if events < 4 else "several sources" if events < 10 else "many sources"


def sureness(confidence: float) -> str:
    """How sure the machine is that it read the side rightly."""
    return "clear" if confidence >= 0.9 else "fairly clear" if confidence >= 0.7 else "uncertain"


def shade(position: Row) -> str:
    """The class of a cell: its side, and whether all of its evidence is on it."""
    one_sided = not (position["favour"] and position["against"])
    return f"{position['stance']} {'whole' if one_sided else 'part'}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def marked(text: str, query: str) -> Markup:
    """A text with the words of a query marked, endings aside."""
    wanted = [word.casefold() for word in re.findall(r"\w+", query) if word not in ("AND", "OR", "NOT")]
    stems = tuple(word[: max(_STEM, len(word) - 2)] for word in wanted)

    def pieces() -> Iterator[Markup]:
        for piece in re.split(r"(\w+)", text):
            folded = piece.casefold()
            hit = any(folded.startswith(stem) and abs(len(folded) - len(stem)) < 5 for stem in stems)
            yield Markup("<mark>{}</mark>").format(piece) if hit else escape(piece)

    return Markup("").join(pieces())


def quoted(text: str, query: str = "") -> Markup:
    """A text in the quotation marks that its own words leave free, with the words of a query marked."""
    marks = "‘{}’" if "“" in text or '"' in text else "“{}”"
    return Markup(marks).format(marked(text, query) if query else text)


def around(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands before and after a quotation in its paragraph, shortened where that is very long."""
    before = text[max(0, start - _LONGEST) : start]
    after = text[end : end + _LONGEST]
    opening = before.rfind("\n\n")
    closing = after.find("\n\n")
    if opening >= 0:
        before = before[opening + 2 :]
    elif start > _LONGEST:
        before = "… " + before.partition(" ")[2]
    if closing >= 0:
        after = after[:closing]
    elif end + _LONGEST < len(text):
        after = after.rpartition(" ")[0] + " …"
    return before.lstrip(), after.rstrip()


def dated(published: str | None) -> str:
    """A date as it is said; as it stands where it is none."""
    try:
        return day(published) or ""
    except ValueError:
        return published or ""
