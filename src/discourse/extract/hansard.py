"""Days of parliamentary debate in the XML that public-whip tools write: a document per debate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from discourse.errors import PageError
from discourse.extract.dates import find_date
from discourse.extract.decode import decode
from discourse.extract.draft import Draft
from discourse.extract.markup import parse_xml, squeeze
from discourse.records import Block, BlockType, Page, Turn

_HOUSES = (
    ("westminhall", "UK Parliament (Hansard, Westminster Hall)"),
    ("lordspages", "UK Parliament (Hansard, House of Lords)"),
    ("lords", "UK Parliament (Hansard, House of Lords)"),
    ("wms", "UK Parliament (Hansard, written statements)"),
    ("wrans", "UK Parliament (Hansard, written answers)"),
    ("standing", "UK Parliament (Hansard, public bill committees)"),
    ("london-mayors-questions", "London Assembly (Mayor's Questions)"),
    ("spor", "Scottish Parliament (Official Report)"),
    ("sp/", "Scottish Parliament (Official Report)"),
    ("senedd", "Senedd Cymru (Record of Proceedings)"),
    ("ni/", "Northern Ireland Assembly (Official Report)"),
    ("debate", "UK Parliament (Hansard, House of Commons)"),
)
_HEADINGS = {"major-heading", "minor-heading", "oral-heading"}
_KEYS = ("person_id", "speakerid", "speaker_id")
_ROLES = ("speakeroffice", "office", "role", "position", "speakerrole")
_BRACKETED = re.compile(r"^(?P<outer>[^()]{2,80}?)\s*\((?P<inner>[^()]{2,120})\)")
_OFFICE = re.compile(
    r"\b(?:Secretary|Minister|Speaker|Chair|Chancellor|Solicitor|Attorney|Leader|President|Treasurer)\b"
)
_ANONYMOUS = re.compile(r"^(?:unknown|nospeaker|none|null|hon\.? members?|several hon\.? members|noble lords|)$", re.I)


@dataclass(slots=True)
class _Section:
    record: str
    titles: list[str]
    column: str | None
    url: str | None
    speeches: list[etree._Element] = field(default_factory=list)


def read_hansard(page: Page) -> list[Draft]:
    """The drafts of a day's debates: a document per minor heading, or per major heading with no minor one."""
    root = parse_xml(decode(page.content))
    drafts = []
    for section in _sections(root):
        draft = _draft(section, page)
        if draft is not None:
            drafts.append(draft)
    if not drafts:
        raise PageError("Hansard XML in which nobody speaks")
    return drafts


def _tag(element: etree._Element) -> str:
    return etree.QName(element).localname.lower() if isinstance(element.tag, str) else ""


def _walk(root: etree._Element) -> Iterator[etree._Element]:
    """Headings, speeches and divisions in order, whatever wraps them."""
    wanted = _HEADINGS | {"speech", "division", "ques", "reply"}
    inside: etree._Element | None = None
    for element in root.iter():
        if _tag(element) in wanted:
            if inside is not None and inside in element.iterancestors():
                continue
            inside = element if _tag(element) not in _HEADINGS else None
            yield element


def _sections(root: etree._Element) -> Iterator[_Section]:
    major = ""
    section: _Section | None = None
    for element in _walk(root):
        tag = _tag(element)
        if tag in _HEADINGS:
            if section is not None and section.speeches:
                yield section
            title = squeeze("".join(element.itertext()))
            titles = [major, title] if tag == "minor-heading" else [title]
            major = major if tag == "minor-heading" else title
            section = _Section(
                element.get("id", ""), [t for t in titles if t], element.get("colnum"), element.get("url") or None
            )
        else:
            if section is None:
                section = _Section(element.get("id", ""), [], element.get("colnum"), None)
            section.speeches.append(element)
    if section is not None and section.speeches:
        yield section


