"""The sources file: read strictly, with messages that help; and which addresses may be asked at all."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discourse import resources
from discourse.collect.addresses import PRIVATE, ForbiddenAddressError, permitted, why_forbidden
from discourse.collect.manner import Manner
from discourse.collect.source import SOURCE_KINDS, load_sources
from discourse.collect.urls import host_of, join, normalise
from discourse.errors import DiscourseError
from discourse.records import DOCUMENT_KINDS

GOOD = """
[collector]
contact = "me@example.org"
delay = 1.5

[[source]]
id = "news"
name = "News"
kind = "feed"
url = "https://news.example/feed"
document_kind = "news"
include = ["*/care/*"]
limit = 50

[[source]]
id = "search"
name = "Search"
kind = "search"
url = "https://site.example/search?q={query}&page={page}"
queries = ["children in care", "Ofsted"]

[[source]]
id = "files"
name = "Files"
kind = "folder"
path = "pages"
"""


def _load(folder: Path, text: str) -> object:
    path = folder / "sources.toml"
    path.write_text(text)
    return load_sources(path)


def test_a_good_file(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text(GOOD)
    sources = load_sources(tmp_path / "sources.toml")
    news, search, files = sources.sources
    assert (sources.contact, sources.delay) == ("me@example.org", 1.5)
    assert (news.urls, news.limit, news.include) == (("https://news.example/feed",), 50, ("*/care/*",))
    assert search.urls[0] == "https://site.example/search?q=children+in+care&page={page}"
    assert files.path == tmp_path / "pages"


def test_a_list_of_pages_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("# ours\nhttps://a.example/1#x\n\n https://a.example/2 # two\n")
    text = '[[source]]\nid = "p"\nname = "P"\nkind = "pages"\npath = "list.txt"\n'
    (tmp_path / "sources.toml").write_text(text)
    assert load_sources(tmp_path / "sources.toml").sources[0].urls == ("https://a.example/1#x", "https://a.example/2")
    for wrong in ("none.txt", "sources.toml"):
        with pytest.raises(DiscourseError, match="line "):
            _load(tmp_path, text.replace("list.txt", wrong))


@pytest.mark.parametrize(
    ("was", "now", "message"),
    [
        ("[collector]", "[colector]", 'line 2: a sources file has no "colector": did you mean collector?'),
        ("delay =", "dellay =", 'line 4: [collector] has no "dellay": did you mean delay?'),
        ("delay = 1.5", "delay = -1", "line 4: delay of [collector] must be a number of seconds from 0 to 3600"),
        ('kind = "feed"', 'kind = "rss"', 'line 9: kind "rss" of [[source]] is not one of feed, sitemap, pages,'),
        ('"https://news.example/feed"', '"news.example"', 'line 10: url "news.example": not a web address'),
        ("https://news", "https://me:pw@news", "line 10: url"),
        (
            'document_kind = "news"',
            'document_kind = "blog"',
            'line 11: document_kind "blog" of [[source]] is not one of',
        ),
        ("limit = 50", "limit = 0", "line 13: limit of [[source]] must be a whole number from 1"),
        ('include = ["*/care/*"]', 'include = "x"', "line 12: include of [[source]] must be a list of texts"),
        ('id = "news"', 'id = "The News"', 'line 7: id "The News" of [[source]] must be lower-case'),
        ('id = "search"', 'id = "news"', 'line 15: a second [[source]] with id "news"'),
        ('name = "News"\n', "", 'line 6: [[source]] needs name = "…"'),
        ('url = "https://news.example/feed"\n', "", 'line 6: [[source]] needs url = "https://…"'),
        ("q={query}", "q=x", "line 19: with queries, url must hold {query}"),
        ('path = "pages"', 'url = "https://x.example/"', 'line 22: a [[source]] of kind "folder" needs path'),
        ('path = "pages"', 'path = "pages"\nsince = "2020"', 'line 27: since is for kind = "hansard"'),
        ("limit = 50", 'urls = ["https://x.example/"]', 'line 13: urls is for kind = "pages"'),
        (GOOD, "", "no source: add at least one [[source]]"),
        (GOOD, "[source]\n", "line 1: a source must be written [[source]]"),
        (GOOD, "x = ", "not valid TOML"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, was: str, now: str, message: str) -> None:
    assert was in GOOD
    with pytest.raises(DiscourseError) as caught:
        _load(tmp_path, GOOD.replace(was, now, 1))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_sources_of_the_first_sector() -> None:
    sources = load_sources(resources.path("corpus/sources.toml")).sources
    assert len(sources) >= 25
    for source in sources:
        assert source.kind in SOURCE_KINDS
        assert source.terms, source.id
        assert source.publisher, source.id
        assert all(url.startswith("https://") for url in source.urls), source.id
        assert source.document_kind is None or source.document_kind in DOCUMENT_KINDS


@pytest.mark.parametrize(
    ("address", "forbidden"),
    [
        ("8.8.8.8", False),
        ("2606:4700::1111", False),
        ("127.0.0.1", True),
        ("::1", True),
        ("0.0.0.0", True),
        ("10.0.0.1", True),
        ("172.31.0.1", True),
        ("192.168.1.1", True),
        ("100.64.0.1", True),
        ("169.254.169.254", True),
        ("168.63.129.16", True),
        ("fd00:ec2::254", True),
        ("fe80::1", True),
        ("fc00::1", True),
        ("224.0.0.1", True),
        ("ff02::1", True),
        ("255.255.255.255", True),
        ("::ffff:10.0.0.1", True),
        ("::ffff:127.0.0.1", True),
        ("2002:7f00:1::", True),
        ("64:ff9b::a9fe:a9fe", True),
    ],
)
def test_only_public_addresses_are_asked(address: str, forbidden: bool) -> None:
    assert bool(why_forbidden(ipaddress.ip_address(address))) is forbidden


def test_private_addresses_can_be_allowed_but_metadata_cannot() -> None:
    assert why_forbidden(ipaddress.ip_address("127.0.0.1"), PRIVATE) is None
    assert why_forbidden(ipaddress.ip_address("10.0.0.1"), PRIVATE) is None
    for address in ("169.254.169.254", "fd00:ec2::254", "::ffff:169.254.169.254", "168.63.129.16"):
        assert why_forbidden(ipaddress.ip_address(address), PRIVATE)


def test_a_name_with_one_private_address_is_not_asked() -> None:
    with pytest.raises(ForbiddenAddressError, match=r"mixed.example \(10.0.0.1\)"):
        permitted("mixed.example", 80, (), lambda host, port: ["8.8.8.8", "10.0.0.1"])


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("HTTPS://Example.org:443/A?b=2&a=1#top", "https://example.org/A?a=1&b=2"),
        ("http://example.org", "http://example.org/"),
        ("https://example.org/a?utm_source=x&utm_medium=y", "https://example.org/a"),
        ("https://www.gov.uk/api/content/government/speeches/x", "https://www.gov.uk/government/speeches/x"),
        (" https://example.org/a//b ", "https://example.org/a/b"),
    ],
)
def test_normal_form_of_addresses(url: str, normal: str) -> None:
    assert normalise(url) == normal
    assert normalise(normal) == normal


def test_hosts_and_links() -> None:
    assert host_of("https://[2001:db8::1]/x") == "https://[2001:db8::1]:443"
    assert host_of("http://bücher.example/") == "http://xn--bcher-kva.example:80"
    for link in (
        "javascript:x",
        "mailto:a@b.example",
        "http://[::1",
        "https://" + "x" * 3000,
        "data:,x",
        "http://a b/",
    ):
        assert join("https://example.org/", link) is None
    assert join("https://example.org/a/b", "../c#d") == "https://example.org/c"


@given(st.text(max_size=80))
def test_any_text_is_a_link_or_none(text: str) -> None:
    link = join("https://example.org/", text)
    assert link is None or normalise(link)


@pytest.mark.parametrize("contact", [None, "me", "me@", "me@example.org\r\nX: y", "javascript:x"])
def test_nobody_beyond_this_machine_is_asked_without_a_contact(contact: str | None) -> None:
    with pytest.raises(DiscourseError, match="contact"):
        Manner(contact=contact).check_contact(["http://127.0.0.1/", "https://example.org/"])


def test_the_user_agent_says_who_asks() -> None:
    manner = Manner(contact="me@example.org")
    manner.check_contact(["https://example.org/"])
    assert manner.agent.startswith("sector-discourse/")
    assert "me@example.org" in manner.agent
    Manner().check_contact(["http://127.0.0.1:8000/", "http://localhost/"])
