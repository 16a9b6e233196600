"""Attribution against PolNeAR's annotations: sources, cues, contents, and who is paired with what.

PolNeAR (Newell et al. 2018) marks attributions in news in the brat format: Source, Cue and Content, each of one or
more spans. It also marks wishes, votes and moods ("seemed worried") that are nobody's statement; they count as
missed. Where several people annotated one article, the first file by name is taken.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from discourse.attribute import Attributor
from discourse.attribute.names import parse_person, same_words
from discourse.errors import DiscourseError
from discourse.records import Document, digest, make_document_id

Spans = tuple[tuple[int, int], ...]
KINDS = ("direct", "mixed", "indirect")
_MARKS = "“”\"„«»‘’'`"
_EDGE = re.compile(rf"^(?:[\s{_MARKS},.:;–—-]+|that\b\s*)+|[\s{_MARKS},.:;–—-]+$")
_ARTICLES = frozenset(
    "a an the one another some his her their its this that many most several other".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Attributed:
    """One attribution: source, cue and content as spans of a document, and the resolved speaker if there is one."""

    source: Spans
    cue: Spans
    content: Spans
    kind: str
    speaker: str | None = None


def evaluate_attribution(data: Path, attributor: Attributor) -> dict[str, Any]:
    """Precision, recall and F1 of an attributor and of a pattern baseline on a folder of PolNeAR.

    `exact`: the same words, marks and "that" at the ends aside. `overlap`: at least one word in common. Either way one
    prediction answers for one annotation at most. By kind: recall over annotations of that kind, precision over
    predictions of that kind. `speaker`: of the direct quotations found, the share whose source is the annotated one
    (`source_right`); of those whose annotated source is a name, the share whose resolved speaker bears it
    (`name_right`); of those described ("a council leader"), the share with that source (`described_right`); of those
    with a pronoun, the share with that source and resolved to somebody (`pronoun_resolved`: PolNeAR does not say to
    whom); `right` is the three together.
    """
    articles = list(read_polnear(data))
    systems: dict[str, Callable[[str, str], list[Attributed]]] = {
        "discourse": lambda name, text: _found(attributor, name, text),
        "patterns": lambda name, text: list(pattern_baseline(text)),
    }
    result: dict[str, Any] = {
        "data": {"articles": len(articles), "attributions": sum(len(gold) for _, _, gold in articles)},
        "digest": digest("".join(f"{name}{len(text)}{len(gold)}" for name, text, gold in articles))[:16],
        "pipeline": attributor.name,
    }
    for system, find in systems.items():
        tally = Tally()
        for name, text, gold in articles:
            tally.add(text, gold, find(name, text))
        result[system] = tally.report()
    return result


def read_polnear(data: Path) -> Iterator[tuple[str, str, list[Attributed]]]:
    """Name, text and attributions of every article in a folder of PolNeAR."""
    files = sorted((data / "attributions").glob("*.ann"))
    if not files:
        raise DiscourseError(f"{data}: no attributions/*.ann in it: name a folder of PolNeAR such as polnear/dev")
    seen: set[str] = set()
    for file in files:
        name = file.stem.rpartition("_")[0]
        path = data / "text" / f"{name}.txt"
        if name in seen or not path.is_file():
            continue
        seen.add(name)
        text = path.read_bytes().decode("utf-8")
        yield name, text, _annotations(file.read_text(encoding="utf-8"), text)


def _annotations(ann: str, text: str) -> list[Attributed]:
    spans: dict[str, Spans] = {}
    events: list[dict[str, list[str]]] = []
    for line in ann.splitlines():
        parts = line.split("\t")
        if line.startswith("T") and len(parts) >= 2 and " " in parts[1]:
            places = parts[1].split(" ", 1)[1].split(";")
            spans[parts[0]] = tuple((int(p.split()[0]), int(p.split()[1])) for p in places if len(p.split()) == 2)
        elif line.startswith("E") and len(parts) >= 2:
            roles: dict[str, list[str]] = defaultdict(list)
            for item in parts[1].split():
                role, _, target = item.partition(":")
                roles[role.rstrip("0123456789")].append(target)
            events.append(roles)
    found = []
    for roles in events:
        source, cue, content = (
            tuple(s for target in roles[role] for s in spans.get(target, ())) for role in ("Source", "Cue", "Content")
        )
        if content:
            found.append(Attributed(source, cue, content, _kind(text, content)))
    return found


def _kind(text: str, content: Spans) -> str:
    pieces = [text[a:b].strip(" ,.") for a, b in content]
    if all(
        p[:1] in _MARKS or text[max(0, a - 1) : a] in tuple('“"') for p, (a, _) in zip(pieces, content, strict=True)
    ):
        return "direct" if all(not re.search(r"[”\"]\s*\w", p[1:]) for p in pieces) else "mixed"
    return "mixed" if any(re.search(r"[“”\"]", p) for p in pieces) else "indirect"


def _found(attributor: Attributor, name: str, text: str) -> list[Attributed]:
    """Everything the components find and the resolver makes of it, also what lies inside another's content."""
    document = Document(make_document_id(name), digest(text), name, text, kind="news", language="en")
    reading = attributor.read(document)
    merged: dict[tuple[Any, ...], list[Attributed]] = {}
    for finding in reading.reported():
        report, offset = finding.report, reading.units[finding.paragraph].start
        one = Attributed(
            _moved([report.source] if report.source else [], offset),
            _moved([report.cue] if report.cue.end > report.cue.start else [], offset),
            _moved(report.content, offset),
            report.kind,
            finding.speaker.name,
        )
        merged.setdefault((finding.paragraph, report.cue, report.rule == "open" and report.content), []).append(one)
    return [_merge(group) for group in merged.values()]


