"""One page of the web, asked for politely."""

from __future__ import annotations

from functools import lru_cache

from discourse.collect.asker import Asker, now
from discourse.collect.manner import Manner
from discourse.collect.refusal import Refusal
from discourse.collect.urls import normalise
from discourse.records import Page

_TYPES = frozenset(
    {
        "text/html",
        "application/xhtml+xml",
        "application/pdf",
        "text/plain",
        "text/markdown",
        "text/vtt",
        "text/xml",
        "application/xml",
        "application/json",
        "application/tei+xml",
        "application/x-subrip",
        "application/octet-stream",
        "binary/octet-stream",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    }
)


def is_page_type(media_type: str | None) -> bool:
    """Whether a response of this type may be a page; what a server does not know is looked at."""
    return media_type is None or media_type in _TYPES


def fetch(url: str) -> Page | Refusal:
    """The page at an address, in the manner that the environment sets.

    Raises DiscourseError if the address lies beyond this machine and DISCOURSE_CONTACT is not set.
    """
    manner = Manner.of_environment()
    try:
        normal = normalise(url)
        manner.check_contact([url])
    except ValueError as error:
        return Refusal(url, url, str(error))
    visit = _asker(manner).visit(url, accept=is_page_type)
    if visit.reply is None:
        return Refusal(url, normal, f"{visit.outcome}: {visit.reason}")
    return Page(url, normalise(visit.at), visit.reply.body, visit.reply.media_type, visit.at, now())


@lru_cache(maxsize=4)
def _asker(manner: Manner) -> Asker:
    """Kept between pages, so that a host's pauses and robots.txt hold for all of a command."""
    return Asker(manner)
