"""Direct quotations on PolNeAR as textacy finds them, counted as our own are.

Run it in an environment of its own, beside the source tree, so that textacy never becomes a dependency:

    python -m venv peers && peers/bin/pip install textacy
    PYTHONPATH=src peers/bin/python scripts/bench_attribution_peers.py PIPELINE POLNEAR_DEV

PIPELINE is the spaCy pipeline that both use (a folder or an installed package). Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import spacy
import textacy.extract

from discourse.evaluate.attribution import Attributed, Tally, read_polnear


def find(nlp: spacy.language.Language, text: str) -> Iterator[Attributed]:
    """What textacy makes of each paragraph; one it cannot read is passed over, as its users would have to."""
    for paragraph in re.finditer(r"[^\n]+", text):
        # textacy pairs straight and curly marks only where the tokenizer sets them apart.
        doc = nlp(paragraph.group())
        try:
            quotations = list(textacy.extract.direct_quotations(doc))
        except (ValueError, IndexError):
            continue
        for speaker, cue, content in quotations:
            offset = paragraph.start()
            yield Attributed(_spans(speaker, offset), _spans(cue, offset), _spans(content, offset), "direct")


def _spans(found: Any, offset: int) -> tuple[tuple[int, int], ...]:
    tokens = list(found)
    if not tokens:
        return ()
    last = tokens[-1]
    return ((tokens[0].idx + offset, last.idx + len(last) + offset),)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pipeline")
    parser.add_argument("data", type=Path)
    arguments = parser.parse_args()
    nlp = spacy.load(arguments.pipeline)
    tally = Tally()
    for _, text, gold in read_polnear(arguments.data):
        tally.add(text, gold, list(find(nlp, text)))
    print(json.dumps({"textacy": textacy.__version__, **tally.report()}, indent=1))


if __name__ == "__main__":
    main()
