"""What pages said is never markup, a script or a formula; who asks wrongly, too much or elsewhere is refused."""

from __future__ import annotations

import csv
import io
import re
import threading
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient

from discourse.errors import ModelError, QueryError
from discourse.pipeline import Stages
from discourse.records import (
    Analysis,
    Argument,
    Document,
    Link,
    PageEntry,
    Stakeholder,
    Stance,
    Statement,
    digest,
    identify,
)
from discourse.store import Map, browse, links, write
from discourse.web.guard import Rate
from discourse.web.links import outside
from discourse.web.settings import hosts_for, is_loopback
from discourse.web.site import installed_embedder
from tests.web_client import Elements, client

ATTACKS = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "<svg/onload=alert(1)>",
    "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    '" onmouseover="alert(1)',
    "' onfocus='alert(1)",
    "` onclick=alert(1) `",
    '<math><mi//xlink:href="data:x,<script>alert(1)</script>">',
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<select onfocus=alert(1) autofocus>",
    "<textarea onfocus=alert(1) autofocus>",
    "<keygen onfocus=alert(1)>",
    "<marquee onstart=alert(1)>",
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<form action=javascript:alert(1)><input type=submit>",
    "<isindex action=javascript:alert(1)>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>@import '//evil.example/x.css';</style>",
    "<base href=//evil.example/>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "]]><script>alert(1)</script>",
    "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY y 'z'>]>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "\\u003cscript\\u003ealert(1)",
    "<scr<script>ipt>alert(1)",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<template><script>alert(1)</script></template>",
    "{{ 7 * 7 }}",
    "{% for x in y %}{{ x }}{% endfor %}",
    "${7*7}",
    "=cmd|' /C calc'!A0",
    "+1+cmd",
    "-2+3",
    "@SUM(1+1)",
    '=HYPERLINK("//evil.example","x")',
    "\u202eevil\u202c",
    "\x00\x01\x1b[31m",
    "\ufffe\uffff",
    "<p style=background:url(javascript:alert(1))>",
    "//evil.example/x",
    "</title><script>alert(1)</script>",
    "<xmp><script>alert(1)</script></xmp>",
    "{\\input{/etc/passwd}}",
]
"""What pages, names, quotations and addresses may hold."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A map in which every field that comes from outside holds every attack."""
    path = tmp_path_factory.mktemp("hostile") / "hostile.db"
    write_hostile(path, ATTACKS)
    return path


def write_hostile(path: Path, attacks: Sequence[str]) -> None:
    """Writes a map in which every field that comes from outside holds each of these."""
    with Map.create(path) as store:
        store.set(
            threshold="0.5",
            embedder="fake",
            topics='[{"id": "a\\"><script>", "name": "<script>alert(1)</script>", "proposition": "<b onload=x>"}]',
        )
        holders, spoken = [], []
        for number, attack in enumerate(attacks):
            name = f"h{number}{''.join(attack.splitlines()).replace('%', '')}"
            holder = Stakeholder(name, attack, "person", attack, (attack,), url=attack)
            holders.append(holder)
            text = f"{attack} funding {attack}"
            page = Document(
                f"d{number}",
                digest(text),
                attack,
                text,
                url=attack,
                title=attack,
                authors=(attack,),
                author_role=attack,
                published="2020-01-02",
                publisher=attack,
                kind="news",
                kind_reason=attack,
            )
            (said,) = identify(
                [
                    Statement(
                        "",
                        page.id,
                        0,
                        len(text),
                        text,
                        "direct",
                        speaker=attack,
                        speaker_id=holder.id,
                        speaker_kind="person",
                        speaker_text=attack,
                        role=attack,
                        organisation=attack,
                        cue=attack,
                        quoted_by=attack,
                        reason=attack,
                        context=attack,
                    )
                ]
            )
            stance = Stance(said.id, 'a"><script>', ("favour", "against")[number % 2], 0.9)
            entry = PageEntry(f"p{number}", attack, digest(text), "{}")
            spoken.append((entry, page, said, stance))
        write.write_stakeholders(store, holders)
        for entry, page, said, stance in spoken:
            write.write_page(store, Analysis(entry, (page,), (said,), b"", 64, (stance,)))
        for (_, page, said, _), (*_, target, _) in pairwise(spoken):
            attack = page.title or ""
            found = (
                Link(said.id, target.id, "supports", attack, attack, 0.9, "figure"),
                Link(target.id, said.id, "responds_to", attack, attack, 0.9),
            )
            links.write(store, {page.id: found})
        first = spoken[0][2]
        made = tuple(said.id for _, _, said, _ in spoken[:6])
        point = Argument("a1", 'a"><script>', "favour", first.text, first.id, made, terms=(attacks[0],))
        write.write_arguments(store, 'a"><script>', [(point, b"")])