class Writer:
    """Grows the text of a debate with its blocks and turns."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self.blocks: list[Block] = []
        self.turns: list[Turn] = []

    def add(self, text: str, kind: BlockType) -> Block:
        if self.pieces:
            self.pieces.append("\n\n")
            self.length += 2
        block = Block(self.length, self.length + len(text), kind)
        self.pieces.append(text)
        self.length = block.end
        self.blocks.append(block)
        return block


def _draft(section: _Section, page: Page) -> Draft | None:
    writer = Writer()
    title = " – ".join(section.titles)
    if title:
        writer.add(title, "title")
    offices: dict[str, str] = {}
    spoken = 0
    for speech in section.speeches:
        spoken += _speech(writer, speech, offices)
    if not spoken:
        return None
    record = section.record or f"{title}#{section.speeches[0].get('id', '')}"
    facts = [("column", section.column)] if section.column else []
    return Draft(
        text="".join(writer.pieces),
        blocks=writer.blocks,
        record=record,
        title=title or None,
        published=find_date(record) or find_date(page.canonical),
        publisher=_publisher(record, page.canonical),
        url=section.url if (section.url or "").startswith(("http://", "https://")) else None,
        kind="hansard",
        kind_reason="Hansard XML",
        language="en",
        turns=tuple(writer.turns),
        facts=facts,
    )


def _publisher(record: str, canonical: str) -> str:
    for place in (record, canonical):
        for part, name in _HOUSES:
            if part in place.lower():
                return name
    return "UK Parliament (Hansard)"


def _speech(writer: Writer, speech: etree._Element, offices: dict[str, str]) -> int:
    """Adds one speech; the number of paragraphs that a named speaker said."""
    paragraphs = list(_paragraphs(speech))
    if not paragraphs:
        return 0
    speaker, office = _speaker(speech)
    procedural = speaker is None and (speech.get("nospeaker") or _tag(speech) == "division")
    blocks = [writer.add(text, "boilerplate" if procedural else kind) for text, kind in paragraphs]
    key = next((speech.get(name) for name in _KEYS if speech.get(name)), None)
    if speaker is not None:
        office = office or offices.get(speaker)
        if office:
            offices[speaker] = office
    writer.turns.append(Turn(blocks[0].start, blocks[-1].end, speaker, key if speaker else None, office))
    return len(blocks) if speaker else 0


def _speaker(speech: etree._Element) -> tuple[str | None, str | None]:
    """Name and office: the attributes, and names such as "The Minister for Care (Ann Day)"."""
    name = squeeze(speech.get("speakername") or "")
    if (speech.get("nospeaker") and not name) or _ANONYMOUS.match(name):
        return None, None
    name, bracketed = name_and_office(name)
    return name, next((squeeze(speech.get(key) or "") for key in _ROLES if speech.get(key)), bracketed)


def name_and_office(name: str) -> tuple[str, str | None]:
    """The name and office in a speaker's designation: "The Minister for Care (Ann Day)", "Ann Day (Dale North)"."""
    bracketed = _BRACKETED.match(name)
    if bracketed and _OFFICE.search(bracketed["outer"]):
        return squeeze(bracketed["inner"]), squeeze(bracketed["outer"])
    # Of "Ann Day (Dale North) (Ind)" the constituency is no part of the name.
    return squeeze(bracketed["outer"]) if bracketed else name, None


def _paragraphs(speech: etree._Element) -> Iterator[tuple[str, BlockType]]:
    found = False
    for element in speech.iter():
        tag = _tag(element)
        if tag not in ("p", "li", "tr", "blockquote") or any(
            _tag(up) in ("p", "li", "tr") for up in _above(element, speech)
        ):
            continue
        text = squeeze(" ".join(element.itertext()) if tag == "tr" else "".join(element.itertext()))
        if text:
            found = True
            kind: BlockType = {"li": "list", "tr": "table", "blockquote": "quotation"}.get(tag, "paragraph")  # type: ignore[assignment]
            if element.get("pwmotiontext"):
                kind = "quotation"
            yield text, kind
    if not found and _tag(speech) != "division":
        text = squeeze("".join(speech.itertext()))
        if text:
            yield text, "paragraph"


def _above(element: etree._Element, top: etree._Element) -> Iterator[etree._Element]:
    for ancestor in element.iterancestors():
        if ancestor is top:
            return
        yield ancestor
