"""Quotations credited without a verb of saying beside them: according to, as she put it, a dash and a name."""

from __future__ import annotations

import re

from discourse.nlp.passage import Place, Report
from discourse.nlp.people import load_people
from discourse.nlp.quotes import Quote
from discourse.nlp.syntax import Reading

DASHES = "–—―-"
_PHRASE = r"(?P<np>[^:“”,]{2,60}?(?P<apposition>,[^:“”,]{2,100},?)?)"
_ACCORDING = re.compile(rf"\b(?:[Aa]ccording to|[Ii]n the words of)\s+{_PHRASE}\s*[,:]\s*$")
_AS_SAID = re.compile(
    rf"\b[Aa]s\s+(?!(?:for|to|of)\b){_PHRASE}\s+(?:(?:once|later|also|has|had|\w+ly)\s+)?"
    r"(?:put it|puts it|says?|said|wrote)\s*[,:]\s*$"
)


def credited_before(reading: Reading, before: Place, quote: Quote) -> Report | None:
    """Whose a quotation is that stands after "according to her," or "as she put it,"."""
    text = reading.text[before.start : before.end]
    match = _ACCORDING.search(text) or _AS_SAID.search(text)
    if match is None or not _is_apposition(match.group("apposition")):
        return None
    place = Place(before.start + match.start("np"), before.start + match.end("np"))
    cue = Place(before.start + match.start(), before.start + match.start("np"))
    return Report(place, cue, (Place(quote.inner_start, quote.inner_end),), "direct", rule="according")


def _is_apposition(words: str | None) -> bool:
    """Whether what stands behind a comma after a name tells who that is, and is not a clause of its own."""
    if not words:
        return True
    found = re.findall(r"[\w’'-]+", words.lower())
    return bool(found) and (found[0] in ("who", "whose") or not load_people().roles.isdisjoint(found))


def signed(reading: Reading, quote: Quote, after: Place) -> Report | None:
    """ "..." - Alan Wood: a quotation and a dash and a name, as under a pull quote; or according to."""
    text = reading.text[after.start : after.end]
    match = re.match(
        r"\s*(?P<cue>[–—―-]{1,2}|,?\s*according to)\s*(?P<np>[A-Z](?:[^.“”]|(?<=\b[A-Z])\.){3,100}|[a-z][^.“”]{3,80})",
        text,
    )
    if match is None or (match.group("cue")[0] in DASHES and not match.group("np")[0].isupper()):
        return None
    if match.group("cue")[0] in DASHES and re.search(r"\b(?:is|was|are|has|have|will)\b", match.group("np")):
        return None
    cue = Place(after.start + match.start("cue"), after.start + match.end("cue"))
    place = reading.trim(after.start + match.start("np"), after.start + match.end("np"))
    return Report(place, cue, (Place(quote.inner_start, quote.inner_end),), "direct", rule="signed")