def pages_of(web: TestClient) -> list[str]:
    """The overviews, and every page that a search result leads to."""
    found = ["/", "/topics", "/stakeholders", "/documents", "/network", "/compare", "/summary", "/search", "/about"]
    found += ["/links", "/links?page=2"]
    found += sorted(
        {
            link
            for page in ("/", "/search", "/documents", "/stakeholders", "/topics")
            for link in Elements(web.get(page).text).links
            if link.count("/") > 1 and link.startswith("/")
        }
    )
    return found


def test_there_are_enough_attacks() -> None:
    assert len(set(ATTACKS)) >= 50


def test_nothing_that_a_page_said_is_markup(hostile: Path) -> None:
    web = client(hostile)
    pages = pages_of(web)
    assert len(pages) > 100
    for page in pages:
        answer = web.get(page)
        assert answer.status_code == 200, page
        if "html" not in answer.headers["content-type"]:
            continue
        for tag, attributes in Elements(answer.text).tags:
            assert tag not in ("script", "iframe", "object", "embed", "img", "style", "base", "video", "math"), page
            assert not [name for name in attributes if name.startswith("on") or name == "style"], page
            for name in ("href", "src", "action"):
                assert re.match(r"[/#?]|https?://", attributes.get(name) or "/"), (page, attributes)
                assert not (attributes.get(name) or "").startswith("//"), (page, attributes)


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_that_is_asked_is_markup(hostile: Path, attack: str, asked: TestClient) -> None:
    for place, name in (
        ("search", "q"),
        ("search", "publisher"),
        ("search", "stakeholder"),
        ("compare", "a"),
        ("links", "publisher"),
        ("links", "from"),
    ):
        answer = asked.get(f"/{place}", params={name: attack})
        assert answer.status_code in (200, 400)
        seen = Elements(answer.text)
        assert not {"script", "iframe", "img", "object", "base", "style"} & {tag for tag, _ in seen.tags}
        assert not [a for _, attributes in seen.tags for a in attributes if a.startswith("on") or a == "style"]


@pytest.fixture(scope="module")
def asked(hostile: Path) -> TestClient:
    return client(hostile)


def test_a_feed_is_well_formed_and_holds_text_alone(asked: TestClient) -> None:
    feed = ElementTree.fromstring(asked.get("/search.atom").content)
    names = {element.tag.rpartition("}")[2] for element in feed.iter()}
    assert names == {"feed", "title", "id", "updated", "link", "entry", "author", "name", "summary"}


def test_no_cell_of_a_table_is_a_formula(asked: TestClient) -> None:
    for address in ("/search.csv", "/network?format=csv"):
        rows = list(csv.reader(io.StringIO(asked.get(address).text)))
        assert len(rows) > 20
        for row in rows[1:]:
            for cell in row:
                number = re.fullmatch(r"-?\d+(\.\d+)?", cell)
                assert number or not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_a_citation_holds_no_command(asked: TestClient) -> None:
    for row in asked.get("/api/v1/statements?limit=200").json()["items"]:
        entry = asked.get(f"/statements/{row['id']}/citation.bib").text
        inner = entry.partition(",\n")[2].rpartition("}")[0]
        bare = re.sub(r"\\(textbackslash|textasciitilde|textasciicircum)\{\}|\\[{}&%$#_]", "", inner)
        assert "\\" not in bare
        assert bare.count("{") == bare.count("}")


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("https://a.example/x?y=1#z", True),
        ("http://a.example", True),
        ("javascript:alert(1)", False),
        ("JAVASCRIPT:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,x", False),
        ("//evil.example", False),
        ("/etc/passwd", False),
        ("file:///etc/passwd", False),
        ("http://[broken", False),
        ("https:", False),
        ("", False),
        (None, False),
    ],
)
def test_only_addresses_on_the_web_are_links(address: str | None, link: bool) -> None:
    assert outside(address) == (address if link else None)


@pytest.mark.parametrize("page", ["/", "/none", "/search?page=x", "/api/v1/statements", "/static/style.css"])
def test_every_answer_carries_the_headers(built: Path, page: str) -> None:
    headers = client(built).get(page).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in policy
    assert "server" not in headers


