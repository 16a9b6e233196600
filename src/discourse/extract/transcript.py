"""Transcripts of speech (WebVTT, SubRip)."""

from __future__ import annotations

import re

from discourse.errors import PageError
from discourse.extract.decode import decode
from discourse.extract.draft import Draft
from discourse.extract.hansard import Writer
from discourse.extract.markup import squeeze
from discourse.extract.names import is_person_name, plain_name
from discourse.records import Page, Turn

_TIMES = re.compile(r"^\s*(?:\d{1,3}:)?\d{1,2}:\d{2}[.,]\d{3}\s+-->\s+(?:\d{1,3}:)?\d{1,2}:\d{2}[.,]\d{3}")
_VOICE = re.compile(r"<v(?:\.[\w.]+)?\s+([^>]{1,80})>")
_TAG = re.compile(r"</?[a-zA-Z0-9:.][^>]{0,100}>")
_NAMED = re.compile(r"^(?:>>\s*|-\s+)?(?P<name>[^:\n]{3,50}):\s+(?P<rest>\S.*)$")
_SENTENCE_END = re.compile(r"[.!?…][”\"’)]*$")
_LONGEST = 600
"""Characters after which a paragraph ends with its sentence: transcripts have no paragraphs of their own."""


def read_transcript(page: Page) -> Draft:
    """The draft of a transcript: cues joined into paragraphs, a turn for each speaker that it names."""
    cues = _cues(decode(page.content))
    if not cues:
        raise PageError("a transcript without a spoken line, or cut short")
    writer = Writer()
    start: int | None = None
    speaker: str | None = None
    pending = ""

    def flush() -> None:
        nonlocal pending, start
        if pending:
            block = writer.add(pending, "paragraph")
            start = block.start if start is None else start
            pending = ""

    def close_turn() -> None:
        nonlocal start
        flush()
        if start is not None:
            writer.turns.append(Turn(start, writer.length, speaker))
        start = None

    for voice, line in cues:
        if voice is not None and voice != speaker:
            close_turn()
            speaker = voice
        pending = f"{pending} {line}".strip()
        if len(pending) >= _LONGEST and _SENTENCE_END.search(pending):
            flush()
    close_turn()
    named = any(turn.speaker for turn in writer.turns)
    return Draft(
        text="".join(writer.pieces),
        blocks=writer.blocks,
        turns=tuple(writer.turns) if named else (),
        kind="speech" if not named else None,
        kind_reason="a transcript" if not named else None,
    )


def _cues(text: str) -> list[tuple[str | None, str]]:
    """Voice, if a cue names one, and words of each cue; repeated lines of rolling captions come once."""
    found: list[tuple[str | None, str]] = []
    inside = False
    last = ""
    for line in text.splitlines():
        if _TIMES.match(line):
            inside = True
        elif not line.strip():
            inside = False
        elif inside:
            voice = _VOICE.search(line)
            words = squeeze(_TAG.sub("", line))
            name = voice.group(1).strip() if voice else None
            named = _NAMED.match(words)
            if name is None and named and is_person_name(plain_name(named["name"])):
                name, words = plain_name(named["name"]), named["rest"]
            if words and words != last:
                found.append((name, words.removeprefix(">> ")))
            last = words
    return found
