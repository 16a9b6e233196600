"""`discourse evaluate stance`: a model beside two baselines on files of labelled examples, as JSON and Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from discourse.errors import DiscourseError
from discourse.evaluate.stance import evaluate_stance, learning_curve, leave_one_topic_out, lift
from discourse.evaluate.stance_baselines import EmbeddingStance, TfidfStance
from discourse.review_queue import enough
from discourse.stance import StanceModel
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
    what was gained over it; with `learn_from`, the curve is of those examples, and with it comes a hint to stop.
    """
    examples = _read(data, split)
    two_way = all(example.label != NONE for example in examples)

    def linear(train: list[Example]) -> StanceModel:
        return EmbeddingStance(train, embedder)

    if learn_from:
        train, dev = _apart(learn_from, examples), examples
    else:
        train, dev = by_topic(examples, seed)
    curve = learning_curve(train, dev, lambda part: linear(list(part))) if dev else []
    more: dict[str, Any] = {}
    if before is not None:
        more["before"] = evaluate_stance(examples, before, two_way=two_way)
        more["lift"] = lift(examples, before, model, two_way=two_way)
    if learn_from:
        more["hint"] = enough([(int(point["examples"]), point["macro_f1"]) for point in curve])
    return {
        "data": data.name,
        "two_way": two_way,
        "model": evaluate_stance(examples, model, two_way=two_way),
        "leave_one_topic_out": {
            TfidfStance.name: leave_one_topic_out(examples, lambda part: TfidfStance(list(part)), folds=FOLDS),
            EmbeddingStance.name: leave_one_topic_out(examples, lambda part: linear(list(part)), folds=FOLDS),
        },
        "learning_curve": curve,
        **more,
    }


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
    rows = [(model["model"], model), *((n, f) for n, f in result["leave_one_topic_out"].items() if f)]
    if "before" in result:
        rows.insert(0, (f"before: {result['before']['model']}", result["before"]))
    lines = [
        f"# Stance on {result['data']}",
        "",
        f"{model['examples']} examples, {model['topics']} topics. The baselines are trained on the other topics of "
        "the same data; the model as it is.",
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
