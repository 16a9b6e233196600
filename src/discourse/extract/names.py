"""Names and bylines: who is said to have written a page."""

from __future__ import annotations

import re
from typing import NamedTuple

_HONOURS = re.compile(
    r"(?:,? (?:MP|MSP|MS|AM|AS|TD|MEP|QC|KC|PC|CBE|OBE|MBE|KBE|DBE|KCB|DCB|CB|KCMG|CMG|CVO|DL|JP|FRS|FBA|PhD))+$"
)
_STYLE = re.compile(r"^(?:the )?(?:rt\.? hon\.?|right hon(?:ourable)?|hon\.?) (?:the )?", re.I)

_TITLES = (
    r"(?:Dr|Cllr|Councillor|Sir|Dame|Lord|Lady|Baroness|Baron|Prof|Professor|Rev|Canon|Bishop|Ms|Mrs|Mr|Miss|Mx)\.?"
)
_PART = r"(?:(?:Mc|Mac|O['’]|D['’]|De|Le|La)?[^\W\d_a-zß-öø-ÿ][^\W\d_]*(?:[-'’][^\W\d_]+)*\.?)"
_PARTICLE = r"(?:de|del|della|der|van|von|den|di|da|dos|la|le|al|bin|ibn|ap|ab|of)"
_NAME = rf"(?:{_TITLES} )?{_PART}(?: (?:{_PARTICLE} ){{0,2}}{_PART}){{1,3}}"
_WHOLE_NAME = re.compile(rf"^(?:The )?(?:R(?:igh)?t Hon(?:ourable)? )?{_NAME}$")

# Words that start with a capital in headlines, menus and the names of bodies, and never in a person's name.
_NOT_NAMES_TEXT = """
a about academy account additional adult adults advertise advice agency agenda all analysis and annex appendix
apps april archive are article articles association august authority back background best blog blogs board
books borough brand breaking briefing britain british browse business care careers centre chapter charity
chief children children's children’s city clear close college comment comments commission committee commons
community company conclusion conference consultation consumer contact contents cookie cookies copyright
council councils county court culture custom customer daily data debate december department design digital
director directory download early edition editor editorial education effectiveness email england english
enterprise events executive facebook fact families family features february finance find findings follow food for
forum foundation free friday from full functionality funding gallery get good government grade group growth
guaranteed guardian guide headlines health help hire home hong house housing how improvement in inadequate
independent insight insights inspection inspections inspector inspectorate instagram institute international
interview introduction ireland january jobs join journal judgement july june just key kingdom kong latest law
leader leaders learn legal letters licence life linkedin live local log login london magazine main management
march market marketing may media members menu metropolitan minister ministry minutes mobile monday money more
most my national navigation network new news newsletter newsletters next north northern notes notices november
october offers office officer ofsted online open opinion opinions our outstanding overall overview page park
part partner partners people perspective photo picture pictures plans platform podcast podcasts policy
politics popular post premium president press previous pricing print privacy product products professional
programme proposal public publications quick read reading recommended region register related report reports
requires research resources reviewed response results review reviews royal sales saturday school schools science
scotland scottish search section sector send september service services share sign site sitemap skills skip
social society software solutions south special sport sports staff started state statement step stories story
strategy subscribe subscription success summary sunday support talent team technology terms the their this
thursday times today today's today’s tools top topics training travel trending trust tuesday tv twitter uk
union unit united university update updates us video videos view views voice wales was watch weather web
website wednesday week weekly welcome welsh west what when where who why work workforce working world write written
you young your youth
"""
_NOT_NAMES = frozenset(_NOT_NAMES_TEXT.split())

ROLE_WORDS = (
    r"chief executives?|chief officer|executive|director|president|leader|deputy|chair(?:man|woman|person)?|minister|"
    r"secretary|professor|lecturer|reader in|fellow|editor|correspondent|reporter|writer|journalist|columnist|"
    r"blogger|cabinet member|portfolio holder|councillor|head of|headteacher|head teacher|principal|manager|"
    r"commissioner|inspector|spokes(?:man|woman|person)|MP|MSP|peer|mayor|officer|adviser|advisor|consultant|"
    r"social worker|researcher|analyst|economist|author|founder|partner|barrister|solicitor|lawyer|trustee|"
    r"vice-chair|convenor|convener|governor|teacher|nurse|doctor|psychologist|practitioner|academic|campaigner|"
    r"activist|ombudsman|president-elect|member|lead|associate|intern|student|foster carer|broadcaster|"
    r"general secretary|team leader|coordinator|co-ordinator|policy"
)
_ROLE = re.compile(rf"\b(?:{ROLE_WORDS})\b", re.I)
_SAYING = re.compile(
    r"[“”\"]|\b(?:said|says|told|added|warned|argued|claimed|called|agreed|announced|described)\b", re.I
)

