"""Which findings are statements, and whose."""

from __future__ import annotations

from discourse.attribute.quoted import Finding
from discourse.attribute.speaker import Speaker


def is_statement(finding: Finding, voice: Speaker | None) -> bool:
    """Whether a finding is somebody's statement rather than narration, hearsay or a scene."""
    report, speaker = finding.report, finding.speaker
    if not speaker.sayable:
        return (
            finding.kind == "direct"
            and report.manner == "says"
            and voice is None
            and speaker.reason.startswith("the cue")
        )
    if report.manner == "thinks" and (report.factive or speaker.kind is None):
        return False
    if report.manner == "shows" and speaker.kind is None:
        return False
    if finding.kind == "indirect" and report.rule == "clause" and finding.content.end - finding.content.start < 10:
        return False
    if report.rule in ("object", "on", "about", "to") and report.attitude == "neutral":
        return finding.kind != "indirect" and report.manner != "shows"
    return True


def _is_known(speaker: Speaker) -> bool:
    """Whether it can be looked up who speaks: a name, a group, an office in a body; not "an inspector who asked"."""
    if speaker.name is not None:
        return speaker.id is not None or speaker.kind == "group"
    return speaker.role is not None and speaker.organisation is not None


def is_others(finding: Finding, voice: Speaker) -> bool:
    """Within authored text: only what a person, body or group other than the author is said to say."""
    speaker = finding.speaker
    if speaker.id is not None and speaker.id == voice.id:
        return False
    if finding.kind == "direct":
        return speaker.name is not None or finding.report.source is not None
    return (
        finding.report.manner == "says"
        and not finding.report.factive
        and _is_known(speaker)
        and (finding.kind == "mixed" or finding.report.rule in ("clause", "framed", "according", "plain"))
    )
