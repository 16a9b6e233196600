"""Who publishes a report, from what the report says of itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_WORDS = r"[A-Z][\w’'&-]*(?:,? (?:[A-Z][\w’'&-]*|of|for|and|in|the|to|on|&))*"
_REGULATES = re.compile(
    rf"\b(?:The |the )?(?P<name>{_WORDS}?)(?: \((?P<short>[A-Z][\w&’' -]{{1,30}})\))? (?:regulates and )?"
    r"(?:regulates|inspects|is the (?:independent )?(?:inspectorate|regulator|inspector|watchdog)|"
    r"is an (?:independent )?(?:inspectorate|regulator)|"
    r"is (?:the )?(?:independent )?(?:body|public body|charity|government department) (?:that|which|"
    r"responsible)|carries out inspections)\b"
)
_PUBLISHED_BY = re.compile(rf"\b(?:[Pp]ublished|[Pp]roduced|[Ii]ssued|[Pp]repared) by (?:the |The )?(?P<name>{_WORDS})")
_COPYRIGHT = re.compile(
    rf"(?:©|\([cC]\)|[Cc]opyright)\s*(?:©)?\s*(?:(?:19|20)\d\d,?\s*)?(?:the |The )?(?P<name>{_WORDS})"
)
_BODY = re.compile(
    r"\b(?:Inspectorate|Commission|Authority|Office for|Office of|Ofsted|Inspection Service|Department|"
    r"Ministry|Council|Institute|"
    r"Association|Foundation|Trust|Agency|Board|Committee|Society|Federation|Union|Ombudsman|Regulator|"
    r"University|Partnership|"
    r"Observatory|Centre|Alliance|Charity|Network|Service)\b"
)
_INSPECTORATE = re.compile(
    r"\b(?:Inspectorate|Inspection Service|Office for Standards|Regulator|Quality Commission|Ombudsman)\b"
)
_NAMED_INSPECTORATE = re.compile(
    rf"\b(?P<name>{_WORDS}? ?(?:Inspectorate|Inspection Service|Quality Commission|Regulator)"
    rf"(?: (?:of|for) {_WORDS})?)\b"
)
_CROWN = re.compile(r"^crown\b", re.I)


def publisher_of(paragraphs: Sequence[str], heads: Sequence[str], metadata: Mapping[str, str]) -> str | None:
    """The body that a report says has made it, or None.

    Looked for in turn: "Published by ..." and copyright lines; the paragraph in which a body says what it regulates
    or inspects (by its short name where the text uses that); an inspectorate named on the cover or in running
    heads; the author or company in the file's metadata, where it is a body.
    """
    edges = [*paragraphs[:25], *paragraphs[-12:], *heads]
    for pattern in (_PUBLISHED_BY, _COPYRIGHT):
        for paragraph in edges:
            match = pattern.search(paragraph[:600])
            if match and not _CROWN.match(match["name"]) and _BODY.search(match["name"]):
                return _tidy(match["name"])
    whole = "\n".join(paragraphs)
    for paragraph in [*paragraphs[-12:], *paragraphs[:25]]:
        match = _REGULATES.search(paragraph[:600])
        if match and (match["short"] or _BODY.search(match["name"])):
            short = match["short"]
            usual = short and (not short.isupper() or whole.count(short) >= 3)
            return short if usual else _tidy(match["name"])
    for paragraph in [*paragraphs[:8], *heads]:
        match = _NAMED_INSPECTORATE.search(paragraph[:300])
        if match:
            return _tidy(match["name"])
    for head in heads:
        own = _own_name(head, whole)
        if own:
            return own
    for key in ("Company", "Author", "Publisher", "Creator"):
        value = metadata.get(key, "").strip()
        if _BODY.search(value) and "_" not in value and len(value) < 80:
            return value
    counted = [match["name"] for match in _NAMED_INSPECTORATE.finditer(whole[:100_000])]
    return _tidy(max(set(counted), key=counted.count)) if len(counted) >= 3 else None


def _own_name(head: str, whole: str) -> str | None:
    """The body that a running head names: by the piece of its name that the text uses most."""
    pieces = [piece.strip() for piece in re.split(r"[,·|–—]", head)]
    names = [piece for piece in pieces if re.fullmatch(_WORDS, piece)]
    if (
        not names
        or not any(_BODY.search(name) for name in names)
        or re.search(r"\b(?:inspection|report|review) of\b", head, re.I)
    ):
        return None
    used = max(names, key=whole.count)
    return _tidy(used) if whole.count(used) else _tidy(next(name for name in names if _BODY.search(name)))


def _tidy(name: str) -> str:
    return re.sub(r"(?: (?:of|for|and|in|the|to|on|&))+$|^(?:The|the|An?|Our) ", "", name.strip(" ,.;:"))
