"""`discourse evaluate stance`: a model beside two baselines on files of labelled examples, as JSON and Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from discourse.errors import DiscourseError
from discourse.evaluate.stance import evaluate_stance, learning_curve, leave_one_topic_out, lift
from discourse.evaluate.stance_baselines import EmbeddingStance, TfidfStance
from discourse.review_queue import enough
from discourse.stance import Pair, StanceModel
from discourse.stance.examples import NONE, Example, read_examples, read_written
from discourse.stance.linear import Encoder
from discourse.stance.train_files import by_topic, read_source

FOLDS = 10


def evaluate_on_files(
    data: Path,
    model: StanceModel,
    embedder: Encoder,
    *,
    split: str | None = None,
    seed: int = 7,
    before: StanceModel | None = None,
    learn_from: Sequence[Path] = (),
) -> dict[str, Any]:
    """Figures of a model on a file (or one split of it), or on a folder of written statements.

    Beside it, what the data alone can teach: two baselines over topics left out in turn (each topic, or tenths of
    them where there are more than ten), and the learning curve of the linear one. With `before`, that model too, and
    what was gained over it. With `learn_from`, the baselines and the curve are taught by those examples instead, and
    with the curve comes a hint whether to code more.
    """
    examples = _read(data, split)
    asked, earlier = _Once(model), _Once(before) if before else None
    two_way = all(example.label != NONE for example in examples)
    found: dict[str, Any] = {
        "data": data.name,
        "two_way": two_way,
        "model": evaluate_stance(examples, asked, two_way=two_way),
    }
    if earlier:
        found["before"] = evaluate_stance(examples, earlier, two_way=two_way)
        found["lift"] = lift(examples, earlier, asked, two_way=two_way)
    if learn_from:
        return found | _taught(_apart(learn_from, examples), examples, embedder, two_way)
    return found | _left_out(examples, embedder, seed)


def _left_out(examples: Sequence[Example], embedder: Encoder, seed: int) -> dict[str, Any]:
    """What the data teach two baselines about topics that were left out."""
    train, dev = by_topic(examples, seed)
    return {
        "leave_one_topic_out": {
            TfidfStance.name: leave_one_topic_out(examples, lambda part: TfidfStance(list(part)), folds=FOLDS),
            EmbeddingStance.name: leave_one_topic_out(
                examples, lambda part: EmbeddingStance(list(part), embedder), folds=FOLDS
            ),
        },
        "learning_curve": learning_curve(train, dev, lambda part: EmbeddingStance(list(part), embedder)) if dev else [],
    }


def _taught(train: Sequence[Example], examples: Sequence[Example], embedder: Encoder, two_way: bool) -> dict[str, Any]:
    """What codings of the same topics teach two baselines, and whether the last of them still taught anything."""
    curve = learning_curve(train, examples, lambda part: EmbeddingStance(list(part), embedder))
    baselines = (TfidfStance(train), EmbeddingStance(train, embedder))
    return {
        "taught_by": len(train),
        "baselines": {model.name: evaluate_stance(examples, model, two_way=two_way) for model in baselines},
        "learning_curve": curve,
        "hint": enough([(int(point["examples"]), point["macro_f1"]) for point in curve]),
    }


class _Once:
    """A model that is asked once for the same pairs."""

    def __init__(self, model: StanceModel) -> None:
        self._model, self._known = model, dict[tuple[Pair, ...], Any]()
        self.name, self.fingerprint, self.threshold = model.name, model.fingerprint, model.threshold

    def predict(self, pairs: Sequence[Pair]) -> Any:
        key = tuple(pairs)
        if key not in self._known:
            self._known[key] = self._model.predict(pairs)
        return self._known[key]


def _apart(sources: Sequence[Path], measured: Sequence[Example]) -> list[Example]:
    """The examples of files without those that are measured on."""
    there = {(example.target, example.text) for example in measured}
    found = [x for source in sources for x in read_source(source) if (x.target, x.text) not in there]
    if len({example.label for example in found}) < 2:
        raise DiscourseError(f"{sources[0]}: fewer than two labels to learn from that are not measured on")
    return found


def _read(data: Path, split: str | None) -> list[Example]:
    examples = read_written(data) if data.is_dir() else read_examples(data, split=split)
    if len({example.label for example in examples}) < 2:
        where = f"{data}, split {split!r}" if split else str(data)
        raise DiscourseError(f"{where}: {len(examples)} examples with fewer than two labels: nothing to compare")
    return examples


def to_markdown(result: Mapping[str, Any]) -> str:
    """The figures as tables, the worst topics first."""
    model = result["model"]
    beside = result.get("baselines") or result["leave_one_topic_out"]
    rows = [(model["model"], model), *((name, figures) for name, figures in beside.items() if figures)]
    taught = (
        f"the {result['taught_by']} codings that the curve is of"
        if "baselines" in result
        else "the other topics of the same data"
    )
    if "before" in result:
        rows.insert(0, (f"before: {result['before']['model']}", result["before"]))
    lines = [
        f"# Stance on {result['data']}",
        "",
        f"{model['examples']} examples, {model['topics']} topics. The baselines are trained on {taught}; "
        "the model is as it is.",
        "",
        "| | macro-F1 (95 %) | F_avg | accuracy | calibration error | precision at recall .6 |",
        "|---|---|---|---|---|---|",
        *(f"| {name} | {_line(figures)} |" for name, figures in rows),
        "",
        *_shown_lines(result),
        "",
        "| gold \\ guess | " + " | ".join(model["confusion"]) + " |",
        "|---|" + "---|" * len(model["confusion"]),
        *(
            f"| {gold} | " + " | ".join(str(count) for count in guesses.values()) + " |"
            for gold, guesses in model["confusion"].items()
        ),
        "",
        "| topic | examples | macro-F1 | accuracy |",
        "|---|---|---|---|",
        *(
            f"| {topic.replace('|', '/')} | {found['examples']} | {found['macro_f1']:.2f} | {found['accuracy']:.2f} |"
            for topic, found in sorted(model["by_topic"].items(), key=lambda item: item[1]["macro_f1"])
        ),
        "",
        "| surest share | wrong |",
        "|---|---|",
        *(f"| {point['coverage']:.0%} | {point['risk']:.1%} |" for point in model["risk_coverage"]),
        "",
    ]
    if result["learning_curve"]:
        lines += ["| examples learnt from (linear) | macro-F1 |", "|---|---|"]
        lines += [f"| {point['examples']} | {point['macro_f1']:.2f} |" for point in result["learning_curve"]]
        lines += ["", *([result["hint"] + ".", ""] if "hint" in result else [])]
    return "\n".join(lines)


def _shown_lines(result: Mapping[str, Any]) -> list[str]:
    lines = []
    for name, begin in (("before", "Before, shown"), ("model", "Shown")):
        if name in result:
            at = result[name]["shown"]
            figures = f"precision {at['precision']:.2f}, recall {at['recall']:.2f}"
            lines.append(f"{begin} from {at['threshold']} on: {at['shown']} sides, {figures}.")
    if "lift" in result:
        told = [
            f"{name.replace('_', ' ')} {row['lift']:+.3f} (95 % {row['low']:+.3f} to {row['high']:+.3f})"
            for name, row in result["lift"].items()
        ]
        lines += ["", "Lift: " + "; ".join(told) + "."]
    return lines


def _line(figures: Mapping[str, Any]) -> str:
    low, high = figures["intervals"]["macro_f1"]
    return (
        f"{figures['macro_f1']:.3f} ({low:.2f}–{high:.2f}) | {figures['f_avg']:.3f} | {figures['accuracy']:.3f} | "
        f"{figures['expected_calibration_error']:.3f} | {figures['precision_at_recall']['0.6']:.2f}"
    )
