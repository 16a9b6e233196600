"""The application: pages, interface, static files, and what guards them."""

from __future__ import annotations

import gc
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request, Response

from discourse import __version__
from discourse.embed import Embedder
from discourse.places import Place
from discourse.web import api, linked, pages, relations, review, searching, whole
from discourse.web.cache import Cache
from discourse.web.entry import Entry
from discourse.web.errors import NotHere, register
from discourse.web.guard import Guard
from discourse.web.maps import Maps
from discourse.web.settings import Settings
from discourse.web.site import Site, installed_embedder

_STATIC = {
    "style.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "review.js": "text/javascript; charset=utf-8",
}
"""The files there are: a name from a request never reaches the disk."""


def create_app(
    path: Place, settings: Settings | None = None, load: Callable[[str], Embedder] = installed_embedder
) -> FastAPI:
    """The pages of a map; MapError if there is none. `load` gives an embedder by its name."""
    settings = settings or Settings()
    maps = Maps(path, readers=settings.readers, seconds=settings.seconds, keep=settings.keep)
    site = Site(maps, load, settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        threading.Thread(target=_make_ready, args=(site,), daemon=True).start()
        yield
        maps.close()

    app = FastAPI(
        title="Stance map",
        version=__version__,
        description="Who said what, where, on which topic, for or against. Coded by machine, not reviewed.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        lifespan=lifespan,
    )
    files = {name: (Path(__file__).parent / "static" / name).read_bytes() for name in _STATIC}

    @app.get("/static/{name}", include_in_schema=False)
    def static(name: str) -> Response:
        if name not in files:
            raise NotHere("file", name)
        return Response(files[name], 200, {"cache-control": "public, max-age=86400"}, _STATIC[name])

    @app.get("/favicon.ico", include_in_schema=False)
    def icon(request: Request) -> Response:
        return static("icon.svg")

    for part in (pages, searching, relations, linked, api):
        app.include_router(part.routes(site))
    app.include_router(whole.routes(site, settings))
    if settings.editing:
        app.include_router(review.routes(site, Entry(settings)))
    register(app, site)
    app.add_middleware(Cache, maps=maps)
    app.add_middleware(Guard, settings=settings)
    return app


def _make_ready(site: Site) -> None:
    """Makes what takes long beforehand, and takes what is there by then out of the collection of cycles.

    Going through everything that was imported and kept takes a tenth of a second, in which nobody is answered.
    """
    pages.prepare(site)
    gc.collect()
    gc.freeze()
