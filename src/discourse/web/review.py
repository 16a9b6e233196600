"""The pages on which people check the machine, one statement at a time; only with `--edit` and after signing in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from discourse import corrections, reviewing
from discourse.errors import QueryError
from discourse.query import resolve_statement, resolve_topic
from discourse.query.browse import by_number
from discourse.records import SIDES
from discourse.review_queue import queue
from discourse.store import browse, read
from discourse.store import corrections as corrections_kept
from discourse.store.map import Map
from discourse.web import wording
from discourse.web.entry import Entry, Refused, Reviewer, form_of
from discourse.web.errors import NotHere
from discourse.web.links import path
from discourse.web.site import Site

LOOKS = {
    "first": "what nobody has judged yet",
    "second": "what one other person has judged: you do not see their answer",
    "settle": "what two others disagree on",
}
ORDERS = {
    "mixed": "a mixture",
    "uncertainty": "least certain first",
    "consequence": "what moves a position most first",
}
_QUEUED = 300
_KNOWN = 300
_PASSED = ("look", "by", "skip")
Form = Annotated[dict[str, str], Depends(form_of)]


def routes(site: Site, entry: Entry) -> APIRouter:
    """The routes of these pages."""
    router = APIRouter(prefix="/review", include_in_schema=False, default_response_class=Response)
    _entrance(site, entry, router)
    _items(site, entry, router)
    return router


def _entrance(site: Site, entry: Entry, router: APIRouter) -> None:
    @router.get("")
    def start(request: Request) -> Response:
        reviewer = entry.known(request)
        if reviewer is None:
            return site.page(request, "review-sign-in.html")
        with site.maps.reading() as store:
            found = reviewing.judged(store)
        return site.page(
            request,
            "review.html",
            reviewer=reviewer,
            progress=reviewing.progress(found),
            left={
                "second": len(reviewing.waiting(found, reviewer.name)),
                "settle": len(reviewing.disputed(found, reviewer.name)),
            },
            looks=LOOKS,
            queues=ORDERS,
        )

    @router.post("/sign-in")
    def sign_in(form: Form) -> Response:
        answer = RedirectResponse("/review", 303)
        entry.sign_in(answer, form.get("token", ""))
        return answer

    @router.post("/sign-out")
    def sign_out(request: Request, form: Form) -> Response:
        entry.check(request, form)
        answer = RedirectResponse("/review", 303)
        entry.sign_out(answer)
        return answer


def _items(site: Site, entry: Entry, router: APIRouter) -> None:
    def known(request: Request) -> Reviewer:
        reviewer = entry.known(request)
        if reviewer is None:
            raise Refused("sign in first, on the page Review")
        return reviewer

    @router.get("/next")
    def following(request: Request) -> Response:
        reviewer, asked = known(request), _asked(request)
        with site.maps.reading() as store:
            pairs = _pairs(site, store, reviewer.name, asked)
        place = int(asked["skip"])
        done = _done(request)
        if place < len(pairs):
            statement, topic = pairs[place]
            there = path("review", "statements", statement, topic=topic, done=done, **asked)
            return RedirectResponse(there, 303)
        return site.page(request, "review-done.html", reviewer=reviewer, asked=asked, done=done, looks=LOOKS)

    @router.get("/statements/{name}")
    def item(request: Request, name: str) -> Response:
        reviewer = known(request)
        with site.maps.reading() as store:
            shown = _shown(site, store, name, request.query_params.get("topic"), reviewer)
        return site.page(
            request,
            "review-item.html",
            reviewer=reviewer,
            asked=_asked(request),
            done=_done(request),
            looks=LOOKS,
            **shown,
        )

    @router.post("/statements/{name}")
    def judge(request: Request, name: str, form: Form) -> Response:
        reviewer = entry.check(request, form)
        with Map.create(site.maps.path) as store:
            numbers = _judged(store, name, form, reviewer.name)
        asked = {key: form[key] for key in _PASSED if form.get(key)}
        done = ",".join(map(str, numbers))
        if form.get("look"):
            return RedirectResponse(path("review", "next", done=done, **asked), 303)
        return RedirectResponse(path("review", "statements", name, topic=form.get("topic"), done=done), 303)

    @router.post("/undo")
    def undo(request: Request, form: Form) -> Response:
        reviewer = entry.check(request, form)
        numbers = [int(n) for n in form.get("numbers", "").split(",")[:5] if n.isascii() and n.isdigit() and len(n) < 9]
        with Map.create(site.maps.path) as store:
            own = {row["number"]: row for row in corrections.listed(store) if row["who"] == reviewer.name}
            if not numbers or any(n not in own for n in numbers):
                raise Refused("only your own corrections can be undone here; `discourse undo` undoes any")
            for number in numbers:
                corrections.undo(store, number, who=reviewer.name)
        return RedirectResponse(path("review", "statements", own[numbers[0]]["anchor"], topic=form.get("topic")), 303)


def _asked(request: Request) -> dict[str, str]:
    """Which items, in which order, and how many of them are passed over."""
    look = request.query_params.get("look", "first")
    by = request.query_params.get("by", "mixed")
    skip = request.query_params.get("skip", "0")
    if look not in LOOKS or by not in ORDERS or not (skip.isascii() and skip.isdigit() and len(skip) < 5):
        raise QueryError(f"a queue is one of {', '.join(LOOKS)}, by {', '.join(ORDERS)}, with a number to skip")
    return {"look": look, "by": by, "skip": skip}


def _done(request: Request) -> str | None:
    """The numbers of the corrections just made, as an address has them."""
    text = request.query_params.get("done", "")
    return text if re.fullmatch(r"\d{1,8}(,\d{1,8})?", text, re.ASCII) else None


def _pairs(site: Site, store: Map, who: str, asked: dict[str, str]) -> list[tuple[str, str]]:
    """Statement and topic of what is left to look at."""
    found = reviewing.judged(store)
    if asked["look"] == "second":
        return reviewing.waiting(found, who)
    if asked["look"] == "settle":
        return [(j.statement, j.topic or "") for j in reviewing.disputed(found, who)]
    by = asked["by"]
    rows = site.maps.kept(f"queue {by}", lambda now: queue(now, _QUEUED, by=by))
    done = {(j.statement, j.topic) for j in found}
    return [pair for row in rows if (pair := (row["statement"], row["topic"])) not in done]


def _shown(site: Site, store: Map, name: str, topic: str | None, reviewer: Reviewer) -> dict[str, Any]:
    """What the page of an item tells: the statement in its place, what the machine says, what is to be settled."""
    try:
        raw = resolve_statement(store, name)
    except QueryError:
        raise NotHere("statement", name) from None
    given = browse.stances_given(store, raw["id"])
    topic = resolve_topic(store, topic) if topic else next((s["topic"] for s in given), None)
    text = read.text_of(store, raw["document_id"]) or ""
    before, after = wording.around(text, raw["start"], raw["end"])
    people = reviewing.of(corrections_kept.on_statement(store, raw["id"]))
    said = browse.corrections_of(store, raw["id"])
    machine = next((s for s in given if s["topic"] == topic), None)
    return {
        "raw": raw,
        "row": by_number(store, [raw["n"]])[0],
        "hidden": any(c["field"] == "not-a-statement" and not c["undone"] for c in said),
        "before": before,
        "after": after,
        "topic": topic,
        "machine": machine,
        "side": machine["stance"] if machine else "none",
        "to_settle": [j for j in people if j.stage == "disputed" and j.by(reviewer.name) is None],
        "own": [c for c in said if c["who"] == reviewer.name],
        "names": site.names(),
        "likely": [row["name"] for row in list(site.stakeholders().values())[:_KNOWN]],
    }


def _judged(store: Map, name: str, form: dict[str, str], who: str) -> list[int]:
    """Keeps what a form says of a statement, where `discourse correct` would keep it; gives its numbers."""
    why, topic = form.get("why", "")[:500] or None, form.get("topic", "")
    make: dict[str, Callable[[], list[int]]] = {
        "accept": lambda: _accepted(store, name, form, who, why),
        "nobody": lambda: [corrections.correct_speaker(store, name, None, who=who, why=why)],
        "not-a-statement": lambda: [corrections.not_a_statement(store, name, who=who, why=why)],
        "speaker": lambda: [_speaker(store, name, form, who, why)],
        "topic": lambda: [
            corrections.correct_topic(
                store, name, topic, form.get("to_topic", ""), who=who, why=why, stance=_side(form.get("to_stance"))
            )
        ],
    }
    for side in (*SIDES, "none"):
        make[side] = lambda side=side: [corrections.correct_stance(store, name, topic, side, who=who, why=why)]  # type: ignore[misc]  # mypy takes the default for a parameter
    wanted = form.get("do", "")
    if wanted not in make:
        raise QueryError(f'"{wanted[:40]}" is nothing that can be said of a statement: press one of the buttons')
    return make[wanted]()


def _accepted(store: Map, name: str, form: dict[str, str], who: str, why: str | None) -> list[int]:
    """Keeps what the reviewer saw, even if somebody has changed it since."""
    made = [corrections.correct_speaker(store, name, form.get("seen_speaker") or None, who=who, why=why)]
    side = _side(form.get("seen_stance"))
    if side and form.get("topic"):
        made.append(corrections.correct_stance(store, name, form["topic"], side, who=who, why=why))
    return made


def _speaker(store: Map, name: str, form: dict[str, str], who: str, why: str | None) -> int:
    speaker = form.get("speaker", "")
    if not speaker or len(speaker) > 200:
        raise QueryError("write who said it, in at most 200 characters")
    kind = form.get("kind") or "person"
    return corrections.correct_speaker(store, name, speaker, who=who, why=why, kind=kind)


def _side(text: str | None) -> str | None:
    return text if text in (*SIDES, "none") else None