@pytest.mark.parametrize(
    ("host", "answered"),
    [
        ("127.0.0.1:8010", True),
        ("LOCALHOST", True),
        ("[::1]:9", True),
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("localhost@evil.example", False),
        ("", False),
        ("localhost:80:80", False),
        ("localhost/x", False),
    ],
)
def test_the_host_header_is_checked(built: Path, host: str, answered: bool) -> None:
    answer = client(built).get("/about", headers={"host": host})
    assert answer.status_code == (200 if answered else 421)
    assert answered or "evil" not in answer.text


def test_names_under_which_a_server_answers() -> None:
    assert {"10.0.0.7", "maps.example"} <= set(hosts_for("10.0.0.7", ("Maps.Example",)))
    assert "[2001:db8::1]" in hosts_for("2001:db8::1")
    assert [is_loopback(host) for host in ("127.0.0.2", "::1", "localhost", "0.0.0.0", "maps.example")] == [
        True,
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_nothing_can_be_changed(built: Path, method: str) -> None:
    assert client(built).request(method, "/api/v1/statements").status_code == 405


def test_head_is_get_without_the_body(built: Path) -> None:
    web = client(built)
    assert web.head("/about").headers["etag"] == web.get("/about").headers["etag"]
    assert not web.head("/about").content


def test_a_client_that_asks_too_often_waits(built: Path) -> None:
    web = client(built, burst=3, requests_per_second=0.001)
    answers = [web.get("/static/icon.svg") for _ in range(5)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429, 429]
    assert answers[-1].headers["retry-after"] == "1"


def test_rates_are_kept_for_each_client_and_forgotten() -> None:
    now = [0.0]
    rate = Rate(1, 2, lambda: now[0])
    assert [rate.allows("a"), rate.allows("a"), rate.allows("a"), rate.allows("b")] == [True, True, False, True]
    now[0] = 1.0
    assert [rate.allows("a"), rate.allows("a")] == [True, False]
    for number in range(20_000):
        rate.allows(f"client {number}")
    assert len(rate.held) <= 10_000


@pytest.mark.parametrize(
    "asked",
    [
        "/search?q=" + "x" * 9000,
        "/search?q=" + "+".join(["word"] * 60),
        "/search?publisher=" + "y" * 400,
        "/search?page=99999",
        "/search?page=-1",
        "/search?page=%F0%9D%9F%8F",
        "/search?min_confidence=inf",
        "/search?since=2016-13",
        "/search?sort=random",
        "/search?stance=mixed",
        "/search?q=((((",
        "/search?like=zzzz",
        "/network?window=1",
        "/network?kind=x",
        "/documents?page=0",
        "/stakeholders?page=9" + "9" * 5000,
        "/compare?a=nobody&b=nobody",
        "/summary?topic=nothing",
        "/topics/" + "z" * 3000,
    ],
)
def test_absurd_questions_are_refused(built: Path, asked: str) -> None:
    started = time.monotonic()
    answer = client(built).get(asked)
    assert answer.status_code in (400, 404, 414)
    assert str(built) not in answer.text
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    "query",
    [
        "%00",
        "%ff%fe",
        "a%00b",
        "*",
        '""',
        "()",
        "AND",
        "a NEAR b",
        "text:x",
        "-x",
        "^x",
        "NOT",
        "'; DROP TABLE page",
        "\U0001f600",
    ],
)
def test_odd_queries_are_answered(built: Path, query: str) -> None:
    answer = client(built).get(f"/search?q={query}")
    assert answer.status_code in (200, 400)


def test_a_map_cannot_make_the_server_fetch_an_embedder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("discourse.web.site.load_embedder", lambda name: pytest.fail(f"{name} was loaded"))
    with pytest.raises(ModelError, match="not installed"):
        installed_embedder("somebody/else")


def test_a_question_is_stopped_after_its_time(built: Path) -> None:
    slow = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT sum(x) FROM c"
    with Map.open(built) as store:
        with pytest.raises(QueryError, match="longer than"), browse.time_limit(store, 0.2):
            store.connection.execute(slow).fetchone()
        assert browse.count(store, browse.Filter()) == 5


def test_many_at_once_are_answered(built: Path) -> None:
    web, seen = client(built), []

    def ask(number: int) -> None:
        for page in ("/", "/search?q=inspection", "/topics/inspection"):
            seen.append(web.get(f"{page}{'&' if '?' in page else '?'}n={number}").status_code)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert seen == [200] * 18


def test_what_fails_is_told_without_saying_how(built: Path, monkeypatch: pytest.MonkeyPatch, stages: Stages) -> None:
    monkeypatch.setattr("discourse.web.pages.by_number", lambda *_: 1 / 0)
    answer = client(built).get("/stakeholders/ann-lee")
    assert answer.status_code == 500
    assert "Zero" not in answer.text
    assert "content-security-policy" in answer.headers
