"""The pages: each there, each saying what it is, every link of them leading somewhere."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient

from discourse.collect import gather
from discourse.corrections import correct_stance, not_a_statement
from discourse.pipeline import Stages, run
from discourse.query import statements
from discourse.store import Map, read
from discourse.web.cache import Cache
from discourse.web.inside import get
from discourse.web.maps import Maps
from discourse.web.site import Site
from tests.web_client import Elements, client

PAGES = (
    "/", "/search", "/search?q=inspection", "/topics", "/topics/inspection", "/stakeholders", "/stakeholders/ann-lee",
    "/documents", "/changes", "/network", "/network?window=365", "/network?kind=affiliation", "/compare",
    "/compare?a=ann-lee&b=the-board", "/compare?what=groups", "/compare?what=periods&a=2016&b=2017..2020",
    "/compare?what=groups&a=boards&b=boards", "/summary", "/summary?topic=inspection", "/about", "/responsible-use",
    "/links", "/links?topic=inspection&link=responds_to",
)  # fmt: skip


@pytest.fixture
def web(built: Path) -> TestClient:
    return client(built)


def statement_of(path: Path, words: str) -> str:
    with Map.open(path) as store:
        return next(str(row["id"]) for row in statements(store) if words in row["text"])


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_there_and_says_what_it_is(web: TestClient, page: str) -> None:
    answer = web.get(page)
    assert answer.status_code == 200
    assert "Coded by machine, not reviewed" in answer.text
    assert "/responsible-use" in Elements(answer.text).links
    assert answer.text.count("<h1>") == 1


def test_every_link_leads_somewhere(web: TestClient) -> None:
    wanted, seen = ["/"], set()
    while wanted:
        link = wanted.pop(0).split("#")[0]
        place, _, query = link.partition("?")
        shape = (place, tuple(part.partition("=")[0] for part in query.split("&")))
        if shape in seen or not link.startswith("/"):
            continue
        seen.add(shape)
        answer = web.get(link)
        assert answer.status_code == 200, link
        if "html" in answer.headers["content-type"] and len(shape[1]) < 3:
            wanted += sorted(Elements(answer.text).links)
    places = {place for place, _ in seen}
    assert any(place.startswith("/statements/") and place.endswith("/citation.bib") for place in places)
    assert any(place.startswith("/documents/") for place in places)
    assert "/search.atom" in places


def test_the_matrix_leads_to_the_statements(web: TestClient) -> None:
    seen = Elements(web.get("/").text)
    cells = [a for tag, a in seen.tags if tag == "a" and (a.get("aria-label") or "").startswith("Ann Lee, Inspection")]
    assert len(cells) == 1
    found = web.get(cells[0]["href"] or "")
    assert "bad for morale" in found.text
    assert "good for morale" in found.text
    assert "under-funded" not in Elements(found.text).text


def test_a_statement_stands_in_its_paragraph_with_how_it_was_decided(built: Path, web: TestClient) -> None:
    page = web.get(f"/statements/{statement_of(built, 'bad for morale')}").text
    text = " ".join(Elements(page).text.split())
    assert "Ann Lee: Inspection is bad for morale." in text
    assert "<mark>Inspection is bad for morale.</mark>" in page
    assert "0.90" in text
    assert "@misc{statement-" in text


def test_a_stance_below_the_threshold_is_told_as_not_shown(built: Path, web: TestClient) -> None:
    page = Elements(web.get(f"/statements/{statement_of(built, 'perhaps funding')}").text)
    assert "It takes no side on a topic clearly enough to be shown." in page.text
    assert "no, below 0.50" in page.text


def test_a_change_has_both_quotations(web: TestClient) -> None:
    page = Elements(web.get("/stakeholders/ann-lee").text).text
    assert "Inspection is bad for morale." in page
    assert "I now think inspection is good for morale." in page


def test_a_topic_sets_the_sides_beside_one_another(web: TestClient) -> None:
    page = Elements(web.get("/topics/inspection").text)
    assert "/stakeholders/the-board" in page.links
    assert "Inspection drives improvement." in page.text


@pytest.mark.parametrize(
    ("address", "name"),
    [("/topics/inspektion", "Inspection"), ("/stakeholders/an-lee", "Ann Lee"), ("/stakeholders/bored", "The Board")],
)
def test_an_unknown_name_gets_the_nearest(web: TestClient, address: str, name: str) -> None:
    answer = web.get(address)
    assert answer.status_code == 404
    assert f"Did you mean {name}" in " ".join(Elements(answer.text).text.split())


@pytest.mark.parametrize("address", ["/statements/0000", "/documents/x", "/none", "/static/../app.py", "/static/x.css"])
def test_what_is_not_there_is_told(web: TestClient, address: str) -> None:
    answer = web.get(address)
    assert answer.status_code == 404
    assert "Not found" in answer.text


def test_two_periods_are_compared(web: TestClient) -> None:
    rows = web.get("/compare?what=periods&a=2016&b=2017..2021&format=json").json()
    sides = {row["topic"]: (row["relation"], row["a"]["stance"], row["b"] and row["b"]["stance"]) for row in rows}
    assert sides == {"inspection": ("differ", "against", "favour"), "funding": ("only", "against", None)}
    assert rows[0]["b"]["favour"] == 2
    page = Elements(web.get("/compare?what=periods&a=2016&b=2017..2021").text)
    assert "Inspection is bad for morale." in page.text
    assert "/search?topic=inspection&since=2017&until=2021" in page.links
    assert web.get("/compare?what=planets").status_code == 400


def test_counts_of_a_search_are_of_groups_and_of_sureness_too(web: TestClient) -> None:
    page = Elements(web.get("/search?topic=inspection").text)
    assert "/search?topic=inspection&group=boards" in page.links
    assert "/search?topic=inspection&min_confidence=0.9" in page.links


def test_a_search_marks_its_words_and_keeps_its_filters(web: TestClient) -> None:
    answer = web.get("/search?q=morale&stance=favour&topic=inspection")
    assert "<mark>morale</mark>" in answer.text
    assert "bad for" not in Elements(answer.text).text
    assert "/search?q=morale&topic=inspection" in Elements(answer.text).links


def test_what_is_shown_can_be_kept(web: TestClient) -> None:
    rows = web.get("/search.json?stakeholder=Ann+Lee&sort=oldest").json()
    assert [row["text"][:16] for row in rows] == ["Inspection is ba", "I now think insp", "Perhaps the perh"]
    lines = web.get("/search.csv?stakeholder=Ann+Lee").text.splitlines()
    assert len(lines) == 4
    assert web.get("/search.csv").headers["content-disposition"] == 'attachment; filename="statements.csv"'


def test_a_search_is_a_feed(built: Path, web: TestClient) -> None:
    answer = web.get("/search.atom?q=inspection")
    feed = ElementTree.fromstring(answer.content)
    name = "{http://www.w3.org/2005/Atom}"
    assert answer.headers["content-type"].startswith("application/atom+xml")
    ids = [entry.findtext(f"{name}id") for entry in feed.iter(f"{name}entry")]
    assert f"urn:discourse:statement:{statement_of(built, 'bad for morale')}" in ids
    assert feed.findtext(f"{name}updated") == "2020-03-02T00:00:00Z"


def test_a_citation_can_be_read_by_machines(built: Path, web: TestClient) -> None:
    name = statement_of(built, "bad for morale")
    item = web.get(f"/statements/{name}/citation.json").json()[0]
    assert item["author"] == [{"literal": "Ann Lee"}]
    assert item["issued"] == {"date-parts": [[2016, 5, 1]]}
    assert "year = {2016}" in web.get(f"/statements/{name}/citation.bib").text


def test_an_answer_that_the_client_has_is_not_sent_again(web: TestClient) -> None:
    tag = web.get("/topics").headers["etag"]
    again = web.get("/topics", headers={"if-none-match": tag})
    assert again.status_code == 304
    assert not again.content
    assert web.get("/about", headers={"if-none-match": tag}).status_code == 200


def test_what_a_run_adds_is_shown(built: Path, pages: Path, stages: Stages) -> None:
    web = client(built)
    assert "Cy Moe" not in web.get("/stakeholders").text
    (pages / "2021.md").write_text("---\ndate: 2021-01-01\n---\n\nCy Moe: The funding is good.\n")
    with Map.create(built) as store:
        run(gather([str(pages)]), store, stages)
    for _ in range(50):
        if "Cy Moe" in web.get("/stakeholders").text:
            break
    assert "Cy Moe" in Elements(web.get("/search?topic=funding").text).text


def test_a_map_that_is_rebuilt_in_its_place_answers_once_it_is_whole(
    built: Path, tmp_path: Path, stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("discourse.web.maps._LOOK", 0.0)
    web = client(built)
    assert web.get("/topics/inspection").status_code == 200
    for place in (built, Path(f"{built}-wal"), Path(f"{built}-shm")):
        place.unlink(missing_ok=True)
    assert "bad for morale" in web.get("/search?stakeholder=ann-lee").text
    built.write_bytes(b"not a map at all")
    assert "bad for morale" in web.get("/search?stakeholder=ann-lee").text
    built.unlink()
    with Map.create(built):
        assert "bad for morale" in web.get("/search?stakeholder=ann-lee").text
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "x.md").write_text("---\ndate: 2022-01-01\n---\n\nDi Poe: Inspection is good for everybody.\n")
    with Map.create(built) as store:
        run(gather([str(folder)]), store, stages)
    page = web.get("/search?topic=inspection").text
    assert "Di Poe" in page
    assert "bad for morale" not in page


def test_help_does_not_load_the_server() -> None:
    code = (
        "import sys; from discourse.cli import app; assert not {'fastapi', 'uvicorn', 'starlette'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_json_of_the_pages_is_json(web: TestClient) -> None:
    for address in ("/network?format=json", "/changes?format=json", "/summary?format=json"):
        json.loads(web.get(address).text)


def test_an_answer_is_kept_until_the_map_changes(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    web, asked = client(built), []
    whole = Site.page
    monkeypatch.setattr(Site, "page", lambda self, *args, **more: asked.append(args[1]) or whole(self, *args, **more))
    first = web.get("/topics/inspection")
    again = web.get("/topics/inspection")
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
    assert web.get("/topics/inspection", headers={"if-none-match": first.headers["etag"]}).status_code == 304
    assert web.get("/topics/inspection", headers={"host": "localhost"}).content == first.content
    assert asked == ["topic.html", "topic.html"]
    with Map.create(built) as store:
        correct_stance(store, statement_of(built, "bad for morale"), "inspection", "favour", who="Ada")
    later = web.get("/topics/inspection")
    for _ in range(200):
        if "3 statements" in later.text:
            break
        time.sleep(0.02)
        later = web.get("/topics/inspection")
    assert "3 statements" in later.text
    assert "3 statements" not in first.text


def test_the_notes_of_a_summary_say_who_and_where(built: Path) -> None:
    page = client(built).get("/summary?topic=inspection").text
    notes = page[page.index('<ol class="notes">') :].partition("</ol>")[0]
    said = statement_of(built, "bad for morale")
    assert f'<a href="/statements/{said}">Ann Lee</a>, A speech, 1 May 2016' in notes
    assert said not in Elements(notes).text


def test_a_question_that_waits_for_an_overview_does_not_wait_for_itself(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("discourse.web.maps._WAIT", 0.2)
    maps = Maps(built, readers=1, seconds=5.0, keep=10.0)
    with maps.reading():
        assert maps.kept("documents", lambda store: len(read.documents(store))) == 2
    maps.close()


def test_an_answer_made_of_an_overview_that_is_out_of_date_is_not_kept(built: Path) -> None:
    maps = Maps(built, readers=1, seconds=5.0, keep=3600.0)
    asked = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        asked.append(maps.kept("number of answers", lambda store: len(asked)))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x"})

    cache = Cache(app, maps)
    assert [answer.body for _, answer in get(cache, ["/a", "/a", "/b"])] == [b"x"] * 3
    assert len(asked) == 2
    with Map.create(built) as store:
        not_a_statement(store, statement_of(built, "bad for morale"), who="Ada")
    list(get(cache, ["/a", "/a"]))
    assert asked == [0, 0, 0, 0]
    maps.keep = 0.0
    for _ in range(200):
        list(get(cache, ["/a"]))
        if asked[-1]:
            break
        time.sleep(0.02)
    so_far = len(asked)
    list(get(cache, ["/a", "/a"]))
    assert len(asked) == so_far
    maps.close()
