"""What sort of evidence a statement gives: a figure, a case, an authority, what the speaker has seen."""

from __future__ import annotations

import re

from discourse.records import Evidence

_FIGURE = re.compile(
    r"(?<![\d,.])\d[\d,.]*+\s?(?:%|per\s?cent\b|percent\b|percentage\b|times\b|fold\b)|[£$€]\s?\d|(?<![\d,.])\d[\d,.]*+\s(?:thousand|million|billion)\b"
    r"|\b(?:one|two|three|four|five|six|seven|eight|nine)\s(?:in|out\sof)\s(?:every\s)?(?:two|three|four|five|six|seven|eight"
    r"|nine|ten|twenty|a\shundred|\d+)\b|\b\d+\s(?:in|out\sof)\s(?:every\s)?\d+\b"
    r"|\b(?:a|one|two|three)[\s-](?:half|halves|thirds?|quarters?|fifths?|tenths?)\sof\b|\bhalf\sof\s(?:all\s)?\w"
    r"|\b(?:doubled|trebled|tripled|quadrupled|halved)\b"
    r"|(?<![\w.,:/-])(?!(?:1[89]|20)\d\d\b)\d{1,3}(?:,\d{3})+\b|(?<![\w.,:/£-])(?!(?:1[89]|20)\d\d\b)\d{2,}\s(?!(?:January|February"
    r"|March|April|May|June|July|August|September|October|November|December)\b)(?:more\s|new\s|fewer\s)?(?:[a-z]+s|children|people|men|women|staff)\b",
    re.IGNORECASE,
)
_SOURCE = (
    r"(?:research|stud(?:y|ies)|evidence|surveys?|reports?|reviews?|inquir(?:y|ies)|commission(?:er)?|committee|data|statistics"
    r"|figures|analysis|inspectors?|inspectorate|inspections?|experts?|auditors?|academics|economists|researchers|audit|polls?"
    r"|institute|foundation|office|evaluations?|census)"
)
_AUTHORITY = re.compile(
    rf"\b{_SOURCE}(?:\s[\w’']+){{0,4}}?\s(?:shows?|showed|shown|finds?|found|suggests?|suggested|says?|said|concludes?|concluded"
    r"|estimates?|estimated|confirms?|confirmed|indicates?|indicated|tells?\sus|told|reveals?|revealed|demonstrates?"
    r"|demonstrated|warns?|warned|reports?|reported|states?|stated|puts?)\b|\baccording\sto\b"
    rf"|\bas\s(?:the|a|an)\s(?:[\w’']+\s){{0,4}}?{_SOURCE}\b",
    re.IGNORECASE,
)
_EXPERIENCE = re.compile(
    r"\bin\smy\s(?:own\s)?(?:experience|\d+\syears|time\sas|career)\b|\bI\s(?:have\s)?(?:recently\s|often\s|myself\s"
    r"|also\s|just\s)?(?:saw|seen|met|visited|worked|witnessed|spoke|spoken|heard|served|taught|spent)\b|\bwhen\sI\s(?:was|visited"
    r"|met|worked|spoke|went|became)\b|\bas\sa\s(?:former\s)?(?:\w+\s)?(?:teacher|doctor|nurse|social\sworker|director|parent"
    r"|mother|father|councillor|lawyer|barrister|carer|head\steacher|headteacher|governor|magistrate|practitioner)\b"
    r"|\bI\sknow\sfrom\b|\bin\sour\sexperience\b",
    re.IGNORECASE,
)
_CASE = re.compile(
    r"^\W*for\s(?:example|instance)\b|\bin\smy\s(?:own\s)?(?:constituency|surgery)\b"
    r"|\bin\s(?:one|another)\s(?:case|instance)\b|\ba\s(?:constituent|mother|father|family|child|woman|man|girl|boy|couple|parent|young\sperson)\s(?:of\smine|in\smy|told|wrote|who|came|contacted)\b|\bmy\sconstituents?\b"
    r"|\bone\s(?:child|family|mother|father|parent|social\sworker|constituent|teacher|woman|man|young\sperson|council|authority)\b"
    r"|\bthe\scase\sof\b|\btake\sthe\s(?:case|example)\b",
    re.IGNORECASE,
)
_KINDS: tuple[tuple[Evidence, re.Pattern[str]], ...] = (
    ("figure", _FIGURE), ("authority", _AUTHORITY), ("experience", _EXPERIENCE), ("case", _CASE),
)  # fmt: skip


def evidence_of(text: str) -> Evidence | None:
    """What sort of evidence a statement gives; where it gives several, the first of figure, authority, experience,
    case; None where it gives none, but may still be a reason."""
    return next((kind for kind, pattern in _KINDS if pattern.search(text)), None)
