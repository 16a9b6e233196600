"""Web pages: main text by trafilatura, with block types, and the metadata beside it."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from lxml.etree import XPath
from lxml.html import HtmlElement

from discourse.errors import PageError
from discourse.extract.dates import date_line, published_date
from discourse.extract.decode import decode, meant
from discourse.extract.draft import Draft, Part, compose
from discourse.extract.furniture import furniture
from discourse.extract.htmlmain import is_forum, is_prose, main_parts
from discourse.extract.htmlmeta import Metadata, metadata
from discourse.extract.names import Byline, byline, is_person_name, name_and_role, plain_name, written_by
from discourse.extract.repeats import repeated
from discourse.records import Page

_FEWEST_WORDS = 25
_WORD = re.compile(r"\w+")
_PAYWALL = re.compile(
    r"\b(?:subscribe|register|sign in|log in|become a (?:member|subscriber))\b[^.!?]{0,40} to (?:continue reading|"
    r"read (?:the full|this|more|on)|unlock|access this|view this|(?:carry on|continue|finish|go on) (?:with|reading))|"
    r"\byou(?:['’]ve| have) (?:reached|used|read) (?:up )?(?:your|all|the|\w+ of)\b[^.!?]{0,30}\bfree "
    r"(?:articles?|stories)|"
    r"\bunlock (?:this|the (?:whole|full|rest|entire)|unlimited)\b|"
    r"\bthis (?:article|content|story) is (?:only )?(?:available |for |"
    r"reserved for )*(?:to )?(?:our )?(?:subscribers|members)|"
    r"\balready a (?:subscriber|member)\?|\bto (?:continue|keep) reading\b",
    re.I,
)
_LONGEST_PROMPT = 200
_COUNTED = re.compile(r"\d|\breaders\b", re.I)
_UNSEEN = XPath("//template[not(@shadowrootmode)]")
"""What no reader sees. The attribute `hidden` does not tell: some pages show what has it once they are loaded."""
_DIGITS = re.compile(r"\d+")
_ENTRIES = 3
_PAYWALL_TEXT = 3000
_STANDFIRST = re.compile(
    r"(?:^|[\s_-])(?:stand-?first|intro|deck|dek|strap-?line|sub-?title|sub-?head(?:ing|line)?|"
    r"article-(?:lead|summary))(?:$|[\s_-])",
    re.I,
)
_LONGEST_STANDFIRST = 400
_STANDFIRST_WITHIN = 10
"""Elements with text below the headline among which a standfirst is looked for."""
_LONE_FURNITURE = re.compile(r"(?:share|print|email|comments?|subscribe|sign in|register|cookies?)\b", re.I)


# What trafilatura and htmldate have to say about a page is told by PageError; unheard, they would print it.
for _name in ("trafilatura", "htmldate", "charset_normalizer"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


def read_html(page: Page) -> Draft:
    """The draft of a web page; raises PageError when it holds no main text."""
    tree = _parsed(page)
    meta = metadata(tree, page.url)
    found = _with_standfirst(main_parts(tree, page.url), tree, meta)
    if not is_forum(tree, page.url):
        found = _before_comments(found)
    if len(found) <= 1 and meta.body and "<" not in meta.body:
        found = [Part(line, "paragraph") for line in meta.body.splitlines() if line.strip()]
    parts = _typed(found, meta)
    listed = _is_list(parts)
    if listed:
        parts = [replace(part, type="list") if part.type == "boilerplate" else part for part in parts]
    prose = [part for part in parts if part.type not in ("boilerplate", "byline", "title")]
    stub = _is_stub(tree, parts, meta)
    if stub:
        parts = [replace(part, type="boilerplate") if _is_prompt(part) else part for part in parts]
        prose = [part for part in prose if not _is_prompt(part)]
    if not meta.published:
        meta.published = next((day for part in parts[:8] if (day := date_line(part.text) or _stated(part.text))), None)
        meta.published_from = "page text" if meta.published else None
    said = listed or any(is_prose(part.text) or len(part.text.split()) > 5 for part in prose)
    if not said or not _has_words(prose):
        what = "a paywall or sign-in page" if stub else "navigation, a sign-in page or an empty shell"
        raise PageError(f"no main text: {what}")
    text, blocks = compose(parts)
    footer = _footer(parts)
    authors = meta.authors or (footer.authors if footer else ())
    facts = [("published_from", meta.published_from)] if meta.published and meta.published_from else []
    if meta.modified and meta.modified != meta.published:
        facts.append(("modified", meta.modified))
    if stub:
        facts.append(("access", "cut short by a paywall or sign-in prompt"))
    return Draft(
        text=text,
        blocks=blocks,
        title=meta.title,
        authors=authors,
        author_role=meta.role or (footer.role if footer and set(footer.authors) & set(authors) else None),
        published=meta.published,
        publisher=meta.publisher,
        url=meta.url,
        language=meta.language,
        facts=facts,
    )


def _is_list(parts: Sequence[Part]) -> bool:
    """Whether a page is nothing but lines of few sorts, again and again: entries of a list, each with its line.

    The furniture of a site ("Share", "3 comments") stands on a page once or twice.
    """
    sorts = Counter(_DIGITS.sub("#", part.text.lower()) for part in parts if part.type == "boilerplate")
    entries = sum(count for count in sorts.values() if count >= _ENTRIES)
    return 2 * entries > len(parts)


def _stated(text: str) -> str | None:
    return published_date(text) if len(text) < 200 else None


def _parsed(page: Page) -> HtmlElement:
    import trafilatura

    content: str | bytes = page.content
    try:
        # Many pages declare another encoding than the UTF-8 they are written in.
        content = re.sub(r"\A\s*<\?xml[^>]*\?>", "", meant(page.content.decode("utf-8-sig")))
    except UnicodeDecodeError:
        if page.content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            content = decode(page.content)
    tree = trafilatura.load_html(content) if content else None
    if tree is None:
        raise PageError("HTML that cannot be parsed, or without any text")
    for unseen in _UNSEEN(tree):
        unseen.drop_tree()
    return tree


def _has_words(parts: Sequence[Part]) -> bool:
    """Whether there are words enough for a main text."""
    words = (word for part in parts for word in _WORD.finditer(part.text))
    return next(islice(words, _FEWEST_WORDS - 1, None), None) is not None


def _key(text: str | None) -> str:
    return " ".join(_WORD.findall((text or "").lower()))


def _with_standfirst(parts: list[Part], tree: HtmlElement, meta: Metadata) -> list[Part]:
    """The parts, led by the standfirst that readers see under the headline where trafilatura left it out."""
    wanted, title = _key(meta.description), _key(meta.title)
    opening = [_key(part.text) for part in parts[:12]]
    below: int | None = None
    for element in tree.iter("h1", "p", "h2", "h3", "div"):
        if below is None and element.tag != "h1":
            continue
        if any(child.tag in ("h1", "p", "div", "ul", "ol", "section") for child in element):
            continue
        text = element.text_content()[: _LONGEST_STANDFIRST + 1]
        key = _key(text)
        if element.tag == "h1" and key == title:
            below = 0
        elif below is not None and key:
            below += 1
            marked = _STANDFIRST.search(element.get("class") or "") or element.get("itemprop") == "description"
            if below > _STANDFIRST_WITHIN:
                return parts
            if len(text) <= _LONGEST_STANDFIRST and len(key.split()) >= 6 and (marked or key == wanted):
                known = any(key in part for part in opening) or furniture(text)
                return parts if known else [Part(" ".join(text.split()), "paragraph"), *parts]
    return parts


def _typed(parts: list[Part], meta: Metadata) -> list[Part]:
    """The parts with title, bylines, furniture and pull quotes marked."""
    title = _key(meta.title)
    # Short copies of whole paragraphs are the page's own doing (the examples of a manual).
    found = repeated([part.text for part in parts])
    copies = Counter(_key(part.text) for part in parts if found)
    repeats = {i for i in found if copies[_key(parts[i].text)] == 1 or is_prose(parts[i].text)}
    backwards = range(len(parts) - 1, -1, -1)
    last = next((i for i in backwards if is_prose(parts[i].text) and not furniture(parts[i].text)), 0)
    first = next((i for i, part in enumerate(parts) if is_prose(part.text)), len(parts))
    headline = next((i for i, part in enumerate(parts[: min(6, first)]) if title and _key(part.text) == title), -1)
    typed: list[Part] = []
    for i, part in enumerate(parts):
        if part.type == "table" or (part.type == "list" and not _LONE_FURNITURE.match(part.text)):
            typed.append(part)
        elif i == headline:
            typed.append(replace(part, type="title"))
        elif (
            (i < headline and len(part.text.split()) <= 4)
            or (i in repeats and part.type in ("paragraph", "quotation"))
            or furniture(part.text)
        ):
            typed.append(replace(part, type="boilerplate"))
        elif _is_byline(part.text, i, last, meta):
            typed.append(replace(part, type="byline"))
        else:
            typed.append(part)
    return typed


def _is_byline(text: str, place: int, last: int, meta: Metadata) -> bool:
    if len(text) > 300 or not (place < 5 or place >= last - 1):
        return False
    if byline(text) or written_by(text) or date_line(text):
        return True
    named = name_and_role(text)
    if named and (set(named.authors) & set(meta.authors) or not re.search(r" (?:is|was) ", text)):
        return True
    return is_person_name(text) and (not meta.authors or plain_name(text) in meta.authors)


def _footer(parts: Sequence[Part]) -> Byline | None:
    """What the bylines in the text say, those with a role first."""
    found = [line for part in parts if part.type == "byline" for line in [_line(part.text)] if line]
    return next((line for line in found if line.role), found[0] if found else None)


def _line(text: str) -> Byline | None:
    return (
        byline(text)
        or name_and_role(text)
        or written_by(text)
        or (Byline((plain_name(text),)) if is_person_name(text) else None)
    )


def _before_comments(parts: list[Part]) -> list[Part]:
    """The parts up to the line that counts the readers' comments, where an article stands before it."""
    words = 0
    for place, part in enumerate(parts):
        if words >= _FEWEST_WORDS and furniture(part.text) == "comments" and _COUNTED.search(part.text):
            return parts[:place]
        words += len(_WORD.findall(part.text)) if words < _FEWEST_WORDS else 0
    return parts


def _is_prompt(part: Part) -> bool:
    return len(part.text) <= _LONGEST_PROMPT and bool(_PAYWALL.search(part.text))


def _is_stub(tree: HtmlElement, parts: Sequence[Part], meta: Metadata) -> bool:
    """Whether the page cuts its text short and asks to pay or sign in."""
    if sum(len(part.text) for part in parts if part.type != "boilerplate") > _PAYWALL_TEXT:
        return False
    return meta.paid or bool(_PAYWALL.search(" ".join(tree.text_content().split())[:200_000]))
