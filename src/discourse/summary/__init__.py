"""Stance summaries: extractive, each sentence carrying the statements it rests on, every quotation verbatim."""

from discourse.summary.build import check, summarise
from discourse.summary.render import as_html, as_markdown, as_text

__all__ = ["as_html", "as_markdown", "as_text", "check", "summarise"]
