"""How a summary puts things, so that it can be read aloud: numbers, dates, lists, quotations."""

from __future__ import annotations

import re
from collections.abc import Sequence

from discourse.store.read import Row

LONGEST = 45
"""Words of a quotation; of a longer statement one of its sentences is quoted."""
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_END = re.compile(r"(?<=[.!?])[”’\"')]*\s+(?=[“‘\"'(]?[A-Z])")
_LEANS = re.compile(
    r"\W*(?:(?:and|but|so|yet|also|then|indeed|however|therefore|because|as a result|in fact),? )?"
    r"(?:this|that|these|those|it|they|he|she|such|the (?:exact |very )?(?:opposite|same|latter|former))\b",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"\s*\(([^()]*)\)")
_SIDES = {"favour": "in favour", "against": "against", "mixed": "on both sides"}


def side(stance: str) -> str:
    """In favour, against, or on both sides."""
    return _SIDES[stance]


def number(count: int) -> str:
    """A count in words up to ten."""
    return _NUMBERS[count] if count < len(_NUMBERS) else f"{count:,}"


def counted(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun: "one statement", "12 statements"."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def listed(parts: Sequence[str]) -> str:
    """Names as one says them: "A, B and C"."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def some(names: Sequence[str], most: int = 6) -> str:
    """All names, or the first of them and how many more there are."""
    if len(names) <= most:
        return listed(names)
    return ", ".join(names[: most - 1]) + f" and {number(len(names) - most + 1)} others"


def day(published: str | None) -> str | None:
    """A date as it is said, as precise as it is known: "10 May 2016", "May 2016", "2016"."""
    if not published:
        return None
    year, month, date = (*(int(part) for part in published[:10].split("-")), 0, 0)[:3]
    if not 1 <= month <= 12:
        return str(year)
    return f"{date} {_MONTHS[month - 1]} {year}" if date else f"{_MONTHS[month - 1]} {year}"


def capital(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def quotable(text: str) -> str | None:
    """The part of a statement to quote, verbatim: all of it, or the first of its sentences that is fit; None where
    nothing is, since a line break or a length would not let it be read."""
    if _fits(text):
        return _trimmed(text)
    starts = [0, *(match.end() for match in _END.finditer(text))]
    ends = [*(match.start() for match in _END.finditer(text)), len(text)]
    parts = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    parts += [line for line in text.splitlines() if line.strip()]
    return next((_trimmed(part) for part in parts if _fits(part)), None)


def leans(quote: str) -> bool:
    """Whether a quotation begins with a word that points to what was said before it, so that alone it says little."""
    return bool(_LEANS.match(quote))


def quoted(text: str) -> str:
    """A quotation in the marks that its own words leave free."""
    return f"‘{text}’" if "“" in text or '"' in text else f"“{text}”"


def closed(text: str) -> str:
    """The text with a full stop, unless what it quotes ends with one."""
    return text if text.rstrip("”’")[-1:] in (".", "!", "?") else text + "."


def who(position: Row) -> str:
    """A stakeholder with role and organisation, as far as they are known and not in the name."""
    parts = [p for p in (position["role"], position["organisation"]) if p and p not in position["stakeholder"]]
    return f"{position['stakeholder']} ({', '.join(parts)})" if parts else str(position["stakeholder"])


def be(position: Row) -> str:
    """The verb after a stakeholder's name: "Ofsted is", "social workers are"."""
    name = position["stakeholder"].casefold().removesuffix("’s").removesuffix("'s")
    plural = position["kind"] == "group" and (name.endswith("s") or name.split()[-1] in ("people", "staff", "police"))
    return "are" if plural else "is"


def source(row: Row) -> str:
    """Where and when a statement was published, to stand in brackets."""
    document = row["document"]
    page = f"the page ‘{document['title']}’" if document["title"] else "a page without a title"
    where = _BRACKETED.sub(r", \1", document["publisher"] or page)
    return f"{where}, {day(document['published']) or 'undated'}"


def unstopped(quote: str) -> str:
    """A quotation without the full stop at its end, for where the sentence goes on after it."""
    return quote.removesuffix(".") if not quote.endswith("..") else quote


def _fits(text: str) -> bool:
    return "\n" not in text.strip() and 5 <= len(text.split()) <= LONGEST


def _trimmed(text: str) -> str:
    return text.strip().rstrip(" ,;:–—-")
