"""A page without its furniture, told by its own mark-up: the fallback where trafilatura finds too little."""

from __future__ import annotations

import re
from functools import lru_cache

from lxml import etree
from lxml.html import HtmlElement

_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:comments?|disqus|sidebar|related|recommend\w*|cookie\w*|consent|gdpr|menu|nav\w*|"
    r"breadcrumb\w*|share|sharing|"
    r"social|promo\w*|newsletter|subscribe|signup|footer|masthead|banner|advert\w*|ads?|sponsor\w*|popup|"
    r"modal|widget|tags?|"
    r"pagination|pager|toolbar|skip|login|more-stories|trending|popular|author-bio|toc)(?:$|[\s_-])",
    re.I,
)
_TAGS = {"nav", "footer", "aside", "form", "header"}
_ROLES = {"navigation", "banner", "contentinfo", "complementary", "dialog", "search"}
_FRAME = {"html", "body", "main", "article"}
_LONGEST_HEADER = 2000


def pruned(tree: HtmlElement) -> HtmlElement:
    """The body of the tree, changed in place: without navigation, headers, footers, comments and promotions."""
    body = tree if tree.tag == "body" else tree.find(".//body")
    body = tree if body is None else body
    for element in list(body.iter(etree.Element)):
        if element.tag in _FRAME or element is body or not _is_furniture(element) or _holds_title(element):
            continue
        if element.getparent() is not None:
            element.drop_tree()
    return body


def _is_furniture(element: HtmlElement) -> bool:
    known = element.attrib
    if element.tag in _TAGS or not known:
        return element.tag in _TAGS
    hidden = known.get("aria-hidden") == "true" or known.get("role") in _ROLES
    return hidden or any(_names_furniture(mark) for mark in (known.get("class"), known.get("id")) if mark)


@lru_cache(maxsize=4_096)
def _names_furniture(mark: str) -> bool:
    """Whether a class or id is that of furniture; they come back on a page, and on the pages of a site."""
    return bool(_FURNITURE.search(mark))


def _holds_title(element: HtmlElement) -> bool:
    return (
        element.tag == "header" and element.find(".//h1") is not None and len(element.text_content()) < _LONGEST_HEADER
    )
