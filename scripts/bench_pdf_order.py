"""Whether sentences stay whole and in order where a page has columns, boxes, tables and margins.

    python scripts/bench_pdf_order.py [--browser chromium]

Lays out pages of numbered sentences, prints them to PDF with a browser, and reads them twice: as the file draws its
lines, and with the lines in rows across the whole page, as some programs draw them.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import tempfile
from itertools import count, islice
from pathlib import Path

import discourse.extract.pdf
from discourse.extract import extract
from discourse.extract.pdfpages import Pdf, Sheet, open_pdf
from discourse.records import Page

_STYLE = """<!doctype html><meta charset="utf-8"><style>body{font:10pt sans-serif;margin:1cm} h1{font-size:20pt}
.three{column-count:3;column-gap:7mm} .two{column-count:2;column-gap:8mm} .box{border:1px solid;padding:3mm}
td{border:1px solid;padding:2mm;vertical-align:top} .side{font-size:8pt} .bare,.bare td{border:0}
.right{float:right;width:38%;margin-left:4mm}</style>"""
_WORDS = "Leaders know their service and act on what they learn from families in the borough each year".split()  # noqa: SIM905
_SENTENCE = re.compile(r"[SB]\d+ [^.<]*\.")


def layouts() -> dict[str, str]:
    """The pages as HTML, by what they have."""
    numbers = count(1)

    def text(*sizes: int) -> str:
        """Paragraphs of so many sentences."""
        sentences = (f"S{n} the council says that {' '.join(_WORDS[n % 5 : 12 + n % 7])}." for n in numbers)
        return "".join(f"<p>{' '.join(islice(sentences, size))}</p>" for size in sizes)

    facts = text(1, 1, 1, 1).replace("S", "B")
    table = "".join(f"<tr><td>Measure {row} of the plan</td><td>Good</td></tr>" for row in range(4))
    return {
        "three columns": f"<div class=three>{text(*[4] * 7)}</div><h2>After the columns</h2>{text(3)}",
        "a box in two columns": f"{text(3)}<div class=two>{text(4, 4)}<div class=box><b>Case study</b>{text(3)}</div>"
        f"{text(4, 3)}</div><table>{table}</table>{text(3)}",
        "a margin column": f"<table class=bare><tr><td style='width:68%'>{text(4, 4, 4, 4)}</td>"
        f"<td class=side>{text(2, 2, 2)}</td></tr></table>",
        "two stretches of columns": f"<div class=two>{text(4, 4, 4)}</div><h2>A heading between them</h2>"
        f"<div class=two>{text(4, 4, 4)}</div>",
        "a box beside the text": f"<div class='box right'><b>Key facts</b>{facts}</div>{text(3, 4, 4, 4)}",
    }


def in_rows(content: bytes) -> Pdf:
    """The fragments of a PDF, those of each page from top to bottom and from left to right."""
    pdf = open_pdf(content)
    sheets = [
        Sheet(s.width, s.height, sorted(s.fragments, key=lambda f: (-round(f.middle / 3), f.left))) for s in pdf.sheets
    ]
    return Pdf(sheets, pdf.metadata, pdf.pages)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--browser", default="chromium")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name, body in layouts().items():
            page, out = Path(folder, "page.html"), Path(folder, "page.pdf")
            page.write_text(f"{_STYLE}<h1>A report with {name}</h1>{body}", encoding="utf-8")
            command = [options.browser, "--headless=new", "--no-sandbox", "--no-pdf-header-footer"]
            subprocess.run([*command, f"--print-to-pdf={out}", page.as_uri()], check=True, capture_output=True)
            sentences = _SENTENCE.findall(body)
            for way, reader in (("as drawn", open_pdf), ("in rows", in_rows)):
                discourse.extract.pdf.open_pdf = reader
                read = " ".join(extract(Page(name, name, out.read_bytes()))[0].text.split())
                whole = [sentence for sentence in sentences if sentence in read]
                # A box beside the text may be read before or after it.
                places = [read.index(sentence) for sentence in whole if sentence[0] == "S"]
                order = "in order" if places == sorted(places) else "out of order"
                print(f"{name}, {way}: {len(whole)} of {len(sentences)} sentences whole, {order}")


if __name__ == "__main__":
    main()
