"""What is not there, and how a page or the interface says what went wrong."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from discourse.errors import DiscourseError
from discourse.query.names import known_topics
from discourse.store.read import Row
from discourse.web.entry import Refused
from discourse.web.links import path
from discourse.web.maps import Busy
from discourse.web.site import Site, as_json

_SHOWN = 100
"""Characters of a wrong name that are repeated."""


class NotHere(DiscourseError):
    """No such topic, stakeholder, statement or document in the map."""

    def __init__(self, kind: str, name: str) -> None:
        shown = name if len(name) <= _SHOWN else name[:_SHOWN] + "…"
        super().__init__(f'There is no {kind} "{shown}" in this map.')
        self.kind, self.name = kind, name


def register(app: FastAPI, site: Site) -> None:
    """Makes every error a page, or JSON under /api."""

    def told(request: Request, status: int, message: str, nearest: list[Row] | None = None) -> Response:
        if request.url.path.startswith("/api/"):
            body = {"error": message} | ({"nearest": nearest} if nearest else {})
            return Response(as_json(body), status, {"cache-control": "no-store"}, "application/json")
        return site.page(request, "error.html", status, message=message, code=status, nearest=nearest or [])

    @app.exception_handler(NotHere)
    def not_here(request: Request, error: NotHere) -> Response:
        return told(request, 404, str(error), _nearest(site, error))

    @app.exception_handler(Busy)
    def busy(request: Request, error: Busy) -> Response:
        return told(request, 503, _sentence(str(error)))

    @app.exception_handler(Refused)
    def not_allowed(request: Request, error: Refused) -> Response:
        return told(request, 403, _sentence(str(error)))

    @app.exception_handler(DiscourseError)
    def refused(request: Request, error: DiscourseError) -> Response:
        return told(request, 400, _sentence(str(error).replace(f" in {site.maps.path}", "")))

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        faults = [f"{'.'.join(str(part) for part in fault['loc'][1:])}: {fault['msg']}" for fault in error.errors()]
        return told(request, 400, _sentence("; ".join(faults)))

    @app.exception_handler(HTTPException)
    def other(request: Request, error: HTTPException) -> Response:
        message = "There is no such page." if error.status_code == 404 else str(error.detail)
        return told(request, error.status_code, message)


def _nearest(site: Site, error: NotHere) -> list[Row]:
    if error.kind == "topic":
        topics: list[Row] = site.maps.kept("topics", known_topics)
        labels = {t["id"]: [t["id"], t["name"]] for t in topics}
        names = {t["id"]: t["name"] for t in topics}
    elif error.kind == "stakeholder":
        known = site.stakeholders()
        labels = {name: [name, row["name"], *row["aliases"]] for name, row in known.items()}
        names = site.names()
    else:
        return []
    return [
        {"id": name, "name": names[name], "url": path(f"{error.kind}s", name)}
        for name in site.nearest(error.name, labels)
    ]


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
