"""Dates as pages write them, as ISO 8601."""

from __future__ import annotations

import re
from datetime import date

_MONTH_NAMES = """
january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|september sept sep|october oct|
november nov|december dec
"""
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES.split("|"), start=1) for name in names.split()}
_MONTH = r"(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_FORMS = (
    re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)-(?P<number>\d\d)-(?P<day>\d\d)(?!\d)"),
    re.compile(
        r"\b(?P<day>\d{1,2})(?:st|nd|rd|th)?[ \-/](?:of )?" + _MONTH + r"[ ,\-/]{1,2}(?P<year>(?:19|20)\d\d)\b", re.I
    ),
    re.compile(r"\b" + _MONTH + r" (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>(?:19|20)\d\d)\b", re.I),
    # Day before month, as in the United Kingdom.
    re.compile(r"\b(?P<day>\d{1,2})[/.](?P<number>\d{1,2})[/.](?P<year>(?:19|20)\d\d)\b"),
)
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?,?)"
_TIME = r"(?:(?:at )?\d{1,2}[:.]\d\d ?(?:am|pm)?|\d{1,2} ?(?:am|pm)|gmt|bst|utc|[|,·•–-])"
_LABEL = (
    r"(?:first |last )?(?:published|posted|updated|modified|date|published date|publication date|delivered|"
    r"delivered on|date published|released?|issued|written)(?: on| at)?\s*:?"
)
_AROUND = re.compile(rf"^(?:{_LABEL}|{_WEEKDAY}|{_TIME}|\s)*$", re.I)
_PUBLISHED = re.compile(
    r"\b(?:published|publication date|date of publication|date published|posted|issued)(?: on)?\s*:?\s*", re.I
)


def _made(match: re.Match[str]) -> str | None:
    parts = match.groupdict()
    month = int(parts["number"]) if parts.get("number") else _MONTHS[parts["month"].lower()]
    try:
        return date(int(parts["year"]), month, int(parts["day"])).isoformat()
    except ValueError:
        return None


def find_date(text: str) -> str | None:
    """The first valid date in the text, as ISO 8601, or None."""
    found = [
        (match.start(), made) for form in _FORMS for match in form.finditer(text) if (made := _made(match)) is not None
    ]
    return min(found)[1] if found else None


def date_line(line: str) -> str | None:
    """The date of a line that holds nothing but a date, perhaps with weekday, time and a label; else None."""
    if len(line) > 120:
        return None
    for form in _FORMS:
        match = form.search(line)
        if (
            match
            and (made := _made(match))
            and _AROUND.match(line[: match.start()])
            and _AROUND.match(line[match.end() :])
        ):
            return made
    return None


def published_date(text: str) -> str | None:
    """The date that follows "published", "posted" or the like, or None."""
    for label in _PUBLISHED.finditer(text):
        following = text[label.end() : label.end() + 40]
        for form in _FORMS:
            match = form.search(following)
            if match and match.start() <= 12 and (made := _made(match)):
                return made
    return None


def iso_day(stamp: object) -> str | None:
    """The day of an ISO 8601 time stamp, or None for anything that is not one."""
    if not isinstance(stamp, str):
        return None
    try:
        return date.fromisoformat(stamp.strip()[:10]).isoformat()
    except ValueError:
        return None


def name_date(place: str) -> str | None:
    """The date in the last part of a path or URL, such as "report---26-november-2024.pdf", or None."""
    name = place.rstrip("/").rsplit("/", 1)[-1].replace("_", "-")
    return find_date(re.sub(r"-+", "-", name).replace("-", " ")) or find_date(name)