def _moved(places: Iterable[tuple[int, int]], offset: int) -> Spans:
    return tuple((start + offset, end + offset) for start, end in places)


def _merge(group: list[Attributed]) -> Attributed:
    first = group[0]
    content = tuple(sorted({span for one in group for span in one.content}))
    kinds = {one.kind for one in group}
    return Attributed(first.source, first.cue, content, kinds.pop() if len(kinds) == 1 else "mixed", first.speaker)


_BASE_NAME = r"(?:[A-Z][\w.’'-]+(?:\s+[A-Z][\w.’'-]+){0,4}|[Hh]e|[Ss]he|[Tt]hey|[Tt]he\s+\w+)"
_BASE_VERB = (
    r"(?:said|says|told|tells|added|adds|wrote|writes|argued|argues|warned|warns|claimed|claims|asked|asks|announced)"
)
_BASE_AFTER = re.compile(
    rf"(?P<q>[“\"][^“”\"]+[”\"])\s*(?:(?P<s1>{_BASE_NAME})\s+(?P<c1>{_BASE_VERB})|(?P<c2>{_BASE_VERB})\s+(?P<s2>{_BASE_NAME}))"
)
_BASE_BEFORE = re.compile(
    rf"(?P<s>{_BASE_NAME})\s+(?P<c>{_BASE_VERB})[^“”\".\n]{{0,40}}[,:]\s*(?P<q>[“\"][^“”\"]+[”\"])"
)
_BASE_CLAUSE = re.compile(rf"(?P<s>{_BASE_NAME})\s+(?P<c>{_BASE_VERB})\s+(?:that\s+)?(?P<q>[A-Za-z][^\n.!?]+)")


def pattern_baseline(text: str) -> Iterator[Attributed]:
    """What three regular expressions find: quotation and cue on either side, and cue with the rest of its sentence."""
    taken: list[tuple[int, int]] = []
    for pattern in (_BASE_AFTER, _BASE_BEFORE, _BASE_CLAUSE):
        for match in pattern.finditer(text):
            groups = match.groupdict()
            source = next(match.span(g) for g in groups if g.startswith("s") and groups[g])
            cue = next(match.span(g) for g in groups if g.startswith("c") and groups[g])
            content = match.span("q")
            if not any(a < content[1] and content[0] < b for a, b in taken):
                taken.append(content)
                yield Attributed((source,), (cue,), (content,), "indirect" if pattern is _BASE_CLAUSE else "direct")


