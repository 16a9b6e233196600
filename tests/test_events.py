"""Copies of a text and reports of one utterance are told from independent evidence."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from discourse.collect import gather
from discourse.events import Said, Sketched, copies, sketch, utterances
from discourse.pipeline import Stages, run
from discourse.query import positions
from discourse.store import Map
from discourse.store.check import problems

pytestmark = pytest.mark.usefixtures("either")

WORDS = [f"word{i}" for i in range(4000)]


def text(seed: int, length: int = 300) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=length))


def events(*texts: str, dates: tuple[str | None, ...] | None = None) -> list[str]:
    days = dates or tuple(f"2020-01-{i + 1:02}" for i in range(len(texts)))
    held = {f"d{i}": t for i, t in enumerate(texts)}
    documents = [Sketched(name, day, sketch(t)) for (name, t), day in zip(held.items(), days, strict=True)]
    found = copies(documents, held.__getitem__)
    return [found[name] for name in held]


def edited(whole: str, share: float) -> str:
    words = whole.split()
    for place in random.Random(7).sample(range(len(words)), int(len(words) * share)):
        words[place] = "changed"
    return " ".join(words)


@pytest.mark.parametrize(
    ("other", "one"),
    [
        (text(1), True),
        (edited(text(1), 0.02), True),
        ("Our correspondent writes: " + text(1) + " More on page nine.", True),
        (" ".join(text(1).split()[:180]), True),
        (text(1).upper(), True),
        (text(2), False),
        (" ".join(text(1).split()[:60]) + " " + text(3, 240), False),
    ],
)
def test_copies_are_one_event(other: str, one: bool) -> None:
    assert (len(set(events(text(1), other))) == 1) is one


def test_the_earliest_copy_names_the_event() -> None:
    assert events(text(1), text(1), text(5), dates=("2021", None, "2019")) == ["d0", "d0", "d2"]


def test_many_documents_with_one_frame_are_told_apart() -> None:
    frame = text(9, 60)
    assert (
        len(set(events(*(frame + " " + text(seed, 240) for seed in range(20, 80)), dates=("2020-01-01",) * 60))) == 60
    )


def test_no_documents_and_empty_texts_do_no_harm() -> None:
    assert copies([], str) == {}
    assert len(set(events("", "", "one word"))) >= 2


def said(n: int, event: str, day: str | None, words: str, whose: str = "ann") -> Said:
    return Said(n, whose, event, day, words)


QUOTE = "Nothing drives a council on like the knowledge that somebody will look"


def test_one_speech_that_three_papers_report_is_one_event() -> None:
    found = utterances(
        [
            said(
                1, "speech", "2020-03-01", f"Friends, let me say this. {QUOTE}. I mean it, and I always have meant it."
            ),
            said(2, "paper", "2020-03-02", QUOTE),
            said(3, "paper", "2020-03-02", "A thing nobody else printed, which she said in the corridor"),
            said(4, "other", "2020-03-04", "like the knowledge that somebody will look"),
            said(5, "later", "2020-05-04", "Something new altogether that has not been heard before"),
        ]
    )
    assert found == {1: "speech", 2: "speech", 3: "speech", 4: "speech", 5: "later"}


def test_old_words_quoted_again_are_the_old_event_and_new_words_are_not() -> None:
    found = utterances(
        [
            said(1, "speech", "2016-03-01", QUOTE),
            said(2, "profile", "2020-03-02", QUOTE),
            said(3, "profile", "2020-03-02", "I have thought again about all of it since those days"),
        ]
    )
    assert found == {1: "speech", 2: "speech", 3: "profile"}


def test_the_same_words_of_two_speakers_are_two_events() -> None:
    found = utterances([said(1, "a", "2020", QUOTE), said(2, "b", "2020", QUOTE, whose="bo")])
    assert found == {1: "a", 2: "b"}


def test_a_copy_counts_once_in_positions(pages: Path, stages: Stages, tmp_path: Path) -> None:
    original = (pages / "2020-news.md").read_text(encoding="utf-8")
    (pages / "2020-echo.md").write_text(original.replace("title: News", "title: Echo"), encoding="utf-8")
    with Map.create(tmp_path / "m.db") as store:
        run(gather([str(pages)]), store, stages)
        (board,) = [p for p in positions(store) if p["stakeholder"] == "The Board"]
        assert (board["sources"], board["events"], board["single_source"]) == (2, 1, True)
        assert list(problems(store)) == []
        (pages / "2020-news.md").unlink()
        run(gather([str(pages)]), store, stages, prune=True)
        (board,) = [p for p in positions(store) if p["stakeholder"] == "The Board"]
        assert (board["sources"], board["events"]) == (1, 1)
        assert list(problems(store)) == []
