"""Quotation marks: pairs, apostrophes, nesting, what a lost mark costs."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discourse.nlp.quotes import find_quotes

CASES = [
    ("She said: “We are done.”", [("We are done.", 0)]),
    ('"A plan," she said. "And another."', [("A plan,", 0), ("And another.", 0)]),
    ("‘We can’t go on,’ said the parents’ leader.", [("We can’t go on,", 0)]),
    ("'We can't go on,' said the parents' leader. 'No.'", [("We can't go on,", 0), ("No.", 0)]),
    ("‘The councils’ work is done,’ he said.", [("The councils’ work is done,", 0)]),
    ("the councils’ ‘big idea’ of 2010", [("big idea", 0)]),
    ("councils' children's isn't 'tis the '90s", []),
    ("“He said ‘no’ to me,” she said", [("He said ‘no’ to me,", 0), ("no", 1)]),
    ("“He said “no” to me”, she said", [("He said “no” to me", 0), ("no", 1)]),
    ("«Oui», dit-elle", [("Oui", 0)]),
    ("”Hello”, she said", [("Hello", 0)]),
    ("``Yes'', he said", [("Yes", 0)]),
    ("“lost one. She said “ok” to it.", [("ok", 0)]),
    ("no marks at all", []),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_pairs(text: str, expected: list[tuple[str, int]]) -> None:
    assert [(text[q.inner_start : q.inner_end], q.depth) for q in find_quotes(text)] == expected


@pytest.mark.parametrize("text", ["“It goes on in the next paragraph.", 'She said: "It never ends.'])
def test_missing_closing_mark_runs_to_the_end_of_the_paragraph(text: str) -> None:
    (quote,) = find_quotes(text)
    assert not quote.closed
    assert quote.end == len(text)


def test_a_lost_mark_in_the_middle_takes_nothing_with_it() -> None:
    assert find_quotes("The “cosy arrangement was criticised by many people in the town.") == []


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="aS b.,:“”‘’'\"«»-\n", max_size=120))
def test_quotes_lie_in_the_text_and_nest(text: str) -> None:
    quotes = find_quotes(text)
    for quote in quotes:
        assert 0 <= quote.start < quote.inner_start < quote.inner_end <= quote.end <= len(text)
    for first, second in pairwise(quotes):
        assert first.start <= second.start
        assert second.start >= first.end or second.end <= first.end


def test_time_is_linear() -> None:
    unit = "“a 'b ”' ‘x’ s' y “ 'tis \" ok "

    def seconds(times: int) -> float:
        start = time.process_time()
        find_quotes(unit * times)
        return time.process_time() - start

    seconds(100)
    assert min(seconds(8000) for _ in range(3)) < 12 * max(min(seconds(2000) for _ in range(3)), 0.005)
