"""A summary as Markdown, plain text or HTML; each sentence has one note, which names the statements it rests on."""

from __future__ import annotations

from html import escape

from discourse.store.read import Row


def as_markdown(summary: Row) -> str:
    """A summary as Markdown with footnotes."""
    lines = [f"# {_marked(summary['title'])}", "", f"*{_marked(summary['note'])}*", ""]
    for place, sentence in enumerate(summary["sentences"], 1):
        if sentence.get("heading") not in (None, summary["title"]):
            lines += ["", f"## {_marked(sentence['heading'])}", ""]
        lines.append(f"{_marked(sentence['text'])}[^{place}]")
    if summary["unknown"]:
        lines += ["", f"No evidence found on: {_marked(', '.join(summary['unknown']))}."]
    lines.append("")
    lines += [f"[^{place}]: {' '.join(s['statements'])}" for place, s in enumerate(summary["sentences"], 1)]
    return "\n".join(lines).replace("\n\n\n", "\n\n").rstrip()


def as_text(summary: Row) -> str:
    """A summary as plain text, for a terminal."""
    lines = [summary["title"], summary["note"]]
    for place, sentence in enumerate(summary["sentences"], 1):
        if sentence.get("heading") not in (None, summary["title"]):
            lines += ["", sentence["heading"]]
        lines.append(f"  {sentence['text']} [{place}]")
    if summary["unknown"]:
        lines += ["", f"No evidence found on: {', '.join(summary['unknown'])}."]
    if summary["sentences"]:
        lines += ["", "Statements:"]
    for place, sentence in enumerate(summary["sentences"], 1):
        ids = sentence["statements"]
        more = f" and {len(ids) - 3} more" if len(ids) > 3 else ""
        lines.append(f"  [{place}] {' '.join(ids[:3])}{more}")
    return "\n".join(lines)


def as_html(summary: Row) -> str:
    """A summary as a page of its own."""
    title = escape(summary["title"])
    parts = [
        "<!doctype html>",
        f'<html lang="en-GB"><head><meta charset="utf-8"><title>{title}</title>',
        "<style>body{max-width:42em;margin:2em auto;padding:0 1em;font:1.05em/1.55 serif}sup a{text-decoration:none}"
        "ol{font:.8em/1.5 monospace;overflow-wrap:anywhere}</style></head><body>",
        f"<h1>{title}</h1>",
        f"<p><em>{escape(summary['note'])}</em></p>",
    ]
    for place, sentence in enumerate(summary["sentences"], 1):
        if sentence.get("heading") not in (None, summary["title"]):
            parts.append(f"<h2>{escape(sentence['heading'])}</h2>")
        note = f'<sup><a id="s{place}" href="#n{place}" aria-label="statements {place}">{place}</a></sup>'
        parts.append(f"<p>{escape(sentence['text'])}{note}</p>")
    if summary["unknown"]:
        parts.append(f"<p>No evidence found on: {escape(', '.join(summary['unknown']))}.</p>")
    if summary["sentences"]:
        notes = [
            f'<li id="n{place}">{escape(" ".join(sentence["statements"]))} <a href="#s{place}">back</a></li>'
            for place, sentence in enumerate(summary["sentences"], 1)
        ]
        parts += ["<h2>Statements</h2>", "<ol>", *notes, "</ol>"]
    return "\n".join([*parts, "</body></html>"])


def _marked(text: str) -> str:
    """Text whose characters Markdown would take as marks are kept as they are."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|" else c for c in text.replace("\n", " "))
