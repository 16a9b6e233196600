"""Which statement gives a reason or evidence for which: neighbours in one speaker's text, told by connectives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from discourse.links.cues import load_cues
from discourse.links.evidence import evidence_of
from discourse.links.said import Said, asserts, joined, sides_agree
from discourse.records import Link


def supports(text: str, said: Sequence[Said]) -> Iterator[Link]:
    """Links between each two neighbouring statements (in order of place) of one speaker's paragraph."""
    for earlier, later in pairwise(said):
        if earlier.speaker != later.speaker or not joined(text, earlier, later):
            continue
        if not (asserts(earlier.text) and asserts(later.text)) or sides_agree(earlier, later) is False:
            continue
        for rule in load_cues().rules:
            cue = rule.cue_in(later.text) if rule.link == "supports" else None
            if cue:
                source, target = (later, earlier) if rule.way == "earlier" else (earlier, later)
                yield Link(
                    source.id, target.id, "supports", rule.name, cue, rule.confidence,
                    evidence_of(source.text) or rule.evidence,
                )  # fmt: skip
                break
