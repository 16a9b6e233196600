import pytest

from discourse.codebook import load_codebook, parse_codebook
from discourse.errors import CodebookError

TOPIC = '[[topic]]\nid = "funding"\nname = "Funding"\nproposition = "Services are under-funded."\n'


def test_a_topic_is_all_that_a_codebook_needs() -> None:
    codebook = parse_codebook(TOPIC)
    assert [t.id for t in codebook.topics] == ["funding"]
    assert codebook.topic("Funding").proposition == "Services are under-funded."


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("", "no topic"),
        ("[[topic]\n", "not valid TOML"),
        (TOPIC.replace("proposition", "propositon"), 'line 4: [[topic]] has no "propositon": did you mean proposition'),
        (TOPIC.replace('name = "Funding"\n', ""), "line 1: [[topic]] needs name"),
        (TOPIC.replace('"funding"', '"Fun Ding"'), "line 2: id"),
        (TOPIC + TOPIC, 'line 5: a second [[topic]] with id "funding"'),
        (TOPIC + 'terms = "money"\n', "line 5: terms of [[topic]] must be a list"),
        (TOPIC + '[[stakeholder]]\nid = "x"\nname = "X"\nkind = "body"\n', 'line 8: kind "body"'),
        (TOPIC + '[[stakeholders]]\nid = "x"\n', "line 5"),
        (TOPIC + '[stakeholder]\nid = "x"\n', "must be written [[stakeholder]]"),
        ("topic = 3\n", "must be written [[topic]]"),
        (TOPIC + '[[stakeholder]]\nid="x"\nname="X"\n[[stakeholder.role]]\ntitle="x"\nfrom="May"\n', "line 10: from"),
    ],
)
def test_a_mistake_is_told_with_its_line(source: str, said: str) -> None:
    with pytest.raises(CodebookError) as error:
        parse_codebook(source)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_an_unknown_topic_names_the_nearest() -> None:
    with pytest.raises(CodebookError, match="did you mean funding"):
        parse_codebook(TOPIC).topic("fundin")


def test_only_what_a_topic_says_changes_its_fingerprint() -> None:
    first = parse_codebook(TOPIC).topics[0]
    assert parse_codebook("# a remark\n" + TOPIC).topics[0].fingerprint == first.fingerprint
    assert parse_codebook(TOPIC.replace("under-funded", "well funded")).topics[0].fingerprint != first.fingerprint


def test_the_working_directory_comes_before_the_package(tmp_path, monkeypatch) -> None:
    (tmp_path / "codebook.toml").write_text(TOPIC)
    monkeypatch.chdir(tmp_path)
    assert len(load_codebook().topics) == 1
