"""What kind of document a text is, told by rules over its structure, with the reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from discourse.records import DocumentKind

_READ = 40_000
_VERBS = (
    r"said|says|told|added|adds|warned|argued|claimed|insisted|explained|commented|admitted|stressed|concluded|"
    r"noted|announced|acknowledged|responded|replied|described|accused|called|suggested|pointed out|welcomed"
)
_QUOTED = re.compile(r"“[^”\n]{1,1500}”?|\"[^\"\n]{1,1500}\"|(?<!\w)‘[^’\n]{1,300}’(?!\w)")
_ATTRIBUTED = re.compile(
    rf"[”\"’][,.]? (?:[\w.'’-]+ ){{0,5}}?(?:{_VERBS})\b|\b(?:{_VERBS})\b[^.“\"\n]{{0,60}}(?:[:,]? ?[“\"]|: ?['‘])"
)
"""For text in small letters, as `_REPORT`: that takes half the time of patterns that ignore case."""
_REPORTED = re.compile(rf"\b(?:he|she|they|who|[A-Z][\w'’-]+) (?:also |has |have |later )?(?:{_VERBS})\b")
_FIRST_SINGULAR = re.compile(r"[IMm](?<!\w\w)(?:(?<=I)(?:['’](?:m|ve|d|ll))?|(?<=[Mm])y(?:self)?|(?<=m)e)\b")
_FIRST_PLURAL = re.compile(r"[WwOoUu](?<!\w\w)(?:(?<=[Ww])e(?:['’](?:re|ve|d|ll))?|(?<=[Oo])urs?|(?<=[Uu])s)\b")
"""These two look at the first letter and then back for the edge of the word: a third of the time of \\b before it."""

_SPEECH_MARK = re.compile(
    r"check against delivery|transcript of (?:the|a|his|her) speech|as delivered\b|speech (?:by|to|at|given|"
    r"delivered)\b",
    re.I,
)
_SPEECH_OPENING = re.compile(
    r"\bthank you(?:,? (?:very much|all|so much)\b|,? (?:mr |madam )?(?:chair|speaker|president|minister|"
    r"conference|for "
    r"(?:inviting|having|that|the|your|coming|joining|asking))|\s*[.,!])|\bgood (?:morning|afternoon|evening)\b|"
    r"\bladies and gentlemen\b|\b(?:pleasure|privilege|honour|delighted|pleased|grateful|great|"
    r"good) to (?:be (?:here|with you|"
    r"able to (?:speak|join))|speak to you|join you|see (?:you|so many))|\bwith permission, (?:mr|madam)\b|"
    r"^(?:mr|madam|lord) (?:speaker|president|chair(?:man)?)\b|^(?:colleagues|friends|conference),|\bmy lords\b",
    re.I | re.M,
)
_RELEASE = re.compile(
    r"^\W{0,4}(?:notes? (?:to|for) editors?|for immediate release|(?:media|press) (?:enquiries|contacts?|"
    r"office)\b.{0,80}|"
    r"news release|press release|embargoed?\b.{0,80}|ends)\W{0,4}$",
    re.I | re.M,
)
_EDITORIAL_TITLE = re.compile(
    r"^\W*(?:(?:the )?(?:leader|editorial|leading article|our view|comment from the editor)\b\s*[:|–—-]?|"
    r"the [\w’' ]{3,40} view (?:on\b|:)|editor['’]s (?:comment|view|letter)\b|[\w’' ]{2,40} says\s*:)|"
    r"[|–—:-]\s*(?:leader|editorial)\W*$",
    re.I,
)
_EDITORIAL_LINE = re.compile(
    r"^\W*(?:leader|editorial|our view|leading article|the [\w’' ]{3,30} says|leader comment)\W*$", re.I | re.M
)
_THIS_PAPER = re.compile(
    r"\b[Tt]his (?:newspaper|magazine|paper['’]s view|title) (?:has|is|was|believes|would|did|does|will|"
    r"prints|supports|argue)"
)
_LEADER = re.compile(r"^[\w&.’' ]{1,30} (?:leader|editorial)\s*:", re.I)
_QUESTION = re.compile(r"^[^\n“\"]{10,300}\?$", re.M)
_INTERVIEW = re.compile(r"\binterview\b|\bQ ?& ?A\b|\bquestions? and answers?\b", re.I)
_OPINION_TITLE = re.compile(
    r"^\W*(?:opinion|comment|viewpoint|my view|column|guest (?:blog|post)|perspective|blog|letter)s?\s*[:|–—-]", re.I
)
_REPORT = re.compile(
    r"\b(?:inspection dates?|lead inspector|overall effectiveness|date of (?:inspection|previous inspection)|"
    r"(?:this|the) inspection was carried out|about (?:this|the) inspection|inspection report|"
    r"our findings and recommendations|"
    r"executive summary|terms of reference|recommendations? \d|this (?:paper|report|study|briefing) (?:looks"
    r"|sets out|examines|considers|argues|presents|"
    r"finds|explores|draws|asks)|our (?:first|second|third|main|key|central) (?:finding|recommendation)|"
    r"we recommend|methodology)\b"
)


@dataclass(frozen=True)
class _Signals:
    title: str
    authors: tuple[str, ...]
    body: str

    @cached_property
    def words(self) -> int:
        return max(1, self.body.count(" ") + 1)

    @cached_property
    def small(self) -> str:
        """The text in small letters."""
        return self.body.lower()

    @cached_property
    def narration(self) -> str:
        """The text outside quotation marks."""
        return _QUOTED.sub("“”", self.body)

    def _rate(self, pattern: re.Pattern[str], text: str) -> float:
        return 1000 * sum(1 for _ in pattern.finditer(text)) / self.words

    @cached_property
    def quotes(self) -> int:
        """Quotations with somebody's "said" beside them."""
        return sum(1 for _ in _ATTRIBUTED.finditer(self.small))

    @cached_property
    def quote_rate(self) -> float:
        """Attributed quotations and reported speech in a thousand words."""
        return 1000 * self.quotes / self.words + self._rate(_REPORTED, self.narration) / 2

    @cached_property
    def singular(self) -> float:
        """First person singular outside quotation marks, in a thousand words."""
        return self._rate(_FIRST_SINGULAR, self.narration)

    @cached_property
    def plural(self) -> float:
        return self._rate(_FIRST_PLURAL, self.narration)

    @property
    def first_person(self) -> float:
        return self.singular + self.plural

    @cached_property
    def opening(self) -> str:
        return self.body[:1200]

    @cached_property
    def named_in_title(self) -> bool:
        return any(self.title.startswith(f"{author}:") for author in self.authors)