_BY = re.compile(
    r"^(?:(?:words|story|report|text|article|written|reporting|posted|published|authored?|interview|opinion|comment|"
    r"analysis|speech|blog|delivered|given|guest (?:post|blog))?[ :]*by[ :]+|(?:words|author|authors|writer|"
    r"reporter|speaker)\s*:\s*)"
    r"(?P<rest>\S.{1,200})$",
    re.I,
)
_NAME_ENDS = re.compile(
    r"\s[-–—|(]\s?|\son\s|"
    r"\s(?:\d{1,2}(?:st|nd|rd|th)?\s)?(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?\s\d",
    re.I,
)
_ROLE_AFTER = re.compile(
    rf"^(?P<name>{_NAME})(?:,| is| was|:| [-–—|])\s+(?:currently |the |an? )?(?P<role>\S.{{3,220}})$"
)
_WRITTEN_BY = re.compile(
    r"\b(?i:this (?:article|piece|blog|post|speech|column)|it) (?:was|is|has been) "
    rf"(?:first |originally )?(?:written|authored|delivered|given) by (?P<name>{_NAME})(?:, (?P<role>[^.]{{3,200}}))?"
)
_CLOSING = re.compile(
    r"^(?:(?:i (?:am|remain),? )?yours(?: (?:faithfully|sincerely|truly|ever|etc|respectfully|in anticipation))*|"
    r"(?:with )?(?:very |my |our )?(?:best|kind|kindest|warm|warmest)(?: (?:wishes|regards))|regards|sincerely)\W*$",
    re.I,
)
_SEPARATORS = re.compile(r"\s*(?:,| and | & |;|\||/|\bwith\b)\s*")


class Byline(NamedTuple):
    """The people a byline names, and the role it gives (of the last of them)."""

    authors: tuple[str, ...]
    role: str | None = None


def plain_name(name: str) -> str:
    """A person's name without style and honours: "The Rt Hon Ann Day MP" is "Ann Day"."""
    name = " ".join(name.split()).strip(" ,.;:|-–—")
    return _HONOURS.sub("", _STYLE.sub("", name)).strip(" ,")


def is_person_name(text: str) -> bool:
    """Whether the text has the shape of one person's name and no word that belongs to menus and bodies."""
    text = _HONOURS.sub("", text.strip())
    if len(text) > 60 or not _WHOLE_NAME.match(text):
        return False
    words = [word.lower().strip(".") for word in text.split()]
    return (not any(word in _NOT_NAMES for word in words) and not text.isupper()) or _upper_name(text, words)


def _upper_name(text: str, words: list[str]) -> bool:
    return text.isupper() and 2 <= len(words) <= 3 and not any(word in _NOT_NAMES for word in words)


def _names(text: str) -> tuple[str, ...]:
    pieces = [plain_name(piece) for piece in _SEPARATORS.split(text)]
    return tuple(dict.fromkeys(piece for piece in pieces if is_person_name(piece)))


def _role(text: str | None) -> str | None:
    text = (text or "").strip(" ,.;:|-–—")
    return text or None


def byline(line: str) -> Byline | None:
    """The authors of a line such as "By Ann Day", "By Ann Day, health editor" or "Words: Ann Day and Bo Li"."""
    line = " ".join(line.split())
    match = _BY.match(line)
    if not match:
        return None
    rest = match["rest"]
    pieces = _SEPARATORS.split(rest)
    names: list[str] = []
    for piece in pieces:
        name = plain_name(_NAME_ENDS.split(piece, maxsplit=1)[0])
        if not is_person_name(name) or (names and _ROLE.search(name)):
            break
        names.append(name)
    if not names:
        return None
    after = rest[rest.rfind(names[-1]) + len(names[-1]) :].strip() if names[-1] in rest else ""
    bracketed = re.match(r"\(([^()]{3,120})\)", after)
    after = bracketed[1] if bracketed else re.split(r" [|–—-] | on \d", after)[0]
    role = _role(after) if _ROLE.search(after) else None
    return Byline(tuple(dict.fromkeys(names)), role)


def name_and_role(line: str) -> Byline | None:
    """The author and role of a line such as "Ann Day, chief executive, Dale council" or "Ann Day is chair of X"."""
    line = " ".join(line.split())
    # A name and role before a colon announce what that person says below.
    if len(line) > 300 or line.endswith(":") or _SAYING.search(line):
        return None
    match = _ROLE_AFTER.match(line)
    if not match or not is_person_name(match["name"]) or not _ROLE.search(match["role"][:120]):
        return None
    role = match["role"]
    told = re.match(r"(?:who|which|whose|in|on|at|after|as|speaking|writing)\b", role)
    if told or (" is " not in line[: match.start("role")] and line[-1] == "." and len(role.split()) > 16):
        return None
    if ". " in role:  # A footer of several sentences: the role is in the first.
        role = role.split(". ")[0]
    return Byline((plain_name(match["name"]),), _role(role))


def written_by(line: str) -> Byline | None:
    """The author named in a sentence such as "This article was written by Ann Day, chair of the X"."""
    match = _WRITTEN_BY.search(" ".join(line[:400].split()))
    if not match or not is_person_name(match["name"]):
        return None
    return Byline((plain_name(match["name"]),), _role(match["role"]))


def closes_letter(line: str) -> bool:
    """Whether the line is what stands above the signature of a letter: "Yours faithfully", "With kind regards"."""
    return bool(_CLOSING.match(line))


def signature(name: str, below: str | None) -> Byline | None:
    """The author of a signature: a line that is a name; the role is the line below, where that reads like one."""
    if not is_person_name(name):
        return None
    role = below is not None and len(below.split()) <= 16 and _ROLE.search(below) and below[-1] not in ".!?:"
    return Byline((plain_name(name),), _role(below) if role and not _SAYING.search(below or "") else None)


def authors_from(text: str) -> tuple[str, ...]:
    """The people in a metadata field: several are separated by semicolons, commas, "and"; others are left out."""
    if ";" in text or not re.search(r",|\band\b|&", text):
        candidates = [plain_name(piece) for piece in text.split(";")]
        return tuple(dict.fromkeys(name for name in candidates if name))
    return _names(text)
