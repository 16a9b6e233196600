"""What all pages share: the map, what is kept of it, the templates, and how an answer is made."""

from __future__ import annotations

import difflib
import hashlib
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import entry_points
from typing import Any

from fastapi import Request, Response

from discourse.embed import DEFAULT, Embedder, load_embedder
from discourse.errors import DiscourseError, ModelError
from discourse.query.names import known_topics
from discourse.spreadsheet import as_csv
from discourse.store import read
from discourse.store.map import Map
from discourse.store.read import Row
from discourse.web import drawing
from discourse.web.maps import Maps
from discourse.web.settings import Settings
from discourse.web.templating import STYLE, environment

_COMPARED = 80
"""Characters of a wrong name that are compared with the right ones."""


def installed_embedder(name: str) -> Embedder:
    """The packaged embedder or an installed one; a DiscourseError for any other, which would have to be fetched."""
    if name != DEFAULT and name not in entry_points(group="discourse.embed").names:
        raise ModelError(f'the map was made with the embedder "{name}", which is not installed')
    return load_embedder(name)


class Site:
    """One served map."""

    def __init__(
        self, maps: Maps, load: Callable[[str], Embedder] = installed_embedder, settings: Settings | None = None
    ) -> None:
        self.maps = maps
        self._load = load
        self._loading = threading.Lock()
        self._embedder: Embedder | None = None
        self._tried = False
        self._templates = environment()
        settings = settings or Settings()
        shown = {"full_texts": settings.full_texts, "captured": settings.full_texts and settings.archive is not None}
        self._templates.globals |= {"editing": settings.editing, "style": _style()} | shown

    def embedder(self, store: Map) -> Embedder | None:
        """What the map's vectors were made with; None where that is not installed, and words alone are searched."""
        with self._loading:
            if not self._tried:
                self._tried = True
                try:
                    self._embedder = self._load(store.setting("embedder") or DEFAULT)
                except DiscourseError:
                    self._embedder = None
        return self._embedder

    def stakeholders(self) -> dict[str, Row]:
        """Every stakeholder by id, most statements first."""
        found: dict[str, Row] = self.maps.kept(
            "stakeholders", lambda store: {row["id"]: row for row in read.stakeholders(store)}
        )
        return found

    def names(self) -> dict[str, str]:
        """The names of stakeholders by id."""
        return {name: row["name"] for name, row in self.stakeholders().items()}

    def picture(self, topic: str) -> Row:
        """The picture of a topic's arguments, in the units of its drawing; made anew when its arguments change."""
        found: Row = self.maps.kept(f"picture {topic}", lambda store: drawing.laid_out(store, topic))
        return found

    def page(self, request: Request, template: str, status: int = 200, **values: Any) -> Response:
        """A page made of a template."""
        topics: list[Row] = self.maps.kept("topics", known_topics)
        values = {"topics": topics, "topic_names": {t["id"]: t["name"] for t in topics}} | values
        html = self._templates.get_template(template).render(
            request_path=request.url.path, request_query=request.query_params, **values
        )
        return answer(request, html.encode("utf-8", "replace"), "text/html; charset=utf-8", status)

    def nearest(self, wanted: str, labels: Mapping[str, Sequence[str]]) -> list[str]:
        """The three ids whose labels are most like a name that is none of them."""
        folded = {label.casefold(): name for name, of in labels.items() for label in of}
        wanted = wanted[:_COMPARED].casefold()
        close = difflib.get_close_matches(wanted, folded, 3, 0.5)
        close += [label for label in folded if wanted and wanted in label][:3]
        return list(dict.fromkeys(folded[label] for label in close))[:3]


def answer(request: Request, body: bytes, media_type: str, status: int = 200, name: str | None = None) -> Response:
    """An answer with its ETag; 304 where the client has it. With a name, it is a file to keep."""
    if status != 200:
        return Response(body, status, {"cache-control": "no-store"}, media_type)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "no-cache", "vary": "accept-encoding"}
    known = [t.strip().removeprefix("W/") for t in request.headers.get("if-none-match", "").split(",")]
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    if name:
        headers["content-disposition"] = f'attachment; filename="{name}"'
    return Response(body, status, headers, media_type)


def as_file(request: Request, rows: Sequence[Row], form: str, name: str) -> Response:
    """Rows to keep, as CSV or JSON."""
    if form == "csv":
        return answer(request, as_csv(rows).encode("utf-8", "replace"), "text/csv; charset=utf-8", name=f"{name}.csv")
    return answer(request, as_json(list(rows)), "application/json", name=f"{name}.json")


def as_json(value: Any) -> bytes:
    """Plain data as JSON."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


def _style() -> str:
    """The address of the style sheet, which changes with it."""
    return f"/static/style.css?{hashlib.sha256(STYLE.encode()).hexdigest()[:8]}"
