"""The stance stage: pairs in, calibrated sides out; what is wrong with a model folder is said in one line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from discourse.embed import load_embedder
from discourse.errors import DiscourseError, ModelError
from discourse.records import Statement, Topic, make_id
from discourse.stance import RECORDED, Pair, Scorer, StanceModel, load_stance_model, scorer
from discourse.stance.calibrate import choose_threshold, fit_temperature, shown_at
from discourse.stance.entailment import label_places
from discourse.stance.examples import AGAINST, FAVOUR, NONE, Example
from discourse.stance.gate import Gate, load_gate
from discourse.stance.recipes import train_linear
from discourse.stance.settings import Settings


class LetterEmbedder:
    """Counts of letters, at length one: enough to tell texts apart."""

    name = "letters"
    dimension = 26

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), 26), dtype=np.float32)
        for i, text in enumerate(texts):
            for letter in text.lower():
                if "a" <= letter <= "z":
                    rows[i, ord(letter) - ord("a")] += 1
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


class WordModel:
    """Sure of the side that the text's first word names."""

    name = fingerprint = "words"
    threshold = 0.5

    def __init__(self) -> None:
        self.seen: list[Pair] = []

    def predict(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        self.seen += pairs
        rows = {"yes": (0.9, 0.05, 0.05), "no": (0.05, 0.9, 0.05), "maybe": (0.3, 0.1, 0.6)}
        return np.asarray([rows.get(p.text.split()[0], (0.1, 0.1, 0.8)) for p in pairs], np.float32).reshape(-1, 3)


def statement(text: str, context: str = "") -> Statement:
    return Statement(make_id(text), "d", 0, len(text), text, "direct", context=context)


TOPICS = (Topic("a", "aaa", "aaaa aaa"), Topic("z", "zzz", "zzzz zz", examples_favour=("qqqq",)))
TRAINING = [
    Example(target, text, label, topic=target)
    for target in ("abab", "cdcd", "efef")
    for text, label in (("xxxx", FAVOUR), ("yyyy", AGAINST), ("zzzz", NONE), ("xxxw", FAVOUR), ("yyyw", AGAINST))
]


GATE = Gate("letters", (0.0,) * 26, bare=0.4, full=0.4)


@pytest.fixture(autouse=True, scope="module")
def letter_gate() -> Iterator[None]:
    """A gate for the embedder of these tests, beside the packaged one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scorer, "load_gate", lambda embedder: GATE if embedder.name == "letters" else load_gate(embedder))
        yield


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    train_linear(TRAINING, TRAINING, tmp_path / "model", LetterEmbedder())
    return tmp_path / "model"


def scored(*texts: str) -> tuple[Scorer, list[tuple[str, str, float]]]:
    embedder = LetterEmbedder()
    found = Scorer(WordModel(), embedder, TOPICS)
    statements = [statement(text) for text in texts]
    stances = found.score(statements, embedder.encode(texts))
    place = {s.id: s.text for s in statements}
    return found, [(place[x.statement_id], f"{x.topic} {x.stance}", x.confidence) for x in stances]


def test_the_gate_leaves_out_pairs_that_are_far_apart() -> None:
    found, stances = scored("yes aaaaaaa", "no qqqqqqqqq", "yes qqqqzzzz", "")
    assert [stance[:2] for stance in stances] == [
        ("yes aaaaaaa", "a favour"),
        ("no qqqqqqqqq", "z against"),
        ("yes qqqqzzzz", "z favour"),
    ]
    assert (found.scored, found.saved) == (3, 5)


def test_an_embedder_without_a_gate_has_every_pair_scored() -> None:
    class Other(LetterEmbedder):
        name = "others"

    found = Scorer(WordModel(), Other(), TOPICS)
    assert len(found.score([statement("yes aaa")], Other().encode(["yes aaa"]))) == 2
    assert (found.scored, found.saved) == (2, 0)


def test_unclear_stances_are_kept_and_no_stance_is_not() -> None:
    _, stances = scored("maybe aaaaaaaa", "what aaaaaaaa")
    assert [(text, confidence) for text, _, confidence in stances] == [("maybe aaaaaaaa", pytest.approx(0.3))]


def test_a_scorer_can_be_restricted_to_some_topics() -> None:
    both, _ = scored("yes aaaa")
    one = both.restricted_to(TOPICS[1:])
    assert one.topics == TOPICS[1:]
    assert (one.saved, one.scored) == (0, 0)
    assert one.score([statement("yes qqqqqqqqqqq")], LetterEmbedder().encode(["yes qqqqqqqqqqq"]))[0].topic == "z"


@given(st.lists(st.text(alphabet="ayesnoz q", min_size=0, max_size=20), max_size=6))
@settings(max_examples=50, deadline=None)
def test_every_pair_is_counted_and_no_unlikely_side_kept(texts: list[str]) -> None:
    embedder = LetterEmbedder()
    texts = [f"yes {text}" for text in texts]
    found = Scorer(WordModel(), embedder, TOPICS)
    stances = found.score([statement(text) for text in texts], embedder.encode(texts))
    assert found.saved + found.scored == len(texts) * len(TOPICS)
    assert all(stance.confidence >= RECORDED for stance in stances)


def test_no_statements_or_topics_give_no_stances() -> None:
    embedder = LetterEmbedder()
    assert Scorer(WordModel(), embedder, TOPICS).score([], embedder.encode([])) == []
    assert Scorer(WordModel(), embedder, ()).score([statement("yes")], embedder.encode(["yes"])) == []


def test_a_linear_model_learns_and_is_loaded_again(folder: Path) -> None:
    model = load_stance_model(str(folder), embedder=LetterEmbedder())
    found = model.predict([Pair(x.text, x.target) for x in TRAINING])
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
    assert (found.argmax(axis=1) == [x.label for x in TRAINING]).mean() > 0.9
    assert model.predict([]).shape == (0, 3)


def test_the_same_training_gives_the_same_model(folder: Path, tmp_path: Path) -> None:
    train_linear(TRAINING, TRAINING, tmp_path / "again", LetterEmbedder())
    pairs = [Pair("xyz", "abab")]
    one, other = (load_stance_model(str(f), embedder=LetterEmbedder()) for f in (folder, tmp_path / "again"))
    np.testing.assert_array_equal(one.predict(pairs), other.predict(pairs))


def _append(file: str) -> Callable[[Path], object]:
    return lambda folder: (folder / file).write_bytes((folder / file).read_bytes() + b" ")


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda f: (f / "model.npz").unlink(), "model.npz is missing"),
        (lambda f: (f / "digests.json").unlink(), "no digests.json"),
        (lambda f: (f / "digests.json").write_text("["), "not a JSON object"),
        (lambda f: (f / "stance.json").unlink(), "neither stance.json"),
        (_append("model.npz"), "has been altered"),
        (_append("stance.json"), "has been altered"),
    ],
)
def test_a_damaged_folder_is_refused(folder: Path, damage: Callable[[Path], object], says: str) -> None:
    damage(folder)
    with pytest.raises(ModelError, match=says) as caught:
        load_stance_model(str(folder), embedder=LetterEmbedder())
    assert "\n" not in str(caught.value)


def test_a_linear_model_wants_its_own_embedder(folder: Path) -> None:
    with pytest.raises(ModelError, match="needs the embedder"):
        load_stance_model(str(folder))
    with pytest.raises(ModelError, match="trained with the embedder 'letters'"):
        load_stance_model(str(folder), embedder=load_embedder())


def test_a_failed_training_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(DiscourseError, match="fewer than two labels"):
        train_linear(TRAINING[:1], TRAINING, tmp_path / "model", LetterEmbedder())
    with pytest.raises(DiscourseError, match="no development data"):
        train_linear(TRAINING, [], tmp_path / "model", LetterEmbedder())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("labels", "places"),
    [
        ({0: "entailment", 1: "neutral", 2: "contradiction"}, (0, 2, 1)),
        ({0: "CONTRADICTION", 1: "ENTAILMENT", 2: "NEUTRAL"}, (1, 0, 2)),
        ({0: "against", 1: "favor", 2: "none"}, (1, 0, 2)),
        ({"0": "entailment", "1": "not_entailment"}, None),
        ({0: "LABEL_0", 1: "LABEL_1", 2: "LABEL_2"}, None),
        ({0: "entailment", 1: "contradiction"}, (0, 1, None)),
    ],
)
def test_labels_are_read_from_the_config(
    labels: dict[int | str, str], places: tuple[int, int, int | None] | None
) -> None:
    if places is None:
        with pytest.raises(ValueError, match="no labels named"):
            label_places(labels)
    else:
        assert label_places(labels) == places


def test_temperature_makes_overconfidence_honest() -> None:
    chance = np.random.default_rng(0)
    labels = chance.integers(0, 3, 3000)
    right = chance.random(3000) < 0.7
    guesses = np.where(right, labels, (labels + 1) % 3)
    logits = np.zeros((3000, 3), dtype=np.float32)
    logits[np.arange(3000), guesses] = 8
    temperature = fit_temperature(logits, labels)
    calibrated = Settings("m", "linear", 0.5, temperature=temperature).calibrated(logits)
    assert calibrated.max(axis=1).mean() == pytest.approx(0.7, abs=0.03)


def test_the_threshold_is_the_lowest_that_is_precise_enough() -> None:
    sides = np.linspace(0.3, 0.95, 200, dtype=np.float32)
    probabilities = np.column_stack([sides, np.zeros(200), 1 - sides]).astype(np.float32)
    labels = np.where(sides > 0.6, FAVOUR, NONE)
    threshold = choose_threshold(probabilities, labels, precision=0.99)
    assert threshold == pytest.approx(0.60, abs=0.02)
    assert shown_at(probabilities, labels, threshold)[0] >= 0.99


@pytest.fixture(scope="module")
def packaged() -> StanceModel:
    return load_stance_model(embedder=load_embedder())


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800", "no " * 7000, "🙂" * 2000])
def test_the_packaged_model_takes_any_text(packaged: StanceModel, text: str) -> None:
    found = packaged.predict([Pair(text, "Buses should be free."), Pair("Buses should be free.", text, text)])
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-4)


def test_the_packaged_model_answers_a_pair_alike_in_any_company(packaged: StanceModel) -> None:
    pairs = [Pair(text, "Buses should be free.") for text in ("Scrap the fares.", "Keep the fares.", "It rained.")]
    together = packaged.predict(pairs)
    alone = np.vstack([packaged.predict([pair]) for pair in pairs])
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_settings_are_checked(folder: Path) -> None:
    values = json.loads((folder / "stance.json").read_text())
    assert 0 < values["threshold"] < 1
    (folder / "stance.json").write_text(json.dumps(values | {"kind": "oracle"}))
    from discourse.onnx_export import write_digests

    write_digests(folder)
    with pytest.raises(ModelError, match="not the settings of a stance model"):
        load_stance_model(str(folder), embedder=LetterEmbedder())


@pytest.mark.parametrize(
    ("kind", "cue", "scored"),
    [
        ("indirect", "called for", "called for more trusts"),
        ("mixed", "rejected", "rejected more trusts"),
        ("indirect", "said", "more trusts"),
        ("indirect", "according to", "more trusts"),
        ("direct", "warned", "more trusts"),
        ("indirect", None, "more trusts"),
    ],
)
def test_a_cue_that_takes_a_side_is_scored_with_what_was_reported(kind: str, cue: str | None, scored: str) -> None:
    from discourse.records import Statement
    from discourse.stance.scorer import as_said

    assert as_said(Statement("s", "d", 0, 11, "more trusts", kind, cue=cue)) == scored  # type: ignore[arg-type]
