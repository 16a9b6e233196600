"""Options that several commands share."""

from __future__ import annotations

import getpass
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from discourse.cli.output import Format
from discourse.errors import DiscourseError, QueryError
from discourse.places import Address, Place, place

if TYPE_CHECKING:
    from discourse.store import Map
    from discourse.store.read import Filter

MapOption = Annotated[
    Place,
    typer.Option("--map", help="The map: a file, or postgresql://USER@HOST/DATABASE.", metavar="MAP", parser=place),
]
FormatOption = Annotated[Format | None, typer.Option("--format", help="Default: table on a terminal, json otherwise.")]
CodebookOption = Annotated[
    Path | None,
    typer.Option("--codebook", help="Topics and stakeholders; default: the map's, ./codebook.toml, the packaged one."),
]
Stakeholder = Annotated[str | None, typer.Option("--stakeholder", help="A stakeholder: name, alias or id.")]
Topic = Annotated[str | None, typer.Option("--topic", help="A topic: name or id.")]
Side = Annotated[str | None, typer.Option("--stance", help="favour, against or (positions) mixed.")]
Group = Annotated[str | None, typer.Option("--group", help="A group of stakeholders, as the codebook names it.")]
Since = Annotated[
    str | None, typer.Option("--since", help="Published on or after this date (2016, 2016-05, 2016-05-10).")
]
Until = Annotated[str | None, typer.Option("--until", help="Published on or before this date.")]
Publisher = Annotated[str | None, typer.Option("--publisher", help="Where it was published.")]
Confidence = Annotated[
    float | None, typer.Option("--min-confidence", min=0, max=1, help="Leave out less certain stances.")
]
TopicFilter = Annotated[
    bool, typer.Option("--topic-filter", help="Leave out of maps, as off topic, what does not bear on the codebook.")
]
TopicThreshold = Annotated[
    float | None, typer.Option("--topic-threshold", min=0, max=1, help="Score below which a page is off topic.")
]

DEFAULT_MAP = Path("discourse.db")
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


def existing(map_: Place) -> Place:
    """A map that is there, for a command that writes to one and must not make one."""
    from discourse.errors import MapError
    from discourse.store import Map

    if isinstance(map_, Address):
        Map.open(map_).close()
    elif not Path(str(map_)).is_file():
        raise MapError(f"{map_}: no such map: make one with `discourse run PATH --map {map_}`")
    return map_


def least_relevance(topic_filter: bool, topic_threshold: float | None) -> float | None:
    """The score below which a page is off topic; None where no filter is asked for."""
    from discourse.collect.relevance import THRESHOLD

    return THRESHOLD if topic_filter and topic_threshold is None else topic_threshold


def filtered(
    store: Map,
    stakeholder: str | None = None,
    topic: str | None = None,
    stance: str | None = None,
    group: str | None = None,
    since: str | None = None,
    until: str | None = None,
    publisher: str | None = None,
    min_confidence: float | None = None,
) -> Filter:
    """The filter that the options ask for, with names turned into ids."""
    from discourse.query import resolve_stakeholder, resolve_topic
    from discourse.store.read import Filter

    for name, value in (("--since", since), ("--until", until)):
        if value is not None and not _DATE.fullmatch(value):
            raise QueryError(f'{name} "{value}" is not a date: write 2016, 2016-05 or 2016-05-10')
    if stance not in (None, "favour", "against", "mixed"):
        raise QueryError(f'--stance "{stance}" is none of favour, against, mixed')
    return Filter(
        stakeholder=resolve_stakeholder(store, stakeholder) if stakeholder else None,
        topic=resolve_topic(store, topic) if topic else None,
        stance=stance,
        group=group,
        since=since,
        until=until,
        publisher=publisher,
        min_confidence=min_confidence,
    )


def login(option: str) -> str:
    """The name that somebody is logged in as; DiscourseError names the option that gives one where none is known."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        raise DiscourseError(f"your name is not known: give it with {option}") from None
