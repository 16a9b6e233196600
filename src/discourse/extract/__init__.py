"""Extract: pages to documents, in every format that is read."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from discourse.errors import PageError
from discourse.extract.draft import Draft, finish, mended
from discourse.extract.sniff import SUFFIXES, recognise
from discourse.records import Document, Page

__all__ = ["MOST_BYTES", "SUFFIXES", "extract", "most_bytes", "recognise"]

MOST_BYTES = 40_000_000
"""Size of the largest page that is read."""

# Imported when first needed: trafilatura and pdfium cost a good part of a second.
_READERS = {
    "text": ("plain", "read_text"),
    "markdown": ("plain", "read_markdown"),
    "html": ("html", "read_html"),
    "pdf": ("pdf", "read_pdf"),
    "hansard": ("hansard", "read_hansard"),
    "tei": ("tei", "read_tei"),
    "govuk": ("govuk", "read_govuk"),
    "transcript": ("transcript", "read_transcript"),
    "docx": ("docx", "read_docx"),
}


def extract(page: Page) -> list[Document]:
    """The documents of a page: one, or one per debate for a day of Hansard.

    Raises PageError, with the reason in one line, for a page that holds nothing to read: empty, cut short,
    of an unknown type, protected by a password, images only, navigation only, or larger than MOST_BYTES.
    """
    most_bytes(page)
    module, function = _READERS[recognise(page)]
    reader: Callable[[Page], Draft | list[Draft]] = getattr(import_module(f"{__name__}.{module}"), function)
    drafts = reader(page)
    if isinstance(drafts, Draft):
        drafts = [drafts]
    return [finish(page, mended(draft)) for draft in drafts]


def most_bytes(page: Page) -> None:
    """Raises PageError for a page larger than MOST_BYTES."""
    if len(page.content) > MOST_BYTES:
        size = len(page.content) // 1_000_000
        raise PageError(f"too large: {size} MB, where {MOST_BYTES // 1_000_000} MB is the most that is read")
