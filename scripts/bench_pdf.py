"""What reading a folder of PDFs keeps: words kept, words out of order, and what reports state about themselves.

    python scripts/bench_pdf.py FOLDER [--texts OUT]

Compared with the words that pdfium gives in the order of the file. Words of running headers, footers and page numbers
(lines that stand on half of the pages) and numbers of paragraphs do not count. A pair of neighbouring words of ours
is out of order when the file has the two words, and nowhere one after the other, line breaks and tables included.
`--texts` writes each text and its facts, to be read beside the report.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from time import process_time

import pypdfium2 as pdfium

from discourse.errors import PageError
from discourse.extract import extract
from discourse.records import Document, Page

WORD = re.compile(r"\w+")
_NUMBERED = re.compile(r"^\s*\d{1,3}\.\s+(?=[A-Z“])")
"""The number of a paragraph, which is no word of it."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--texts", type=Path)
    options = parser.parse_args()
    kept, disorder, read, refused, spent = [], [], 0, 0, 0.0
    for path in sorted(options.folder.rglob("*.pdf")):
        started = process_time()
        try:
            document = extract(Page(str(path), path.name, path.read_bytes()))[0]
        except PageError as error:
            refused += 1
            print(f"refused {path.name}: {error}")
            continue
        spent += process_time() - started
        read += 1
        share, pairs = compare(path, document)
        kept.append(share)
        disorder.append(pairs)
        facts = dict(document.facts)
        stated = "; ".join(f"{name}: {value}" for name, value in facts.items() if len(value) < 80)
        print(f"{path.parent.name}/{path.name}\t{share:.4f}\t{pairs:.4f}\t{document.published}\t{stated}", flush=True)
        if options.texts:
            options.texts.mkdir(parents=True, exist_ok=True)
            (options.texts / f"{path.parent.name} {path.stem}.txt").write_text(
                f"{facts}\n\n{document.text}", encoding="utf-8"
            )
    print(f"{read} reports, {refused} refused; {read / spent:.2f} a second of processor time")
    print(f"words kept: mean {sum(kept) / read:.4f}, least {min(kept):.4f}")
    print(f"neighbours out of order: mean {sum(disorder) / read:.4f}, most {max(disorder):.4f}")


def compare(path: Path, document: Document) -> tuple[float, float]:
    """The share of the file's words that the document has, and of its neighbouring words that the file has not so."""
    reader = pdfium.PdfDocument(path)
    pages = [page.get_textpage().get_text_bounded().replace("\x02", "").replace("\ufffe", "") for page in reader]
    running = Counter(re.sub(r"\d+", "#", line.strip()) for page in pages for line in set(page.splitlines()))
    lines = [
        _NUMBERED.sub("", line)
        for page in pages
        for line in page.splitlines()
        if not re.fullmatch(r"[\d\W]*", line) and running[re.sub(r"\d+", "#", line.strip())] < max(2, len(pages) / 2)
    ]
    # A word that is hyphenated at the end of a line is one word, with or without its hyphen.
    raw = WORD.findall(re.sub(r"[-\u00ad]\n", "", "\n".join(lines)).lower())
    own = WORD.findall(re.sub(r"(?<=\w)-(?=\w)", "", document.text).lower())
    joined = WORD.findall(re.sub(r"(?<=\w)-\n?(?=\w)", "", "\n".join(lines)).lower())
    have = Counter(joined)
    share = sum((have & Counter(own)).values()) / max(sum(have.values()), 1)
    known, pairs = set(joined), set(pairwise(joined)) | set(pairwise(raw))
    neighbours = [(a, b) for a, b in pairwise(own) if a in known and b in known]
    return share, sum(pair not in pairs for pair in neighbours) / max(len(neighbours), 1)


if __name__ == "__main__":
    main()
