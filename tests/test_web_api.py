"""The JSON interface: what the pages show, page by page, described by OpenAPI."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from discourse.query import positions, statements
from discourse.store import Map
from tests.web_client import client

LISTS = (
    "documents",
    "statements",
    "topics",
    "stakeholders",
    "positions",
    "arguments?topic=inspection",
    "changes",
    "links",
)


@pytest.fixture
def web(built: Path) -> TestClient:
    return client(built)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_says_what_it_is_and_what_it_holds(web: TestClient, name: str) -> None:
    body = web.get(f"/api/v1/{name}").json()
    assert body["note"] == "Coded by machine, not reviewed"
    assert body["next"] is None
    assert body["total"] in (None, len(body["items"]))


def test_what_it_gives_is_what_the_library_gives(built: Path, web: TestClient) -> None:
    with Map.open(built) as store:
        said = {row["id"]: row for row in statements(store)}
        held = positions(store)
    assert {row["id"]: row for row in web.get("/api/v1/statements").json()["items"]} == said
    assert web.get("/api/v1/positions").json()["items"] == held


@pytest.mark.parametrize("name", ["statements", "stakeholders", "positions", "search?q=inspection+funding"])
def test_pages_make_up_the_whole(web: TestClient, name: str) -> None:
    whole = web.get(f"/api/v1/{name}").json()["items"]
    address, gathered = f"/api/v1/{name}{'&' if '?' in name else '?'}limit=2", []
    while address:
        body = web.get(address).json()
        assert len(body["items"]) <= 2
        gathered += body["items"]
        address = body["next"]
    assert gathered == whole
    assert len(whole) > 2


def test_one_thing_by_its_id(web: TestClient) -> None:
    for name in ("documents", "statements", "topics", "stakeholders"):
        item = web.get(f"/api/v1/{name}").json()["items"][0]
        found = web.get(f"/api/v1/{name}/{item['id']}").json()
        assert found["id"] == item["id"]
        missing = web.get(f"/api/v1/{name}/nothing-like-it")
        assert missing.status_code == 404
        assert "error" in missing.json()
    assert web.get("/api/v1/stakeholders/an-lee").json()["nearest"][0]["id"] == "ann-lee"


def test_filters_are_those_of_the_pages(web: TestClient) -> None:
    rows = web.get("/api/v1/statements?stakeholder=Ann+Lee&stance=against&until=2016-05").json()["items"]
    assert [row["text"] for row in rows] == ["Inspection is bad for morale."]
    assert web.get("/api/v1/summary?topic=Inspection").json()["sentences"]
    assert web.get("/api/v1/network").json()["nodes"]


@pytest.mark.parametrize(
    "asked",
    [
        "statements?limit=0", "statements?limit=100000", "statements?offset=-1", "statements?stance=maybe",
        "statements?min_confidence=nan", "statements?min_confidence=7", "statements?since=yesterday",
        "statements?kind=poem", "statements?topic=none", "statements?stakeholder=nobody", "positions?by=planet",
        "arguments", "search", "search?q=%22open", "search?q=a)b", "network?tie=knot",
    ],
)  # fmt: skip
def test_a_wrong_question_is_told_so(web: TestClient, asked: str) -> None:
    answer = web.get(f"/api/v1/{asked}")
    assert answer.status_code == 400
    assert len(answer.json()["error"]) > 10


def test_an_etag_changes_with_the_answer_alone(web: TestClient) -> None:
    one, again, other = (web.get(f"/api/v1/statements?limit={n}") for n in (2, 2, 3))
    assert one.headers["etag"] == again.headers["etag"] != other.headers["etag"]
    assert web.get("/api/v1/statements?limit=2", headers={"if-none-match": one.headers["etag"]}).status_code == 304


def test_it_is_described(web: TestClient) -> None:
    described = web.get("/api/v1/openapi.json").json()
    paths = set(described["paths"])
    assert {"/api/v1/statements", "/api/v1/stakeholders/{name}", "/api/v1/search"} <= paths
    assert all(path.startswith("/api/v1") for path in paths)
    parameters = {p["name"] for p in described["paths"]["/api/v1/statements"]["get"]["parameters"]}
    assert {"stakeholder", "topic", "stance", "since", "limit", "offset"} <= parameters
