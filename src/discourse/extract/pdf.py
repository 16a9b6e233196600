"""PDF documents: text in reading order, with what the cover says of the report."""

from __future__ import annotations

import re
from dataclasses import replace

from discourse.errors import PageError
from discourse.extract.dates import iso_day, name_date, published_date
from discourse.extract.draft import Draft, Part, compose
from discourse.extract.furniture import furniture
from discourse.extract.inspection import inspection_facts
from discourse.extract.organisations import publisher_of
from discourse.extract.pdfcolumns import flows, running_heads
from discourse.extract.pdflayout import Paragraph, body_height, build
from discourse.extract.pdfpages import Pdf, open_pdf
from discourse.records import Block, Page

_LABELLED = re.compile(r"^[A-Z][\w ]{2,30}:\s")
_SUBJECT = re.compile(r"\b(?:re-?inspection|inspection|review|report|visit)\b", re.I)
_STAMP = re.compile(r"^D:(\d{4})(\d\d)(\d\d)")
_NO_TITLE = re.compile(
    r"^microsoft|^untitled|\.(?:docx?|pdf|indd|qxd|xlsx?)\b|\bdraft\b|\btemplate\b|^[A-Z_ -]+ NAME\b|^slide \d", re.I
)
_FEWEST_WORDS = 5
_COLOPHON_BLOCKS = 14
_ABOUT = re.compile(r"\b(?:regulates|inspects|is the independent|was set up)\b|\b(?:telephone|email|www\.)\b", re.I)
_METADATA = re.compile(
    r"^(?:inspection dates?|lead inspector|inspectors?|report published|published|date of inspection|author)\s*:", re.I
)


def read_pdf(page: Page) -> Draft:
    """The draft of a PDF; an inspection report's authority, dates and grades are among its facts."""
    pdf = open_pdf(page.content)
    heads = running_heads(pdf.sheets)
    paged = [(number, flows(sheet, heads)) for number, sheet in enumerate(pdf.sheets)]
    paragraphs = build(paged)
    if sum(len(paragraph.text.split()) for paragraph in paragraphs) < _FEWEST_WORDS:
        raise PageError("a PDF with hardly any text, perhaps of images: run text recognition (OCR) on it first")
    title = _mark_title(paragraphs, body_height(flow for _, page_flows in paged for flow in page_flows))
    for paragraph in paragraphs[:30]:
        if _METADATA.match(paragraph.text):
            paragraph.type = "byline"
    text, blocks = compose(Part(paragraph.text, paragraph.type) for paragraph in paragraphs)
    blocks = mark_colophon(text, blocks)
    title = title or _metadata_title(pdf)
    inspection = inspection_facts(title, [(paragraph.text, paragraph.type) for paragraph in paragraphs])
    published, date_from = _published(text, page, pdf)
    facts = list(inspection.facts)
    if date_from:
        facts.append(("published_from", date_from))
    if pdf.pages > len(pdf.sheets):
        facts.append(("pages_read", f"{len(pdf.sheets)} of {pdf.pages}"))
    return Draft(
        text=text,
        blocks=blocks,
        title=title,
        published=published,
        publisher=publisher_of([paragraph.text for paragraph in paragraphs], heads, pdf.metadata),
        kind="report" if inspection.is_inspection else None,
        kind_reason="states inspection dates or grades" if inspection.is_inspection else None,
        facts=facts,
    )


def _mark_title(paragraphs: list[Paragraph], body: float) -> str | None:
    """Marks the large lines that open the first page with text, and gives them as the title."""
    first_page = paragraphs[0].page
    parts: list[str] = []
    for paragraph in paragraphs[:12]:
        large = paragraph.type == "heading" and (
            paragraph.height >= 1.12 * body or (len(parts) == 1 and bool(_SUBJECT.search(paragraph.text)))
        )
        if paragraph.page != first_page or (parts and not large) or _LABELLED.match(paragraph.text):
            if parts or paragraph.page != first_page:
                break
            continue
        if large:
            paragraph.type = "title"
            parts.append(paragraph.text)
    if not parts and paragraphs[0].type == "heading":
        paragraphs[0].type = "title"
        parts = [paragraphs[0].text]
    return ": ".join(parts[:3]) or None


def mark_colophon(text: str, blocks: list[Block]) -> list[Block]:
    """The blocks with a report's last lines (who we are, how to reach us, copyright) marked as boilerplate."""
    tail = range(max(0, len(blocks) - _COLOPHON_BLOCKS), len(blocks))
    known = [i for i in tail if furniture(text[blocks[i].start : blocks[i].end])]
    if not known:
        return blocks
    first = known[0]
    if len(known) > 1:
        while first > tail.start and _ABOUT.search(text[blocks[first - 1].start : blocks[first - 1].end]):
            first -= 1
    marked = [replace(block, type="boilerplate") for block in blocks[first:]] if len(known) > 1 else []
    return blocks[:first] + (marked or [replace(blocks[first], type="boilerplate"), *blocks[first + 1 :]])


def _metadata_title(pdf: Pdf) -> str | None:
    title = " ".join(pdf.metadata.get("Title", "").split())
    return title if len(title.split()) >= 2 and not _NO_TITLE.search(title) else None


def _published(text: str, page: Page, pdf: Pdf) -> tuple[str | None, str | None]:
    """The date of publication and where it was found: on the page, in the file's name, in the metadata."""
    on_page = published_date(text[:6000])
    if on_page:
        return on_page, "text"
    named = name_date(page.canonical) or name_date(page.source)
    if named:
        return named, "file name"
    for field in ("ModDate", "CreationDate"):
        stamp = _STAMP.match(pdf.metadata.get(field, ""))
        day = iso_day("-".join(stamp.groups())) if stamp else None
        if day:
            return day, f"PDF metadata ({field})"
    return None, None
