"""One self-contained HTML page of a map, drawn with the templates of the pages: each cell leads to its quotations."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from discourse.changes import changes
from discourse.errors import DiscourseError
from discourse.query import arguments, positions, topics_of
from discourse.query.browse import matrix
from discourse.query.rows import dress
from discourse.store import browse, read
from discourse.store.map import Map
from discourse.store.read import Row
from discourse.web.templating import STYLE, environment

_HOLDERS = 80
"""Stakeholders in the matrix: those with the most evidence; the page says how many are left out."""
_QUOTED = 12
"""Quotations under one cell."""
_POINTS = 6
"""Arguments on each side of a topic."""
_CHANGES = 12
_LINK = re.compile(r' href="#([^"]*)"')
_OWN = re.compile(r' ?<a class="own" href="#([^"]*)">[^<]*</a>')
"""A link to the page of a statement, of no use where there is none."""


def write_report(store: Map, out: Path) -> None:
    """Writes the page, all at once: a reader of the file sees the old one or the new one."""
    page = render_report(store)
    part = out.with_name(out.name + ".part")
    try:
        part.write_text(page, encoding="utf-8", errors="replace")
        os.replace(part, out)
    except OSError as error:
        raise DiscourseError(f"{out}: cannot be written ({error.strerror}): name another file or folder") from None


def render_report(store: Map) -> str:
    """The page as HTML."""
    topics, shown = topics_of(store), matrix(store, most=_HOLDERS)
    known = {row["id"]: row for row in read.stakeholders(store)}
    style = f"\n{STYLE}"
    page = (
        environment(_anchor)
        .get_template("report.html")
        .render(
            style=Markup(style),
            style_hash=f"sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}",
            editing=False,
            coverage=browse.coverage(store),
            topics=topics,
            topic_names={topic["id"]: topic["name"] for topic in topics},
            names={name: row["name"] for name, row in known.items()},
            matrix=shown,
            changes=changes(store)[:_CHANGES],
            points=[(topic, _points(store, topic["id"])) for topic in topics],
            told=_told(store, [known[holder["id"]] for holder in shown["holders"]]),
            documents=read.documents(store),
        )
    )
    return _closed(page)


def _anchor(*parts: str, **asked: str) -> str:
    """The place inside the page of what the pages have at an address of these parts and parameters."""
    return "#" + "--".join(quote(part, safe="") for part in (*parts, *asked.values()))


def _closed(page: str) -> str:
    """The page without links to what it does not hold."""
    here = set(re.findall(r' id="([^"]*)"', page))
    page = _OWN.sub(lambda link: link[0] if link[1] in here else "", page)
    return _LINK.sub(lambda link: link[0] if link[1] in here else "", page)


def _points(store: Map, topic: str) -> dict[str, list[Row]]:
    found = arguments(store, topic, _POINTS)
    return {side: [point for point in found if point["stance"] == side] for side in ("favour", "against")}


def _told(store: Map, holders: Sequence[Row]) -> list[tuple[Row, list[Row]]]:
    """Each of these stakeholders with their positions, and the quotations of each."""
    held: dict[str, list[Row]] = {holder["id"]: [] for holder in holders}
    for position in positions(store):
        if position["stakeholder_id"] in held:
            held[position["stakeholder_id"]].append(position)
    wanted = [name for found in held.values() for position in found for name in position["statements"][:_QUOTED]]
    rows = {row["id"]: row for row in dress(store, list(read.statements_by_id(store, wanted).values()))}
    return [(holder, [_quoting(position, rows) for position in held[holder["id"]]]) for holder in holders]


def _quoting(position: Row, rows: dict[str, Row]) -> dict[str, Any]:
    said = position["statements"]
    return position | {"rows": [rows[name] for name in said[:_QUOTED]], "said": len(said)}
