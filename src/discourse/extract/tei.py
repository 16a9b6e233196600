"""Parliamentary debates in TEI, as the ParlaMint corpora are written: a document per section with a heading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from discourse.errors import PageError
from discourse.extract.dates import find_date, iso_day
from discourse.extract.decode import decode
from discourse.extract.draft import Draft
from discourse.extract.hansard import Writer, name_and_office
from discourse.extract.markup import parse_xml, squeeze
from discourse.records import BlockType, Page, Turn

_ASIDE = {"note", "vocal", "kinesic", "incident", "gap", "desc", "pb", "linkGrp", "speaker", "stage", "head"}
"""Elements that tell of a speech and hold no words of it."""
_ID = "{http://www.w3.org/XML/1998/namespace}id"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_PARAGRAPHS = {"seg", "p", "lg"}
_CHAIR = "#chair"
_HOUSES = (
    # The same name whatever format the record came in.
    ("-GB", "commons", "UK Parliament (Hansard, House of Commons)"),
    ("-GB", "lords", "UK Parliament (Hansard, House of Lords)"),
)


@dataclass(slots=True)
class _Section:
    record: str
    title: str | None
    events: list[etree._Element] = field(default_factory=list)


def read_tei(page: Page) -> list[Draft]:
    """The drafts of a sitting: each heading begins a document; speakers by the file's list of persons, or its notes.

    Raises PageError for a corpus root, which lists other files, and for a text in which nobody speaks.
    """
    root = parse_xml(decode(page.content))
    texts = [element for element in root.iter() if _tag(element) == "text"]
    persons = dict(_persons(root))
    drafts = []
    for text in texts:
        header = text.getparent()
        sitting = header if header is not None else root
        drafts += [draft for section in _sections(text) if (draft := _draft(section, sitting, persons, page))]
    if not drafts and not texts:
        raise PageError("a TEI file without a text in it: of a corpus, name the files that its root lists")
    if not drafts:
        raise PageError("TEI in which nobody speaks")
    return drafts


def _tag(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _persons(root: etree._Element) -> Iterator[tuple[str, str]]:
    """Key and name of each person, or speaking organisation, that the header lists."""
    for element in root.iter():
        key = element.get(_ID)
        if not key or _tag(element) not in ("person", "org"):
            continue
        named = next((child for child in element if _tag(child) in ("persName", "orgName")), None)
        if named is None:
            continue
        parts: dict[str, list[str]] = {}
        for part in named.iter():
            parts.setdefault(_tag(part), []).append(squeeze(part.text or ""))
        pieces = [*parts.get("forename", []), *parts.get("nameLink", []), *parts.get("surname", [])]
        name = squeeze(" ".join(pieces)) or squeeze("".join(named.itertext()))
        if name:
            yield key, name


def _sections(text: etree._Element) -> Iterator[_Section]:
    """The speeches and notes of a text in order, a section for each heading; nested divisions keep the outer's name."""
    current = _Section(text.get(_ID, ""), None)
    titles: list[tuple[int, str]] = []
    for element in text.iter():
        tag = _tag(element)
        inside_speech = any(_tag(up) in ("u", "sp") for up in element.iterancestors())
        if tag == "head" and not inside_speech:
            yield current
            depth = sum(1 for _ in element.iterancestors())
            parent = element.getparent()
            titles = [(level, title) for level, title in titles if level < depth]
            titles.append((depth, squeeze("".join(element.itertext()))))
            record = (parent.get(_ID) if parent is not None else None) or ""
            current = _Section(record, " – ".join(title for _, title in titles if title) or None)
        elif tag in ("u", "sp", "note", "incident", "vocal", "kinesic") and not inside_speech:
            current.events.append(element)
    yield current


