"""Who may change things through the pages: each with a token of their own, a signed cookie, a mark in every form."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from fastapi import Request, Response

from discourse.errors import DiscourseError
from discourse.web.settings import Settings

HOURS = 12
"""How long somebody stays signed in."""
LONGEST_FORM = 16_384
_LONGEST_NAME = 80
_SHORTEST_SECRET = 16


class Refused(DiscourseError):
    """Whoever asks may not do this."""


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Somebody signed in, with the mark that their forms must carry."""

    name: str
    mark: str


class Entry:
    """Signs people in and knows them again; the key is drawn anew whenever the server starts."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        self.reviewers, self.secure, self.clock = settings.reviewers, settings.behind_tls, clock
        self.cookie = "__Host-discourse-review" if settings.behind_tls else "discourse-review"
        self._key = secrets.token_bytes(32)

    def sign_in(self, response: Response, token: str) -> None:
        """Gives the answer a cookie for whoever has this token; Refused where nobody has."""
        holders = [n for n, own in self.reviewers.items() if hmac.compare_digest(token.encode(), own.encode())]
        if not holders:
            raise Refused("that is nobody's token: `discourse serve --edit` tells each one when it starts")
        name = holders[0]
        until = int(self.clock()) + HOURS * 3600
        body = f"{base64.urlsafe_b64encode(name.encode()).decode()}.{until}.{secrets.token_urlsafe(12)}"
        value = f"{body}.{self._signed('cookie', body)}"
        response.set_cookie(
            self.cookie, value, max_age=HOURS * 3600, path="/", secure=self.secure, httponly=True, samesite="strict"
        )

    def sign_out(self, response: Response) -> None:
        """Takes the cookie back."""
        response.delete_cookie(self.cookie, path="/", secure=self.secure, httponly=True, samesite="strict")

    def known(self, request: Request) -> Reviewer | None:
        """Whoever is signed in; None where nobody is, or the cookie is false or too old."""
        body, _, signature = request.cookies.get(self.cookie, "").rpartition(".")
        parts = body.split(".")
        if len(parts) != 3 or not hmac.compare_digest(signature.encode(), self._signed("cookie", body).encode()):
            return None
        if int(parts[1]) < self.clock():
            return None
        return Reviewer(base64.urlsafe_b64decode(parts[0]).decode(), self._signed("form", body))

    def check(self, request: Request, form: dict[str, str]) -> Reviewer:
        """Whoever sent a form; Refused where nobody is signed in or the form did not come from these pages."""
        reviewer = self.known(request)
        if reviewer is None:
            raise Refused("you are not signed in, or no longer: sign in again")
        if not hmac.compare_digest(form.get("mark", "").encode(), reviewer.mark.encode()):
            raise Refused("the form is not from these pages, or from an earlier sign-in: go back and load it again")
        return reviewer

    def _signed(self, purpose: str, body: str) -> str:
        return hmac.new(self._key, f"{purpose}:{body}".encode(), hashlib.sha256).hexdigest()


def own(request: Request) -> None:
    """Refused where a browser says that a form was sent from another site's page."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    if site not in ("same-origin", "none") or (
        origin is not None and urlsplit(origin).netloc.casefold() != request.headers.get("host", "").casefold()
    ):
        raise Refused("the form was sent from another site's page")


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form, the last of each name; Refused where it is too long or from another site."""
    own(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind != "application/x-www-form-urlencoded":
        raise Refused("only forms of these pages are taken")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_FORM:
            raise Refused(f"the form is longer than {LONGEST_FORM} bytes")
    try:
        fields = parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=40, errors="strict")
    except ValueError:
        raise Refused("the form cannot be read") from None
    return {name: values[-1].strip() for name, values in fields.items()}


def tokens(names: Iterable[str], secret: str | None, known: Iterable[str]) -> dict[str, str]:
    """A token for each of those who may review, made of their name and a secret (a new one where none is given).

    DiscourseError where a name is none, or differs from another only in capitals (`known`: who has spoken in the map):
    one person would count as two.
    """
    if secret is not None and (len(secret) < _SHORTEST_SECRET or not secret.isascii() or not secret.isprintable()):
        raise DiscourseError(
            f"DISCOURSE_TOKEN: use at least {_SHORTEST_SECRET} printable ASCII characters, or unset it"
        )
    key = (secret or secrets.token_urlsafe(32)).encode()
    spelt = {name.casefold(): name for name in known}
    made: dict[str, str] = {}
    for given in names:
        name = " ".join("".join(c for c in given if c.isprintable()).split())
        if not name or len(name) > _LONGEST_NAME:
            raise DiscourseError(f"a reviewer's name has 1 to {_LONGEST_NAME} characters: it stays with what they say")
        if spelt.setdefault(name.casefold(), name) != name:
            raise DiscourseError(f'"{name}" is written "{spelt[name.casefold()]}" elsewhere: write it alike')
        digest = hmac.new(key, f"reviewer:{name}".encode(), hashlib.sha256).digest()
        made[name] = base64.urlsafe_b64encode(digest[:18]).decode()
    return made
