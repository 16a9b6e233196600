"""What an inspection report says about itself: authority, dates, grades, inspector."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from discourse.extract.dates import find_date

_GRADE = re.compile(
    r"^(?:outstanding|excellent|good|adequate|satisfactory|sufficient|requires improvement(?: to be good)?|"
    r"needs improvement|"
    r"inadequate|poor|weak|strong|unsatisfactory|met|not met|partially met|effective|not effective|"
    r"(?:does )?not (?:yet )?judged|not inspected|insufficient|very good|fair)\W*$",
    re.I,
)
_GRADES = (
    r"outstanding|excellent|good|adequate|satisfactory|requires improvement(?: to be good)?|"
    r"needs improvement|inadequate|poor|"
    r"weak|strong|unsatisfactory"
)
_DATES = re.compile(
    r"\b(?:inspection dates?|dates? of (?:the )?inspection|inspected (?:on|between|from)|visit dates?|"
    r"date of visit)\s*:?\s*(?P<dates>[^\n|]{6,80})",
    re.I,
)
_RANGE = re.compile(
    r"^(?P<start>\d{1,2}(?:st|nd|rd|th)?(?: [A-Z][a-z]+)?(?: \d{4})?)\s*(?:to|–|-|—|and|until)\s*(?P<end>\d"
    r"{1,2}(?:st|nd|rd|th)? [A-Z][a-z]+ \d{4})"
)
_LEAD = re.compile(r"(?:^|\s)lead inspector\s*[:|][\s:|]*(?P<name>[^\n|,]{3,60})", re.I | re.M)
_PLACE = r"(?P<place>[A-Z][^:|\n]{2,80}?)"
_AUTHORITY = (
    re.compile(
        r"\b(?:local authority|authority inspected|council inspected|name of (?:local )?authority)\s*[:|]\s*"
        + _PLACE
        + r"\s*(?:$|\n)",
        re.I,
    ),
    re.compile(
        r"\b(?:re-?inspection|inspection|review) of (?:services for children in )?(?:the )?"
        + _PLACE
        + r"(?:['’]s?)?\s+(?:local authority\b|children['’]s "
        r"(?:social care|services)|children and|social care|adult)",
        re.I,
    ),
)
_BEFORE = re.compile(
    r"^"
    + _PLACE
    + r"\s*[:–-]\s*(?:re-?inspection|inspection|joint targeted|focused visit|monitoring visit|single inspection)\b",
    re.I,
)
_OVERALL = re.compile(
    r"\boverall(?: effectiveness| judgement| judgment| grade| rating| evaluation)?\s*[:|–-]?\s*"
    rf"(?:is |are )?(?P<grade>{_GRADES})\b",
    re.I,
)
_ARE = re.compile(
    r"\b(?:children['’]s (?:social care )?services|services|the overall judgement is that children['’]s services) "
    r"(?:in|at|for|provided by) (?P<place>[A-Z][\w’'& -]{2,60}?) "
    rf"(?:is|are|were judged|remain)(?: now)? (?P<grade>{_GRADES})\b"
)
_HEADER = re.compile(
    r"^(?:judge?ment|area|aspect|theme|inspected area|key judge?ment|category|standard|domain|question)\w*\s"
    r"*\|\s*(?:grade|judge?ment|rating|finding|outcome|score)",
    re.I,
)
_NUMBERED = re.compile(r"^(?:\d+(?:\.\d+)*\.?\s+)")


@dataclass(slots=True)
class Inspection:
    """Facts as name and value, and whether the document is an inspection report at all."""

    is_inspection: bool = False
    facts: list[tuple[str, str]] = field(default_factory=list)


def inspection_facts(title: str | None, paragraphs: Sequence[tuple[str, str]]) -> Inspection:
    """The authority, inspection dates, lead inspector, overall grade and further grades that a report states.

    Takes the title and the paragraphs with their block types. Dates also come as ISO 8601 (`inspection_start`,
    `inspection_end`); each grade is a fact named "grade: " and the judgement's own words.
    """
    opening = [text for text, _ in paragraphs[:40]]
    head = "\n".join(opening)[:8000]
    dates = _DATES.search(head)
    grades = _grades(paragraphs[:60])
    overall = _overall(grades, head)
    if not dates and not (grades and re.search(r"\binspect", head, re.I)):
        return Inspection()
    found = Inspection(is_inspection=True)
    authority = _authority(title or "", opening, head)
    if authority:
        found.facts.append(("authority", authority))
    if dates:
        found.facts.extend(_dated(dates["dates"]))
    lead = _LEAD.search(head) or _LEAD.search("\n".join(text for text, _ in paragraphs if len(text) < 200))
    if lead:
        name = re.split(r"\s(?:Her|His) Majesty|\bHM[IC]\b|\d", " ".join(lead["name"].split()))[0]
        found.facts.append(("lead_inspector", name.strip(" ,;")))
    if overall:
        found.facts.append(("overall_grade", overall))
    found.facts.extend((f"grade: {name}", value) for name, value in grades)
    return found


def _grades(paragraphs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Judgement and grade of each row of the table of grades."""
    found: list[tuple[str, str]] = []
    under_header = False
    for text, kind in paragraphs:
        if kind != "table":
            under_header = under_header and not found
            continue
        if _HEADER.match(text):
            under_header = True
            continue
        cells = [cell.strip() for cell in text.split("|")]
        if len(cells) != 2 or not cells[0]:
            continue
        if _GRADE.match(cells[1]) or (under_header and len(cells[1].split()) <= 6):
            found.append((_NUMBERED.sub("", cells[0]).rstrip(":"), cells[1].strip(" .")))
    return found


def _overall(grades: Sequence[tuple[str, str]], head: str) -> str | None:
    table = next((value for name, value in grades if name.lower().startswith("overall")), None)
    if table:
        return table
    said = _ARE.search(head) or _OVERALL.search(head)
    return _capital(said["grade"]) if said else None


def _capital(grade: str) -> str:
    return grade[:1].upper() + grade[1:].lower()


def _authority(title: str, opening: Sequence[str], head: str) -> str | None:
    for pattern in _AUTHORITY:
        match = pattern.search(title) or pattern.search(head[:3000])
        if match and not re.match(r"(?:children|services|adult|social|local)\b", match["place"], re.I):
            return _place(match["place"])
    before = _BEFORE.match(title)
    if before:
        return _place(before["place"])
    said = _ARE.search(head)
    return _place(said["place"]) if said else None


def _place(name: str) -> str:
    name = " ".join(name.split()).strip(" ,.:;–-")
    return re.sub(r"^the (?=[a-z])|\s+local authority$|['’]s$", "", name, flags=re.I)


def _dated(text: str) -> list[tuple[str, str]]:
    text = " ".join(text.split()).strip(" .;")
    facts = [("inspection_dates", text)]
    span = _RANGE.match(text)
    if not span:
        day = find_date(text)
        return [*facts, ("inspection_start", day), ("inspection_end", day)] if day else facts
    start, end = span["start"], span["end"]
    month_year = end.split(" ", 1)[1]
    pieces = start.split()
    full = (
        start
        if len(pieces) == 3
        else f"{start} {month_year.split()[-1]}"
        if len(pieces) == 2
        else f"{start} {month_year}"
    )
    first, last = find_date(full), find_date(end)
    if first:
        facts.append(("inspection_start", first))
    if last:
        facts.append(("inspection_end", last))
    return facts