def _draft(section: _Section, sitting: etree._Element, persons: dict[str, str], page: Page) -> Draft | None:
    writer = Writer()
    if section.title:
        writer.add(section.title, "title")
    spoken, announced = 0, ""
    for event in section.events:
        tag = _tag(event)
        if tag == "note" and event.get("type") == "speaker":
            announced = squeeze("".join(event.itertext()))
        elif tag in ("u", "sp"):
            spoken += _speech(writer, event, persons, announced)
            announced = ""
        elif text := squeeze(" ".join(event.itertext())):
            writer.add(text, "boilerplate")
    if not spoken:
        return None
    first = next(event for event in section.events if _tag(event) in ("u", "sp"))
    identity = sitting.get(_ID, "")
    return Draft(
        text="".join(writer.pieces),
        blocks=writer.blocks,
        record=section.record or first.get(_ID) or f"{identity}#{section.title}",
        title=section.title or _title(sitting),
        published=_date(sitting) or find_date(identity) or find_date(page.canonical),
        publisher=_publisher(sitting, identity),
        kind="hansard",
        kind_reason="a parliamentary record in TEI",
        language=(sitting.get(_LANGUAGE) or "")[:2].lower() or None,
        turns=tuple(writer.turns),
    )


def _speech(writer: Writer, speech: etree._Element, persons: dict[str, str], announced: str) -> int:
    """Adds one speech; the number of its paragraphs."""
    paragraphs: list[tuple[str, BlockType]] = []
    for element in speech.iter():
        if _tag(element) in _PARAGRAPHS and not any(_tag(up) in _PARAGRAPHS | _ASIDE for up in _above(element, speech)):
            paragraphs.append((_words(element), "paragraph"))
    if not any(text for text, _ in paragraphs):
        paragraphs = [(_words(speech), "paragraph")]
    blocks = [writer.add(text, kind) for text, kind in paragraphs if text]
    if not blocks:
        return 0
    key = (speech.get("who") or "").partition(" ")[0].removeprefix("#") or None
    stated = next((squeeze("".join(child.itertext())) for child in speech if _tag(child) == "speaker"), announced)
    designated, office = name_and_office(stated.rstrip(":").strip())
    name = persons.get(key or "") or designated or None
    if office is None and _CHAIR in (speech.get("ana") or "").split():
        office = "Chair"
    writer.turns.append(Turn(blocks[0].start, blocks[-1].end, name, key, office))
    return len(blocks)


def _words(element: etree._Element) -> str:
    """What is said in an element: its text, or, of an annotated one, its tokens with the spaces that they had."""
    if any(_tag(node) == "w" for node in element.iter()):
        return squeeze("".join(_tokens(element)))
    return squeeze("".join(_text(element)))


def _text(element: etree._Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str) and _tag(child) not in _ASIDE:
            yield from _text(child)
        # A line break or a note between two words stands for the space between them.
        yield (" " if _tag(child) in _ASIDE | {"lb"} else "") + (child.tail or "")


def _tokens(element: etree._Element) -> Iterator[str]:
    for node in element.iter():
        if _tag(node) in ("w", "pc") and not any(_tag(up) in _ASIDE | {"w"} for up in _above(node, element)):
            # The parts of a contraction are annotated inside the word as it was written.
            yield squeeze(node.text or "") + ("" if node.get("join") in ("right", "both") else " ")


def _above(element: etree._Element, top: etree._Element) -> Iterator[etree._Element]:
    for ancestor in element.iterancestors():
        if ancestor is top:
            return
        yield ancestor


def _header(sitting: etree._Element, *names: str) -> Iterator[etree._Element]:
    """The elements of these names in a text's header, those under the first name first."""
    header = next((child for child in sitting if _tag(child) == "teiHeader"), None)
    for name in names:
        yield from (e for e in (header.iter() if header is not None else ()) if _tag(e) == name)


def _title(sitting: etree._Element) -> str | None:
    return next((squeeze("".join(e.itertext())) for e in _header(sitting, "title") if e.get("type") == "main"), None)


def _date(sitting: etree._Element) -> str | None:
    for place in _header(sitting, "settingDesc", "sourceDesc"):
        for element in place.iter():
            day = iso_day(element.get("when")) if _tag(element) == "date" else None
            if day:
                return day
    return None


def _publisher(sitting: etree._Element, identity: str) -> str:
    for prefix, house, name in _HOUSES:
        if prefix in identity and house in identity.lower():
            return name
    names = {e.get("type"): squeeze("".join(e.itertext())) for p in _header(sitting, "setting") for e in p}
    country = names.get("country")
    return names.get("org") or (f"Parliament of {country}" if country else "Parliament")
