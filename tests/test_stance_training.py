"""Reading sets, training from files, and the cross-encoder's way from PyTorch to ONNX, on tiny models."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from discourse.errors import DiscourseError, ModelError
from discourse.records import digest
from discourse.stance import Pair, load_stance_model, mixture
from discourse.stance.augment import denied, hard_negatives, noun_phrase, with_denials
from discourse.stance.examples import AGAINST, FAVOUR, NONE, Example, read_examples, read_rows, read_written, unique
from discourse.stance.train_files import by_topic, train_on_files

from .test_stance import TRAINING, LetterEmbedder

ROOT = Path(__file__).parents[1]
WRITTEN = ROOT / "annotations/stance"
needs_torch = pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in ("torch", "transformers", "onnx")),
    reason="the extra [train] is not installed",
)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", "target,text,stance\nBuses,Free them.,favour\n", ("Buses", "Free them.", FAVOUR)),
        ("a.tsv", 'target\ttext\tstance\nBuses\tHe said "no\tagainst\n', ("Buses", 'He said "no', AGAINST)),
        ("a.jsonl", '{"target": "Buses", "text": "It rained.", "stance": "none"}\n', ("Buses", "It rained.", NONE)),
        ("a.csv", "claim,perspective,stance,cluster,split\nC,P,against,1,train\n", ("C", "P", AGAINST)),
        ("a.csv", "arg_id,argument,topic,stance\n1,A,T,-1\n", ("T", "A", AGAINST)),
        ("a.csv", "premise,hypothesis,label\nP,H,contradiction\n", ("H", "P", AGAINST)),
        ("a.csv", "motion,speech,manual_speech,motion_polarity\nM,S,1,0\n", ("M", "S", FAVOUR)),
    ],
)
def test_sets_are_known_by_their_columns(
    tmp_path: Path, name: str, content: str, expected: tuple[str, str, int]
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    (example,) = read_examples(tmp_path / name)
    assert (example.target, example.text, example.label) == expected


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"target,text\nBuses,Free them.\n", "needs the columns target, text, stance"),
        ("a.csv", b"", "found no rows"),
        ("a.csv", b"target,text,stance\nBuses,Free them.,perhaps\n", "row 2: stance 'perhaps'"),
        ("a.csv", b"\xff\xfe\x00", "not UTF-8"),
        ("a.jsonl", b"[1]\n", "line 1: not a JSON object"),
        ("a.jsonl", b"{\n", "line 1: not a JSON object"),
    ],
)
def test_bad_files_are_one_line(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DiscourseError, match=says) as caught:
        read_examples(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(DiscourseError, match="cannot be read"):
        read_examples(tmp_path / "none.csv")


def test_duplicates_and_empty_rows_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("target,text,stance\nT,x,favour\nT,x,favour\nT,,favour\n,x,none\nT,y,none\n")
    assert [example.text for example in read_examples(tmp_path / "a.csv")] == ["x", "y"]


def test_written_statements_are_paired_with_their_field(tmp_path: Path) -> None:
    (tmp_path / "written").mkdir()
    (tmp_path / "propositions_x.tsv").write_text(
        "id\tfield\tname\tproposition\na\tf\tA\tPa.\nb\tf\tB\tPb.\nc\tf\tC\tPc.\nd\tg\tD\tPd.\n"
    )
    (tmp_path / "written/x.tsv").write_text(
        "proposition_id\tstance\tvoice\tmiss\ttext\talso\na\tnone\tspeech\tneighbour\tT.\tb:against\n"
    )
    found = {(x.topic, x.label, x.split) for x in read_written(tmp_path)}
    assert found == {("a", NONE, "own"), ("b", AGAINST, "field"), ("c", NONE, "field")}


def test_a_written_statement_may_have_the_sentence_before_it(tmp_path: Path) -> None:
    (tmp_path / "written").mkdir()
    (tmp_path / "propositions_x.tsv").write_text("id\tfield\tname\tproposition\na\tf\tA\tPa.\nb\tf\tB\tPb.\n")
    (tmp_path / "written/x.tsv").write_text(
        "proposition_id\tstance\tvoice\tmiss\ttext\talso\tcontext\na\tagainst\tspeech\t\tNo.\t\tShould it stay?\n"
    )
    assert {(x.topic, x.label, x.context) for x in read_written(tmp_path)} == {
        ("a", AGAINST, "Should it stay?"),
        ("b", NONE, "Should it stay?"),
    }


@needs_torch
def test_what_is_known_to_take_a_side_teaches_nothing_about_taking_none() -> None:
    import torch

    from discourse.stance.training import loss_of

    favour, against = torch.tensor([[1.0, 0.0, 0.0]]), torch.tensor([[0.0, 1.0, 0.0]])
    sure, doubted = torch.tensor([[2.0, -2.0, 0.0]]), torch.tensor([[2.0, -2.0, 9.0]])
    known, open_ = torch.tensor([True]), torch.tensor([False])
    assert loss_of(sure, favour, known) == loss_of(doubted, favour, known)
    assert loss_of(sure, favour, open_) < loss_of(doubted, favour, open_)
    assert loss_of(sure, against, known) > loss_of(sure, favour, known)


def test_the_two_sided_sets_are_read_as_such(tmp_path: Path) -> None:
    (tmp_path / "stance").mkdir()
    (tmp_path / "keypoints/argkp").mkdir(parents=True)
    (tmp_path / "stance/perspectrum.csv").write_text(
        "claim,perspective,stance,cluster,split\nC,P,against,1,train\nC,Q,favour,2,dev\n"
    )
    (tmp_path / "stance/ibm_claim_stance.csv").write_text("target,text,stance\nT,X,PRO\n")
    (tmp_path / "keypoints/argkp/arguments_train.csv").write_text("arg_id,argument,topic,stance\n1,A,T,-1\n")
    found = mixture.two_sided(tmp_path)
    assert [(x.text, x.label, x.sides_only) for x in found] == [
        ("P", AGAINST, True),
        ("X", FAVOUR, True),
        ("A", AGAINST, True),
    ]


def test_the_corpus_is_whole() -> None:
    rows = [row for file in sorted((WRITTEN / "written").glob("*.tsv")) for row in read_rows(file)]
    assert len(rows) >= 3000
    assert len({row["text"] for row in rows}) == len(rows)
    examples = read_written(WRITTEN)
    assert len({example.topic for example in examples}) >= 60
    assert all(len(file.read_bytes()) and "\r" not in file.read_text() for file in WRITTEN.glob("propositions*.tsv"))


def test_the_corpus_has_the_codebooks_propositions() -> None:
    from discourse.codebook import load_codebook

    written = {row["id"]: row["proposition"] for row in read_rows(WRITTEN / "propositions_codebook.tsv")}
    packaged = {topic.id: topic.proposition for topic in load_codebook(None).topics}
    assert written == packaged


def test_dev_propositions_are_never_trained_on() -> None:
    dev = mixture.dev_propositions(WRITTEN)
    texts = {x.text for x in mixture.unseen(WRITTEN, neighbours=False)}
    train = mixture.written(WRITTEN, leave_out=dev)
    codebook = mixture.codebook_topics(WRITTEN)
    assert len(dev) >= 10
    assert not any(example.topic in dev or example.text in texts for example in train)
    assert not any(mixture.kept_back(x) and x.split == "own" and x.topic in codebook for x in train)
    for kept_out in (mixture.running_text(WRITTEN), mixture.test_text(WRITTEN)):
        assert kept_out
        assert not {x.text for x in kept_out} & {x.text for x in train}


def test_variants_of_written_texts() -> None:
    texts = [("He spoke.", "We pay. It is too little."), ("We pay. It is too little.", "Ask anybody!"), ("", "Fine.")]
    assert mixture.variants(texts) == [
        ("", "We pay. It is too little."),
        ("He spoke.", "We pay."),
        ("We pay.", "It is too little."),
        ("He spoke.", "We pay. It is too little. Ask anybody!"),
        ("", "Ask anybody!"),
    ]
    assert mixture.variants([]) == []


def test_minimal_pairs_are_never_trained_on() -> None:
    rows = read_rows(ROOT / "annotations/behaviour/pairs.tsv")
    assert len(rows) >= 60
    ours = {x.text for x in read_written(WRITTEN)}
    assert not ours & {row[part] for row in rows for part in ("first", "second")}


@pytest.mark.parametrize(
    ("target", "phrase"),
    [
        ("We should ban fireworks", ("fireworks", True)),
        ("We should subsidize journalism.", ("journalism", False)),
        ("The death penalty should be abolished", ("The death penalty", True)),
        ("Voting should be compulsory", ("Voting", False)),
        ("Cats are better than dogs", None),
    ],
)
def test_noun_phrases(target: str, phrase: tuple[str, bool] | None) -> None:
    assert noun_phrase(target) == phrase


@pytest.mark.parametrize(
    ("target", "opposite"),
    [
        ("Rents should be capped.", "Rents should not be capped."),
        ("Rents should not be capped.", "Rents should be capped."),
        ("Inspection drives improvement.", None),
    ],
)
def test_denials(target: str, opposite: str | None) -> None:
    assert denied(target) == opposite


def test_a_denied_proposition_exchanges_the_sides() -> None:
    import random

    (found,) = with_denials([Example("It is so.", "Yes.", FAVOUR)], 1.0, random.Random(0))
    assert (found.target, found.label) == ("It is not so.", AGAINST)


def test_hard_negatives_are_about_something_else() -> None:
    import random

    examples = [Example(t, t * 2, FAVOUR) for t in ("aaa", "aaab", "zzz", "zzzy", "mmm")]
    found = hard_negatives(examples, LetterEmbedder().encode, each=1, chance=random.Random(0))
    assert found
    assert all(x.label == NONE and x.target[0] != x.text[0] for x in found)


def test_no_topic_or_text_is_on_both_sides_of_a_split() -> None:
    examples = [Example(f"t{i % 9}", f"text {i}", i % 3, topic=f"t{i % 9}") for i in range(90)]
    train, dev = by_topic(examples, 7)
    assert dev
    assert not {x.topic for x in train} & {x.topic for x in dev}
    assert not {x.text for x in train} & {x.text for x in dev}
    assert len(train) + len(dev) == len(unique(examples))


def write_set(folder: Path) -> Path:
    rows = [f"{x.target},{x.text},{('favour', 'against', 'none')[x.label]}" for x in TRAINING]
    (folder / "set.csv").write_text("target,text,stance\n" + "\n".join(rows) + "\n")
    return folder / "set.csv"


def test_a_linear_model_is_trained_from_a_file(tmp_path: Path) -> None:
    out = tmp_path / "model"
    train_on_files("linear", [write_set(tmp_path)], out, embedder=LetterEmbedder())
    assert sorted(file.name for file in out.iterdir()) == ["README.md", "digests.json", "model.npz", "stance.json"]
    assert "Trained from the embedder letters" in (out / "README.md").read_text()
    load_stance_model(str(out), embedder=LetterEmbedder())


def test_a_set_of_one_topic_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("target,text,stance\nT,x,favour\nT,y,against\n")
    with pytest.raises(DiscourseError, match="at least two topics"):
        train_on_files("linear", [tmp_path / "a.csv"], tmp_path / "model", embedder=LetterEmbedder())
    assert not (tmp_path / "model").exists()


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A two-layer BERT with random weights and a vocabulary of letters."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("tiny")
    torch.manual_seed(0)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *"abcdefghijklmnopqrstuvwxyz"]
    tokenizer = Tokenizer(models.WordLevel({w: i for i, w in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]")
    fast.save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(words), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=64, id2label={0: "entailment", 1: "neutral", 2: "contradiction"},
        label2id={"entailment": 0, "neutral": 1, "contradiction": 2},
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


@needs_torch
def test_a_cross_encoder_is_trained_exported_and_loaded(tiny: Path, tmp_path: Path) -> None:
    from discourse.stance.recipes import train_cross_encoder
    from discourse.stance.training import Recipe

    steps: list[int] = []
    recipe = Recipe(epochs=2, batch=5, rate=1e-3, max_tokens=32, threads=1)
    train_cross_encoder(
        tiny,
        TRAINING,
        TRAINING,
        tmp_path / "out",
        tmp_path / "work",
        recipe,
        progress=lambda s, n, loss: steps.append(s),
    )
    assert steps == list(range(1, 7))
    model = load_stance_model(str(tmp_path / "out"))
    found = model.predict([Pair("xxxx", "abab"), Pair("yyyy", "abab", "zz")])
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
    (tmp_path / "out/model.onnx").unlink()
    with pytest.raises(ModelError, match=r"model\.onnx is missing"):
        load_stance_model(str(tmp_path / "out"))


@needs_torch
def test_an_interrupted_training_goes_on_to_the_same_model(tiny: Path, tmp_path: Path) -> None:
    from discourse.stance.training import Recipe, train

    recipe = Recipe(epochs=3, batch=5, rate=1e-3, max_tokens=32, threads=1, save_every=4)

    class Interrupted(Exception):
        pass

    def stop(step: int, steps: int, loss: float) -> None:
        if step == 6:
            raise Interrupted

    seen: list[int] = []
    with pytest.raises(Interrupted):
        train(tiny, TRAINING, tmp_path / "a", recipe, stop)
    assert not (tmp_path / "a/model.safetensors").exists()
    train(tiny, TRAINING, tmp_path / "a", recipe, lambda s, n, loss: seen.append(s))
    assert seen[0] == 5
    assert not (tmp_path / "a/checkpoint.pt").exists()
    assert (tmp_path / "a/model.safetensors").exists()


@needs_torch
def test_training_twice_gives_the_same_weights(tiny: Path, tmp_path: Path) -> None:
    from discourse.stance.training import Recipe, train

    recipe = Recipe(epochs=1, batch=5, rate=1e-3, max_tokens=32, threads=1)
    for name in ("a", "b"):
        train(tiny, TRAINING, tmp_path / name, recipe)
    one, other = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("a", "b"))
    assert digest(one) == digest(other)


@needs_torch
def test_an_entailment_model_is_loaded_by_path(tiny: Path) -> None:
    model = load_stance_model(str(tiny))
    found = model.predict([Pair("abc", "cab"), Pair("", "", "abc")])
    assert found.shape == (2, 3)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
    assert model.predict([]).shape == (0, 3)


@needs_torch
def test_an_unknown_name_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    def unknown(name: str) -> None:
        raise OSError(f"{name} is not a model\nthat anybody knows")

    monkeypatch.setattr(AutoTokenizer, "from_pretrained", unknown)
    with pytest.raises(ModelError, match=r"'no-such-model' cannot be used: no-such-model is not a model$"):
        load_stance_model("no-such-model")
    with pytest.raises(ModelError, match=r"neither stance\.json"):
        load_stance_model(str(tmp_path))
