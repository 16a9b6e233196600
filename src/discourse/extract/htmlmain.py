"""The main text of a web page: trafilatura's balanced or recall reading, or the page without its furniture."""

from __future__ import annotations

import re
from copy import deepcopy
from urllib.parse import urlsplit

from lxml.etree import XPath
from lxml.html import HtmlElement

from discourse.extract.blocks import html_parts
from discourse.extract.draft import Part
from discourse.extract.htmlprune import pruned

_WORD = re.compile(r"\w+")
_ENDS = re.compile(r"[.!?…:][”\"’')\]]*$")
_PROSE_WORDS = 12
_MORE_PROSE = 1.05
_PROSE_SHARE = 0.3
"""trafilatura's recall reading is taken when it has this many times the prose of its balanced one, and at least
this share of what it adds is prose (chosen on WCXB's dev split; see `discourse.evaluate.extraction`)."""
_FAR_MORE_PROSE = 3.0
"""The page without its furniture is taken when it has this many times the prose that trafilatura found."""
_FEWEST_PROSE = 100
_MOST_ELEMENTS = 15_000
"""Pages with more elements are read without trafilatura, whose time grows faster than their number."""
_FORUM_ADDRESS = re.compile(
    r"/(?:forums?|viewtopic|showthread|threads?|topic|t|questions)[/.]|//(?:forums?|community|discuss|board)\.", re.I
)
_FORUM_MAKER = re.compile(r"discourse|phpbb|vbulletin|xenforo|nodebb|flarum|vanilla|invision|mybb|smf", re.I)
_TEXTS = XPath("//text()[not(parent::script or parent::style)][normalize-space()]", smart_strings=False)


def is_forum(tree: HtmlElement, url: str | None) -> bool:
    from trafilatura.core import _forum_thread_page

    if _forum_thread_page(tree) or (url and _FORUM_ADDRESS.search(url)):
        return True
    makers = (element.get("content") or "" for element in tree.iter("meta") if element.get("name") == "generator")
    return any(_FORUM_MAKER.search(maker) for maker in makers)


def _is_front_page(url: str | None) -> bool:
    """Whether this is a site's first page: a list of what it has, where trafilatura looks for an article."""
    return url is not None and urlsplit(url).path in ("", "/") and not urlsplit(url).query


def main_parts(tree: HtmlElement, url: str | None) -> list[Part]:
    """The parts of the main text: trafilatura's balanced or recall reading, or the page without its furniture."""
    if tree.xpath("count(//*)") > _MOST_ELEMENTS or _is_front_page(url):
        return html_parts(pruned(deepcopy(tree)))
    forum = is_forum(tree, url)
    balanced = _reading(tree, url, comments=forum)
    if forum:
        return balanced.parts
    recall = _reading(tree, url, recall=True, like=balanced)
    chosen = recall if not balanced.parts or _adds_prose(balanced, recall) else balanced
    most = max(_FEWEST_PROSE + 1, _FAR_MORE_PROSE * chosen.prose)
    if _all_words(tree) < most:
        return chosen.parts
    whole = _Reading(html_parts(pruned(deepcopy(tree))), chosen)
    return whole.parts if whole.prose >= most and whole.prose >= _PROSE_SHARE * whole.words else chosen.parts


def _all_words(tree: HtmlElement) -> int:
    """The words of a page, furniture and all, without taking it apart."""
    return len(_WORD.findall(" ".join(_TEXTS(tree))))


class _Reading:
    """The parts of a page as one way of reading gives them, with their words, and those of the prose in them."""

    def __init__(self, parts: list[Part], like: _Reading | None = None) -> None:
        self.parts = parts
        # Two readings of a page have most of their parts in common.
        self.counts: dict[str, int] = dict(like.counts) if like else {}
        for part in parts:
            if part.text not in self.counts:
                self.counts[part.text] = len(_WORD.findall(part.text))
        self.words = sum(self.counts[part.text] for part in parts)
        self.prose = sum(
            count
            for part in parts
            if (count := self.counts[part.text]) >= _PROSE_WORDS and _ENDS.search(part.text[-12:])
        )


def _reading(
    tree: HtmlElement, url: str | None, *, comments: bool = False, recall: bool = False, like: _Reading | None = None
) -> _Reading:
    import trafilatura

    # It takes a copy of the tree itself.
    found = trafilatura.bare_extraction(
        tree, url=url, include_comments=comments, favor_recall=recall, with_metadata=False
    )
    if found is None or isinstance(found, dict) or found.body is None:
        return _Reading([])
    parts = html_parts(found.body)
    if comments and found.commentsbody is not None:
        parts.extend(html_parts(found.commentsbody))
    return _Reading(parts, like)


def is_prose(text: str) -> bool:
    """Whether the text has the length and the end of a sentence."""
    # The end first: most lines that are no prose fail there, and it costs less than counting their words.
    return bool(_ENDS.search(text[-12:])) and len(_WORD.findall(text)) >= _PROSE_WORDS


def _adds_prose(balanced: _Reading, recall: _Reading) -> bool:
    added = recall.words - balanced.words
    more = recall.prose - balanced.prose
    return added > 0 and more >= _PROSE_SHARE * added and recall.prose >= _MORE_PROSE * balanced.prose
