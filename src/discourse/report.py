"""One self-contained HTML page of a map: stakeholders by topics, each cell leading to its quotations and sources."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from discourse.errors import DiscourseError
from discourse.query import arguments, positions, statements
from discourse.store import read
from discourse.store.map import Map
from discourse.store.read import Row

_ROWS = 80
"""Stakeholders in the matrix; those with the most evidence, and the page says how many are left out."""
_QUOTED = 12
"""Quotations under one cell."""
_FRAGMENT_WORDS = 6
_KINDS = {"person": "People", "organisation": "Organisations", "group": "Groups, as described"}


def write_report(store: Map, out: Path) -> None:
    """Writes the page, all at once: a reader of the file sees the old one or the new one."""
    page = render_report(store)
    part = out.with_name(out.name + ".part")
    try:
        part.write_text(page, encoding="utf-8")
        os.replace(part, out)
    except OSError as error:
        raise DiscourseError(f"{out}: cannot be written ({error.strerror}): name another file or folder") from None


def render_report(store: Map) -> str:
    """The page as HTML."""
    environment = Environment(
        loader=PackageLoader("discourse"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    topics = json.loads(store.setting("topics") or "[]")
    found = positions(store)
    kept, left_out = _strongest(found)
    rows = {row["id"]: row for row in statements(store, read.Filter(min_confidence=0.0))}
    documents = read.documents(store)
    return environment.get_template("report.html").render(
        topics=topics,
        groups=_grouped(kept),
        left_out=left_out,
        cells={(p["stakeholder_id"], p["topic"]): p | {"anchor": anchor(p)} for p in kept},
        quotations=_quotations(kept, rows),
        arguments=_arguments(store, topics),
        documents=documents,
        dates=[d["published"][:10] for d in documents if d["published"]],
        counts=read.counts(store),
        link=text_link,
        version=store.setting("version"),
        threshold=float(store.setting("threshold") or 0),
        topic_names={t["id"]: t["name"] for t in topics},
    )


def anchor(position: Row) -> str:
    """A name inside the page for a position."""
    return f"{position['stakeholder_id']}--{position['topic']}"


def text_link(row: Row) -> str | None:
    """A link that opens a statement's source at the quotation (text fragment, WICG), or None for other than the web."""
    url = row["document"]["url"] or row["document"]["source"]
    try:
        safe = urlsplit(url).scheme in ("http", "https")
    except ValueError:
        safe = False
    if not safe:
        return None
    words = row["text"].split()
    fragment = quote(" ".join(words[:_FRAGMENT_WORDS]), safe="").replace("-", "%2D")
    if len(words) > 2 * _FRAGMENT_WORDS:
        fragment += "," + quote(" ".join(words[-_FRAGMENT_WORDS:]), safe="").replace("-", "%2D")
    return f"{url.split('#')[0]}#:~:text={fragment}"


def _strongest(found: Sequence[Row]) -> tuple[list[Row], int]:
    evidence: dict[str, int] = {}
    for position in found:
        holder = position["stakeholder_id"]
        evidence[holder] = evidence.get(holder, 0) + len(position["statements"])
    ranked = sorted(evidence, key=lambda holder: (-evidence[holder], holder))
    kept = set(ranked[:_ROWS])
    return [p for p in found if p["stakeholder_id"] in kept], max(0, len(ranked) - _ROWS)


def _grouped(found: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    groups: list[tuple[str, list[Row]]] = []
    for kind, label in _KINDS.items():
        holders: dict[str, Row] = {}
        for position in found:
            if position["kind"] == kind:
                holder = holders.setdefault(position["stakeholder_id"], position | {"evidence": 0})
                holder["evidence"] += len(position["statements"])
        if holders:
            groups.append((label, sorted(holders.values(), key=lambda h: (-h["evidence"], h["stakeholder"]))))
    return groups


def _quotations(found: Sequence[Row], rows: dict[str, Row]) -> list[Row]:
    ordered = sorted(found, key=lambda p: (p["stakeholder"], p["topic"]))
    return [
        p | {"anchor": anchor(p), "rows": [_with_side(rows[s], p["topic"]) for s in p["statements"][:_QUOTED]]}
        for p in ordered
    ]


def _with_side(row: Row, topic: str) -> Row:
    side = next(s for s in row["stances"] if s["topic"] == topic)
    return row | {"side": side["stance"], "confidence": side["confidence"]}


def _arguments(store: Map, topics: Sequence[Row]) -> list[tuple[Row, dict[str, list[Row]]]]:
    names = {row["id"]: row["name"] for row in read.stakeholders(store)}
    by_topic = []
    for topic in topics:
        sides: dict[str, list[Row]] = {"favour": [], "against": []}
        for argument in arguments(store, topic["id"]):
            who = [names.get(s, s) for s in argument["stakeholders"]]
            sides[argument["stance"]].append(argument | {"who": who})
        if sides["favour"] or sides["against"]:
            by_topic.append((topic, {side: found[:6] for side, found in sides.items()}))
    return by_topic