class Tally:
    """Counts over articles; `report` gives the figures."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str, str]] = Counter()
        self.speaker: Counter[str] = Counter()

    def add(self, text: str, gold: Sequence[Attributed], found: Sequence[Attributed]) -> None:
        """Count one article's annotations against what was found in it."""
        words = _Words(text)
        for part in ("source", "cue", "content", "pair"):
            for how in ("exact", "overlap"):
                pairs = _matched(words, gold, found, part, how)
                for kind in ("all", *KINDS):
                    golds = [g for g in gold if kind in ("all", g.kind) and _has(g, part)]
                    founds = [f for f in found if kind in ("all", f.kind) and _has(f, part)]
                    self.counts[part, how, f"{kind} gold"] += len(golds)
                    self.counts[part, how, f"{kind} found"] += len(founds)
                    self.counts[part, how, f"{kind} hit"] += sum(g in golds for g, _ in pairs)
                    self.counts[part, how, f"{kind} right"] += sum(f in founds for _, f in pairs)
        for g, f in _matched(words, gold, found, "content", "overlap"):
            if g.kind == "direct" and g.source:
                self._speaker(text, words, g, f)

    def _speaker(self, text: str, words: _Words, gold: Attributed, found: Attributed) -> None:
        named = " ".join(text[a:b] for a, b in gold.source)
        self.speaker["quotations"] += 1
        right = bool(found.source) and words.of(found.source) & words.of(gold.source) != set()
        self.speaker["source right"] += right
        if named.lower() in ("he", "she", "they", "who", "it"):
            self.speaker["pronouns"] += 1
            self.speaker["pronouns resolved"] += right and bool(found.speaker)
            return
        first = named.split()[0]
        if not first[0].isupper() or first.lower() in _ARTICLES:
            self.speaker["described"] += 1
            self.speaker["described right"] += right
            return
        capitals = [same_words(w) for w in re.findall(r"[A-Z][\w’'-]+", named)]
        self.speaker["names"] += 1
        person = parse_person(found.speaker or "")
        last = same_words(person.surname or person.given) if person else same_words(found.speaker or "")
        self.speaker["names right"] += bool(last) and any(c in last or last in c for c in capitals)

    def report(self) -> dict[str, Any]:
        """Figures by part (source, cue, content, pair), by match (exact, overlap), by kind."""
        report: dict[str, Any] = {}
        for part in ("source", "cue", "content", "pair"):
            report[part] = {
                how: {kind: self._scores(part, how, kind) for kind in ("all", *KINDS)} for how in ("exact", "overlap")
            }
        count = self.speaker
        report["speaker"] = {
            "quotations": count["quotations"],
            "source_right": _share(count["source right"], count["quotations"]),
            "names": count["names"],
            "name_right": _share(count["names right"], count["names"]),
            "described": count["described"],
            "described_right": _share(count["described right"], count["described"]),
            "pronouns": count["pronouns"],
            "pronoun_resolved": _share(count["pronouns resolved"], count["pronouns"]),
            "right": _share(
                count["names right"] + count["described right"] + count["pronouns resolved"], count["quotations"]
            ),
        }
        return report

    def _scores(self, part: str, how: str, kind: str) -> dict[str, float]:
        precision = _share(self.counts[part, how, f"{kind} right"], self.counts[part, how, f"{kind} found"])
        recall = _share(self.counts[part, how, f"{kind} hit"], self.counts[part, how, f"{kind} gold"])
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        return {"precision": precision, "recall": recall, "f1": round(f1, 4)}


class _Words:
    """The words of a text by place."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [m.start() for m in re.finditer(r"\w+", text)]
        self._all = list(re.finditer(r"\w+", text))

    def of(self, spans: Spans) -> set[int]:
        return {m.start() for a, b in spans for m in self._all_between(a, b)}

    def exact(self, spans: Spans) -> frozenset[int]:
        trimmed = []
        for a, b in spans:
            lead = _EDGE.match(self.text[a:b])
            trimmed.append((a + (lead.end() if lead else 0), b))
        return frozenset(self.of(tuple(trimmed)))

    def _all_between(self, start: int, end: int) -> Iterable[re.Match[str]]:
        from bisect import bisect_left

        return self._all[bisect_left(self.starts, start) : bisect_left(self.starts, end)]


def _has(one: Attributed, part: str) -> bool:
    return bool(one.content and one.source) if part == "pair" else bool(getattr(one, part))


def _matched(
    words: _Words, gold: Sequence[Attributed], found: Sequence[Attributed], part: str, how: str
) -> list[tuple[Attributed, Attributed]]:
    """Pairs of annotation and prediction that agree, each used once, those that share most first."""
    fields = ("content", "source") if part == "pair" else (part,)
    measure = words.exact if how == "exact" else words.of
    golds = [(g, [measure(getattr(g, field)) for field in fields]) for g in gold if _has(g, part)]
    founds = [(f, [measure(getattr(f, field)) for field in fields]) for f in found if _has(f, part)]
    candidates = []
    for i, (_, ours) in enumerate(golds):
        for j, (_, theirs) in enumerate(founds):
            if how == "exact":
                agree = 1.0 if all(a == b and a for a, b in zip(ours, theirs, strict=True)) else 0.0
            else:
                shares = [
                    2 * len(a & b) / (len(a) + len(b)) if a and b else 0.0 for a, b in zip(ours, theirs, strict=True)
                ]
                agree = shares[0] if all(shares) else 0.0
            if agree:
                candidates.append((-agree, i, j))
    pairs, used_gold, used_found = [], set(), set()
    for _, i, j in sorted(candidates):
        if i not in used_gold and j not in used_found:
            used_gold.add(i)
            used_found.add(j)
            pairs.append((golds[i][0], founds[j][0]))
    return pairs


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
