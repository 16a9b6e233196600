"""A page without its furniture, told by its own mark-up: the fallback where trafilatura finds too little."""

from __future__ import annotations

import re

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
        tag = element.tag
        if tag in _FRAME or element is body:
            continue
        marks = f"{element.get('class') or ''} {element.get('id') or ''}"
        hidden = element.get("aria-hidden") == "true" or element.get("role") in _ROLES
        if (tag in _TAGS or hidden or (marks != " " and _FURNITURE.search(marks))) and not _holds_title(element):
            parent = element.getparent()
            if parent is not None:
                element.drop_tree()
    return body


def _holds_title(element: HtmlElement) -> bool:
    return (
        element.tag == "header" and element.find(".//h1") is not None and len(element.text_content()) < _LONGEST_HEADER
    )
