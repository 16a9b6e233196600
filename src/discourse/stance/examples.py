"""Labelled examples of stance, and the readers of the forms in which such sets come."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from discourse.errors import DiscourseError

LABELS = ("favour", "against", "none")
FAVOUR, AGAINST, NONE = range(3)
_SYNONYMS = {
    "favour": FAVOUR, "favor": FAVOUR, "pro": FAVOUR, "support": FAVOUR, "entailment": FAVOUR, "1": FAVOUR,
    "against": AGAINST, "con": AGAINST, "oppose": AGAINST, "undermine": AGAINST, "contradiction": AGAINST,
    "-1": AGAINST, "none": NONE, "neutral": NONE, "unrelated": NONE, "0": NONE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Example:
    """A text, what it may take a side on, and the side it takes: 0 favour, 1 against, 2 none."""

    target: str
    text: str
    label: int
    topic: str = ""
    """What examples are kept together by when they are split or averaged; the target where nothing is said."""
    context: str = ""
    source: str = ""
    split: str = ""
    sides_only: bool = False
    """Known to take a side: it teaches which one, and not that what is on the subject takes one."""
    odds: tuple[float, float, float] | None = None
    """What another model makes of it, to be learnt in place of the label."""

    def shares(self, smoothing: float = 0.0) -> tuple[float, float, float]:
        """What is to be learnt of favour, against and none: the odds if there are any, else nearly all of the label."""
        if self.odds is not None:
            return self.odds
        rest = smoothing / 3
        favour, against, none = (rest + (1 - smoothing) * (label == self.label) for label in range(3))
        return favour, against, none


def parse_label(word: str) -> int:
    """The number of a label as data sets spell it; raises ValueError for a word that is none."""
    key = word.strip().lower()
    if key not in _SYNONYMS:
        raise ValueError(word)
    return _SYNONYMS[key]


Row = Mapping[str, str]


def _plain(row: Row) -> tuple[str, str, str]:
    return row["target"], row["text"], row["stance"]


def _written(row: Row) -> tuple[str, str, str]:
    return row["topic"], row["text"], row["stance"]


def _perspectrum(row: Row) -> tuple[str, str, str]:
    return row["claim"], row["perspective"], row["stance"]


def _argkp(row: Row) -> tuple[str, str, str]:
    return row["topic"], row["argument"], row["stance"]


def _nli(row: Row) -> tuple[str, str, str]:
    return row["hypothesis"], row["premise"], row["label"]


def _handeset(row: Row) -> tuple[str, str, str]:
    return row["motion"], row["speech"], "favour" if row["manual_speech"].strip() == "1" else "against"


_FORMS: tuple[tuple[frozenset[str], Callable[[Row], tuple[str, str, str]]], ...] = (
    (frozenset({"target", "text", "stance"}), _plain),
    (frozenset({"claim", "perspective", "stance"}), _perspectrum),
    (frozenset({"topic", "argument", "stance"}), _argkp),
    (frozenset({"premise", "hypothesis", "label"}), _nli),
    (frozenset({"motion", "speech", "manual_speech"}), _handeset),
    (frozenset({"topic", "text", "stance"}), _written),
)


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV, TSV or JSONL file as text, with the file's columns; raises DiscourseError."""
    try:
        content = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DiscourseError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise DiscourseError(f"{path}: is not UTF-8 text: save it as UTF-8") from None
    if path.suffix.lower() in {".jsonl", ".ndjson"}:
        return list(_json_rows(path, content))
    if path.suffix.lower() == ".tsv":
        reader = csv.DictReader(content.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    else:
        reader = csv.DictReader(content.splitlines(keepends=True))
    try:
        return [{str(key): value or "" for key, value in row.items() if key is not None} for row in reader]
    except csv.Error as error:
        raise DiscourseError(f"{path}, line {reader.line_num}: not valid CSV ({error})") from None


def _json_rows(path: Path, content: str) -> Iterator[dict[str, str]]:
    for number, line in enumerate(content.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict):
            raise DiscourseError(f"{path}, line {number}: not a JSON object")
        yield {key: "" if value is None else str(value) for key, value in row.items()}


def read_examples(path: Path, *, split: str | None = None) -> list[Example]:
    """The examples of one file, in order and without duplicates, of the named split if the file has splits.

    Known by their columns: `target,text,stance` (CSV, TSV or JSONL), Perspectrum, ArgKP, HanDeSeT and natural
    language inference (hypothesis as target). Rows without a text or target are left out. Raises DiscourseError,
    naming the line, for a label that is none.
    """
    rows = read_rows(path)
    columns = set(rows[0]) if rows else set()
    form = next((read for needed, read in _FORMS if needed <= columns), None)
    if form is None:
        raise DiscourseError(
            f"{path}: needs the columns target, text, stance; found {', '.join(sorted(columns)) or 'no rows'}"
        )
    return unique(_parse(path, rows, form, split))


def _parse(
    path: Path, rows: list[dict[str, str]], form: Callable[[Row], tuple[str, str, str]], split: str | None
) -> Iterator[Example]:
    for number, row in enumerate(rows, 2):
        if split is not None and row.get("split", split) != split:
            continue
        target, text, word = (part.strip() for part in form(row))
        if not target or not text:
            continue
        try:
            label = parse_label(word)
        except ValueError:
            raise DiscourseError(f"{path}, row {number}: stance {word!r} is not one of {', '.join(LABELS)}") from None
        group = row.get("seen", "") if "seen" in row else row.get("split", "")
        yield Example(
            target,
            text,
            label,
            topic=target,
            context=row.get("context", "").strip(),
            source=path.stem,
            split=group,
        )


def unique(examples: Iterable[Example]) -> list[Example]:
    """The examples without those whose target, text and context came before."""
    seen: set[tuple[str, str, str]] = set()
    kept = []
    for example in examples:
        key = (example.target, example.text, example.context)
        if key not in seen:
            seen.add(key)
            kept.append(example)
    return kept


def read_written(folder: Path, part: str = "written") -> list[Example]:
    """The statements written for the project: each on its own proposition, and on those of its field.

    `folder` holds propositions_*.tsv and `part`/*.tsv. A statement takes no side on the other propositions of
    its field, except on those that its column `also` lists; `topic` is the proposition's id.
    """
    propositions: dict[str, dict[str, str]] = {}
    for file in sorted(folder.glob("propositions*.tsv")):
        propositions |= {row["id"]: row for row in read_rows(file)}
    return unique(
        example
        for file in sorted((folder / part).glob("*.tsv"))
        for row in read_rows(file)
        for example in _written_examples(file, row, propositions)
    )


def _written_examples(
    file: Path, row: dict[str, str], propositions: Mapping[str, Mapping[str, str]]
) -> Iterator[Example]:
    own = propositions.get(row["proposition_id"])
    if own is None:
        raise DiscourseError(f"{file}: proposition {row['proposition_id']!r} is in no propositions_*.tsv")
    also = dict(_also(file, row.get("also", "")))
    context = row.get("context", "").strip()
    base = Example("", row["text"].strip(), NONE, context=context, source=row.get("miss") or "written")
    yield replace(base, target=own["proposition"], label=parse_label(row["stance"]), topic=own["id"], split="own")
    for other in propositions.values():
        if other["id"] != own["id"] and (other["field"] == own["field"] or other["id"] in also):
            label = parse_label(also.get(other["id"], "none"))
            yield replace(base, target=other["proposition"], label=label, topic=other["id"], split="field")


def _also(file: Path, cell: str) -> Iterator[tuple[str, str]]:
    for part in cell.replace(";", " ").replace(",", " ").split():
        name, separator, side = part.partition(":")
        if not separator:
            name, separator, side = part.partition("=")
        if not separator:
            raise DiscourseError(f"{file}: {cell!r} in column also is not a list of proposition:side")
        yield name, side
