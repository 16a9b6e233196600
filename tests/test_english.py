"""The shipped English pipeline: its folder, its labels, and language that the sector's texts are full of."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language

from discourse import resources
from discourse.nlp.stakeholders import find_names

ROOT = Path(__file__).parents[1]
FOLDER = resources.path("models/english")
LARGEST = 25_000_000
PIPES = ["tok2vec", "senter", "tagger", "parser", "attribute_ruler", "lemmatizer", "ner"]
ENTITIES = (
    "CARDINAL DATE EVENT FAC GPE LANGUAGE LAW LOC MONEY NORP ORDINAL ORG PERCENT PERSON PRODUCT QUANTITY TIME"
    " WORK_OF_ART"
)
DEPENDENCIES = (
    "ROOT acl acomp advcl advmod agent amod appos attr aux auxpass case cc ccomp compound conj csubj csubjpass dative"
    " dep det dobj expl intj mark meta neg nmod npadvmod nsubj nsubjpass nummod oprd parataxis pcomp pobj poss preconj"
    " predet prep prt punct quantmod relcl xcomp"
)
TAGS = (
    "$ '' , -LRB- -RRB- . : ADD AFX CC CD DT EX FW HYPH IN JJ JJR JJS LS MD NFP NN NNP NNPS NNS PDT POS PRP PRP$ RB RBR"
    " RBS RP SYM TO UH VB VBD VBG VBN VBP VBZ WDT WP WP$ WRB XX _SP ``"
)


@pytest.fixture(scope="module")
def nlp() -> Language:
    return spacy.load(resources.checked(FOLDER))


def test_folder_is_small_data_with_all_its_digests() -> None:
    files = {p.relative_to(FOLDER).as_posix() for p in FOLDER.rglob("*") if p.is_file()}
    listed = set(json.loads((FOLDER / "digests.json").read_text(encoding="utf-8")))
    assert files - {"digests.json"} == listed
    assert not [name for name in files if name.endswith((".pkl", ".pickle", ".joblib", ".pt"))]
    assert sum((FOLDER / name).stat().st_size for name in files) < LARGEST


def test_labels_are_those_of_the_official_pipelines(nlp: Language) -> None:
    assert nlp.pipe_names == PIPES
    assert sorted(nlp.get_pipe("ner").labels) == ENTITIES.split()
    assert set(nlp.get_pipe("parser").labels) == set(DEPENDENCIES.split())
    assert set(nlp.get_pipe("tagger").labels) == set(TAGS.split())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I’m sure we’ve won.", "I ’m sure we ’ve won ."),
        ("They don’t; it’s theirs.", "They do n’t ; it ’s theirs ."),
        ("the councils’ homes", "the councils ’ homes"),
        ("He said “yes”—and left.", "He said “ yes ” — and left ."),
        ("‘It’s fine’, she said", "‘ It ’s fine ’ , she said"),
        ("in 2014–15 – a record", "in 2014 – 15 – a record"),
        ("under section (b)—of the Act", "under section ( b ) — of the Act"),
        ("a “dead end”-this", "a “ dead end ” - this"),
    ],
)
def test_tokens(nlp: Language, text: str, words: str) -> None:
    assert [token.text for token in nlp.make_doc(text)] == words.split()


@pytest.mark.parametrize(
    "text",
    [
        "“We can’t go on.|It must stop,” said Ms Boyle.|She left.",
        "She said: “This is wrong.|It has to change.”|Nobody replied.",
        "My hon. Friend is right.|Will the Minister act?",
        "A better start\n\n|The council has published its plan.",
        "A better start\n|The council has published its plan.",
        "Spending rose by 4.5 per cent to £3.1m.|The leader, Cllr Rudd, was pleased.",
    ],
)
def test_sentences(nlp: Language, text: str) -> None:
    joined = text.replace("\n|", "\n").replace("|", " ")
    assert [s.text.strip() for s in nlp(joined).sents] == [part.strip() for part in text.split("|")]


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("They close children’s homes.", "’s", ("POS", "PART", "case", "children")),
        ("They close children's homes.", "'s", ("POS", "PART", "case", "children")),
        ("“It’s wrong,” she said.", "she", ("PRP", "PRON", "nsubj", "said")),
        ("“It’s wrong,” she said.", "’s", ("VBZ", "AUX", "ccomp", "said")),
        ("The council, he added, had failed.", "he", ("PRP", "PRON", "nsubj", "added")),
        ("She has criticised the inspectorate.", "has", ("VBZ", "AUX", "aux", "criticised")),
        ("According to Ms Boyle, it was late.", "Boyle", ("NNP", "PROPN", "pobj", "to")),
        ("The home cost £9,000.", "£", ("$", "SYM", "nmod", "9,000")),
    ],
)
def test_syntax(nlp: Language, text: str, word: str, expected: tuple[str, ...]) -> None:
    token = next(token for token in nlp(text) if token.text == word)
    assert (token.tag_, token.pos_, token.dep_, token.head.text) == expected


@pytest.mark.parametrize(
    ("text", "lemmas"),
    [
        ("The organisations were criticised.", "the organisation be criticise ."),
        ("She labelled the programmes.", "she label the programme ."),
        ("They don’t prioritise children’s homes.", "they do not prioritise child 's home ."),
        ("We’ve told them.", "we have tell they ."),
    ],
)
def test_lemmas(nlp: Language, text: str, lemmas: str) -> None:
    assert [token.lemma_ for token in nlp(text)] == lemmas.split()


@pytest.mark.parametrize(
    ("text", "name", "label"),
    [
        ("“It is a mess,” Harriet Boyle told the committee.", "Harriet Boyle", "PERSON"),
        ("He joined Tameside MBC from a charity.", "Tameside MBC", "ORG"),
        ("Ofsted said the service was inadequate.", "Ofsted", "ORG"),
        ("Birmingham City Council has closed three homes.", "Birmingham City Council", "ORG"),
        ("Spending in Kent fell by £3m last year.", "Kent", "GPE"),
        ("The plan was published on 12 March 2019.", "12 March 2019", "DATE"),
    ],
)
def test_entities(nlp: Language, text: str, name: str, label: str) -> None:
    assert (name, label) in [(e.text, e.label_) for e in nlp(text).ents]


@given(st.text(max_size=300))
def test_any_text_keeps_its_characters(nlp: Language, text: str) -> None:
    doc = nlp(text)
    assert doc.text == text
    assert sum(len(sentence) for sentence in doc.sents) == len(doc)


def test_pipeline_gives_the_same_alone_and_in_a_batch(nlp: Language) -> None:
    texts = ["Ms Boyle left Kelsborough MBC.", "No.", "“It’s over,” said Cllr Imran Sadiq in Kent on Friday."] * 3
    alone = [[(t.tag_, t.dep_, t.head.i, t.ent_type_) for t in nlp(text)] for text in texts]
    assert [[(t.tag_, t.dep_, t.head.i, t.ent_type_) for t in doc] for doc in nlp.pipe(texts)] == alone


class TestTraining:
    """The parts of the training script that can go wrong silently."""

    @pytest.fixture(autouse=True)
    def scripts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.syspath_prepend(str(ROOT / "scripts"))
        pytest.importorskip("english.sentences")

    @pytest.mark.parametrize(
        ("words", "starts"),
        [
            ("It is . He ran .", [0, 3]),
            ("“ Why ? ” she said .", [0]),
            ("It stops . ” “ No , ” he said .", [0, 4]),
            ("My hon . Friend is right .", [0]),
            ("Really ? ! Yes .", [0, 3]),
        ],
    )
    def test_sentences_by_rule(self, words: str, starts: list[int]) -> None:
        from english.sentences import sentence_starts

        assert [i for i, start in enumerate(sentence_starts(words.split())) if start] == starts

    @pytest.mark.parametrize(
        ("words", "before", "after"),
        [
            ("The Bill will pass", [(1, 2, "PERSON")], []),
            ("my hon . Friend", [(1, 2, "ORG")], []),
            ("in Kent today", [(1, 2, "PERSON"), (2, 3, "DATE")], [(1, 2, "GPE"), (2, 3, "DATE")]),
            ("Leeds City Council said", [(0, 1, "GPE")], [(0, 3, "ORG")]),
            ("the Arts Council said", [(0, 3, "ORG")], [(0, 3, "ORG")]),
            ("Labour said", [(0, 1, "PERSON")], [(0, 1, "ORG")]),
            ("the Labour party", [(0, 3, "ORG")], [(0, 3, "ORG")]),
            ("Clare Kent said", [(0, 2, "PERSON")], [(0, 2, "PERSON")]),
        ],
    )
    def test_corrections(self, words: str, before: list[object], after: list[object]) -> None:
        from english.corrections import correct

        assert correct(words.split(), before) == after

    def test_varied_paragraphs_keep_their_marks(self) -> None:
        from english.gold import read_own, vary

        items = read_own(ROOT / "annotations/english/entities.jsonl")
        for seed, item in enumerate(items):
            varied = vary(item, random.Random(seed))
            assert [label for *_, label in varied["entities"]] == [label for *_, label in item["entities"]]
            marked = [varied["text"][start:end] for start, end, _ in varied["entities"]]
            assert all(name and name == name.strip() for name in marked)

    def test_transplant_gives_curly_marks_the_embedding_of_straight_ones(self) -> None:
        import numpy as np

        from english.student import TOK2VEC, blank
        from english.transplant import attribute_counts, counterparts, transplant

        nlp = blank()
        words = ["the", "council", "’s", "homes", "and", "the", "council", "'s", "“", "homes", "”", "it", "said"] * 20
        model = spacy.registry.resolve({"model": TOK2VEC})["model"]
        model.initialize(X=[nlp.make_doc("a b")])
        before = model.predict([nlp.make_doc("council's"), nlp.make_doc("council’s")])
        transplant(model, attribute_counts(nlp.vocab, words), counterparts(nlp.vocab, words))
        after = model.predict([nlp.make_doc("council's"), nlp.make_doc("council’s")])
        assert np.abs(before[0] - before[1]).max() > 0.1
        assert np.abs(after[0] - after[1]).max() < 0.1


def test_our_own_annotations_hold() -> None:
    path = ROOT / "annotations/english/entities.jsonl"
    items = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len({item["id"] for item in items}) == len(items)
    for item in items:
        end = 0
        for start, stop, label in item["entities"]:
            assert end <= start < stop <= len(item["text"])
            assert label in ENTITIES.split()
            end = stop


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Will the Government commit to that?", []),
        ("Will the Board act on it?", []),
        ("May the Education Committee have the papers?", ["Education Committee"]),
        ("Why did the Education Committee ask for them?", ["Education Committee"]),
        ("Has the Dale Council seen them?", ["Dale Council"]),
        ("Will Smith said so.", ["Will Smith"]),
        ("Will Dale Council act on it?", ["Will Dale Council"]),  # without an article nothing tells it from a name
    ],
)
def test_the_verb_that_opens_a_question_is_no_part_of_a_name(nlp: Language, text: str, names: list[str]) -> None:
    assert [text[name.start : name.end].removeprefix("the ") for name in find_names(nlp(text))] == names
