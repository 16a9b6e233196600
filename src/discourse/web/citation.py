"""A statement as one cites it: in words, for BibTeX, for reference managers (CSL-JSON)."""

from __future__ import annotations

import re
from typing import Any

from discourse.store.read import Row
from discourse.web.links import outside
from discourse.web.wording import dated

_SPECIAL = str.maketrans(
    {
        "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#",
        "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    }
)  # fmt: skip
_TYPES = {"hansard": "hearing", "speech": "speech", "report": "report", "opinion": "article-newspaper"}


def plain(row: Row) -> str:
    """A citation in words."""
    document = row["document"]
    named = f"{document['title'] or document['source']}"
    parts = [row["speaker"] or "Speaker unknown", f"“{row['text']}”", named]
    parts += [part for part in (document["publisher"], dated(document["published"])) if part]
    address = outside(document["url"] or document["source"])
    if address:
        parts.append(address)
    return " ".join(", ".join(parts).split()) + f" (statement {row['id']}; coded by machine)."


def bibtex(row: Row) -> str:
    """An entry for BibTeX."""
    document = row["document"]
    address = outside(document["url"] or document["source"])
    published = document["published"] or ""
    fields = {
        "title": _tex(document["title"] or document["source"]),
        "author": f"{{{_tex(row['speaker'])}}}" if row["speaker"] else "",
        "organization": f"{{{_tex(document['publisher'])}}}" if document["publisher"] else "",
        "year": published[:4],
        "month": published[5:7],
        "url": re.sub(r"[\s{}\\]", "", address or ""),
        "note": _tex(f"Quotation: {row['text']}"),
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return f"@misc{{statement-{row['id']},\n" + ",\n".join(lines) + "\n}\n"


def csl(row: Row) -> list[dict[str, Any]]:
    """The one item of a CSL-JSON bibliography."""
    document = row["document"]
    item: dict[str, Any] = {
        "id": f"statement-{row['id']}",
        "type": _TYPES.get(document["kind"], "webpage"),
        "title": document["title"] or document["source"],
        "note": f"Quotation: {row['text']}",
    }
    if row["speaker"]:
        item["author"] = [{"literal": row["speaker"]}]
    if document["publisher"]:
        item["container-title"] = document["publisher"]
    numbers = [int(part) for part in re.findall(r"\d+", (document["published"] or "")[:10])]
    if numbers:
        item["issued"] = {"date-parts": [numbers]}
    address = outside(document["url"] or document["source"])
    if address:
        item["URL"] = address
    return [item]


def _tex(text: str) -> str:
    return " ".join(text.split()).translate(_SPECIAL)
