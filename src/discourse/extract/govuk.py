"""Content items as GOV.UK's content interface serves them (JSON)."""

from __future__ import annotations

import json
from typing import Any

from discourse.errors import PageError
from discourse.extract.blocks import html_parts
from discourse.extract.dates import iso_day
from discourse.extract.decode import decode
from discourse.extract.draft import Draft, Part, compose
from discourse.extract.kinds import classify
from discourse.extract.markup import parse_fragment
from discourse.extract.names import plain_name
from discourse.records import DocumentKind, Page

_KINDS: dict[str, DocumentKind] = {
    "authored_article": "opinion",
    "speech": "speech",
    "oral_statement": "speech",
    "written_statement": "speech",
    "press_release": "release",
    "news_story": "news",
    "world_news_story": "news",
    "government_response": "release",
    "research": "report",
    "policy_paper": "report",
    "independent_report": "report",
    "corporate_report": "report",
    "impact_assessment": "report",
    "official_statistics": "report",
    "national_statistics": "report",
}


def _items(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _titles(links: dict[str, Any], *names: str) -> list[str]:
    for name in names:
        titles = [title for item in _items(links.get(name)) if isinstance(title := item.get("title"), str) and title]
        if titles:
            return list(dict.fromkeys(titles))
    return []


def _string(value: Any) -> str | None:
    return value.strip() if isinstance(value, str) and value.strip() else None


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def read_govuk(page: Page) -> Draft:
    """The draft of a content item: its body's HTML as blocks, the speaker as author."""
    try:
        item = json.loads(decode(page.content))
    except (ValueError, RecursionError) as error:
        raise PageError(f"JSON that is not well formed, perhaps cut short ({error})") from None
    item = _table(item)
    details, links = _table(item.get("details")), _table(item.get("links"))
    parts = _parts(item, details)
    if not any(part.type not in ("title", "heading", "boilerplate") for part in parts):
        raise PageError("a GOV.UK item without a body to read")
    text, blocks = compose(parts)
    document_type = _string(item.get("document_type")) or ""
    kind: DocumentKind | None = _KINDS.get(document_type)
    reason = f"GOV.UK document type {document_type}"
    title = _string(item.get("title"))
    if kind is None:
        kind, reason = classify(title, (), text)
    people = _titles(links, "speaker", "people") if kind in ("speech", "opinion") else []
    authors = people or [name for name in [_string(details.get("speaker_without_profile"))] if name]
    base = _string(item.get("base_path"))
    return Draft(
        text=text,
        blocks=blocks,
        record="",
        title=title,
        authors=tuple(plain_name(name) for name in authors),
        author_role="; ".join(_titles(links, "roles")) or None if authors else None,
        published=_date(item, details),
        publisher="; ".join(_titles(links, "primary_publishing_organisation", "organisations")) or None,
        url=f"https://www.gov.uk{base}" if base and base.startswith("/") else None,
        kind=kind,
        kind_reason=reason,
        language=_string(item.get("locale")),
        facts=[(name, value) for name in ("delivered_on", "location") if (value := _string(details.get(name)))],
    )


def _date(item: dict[str, Any], details: dict[str, Any]) -> str | None:
    stamps = (details.get("first_public_at"), item.get("first_published_at"), item.get("public_updated_at"))
    return next((day for stamp in stamps if (day := iso_day(stamp))), None)


def _parts(item: dict[str, Any], details: dict[str, Any]) -> list[Part]:
    parts = [Part(_string(item.get("title")) or "", "title")]
    body = details.get("body")
    if isinstance(body, list):  # Some schemas give the body in several content types.
        body = next((entry.get("content") for entry in _items(body) if entry.get("content_type") == "text/html"), None)
    sections = [("", body)] + [(_string(part.get("title")), part.get("body")) for part in _items(details.get("parts"))]
    for heading, markup in sections:
        if heading:
            parts.append(Part(heading, "heading"))
        tree = parse_fragment(markup) if isinstance(markup, str) else None
        if tree is not None:
            parts.extend(html_parts(tree))
    return parts
