"""Which format a page is in."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from discourse.errors import PageError
from discourse.extract.decode import looks_binary
from discourse.records import Page

SUFFIXES: dict[str, str] = {
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".xml": "hansard",
    ".json": "govuk",
    ".vtt": "transcript",
    ".srt": "transcript",
    ".docx": "docx",
}
"""Suffixes of files that can be read, and the format each stands for."""

_MEDIA_TYPES = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/pdf": "pdf",
    "text/plain": "text",
    "text/markdown": "markdown",
    "text/vtt": "transcript",
    "application/x-subrip": "transcript",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
}
_MAGIC = (
    (b"%PDF-", "pdf"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\xd0\xcf\x11\xe0", "an old Office file (.doc, .xls): save it as .docx or PDF"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"RIFF", "an image, sound or video file"),
    (b"\x00\x00\x00", "a video or sound file"),
    (b"ID3", "a sound file"),
    (b"OggS", "a sound file"),
    (b"SQLite format 3", "a database"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"{\\rtf", "rich text (RTF): save it as .docx or PDF"),
)
_HTML = re.compile(rb"<(?:!doctype html|html|head|body|article|div|p|meta|title|script)\b", re.I)
_HANSARD = re.compile(rb"<publicwhip\b|<(?:major|minor|oral)-heading\b|<speech\b[^>]*\bspeakername=", re.I)
_TEI = re.compile(rb"<(?:\w+:)?(?:TEI|teiCorpus)\b[^>]*\bhttp://www\.tei-c\.org/ns/1\.0")
_TRANSCRIPT = re.compile(r"\A\ufeff?WEBVTT\b|\A\ufeff?\s*\d+\s+\d{2}:\d{2}:\d{2},\d{3} --> ")
_GOVUK = (b'"schema_name"', b'"document_type"', b'"base_path"', b'"details"')


def recognise(page: Page) -> str:
    """The format of a page: html, pdf, text, markdown, hansard, tei, govuk, transcript or docx.

    What the bytes say goes before the media type, and that before the suffix. Raises PageError for bytes in
    no format that can be read.
    """
    content = page.content
    if not content.strip():
        raise PageError("empty: the page holds no bytes to read")
    head = content[:4096].lstrip()
    if b"%PDF-" in content[:1024]:
        return "pdf"
    if content.startswith(b"PK\x03\x04"):
        return _zipped(content)
    for magic, name in _MAGIC:
        if content.startswith(magic):
            raise PageError(f"not a page: {name}")
    if looks_binary(content):
        raise PageError("binary data of an unknown type")
    return _by_text(page, head.lstrip(b"\xef\xbb\xbf \t\r\n"))


def _zipped(content: bytes) -> str:
    if b"word/" in content[:100_000] or b"word/" in content[-100_000:]:
        return "docx"
    raise PageError("not a page: a ZIP archive: unpack it first")


def _by_text(page: Page, head: bytes) -> str:
    if _TRANSCRIPT.match(head[:200].decode("utf-8", "replace")):
        return "transcript"
    declared = _declared(page)
    if head.startswith(b"<"):
        if _TEI.search(head):
            return "tei"
        if _HANSARD.search(head):
            return "hansard"
        if _HTML.search(head) or declared == "html":
            return "html"
        if head.startswith(b"<?xml") and declared != "markdown":
            if _HANSARD.search(page.content[:200_000]):
                return "hansard"
            raise PageError("XML of an unknown kind: only Hansard of public-whip tools and TEI (ParlaMint) are read")
    if head.startswith((b"{", b"[")) and sum(key in page.content for key in _GOVUK) >= 3:
        return "govuk"
    if declared == "govuk":
        raise PageError("JSON of an unknown kind, or cut short: only GOV.UK content items are read")
    if declared == "hansard":
        raise PageError("not XML, though its name says so")
    if declared in ("text", "markdown", "html"):
        return declared
    if declared in ("pdf", "docx"):
        raise PageError(f"not a {declared.upper()} file, though its name or media type says so")
    return "html" if _HTML.search(head) else "text"


def _declared(page: Page) -> str | None:
    suffix = PurePosixPath(urlsplit(page.canonical).path).suffix.lower()
    by_suffix = SUFFIXES.get(suffix)
    media_type = (page.media_type or "").split(";")[0].strip().lower()
    by_type = _MEDIA_TYPES.get(media_type)
    if by_type == "text" and by_suffix == "markdown":
        return by_suffix  # Servers send Markdown as text/plain.
    return by_type or by_suffix