def _release(s: _Signals) -> str | None:
    found = _RELEASE.search(s.body)
    return f"has the line “{found.group().strip()[:40]}”" if found else None


def _interview(s: _Signals) -> str | None:
    """Questions and answers: the first person is the guest's, not the writer's."""
    questions = sum(1 for _ in _QUESTION.finditer(s.body))
    if questions >= 4 and (_INTERVIEW.search(s.title) or _INTERVIEW.search(s.opening[:200]) or questions >= 8):
        return f"an interview: {questions} questions, each a paragraph of its own"
    return None


def _editorial(s: _Signals) -> str | None:
    if _EDITORIAL_TITLE.search(s.title) and s.quotes < 4:
        return "the title says that the publisher speaks"
    if _EDITORIAL_LINE.search(s.opening):
        return "a line at the top says that the publisher speaks"
    if (
        not s.authors
        and s.quotes < 4
        and (_THIS_PAPER.search(s.narration) or (_LEADER.search(s.title) and s.plural >= 2))
    ):
        return "the publication speaks of itself"
    return None


def _report(s: _Signals) -> str | None:
    found = {match.group() for match in _REPORT.finditer(s.small)}
    return f"has the parts of a report: {', '.join(sorted(found)[:3])}" if len(found) >= 2 else None


def _speech(s: _Signals) -> str | None:
    marked = _SPEECH_MARK.search(s.title) or _SPEECH_MARK.search(s.opening[:500])
    if marked and s.first_person >= 8 and s.quote_rate < 8:
        return f"says so: “{marked.group()}”"
    greeting = _SPEECH_OPENING.search(s.opening[:600])
    if greeting and s.first_person >= 10 and s.quote_rate < 8:
        return f"opens like a speech: “{greeting.group().strip()}”"
    return None


def _opinion(s: _Signals) -> str | None:
    if _OPINION_TITLE.search(s.title):
        return "the title says so"
    if s.named_in_title and s.first_person >= 4:
        return "the title begins with its author, who writes in the first person"
    if s.singular >= 3 and s.first_person >= 6 and s.quote_rate < s.singular:
        return "written in the first person, few quotations by others"
    if s.authors and s.plural >= 8 and s.quote_rate < 4:
        return "a named author writes as “we”, few quotations by others"
    return None


def _news(s: _Signals) -> str | None:
    if s.quotes >= 2 and s.quote_rate >= 3:
        return f"{s.quotes} quotations by others, each with who said it"
    return None


_RULES: tuple[tuple[DocumentKind, Callable[[_Signals], str | None]], ...] = (
    ("news", _interview),
    ("release", _release),
    ("editorial", _editorial),
    ("report", _report),
    ("speech", _speech),
    ("opinion", _opinion),
    ("news", _news),
)


def classify(title: str | None, authors: tuple[str, ...], body: str) -> tuple[DocumentKind, str]:
    """The kind of document and why: the first rule that holds decides; "other" when none does."""
    signals = _Signals(title or "", authors, body[:_READ])
    for kind, rule in _RULES:
        reason = rule(signals)
        if reason:
            return kind, reason
    if signals.authors and signals.quotes >= 1 and signals.singular < 2:
        return "news", "a named reporter and an attributed quotation"
    return "other", "no sign of a speech, opinion, news report, release or report"
