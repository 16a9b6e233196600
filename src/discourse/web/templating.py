"""The templates of the pages, of their copies and of the report: what they may call, and their style."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from discourse import __version__
from discourse.web import links, wording

UNREVIEWED = "Coded by machine, not reviewed"
STYLE = (Path(__file__).parent / "static" / "style.css").read_text(encoding="utf-8")


def environment(address: Callable[..., str] = links.path) -> Environment:
    """The templates; `address` tells where a page is from the names on the way to it and its parameters."""
    made = Environment(loader=PackageLoader("discourse.web"), autoescape=True, undefined=StrictUndefined)
    made.globals |= {
        "url": address,
        "outside": links.outside,
        "source_link": links.at_quotation,
        "unreviewed": UNREVIEWED,
        "version": __version__,
        "signs": wording.SIGNS,
        "sides": wording.SIDES,
        "attributions": wording.ATTRIBUTIONS,
        "evidences": wording.EVIDENCE,
        "link_words": wording.LINKS,
    }
    made.filters |= {
        "day": wording.dated,
        "counted": wording.counted,
        "strength": wording.strength,
        "evidence": wording.evidence,
        "sureness": wording.sureness,
        "shade": wording.shade,
        "marked": wording.marked,
        "quoted": wording.quoted,
        "twice": lambda values: [(value, value) for value in values],
    }
    return made
