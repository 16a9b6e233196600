"""Reasons and answers on the pages: of a topic, of a statement, listed, and in the JSON interface."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from discourse.corrections import not_a_statement
from discourse.query import links, statements
from discourse.query.linked import with_ends
from discourse.records import Link
from discourse.store import Map
from discourse.store import links as stored
from discourse.store.links import Which
from discourse.store.read import Filter
from tests.web_client import Elements, client


@pytest.fixture
def told(built: Path) -> dict[str, str]:
    """The statements of the small map by their beginning, once one has been told to answer and two to support."""
    with Map.create(built) as store:
        rows = statements(store)
        ids = {row["text"][:14]: row["id"] for row in rows}
        good, board, bad, funding = (
            ids[start] for start in ("I now think in", "Our inspection", "Inspection is ", "The funding is")
        )
        news, speech = (next(r["document"]["id"] for r in rows if r["id"] == one) for one in (good, bad))
        stored.write(
            store,
            {
                news: [
                    Link(good, board, "supports", "reason", "this is because", 0.8, "figure"),
                    Link(board, good, "responds_to", "answer", "", 0.75),
                ],
                speech: [
                    Link(bad, funding, "supports", "reason", "that is why", 0.9),
                    Link(funding, bad, "responds_to", "disagree", "I disagree", 0.95),
                ],
            },
        )
    return {"good": good, "board": board, "bad": bad, "funding": funding}


@pytest.fixture
def web(built: Path, told: dict[str, str]) -> TestClient:
    return client(built)


def words(page: str) -> str:
    return " ".join(Elements(page).text.split())


def test_a_topic_tells_its_evidence_and_who_answers_whom(web: TestClient, told: dict[str, str]) -> None:
    page = web.get("/topics/inspection").text
    text = words(page)
    page = re.sub(r'<td><a href="/links[^"]*">(\d+)</a></td>', r"<td>\1</td>", page)
    assert "A figure</a></th><td>1</td><td>1</td><td>0</td>" in page
    assert "A reason alone</a></th><td>1</td><td>0</td><td>1</td>" in page, (
        "a claim that takes no side counts for that of its reason"
    )
    assert "The Board answers Ann Lee once, a single source" in text
    assert "Bo Ray answers Ann Lee once" in text
    assert "Ann Lee answers" not in text
    seen = Elements(page).links
    figure = next(link for link in seen if "evidence=figure" in link)
    assert f"/statements/{told['good']}" in Elements(web.get(figure).text).links
    answer = next(link for link in seen if "from=bo-ray" in link)
    found = Elements(web.get(answer).text).links
    assert f"/statements/{told['funding']}" in found
    assert f"/statements/{told['board']}" not in found


def test_a_statement_tells_its_links_both_ways(web: TestClient, told: dict[str, str]) -> None:
    text = words(web.get(f"/statements/{told['good']}").text)
    assert "It gives a reason for “Our inspection is good, and always was.”" in text
    assert "By a figure. Shown by the words “this is because”." in text
    assert "It is answered by “Our inspection" in text
    assert "It answers" not in text
    text = words(web.get(f"/statements/{told['board']}").text)
    assert "Reasons given for it “I now think inspection is good for morale.”" in text
    assert "It answers “I now think" in text


def test_a_statement_that_is_called_none_has_no_links(built: Path, told: dict[str, str]) -> None:
    with Map.create(built) as store:
        not_a_statement(store, told["board"], who="someone")
    web = client(built)
    assert 'id="links"' not in web.get(f"/statements/{told['good']}").text
    assert web.get("/api/v1/links").json()["total"] == 2
    topic = web.get("/api/v1/topics/inspection").json()
    assert [row["evidence"] for row in topic["evidence"]] == [None]
    assert [row["source"] for row in topic["answers"]] == ["bo-ray"]


@pytest.mark.parametrize(
    ("asked", "confidences"),
    [
        ("", [0.95, 0.9, 0.8, 0.75]),
        ("link=supports", [0.9, 0.8]),
        ("evidence=figure", [0.8]),
        ("evidence=none", [0.9]),
        ("topic=funding", [0.95, 0.9]),
        ("topic=Inspection&link=responds_to", [0.95, 0.75]),
        ("from=bo-ray", [0.95]),
        ("to=Ann+Lee", [0.95, 0.75]),
        ("stakeholder=the-board", [0.8, 0.75]),
        ("since=2019&group=boards", [0.8, 0.75]),
    ],
)
def test_links_are_listed_as_asked(web: TestClient, asked: str, confidences: list[float]) -> None:
    body = web.get(f"/api/v1/links?{asked}").json()
    assert [row["confidence"] for row in body["items"]] == confidences
    assert body["total"] == len(confidences)
    page = web.get(f"/links?{asked}")
    assert words(page.text).count("(shown by") == sum(one != 0.75 for one in confidences)


def test_pages_of_links_make_up_what_the_library_gives(built: Path, web: TestClient) -> None:
    address, gathered = "/api/v1/links?limit=3", []
    while address:
        body = web.get(address).json()
        gathered += body["items"]
        address = body["next"]
    with Map.open(built) as store:
        assert gathered == links(store)
    assert len(gathered) == 4


@pytest.mark.parametrize(
    "asked", ["link=hates", "evidence=rumour", "topic=none", "from=nobody", "to=x" * 50, "since=then"]
)
def test_a_wrong_question_about_links_is_told_so(web: TestClient, asked: str) -> None:
    assert web.get(f"/links?{asked}").status_code == 400
    assert web.get(f"/api/v1/links?{asked}").status_code == 400


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 9, "401"])
def test_no_page_of_links_beyond_the_last(web: TestClient, page: str) -> None:
    assert web.get(f"/links?page={page}").status_code == 400


def test_documents_whose_links_are_not_told_yet_are_owned_up_to(built: Path) -> None:
    assert "Not every document" not in client(built).get("/topics/inspection").text
    with Map.create(built) as store:
        store.connection.execute("INSERT INTO unlinked SELECT id FROM document")
    web = client(built)
    assert "Not every document" in web.get("/topics/inspection").text
    assert "Not every document" in web.get("/links").text


def test_the_list_that_is_kept_is_the_one_that_the_map_gives(built: Path, web: TestClient) -> None:
    with Map.open(built) as store:
        expected = [(row["from"]["id"], row["to"]["id"]) for row in links(store)]
    asked = [web.get(f"/api/v1/links?limit=1&offset={place}").json() for place in range(len(expected))]
    assert [(answer["items"][0]["from"]["id"], answer["items"][0]["to"]["id"]) for answer in asked] == expected
    assert {answer["total"] for answer in asked} == {len(expected)}


def test_a_kept_link_of_a_statement_that_is_gone_is_left_out(built: Path, told: dict[str, str]) -> None:
    with Map.open(built) as store:
        rows = stored.listed(store, Which())
        assert len(with_ends(store, [rows[0] | {"target": "gone"}, *rows[1:]])) == len(rows) - 1


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (Filter(since="2020"), 2),
        (Filter(until="2016-05-01"), 2),
        (Filter(since="2016", until="2020-12"), 4),
        (Filter(since="2021"), 0),
        (Filter(until="2016", topic="funding"), 2),
    ],
)
def test_links_of_a_period(built: Path, told: dict[str, str], where: Filter, expected: int) -> None:
    with Map.open(built) as store:
        assert stored.count(store, Which(where)) == len(links(store, where)) == expected
