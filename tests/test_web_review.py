"""Reviewing through the pages: who may, what is kept, two people and a third, and what is refused."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from discourse import corrections, reviewing
from discourse.cli import main
from discourse.errors import DiscourseError
from discourse.query import statements
from discourse.store import Map
from discourse.web.entry import tokens
from discourse.web.settings import check_editing
from tests.test_web_security import hostile
from tests.web_client import BASE, Elements, client

__all__ = ["hostile"]

SECRET = "a secret for the tests"
ADA = tokens(["Ada"], SECRET, ())


def reviewer(path: Path, name: str, **settings: Any) -> TestClient:
    own = tokens([name], SECRET, ())
    web = client(path, reviewers=own, **settings)
    web.headers["origin"] = BASE
    answer = web.post("/review/sign-in", data={"token": own[name]})
    assert answer.status_code == 200
    assert f"You are {name}" in answer.text
    return web


def item_of(path: Path, words: str) -> str:
    with Map.open(path) as store:
        return next(str(row["id"]) for row in statements(store) if words in row["text"])


def fields(page: str) -> dict[str, str]:
    """The hidden fields of the form that judges."""
    form = page[page.index('<form method="post" action="/review/statements') :]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form.partition("</form>")[0]))


def judge(web: TestClient, name: str, **said: str) -> Any:
    page = web.get(f"/review/statements/{name}?topic=inspection")
    assert page.status_code == 200
    return web.post(f"/review/statements/{name}", data=fields(page.text) | said)


def row_of(path: Path, name: str) -> dict[str, Any]:
    with Map.open(path) as store:
        return next(row for row in statements(store) if row["id"] == name)


def test_without_edit_there_is_nothing_to_review(built: Path) -> None:
    web = client(built)
    assert web.get("/review").status_code == 404
    assert web.post("/review/sign-in", data={"name": "x", "token": ""}).status_code == 405
    assert "/review" not in Elements(web.get("/").text).links


def test_a_correction_is_made_shown_and_undone(built: Path) -> None:
    web, name = reviewer(built, "Ada"), item_of(built, "bad for morale")
    done = judge(web, name, do="favour", why="It is ironic.")
    number = re.search(r"Kept as correction (\d+)", done.text)
    assert number
    assert row_of(built, name)["stances"] == [{"topic": "inspection", "stance": "favour", "confidence": 1.0}]
    page = web.get(f"/statements/{name}").text
    assert "It is ironic." in page
    assert "Ada" in page
    web.post("/review/undo", data={"mark": fields(done.text)["mark"], "numbers": number[1]})
    assert row_of(built, name)["stances"][0]["stance"] == "against"
    assert "undone by Ada" in web.get(f"/statements/{name}").text
    with Map.open(built) as store:
        assert [row["state"] for row in corrections.listed(store)] == ["undone"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"do": "accept"}, {"speaker": "Ann Lee", "stances": ["against"]}),
        ({"do": "none"}, {"speaker": "Ann Lee", "stances": []}),
        ({"do": "speaker", "speaker": "Bo Ray"}, {"speaker": "Bo Ray", "stances": ["against"]}),
        ({"do": "speaker", "speaker": "New", "kind": "organisation"}, {"speaker": "New", "stances": ["against"]}),
        ({"do": "nobody"}, {"speaker": None, "stances": ["against"]}),
        ({"do": "topic", "to_topic": "funding", "to_stance": "favour"}, {"speaker": "Ann Lee", "stances": ["favour"]}),
    ],
)  # fmt: skip
def test_what_is_said_goes_where_corrections_go(built: Path, said: dict[str, str], expected: dict[str, Any]) -> None:
    name = item_of(built, "bad for morale")
    assert judge(reviewer(built, "Ada"), name, **said).status_code == 200
    row = row_of(built, name)
    assert row["speaker"] == expected["speaker"]
    assert [s["stance"] for s in row["stances"]] == expected["stances"]
    with Map.open(built) as store:
        assert {c["who"] for c in corrections.listed(store)} == {"Ada"}


def test_what_nobody_said_is_shown_nowhere(built: Path) -> None:
    web, name = reviewer(built, "Ada"), item_of(built, "bad for morale")
    assert "shown nowhere" in judge(web, name, do="not-a-statement").text
    assert "bad for morale" not in client(built).get("/search").text


def test_the_queue_goes_on_until_nothing_is_left(built: Path) -> None:
    web, seen = reviewer(built, "Ada"), set()
    page = web.get("/review/next?look=first&by=uncertainty")
    for _ in range(10):
        if "Nothing left here" in page.text:
            break
        form = re.search(r'action="(/review/statements/\w+)"', page.text)
        assert form
        seen.add((form[1], fields(page.text)["topic"]))
        page = web.post(form[1], data=fields(page.text) | {"do": "accept"})
    assert "Nothing left here" in page.text
    assert len(seen) == 5
    with Map.open(built) as store:
        assert reviewing.progress(reviewing.judged(store))["people"] == {"Ada": 10}


def test_two_people_and_a_third_who_settles(built: Path) -> None:
    name = item_of(built, "bad for morale")
    ada, bob, cyd = (reviewer(built, who) for who in ("Ada", "Bob", "Cyd"))
    judge(ada, name, do="favour")
    assert "Nothing left" in ada.get("/review/next?look=second").text
    second = bob.get("/review/next?look=second").text
    assert name in second
    assert "Ada" not in Elements(second).text
    bob.post(f"/review/statements/{name}", data=fields(second) | {"do": "against"})
    assert "Nothing left" in bob.get("/review/next?look=settle").text
    settle = cyd.get("/review/next?look=settle").text
    assert "Ada says in favour, Bob says against" in " ".join(Elements(settle).text.split())
    cyd.post(f"/review/statements/{name}", data=fields(settle) | {"do": "favour"})
    assert "Nothing left" in cyd.get("/review/next?look=settle").text
    assert row_of(built, name)["stances"][0]["stance"] == "favour"
    overview = " ".join(Elements(ada.get("/review").text).text.split())
    assert "the first two said the same 0 times of 1" in overview


def test_a_statement_is_called_reviewed_once_two_agree_on_all_of_it(built: Path) -> None:
    name = item_of(built, "bad for morale")
    judge(reviewer(built, "Ada"), name, do="accept")
    assert "not reviewed" in client(built).get(f"/statements/{name}").text
    judge(reviewer(built, "Bob"), name, do="accept")
    page = client(built).get(f"/statements/{name}").text
    assert "Reviewed by Ada and Bob" in page
    assert "not reviewed" not in page


def test_a_wrong_token_lets_nobody_in(built: Path) -> None:
    web = client(built, reviewers=ADA)
    for data in ({"token": "wrong"}, {"token": ""}, {}, {"token": SECRET}, {"name": "Ada"}, {"token": "ä"}):
        answer = web.post("/review/sign-in", data=data)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
    assert web.get("/review/next").status_code == 403


@pytest.mark.parametrize(
    ("change", "headers"),
    [
        ({"mark": ""}, {}),
        ({"mark": "0" * 64}, {}),
        ({}, {"origin": "https://evil.example"}),
        ({}, {"origin": "null"}),
        ({}, {"origin": "http://127.0.0.1:9999"}),
        ({}, {"sec-fetch-site": "cross-site"}),
        ({}, {"sec-fetch-site": "same-site"}),
        ({}, {"content-type": "text/plain"}),
        ({"why": "x" * 20_000}, {}),
    ],
)
def test_a_forged_form_changes_nothing(built: Path, change: dict[str, str], headers: dict[str, str]) -> None:
    web, name = reviewer(built, "Ada"), item_of(built, "bad for morale")
    data = fields(web.get(f"/review/statements/{name}?topic=inspection").text) | {"do": "none"} | change
    answer = web.post(f"/review/statements/{name}", data=data, headers=headers)
    assert answer.status_code == 403
    with Map.open(built) as store:
        assert corrections.listed(store) == []


@pytest.mark.parametrize("place", ["/review/undo", "/review/sign-out", "/review/statements/xxxx"])
def test_a_form_needs_its_cookie(built: Path, place: str) -> None:
    web = reviewer(built, "Ada")
    name = item_of(built, "bad for morale")
    mark = fields(web.get(f"/review/statements/{name}").text)["mark"]
    web.cookies.clear()
    assert web.post(place, data={"mark": mark, "numbers": "1", "do": "none"}).status_code == 403


def test_a_cookie_of_another_server_or_a_changed_one_is_nobody(built: Path) -> None:
    web, other = reviewer(built, "Ada"), client(built, reviewers=ADA)
    (cookie,) = web.cookies.jar
    for value in (cookie.value or "", "", "a.b.c.d", (cookie.value or "").replace(".", "..", 1)):
        other.cookies.clear()
        other.cookies.set(cookie.name, value)
        assert "Sign in" in other.get("/review").text


@pytest.mark.parametrize("tls", [False, True])
def test_the_cookie_stays_on_the_site_and_out_of_scripts(built: Path, tls: bool) -> None:
    web = client(built, reviewers=ADA, behind_tls=tls)
    answer = web.post("/review/sign-in", data={"token": ADA["Ada"]}, follow_redirects=False)
    cookie = answer.headers["set-cookie"].casefold()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert ("secure" in cookie) == tls
    assert cookie.startswith("__host-") == tls


def test_only_own_corrections_are_undone(built: Path) -> None:
    name = item_of(built, "bad for morale")
    judge(reviewer(built, "Ada"), name, do="favour")
    bob = reviewer(built, "Bob")
    mark = fields(bob.get(f"/review/statements/{name}").text)["mark"]
    assert bob.post("/review/undo", data={"mark": mark, "numbers": "1"}).status_code == 403
    assert row_of(built, name)["stances"][0]["stance"] == "favour"


@pytest.mark.parametrize(
    "attack", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a\x00b\r\nSet-Cookie: x"]
)
def test_a_name_and_a_reason_are_text(built: Path, attack: str) -> None:  # fmt: skip
    own = tokens([attack], SECRET, ())
    web = client(built, reviewers=own)
    web.post("/review/sign-in", data={"token": next(iter(own.values()))})
    name = item_of(built, "bad for morale")
    judge(web, name, do="speaker", speaker=attack.replace("\x00", ""), why=attack)
    for page in ("/review", f"/review/statements/{name}", f"/statements/{name}", "/stakeholders"):
        seen = Elements(web.get(page).text)
        assert not {"img", "iframe"} & {tag for tag, _ in seen.tags}
        scripts = [attributes for tag, attributes in seen.tags if tag == "script"]
        assert all(attributes == {"src": "/static/review.js", "defer": None} for attributes in scripts)


def test_what_a_hostile_map_says_is_text_for_reviewers_too(hostile: Path, tmp_path: Path) -> None:
    path = tmp_path / "hostile.db"
    shutil.copy(hostile, path)
    web = reviewer(path, "Ada", full_texts=True)
    with Map.open(path) as store:
        rows = statements(store)
    for row in rows[::4]:
        for page in (f"/review/statements/{row['id']}", f"/documents/{row['document']['id']}/text"):
            answer = web.get(page)
            assert answer.status_code == 200, page
            for tag, attributes in Elements(answer.text).tags:
                assert tag not in ("iframe", "object", "embed", "img", "style", "base", "video", "math"), page
                assert tag != "script" or attributes == {"src": "/static/review.js", "defer": None}, page
                assert not [name for name in attributes if name.startswith("on") or name == "style"], page
                assert re.match(r"(?!//)[/#?]|https?://", attributes.get("href") or "/"), (page, attributes)


def test_only_the_pages_for_reviewing_allow_a_script(built: Path) -> None:
    web = reviewer(built, "Ada")
    assert "script-src 'self'" in web.get("/review").headers["content-security-policy"]
    assert "unsafe" not in web.get("/review").headers["content-security-policy"]
    assert "script-src" not in web.get("/reviewed").headers["content-security-policy"]
    assert web.post("/api/v1/statements").status_code == 405


@pytest.mark.parametrize("asked", ["look=all", "by=fate", "skip=-1", "skip=99999"])
def test_an_absurd_queue_is_refused(built: Path, asked: str) -> None:
    assert reviewer(built, "Ada").get(f"/review/next?{asked}").status_code == 400


@pytest.mark.parametrize(
    ("host", "names", "tls", "allowed"),
    [
        ("127.0.0.1", (), False, True),
        ("::1", ("localhost",), False, True),
        ("0.0.0.0", (), False, False),
        ("127.0.0.1", ("maps.example",), False, False),
        ("0.0.0.0", ("maps.example",), True, True),
    ],
)
def test_editing_stays_on_this_machine_unless_told(host: str, names: tuple[str, ...], tls: bool, allowed: bool) -> None:
    if allowed:
        check_editing(host, names, tls)
    else:
        with pytest.raises(DiscourseError, match="--behind-tls"):
            check_editing(host, names, tls)


def test_the_command_refuses_before_it_listens(
    built: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["discourse", "serve", "--map", str(built), "--edit", "--host", "0.0.0.0"])
    monkeypatch.setattr("uvicorn.run", lambda *_, **__: pytest.fail("it listened"))
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_each_reviewer_has_a_token_that_only_the_secret_and_their_name_make() -> None:
    made = tokens(["Ada", " Bob  Ray "], SECRET, ["Ada", "Cyd"])
    assert list(made) == ["Ada", "Bob Ray"]
    assert made == tokens(["Ada", "Bob Ray"], SECRET, ())
    assert len(set(made.values()) | {tokens(["Ada"], None, ())["Ada"] for _ in range(5)}) == 7
    assert all(len(token) >= 24 and SECRET not in token for token in made.values())


@pytest.mark.parametrize("secret", ["", "short", "ä" * 20])
def test_a_secret_is_long(secret: str) -> None:
    with pytest.raises(DiscourseError, match="DISCOURSE_TOKEN"):
        tokens(["Ada"], secret, ())


@pytest.mark.parametrize("names", [["ada"], ["Bob", "BOB"], ["ADA", "Ada"], [" "], ["x" * 99]])
def test_nobody_can_be_two_reviewers_by_accident(names: list[str]) -> None:
    with pytest.raises(DiscourseError):
        tokens(names, SECRET, ["Ada"])


def test_whose_token_it_is_says_who_speaks(built: Path) -> None:
    web = client(built, reviewers=tokens(["Ada", "Bob"], SECRET, ()))
    answer = web.post("/review/sign-in", data={"name": "Bob", "token": ADA["Ada"]})
    assert "You are Ada" in answer.text


def test_reviewers_without_edit_are_refused(
    built: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["discourse", "serve", "--map", str(built), "--reviewer", "Ada"])
    monkeypatch.setattr("uvicorn.run", lambda *_, **__: pytest.fail("it listened"))
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert "--edit" in capsys.readouterr().err


def test_the_command_tells_each_reviewer_their_token(
    built: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["discourse", "serve", "--map", str(built), "--edit", "--reviewer", "Ada", "--reviewer", "Bob"]
    monkeypatch.setattr("sys.argv", words)
    monkeypatch.setenv("DISCOURSE_TOKEN", SECRET)
    monkeypatch.setattr("uvicorn.run", lambda *_, **__: None)
    with pytest.raises(SystemExit):
        main()
    told = capsys.readouterr().err
    for name, token in tokens(["Ada", "Bob"], SECRET, ()).items():
        assert f"as {name}: http://127.0.0.1:8010/review, with the token {token}" in told


SAID = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(("favour", "against")), st.booleans()), max_size=8
)  # fmt: skip


@given(SAID)
def test_a_field_is_disputed_exactly_where_two_last_words_differ(said: list[tuple[str, str, bool]]) -> None:
    rows = [
        {"field": "stance:t", "anchor": "s", "who": who, "value": value, "state": "standing" if stands else "undone"}
        for who, value, stands in said
    ]
    last = {row["who"]: row["value"] for row in rows if row["state"] == "standing"}
    found = reviewing.of(rows)
    assert len(found) == bool(last)
    for one in found:
        assert dict(one.said) == last
        assert (one.stage == "disputed") == (len(last) == 2 and len(set(last.values())) == 2)
        assert (one.stage == "once") == (len(last) == 1)
        assert (one.stage == "agreed") == (len(last) > 1 and len(set(last.values())) == 1)
