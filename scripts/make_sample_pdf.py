"""Set the sample's invented inspection report (scripts/sample_report.txt) as a PDF.

    python scripts/make_sample_pdf.py corpus/sample/ofcal-carrow-vale-2019.pdf

The report has what real ones have and extractors stumble over: a grades table, a running header, a footer with
page numbers, two columns, numbered paragraphs, bullets. Needs reportlab; the same text gives the same bytes.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    FrameBreak,
    NextPageTemplate,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

TITLE = "Inspection of Carrow Vale children’s social care services"
FACTS = (
    "Inspection dates: 14 January to 25 January 2019",
    "Report published: 26 February 2019",
    "Lead inspector: Maureen Ashby, Ofcal Inspector",
)
GRADES = (
    ("Judgement", "Grade"),
    ("The impact of leaders on social work practice with children and families", "Inadequate"),
    ("The experiences and progress of children who need help and protection", "Inadequate"),
    (
        "The experiences and progress of children in care and care leavers",
        "Requires improvement to be good",
    ),
    ("Overall effectiveness", "Inadequate"),
)
ADDRESS = "Ofcal, Office for Children’s Care and Learning · www.ofcal.example"

BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=9.5, leading=12.5, spaceAfter=6)
BULLET = ParagraphStyle("bullet", BODY, leftIndent=10, bulletIndent=0)
HEADING = ParagraphStyle("heading", BODY, fontName="Helvetica-Bold", fontSize=11, leading=14, keepWithNext=1)
HEAD = ParagraphStyle("title", BODY, fontName="Helvetica-Bold", fontSize=18, leading=22, spaceAfter=8)
MARGIN, GAP, TOP, BOTTOM = 20 * mm, 8 * mm, 24 * mm, 22 * mm
COLUMN = (A4[0] - 2 * MARGIN - GAP) / 2
FRONT_HEIGHT = 86 * mm


def furniture(canvas: Canvas, document: BaseDocTemplate) -> None:
    """Draw what every page repeats: the header (not on the first page), the footer and the page's number."""
    canvas.saveState()
    canvas.setFont("Helvetica", 8)
    if document.page > 1:
        canvas.drawString(MARGIN, A4[1] - 14 * mm, TITLE)
        canvas.drawString(MARGIN, A4[1] - 18 * mm, "14 January to 25 January 2019")
    canvas.drawString(MARGIN, 12 * mm, ADDRESS)
    canvas.drawRightString(A4[0] - MARGIN, 12 * mm, f"Page {document.page}")
    canvas.restoreState()


def templates() -> list[PageTemplate]:
    """The first page (full width above, two columns below) and the others (two columns)."""
    height = A4[1] - TOP - BOTTOM
    left, right = MARGIN, MARGIN + COLUMN + GAP
    plain = {"leftPadding": 0, "rightPadding": 0, "topPadding": 0, "bottomPadding": 0}
    front = Frame(MARGIN, A4[1] - TOP - FRONT_HEIGHT, A4[0] - 2 * MARGIN, FRONT_HEIGHT, **plain)
    below = [Frame(x, BOTTOM, COLUMN, height - FRONT_HEIGHT, **plain) for x in (left, right)]
    columns = [Frame(x, BOTTOM, COLUMN, height, **plain) for x in (left, right)]
    return [
        PageTemplate("first", [front, *below], onPage=furniture),
        PageTemplate("later", columns, onPage=furniture),
    ]


def front_page() -> list[Flowable]:
    """Title, facts and the table of grades."""
    cells = [[Paragraph(escape(cell), BODY) for cell in row] for row in GRADES]
    table = Table(cells, colWidths=[110 * mm, 55 * mm], hAlign="LEFT")
    table.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.5, colors.black),
                ("BACKGROUND", (0, 0), (-1, 0), colors.lightgrey),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ]
        )
    )
    facts = [Paragraph(escape(fact), BODY) for fact in FACTS]
    return [Paragraph(escape(TITLE), HEAD), *facts, Spacer(1, 6), table, FrameBreak(), NextPageTemplate("later")]


def story(text: str) -> list[Flowable]:
    """The report's paragraphs: `## ` begins a heading, `* ` a bullet."""
    flowables: list[Flowable] = []
    for block in text.strip().split("\n\n"):
        if block.startswith("## "):
            flowables.append(Paragraph(escape(block[3:]), HEADING))
        elif block.startswith("* "):
            flowables.append(Paragraph(escape(block[2:]), BULLET, bulletText="•"))
        else:
            flowables.append(Paragraph(escape(block), BODY))
    return flowables


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path)
    output = parser.parse_args().output
    text = Path(__file__).with_name("sample_report.txt").read_text(encoding="utf-8")
    document = BaseDocTemplate(
        str(output), pagesize=A4, title=TITLE, author="Ofcal", pageTemplates=templates(), invariant=1
    )
    document.build([*front_page(), *story(text)])


if __name__ == "__main__":
    main()
