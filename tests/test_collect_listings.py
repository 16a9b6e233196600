"""Links in feeds, sitemaps and pages that list others, whatever state they are in."""

from __future__ import annotations

import gzip
import json
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discourse.collect.exchange import ExchangeError
from discourse.collect.feeds import ParseFailureError, feed_links, feeds_of_page, sitemap_links
from discourse.collect.listings import govuk_links, hansard_links, ofsted_links, search_links, section_links

BASE = "https://news.example/section/"

RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
<title>News</title><link>https://news.example/</link><atom:link href="https://news.example/feed" rel="self"/>
<image><link>https://news.example/</link></image>
<item><title>B</title><link>https://news.example/b?utm_source=rss</link></item>
<item><title>A</title><link><![CDATA[ https://news.example/a ]]></link></item>
<item><title>C</title><guid>https://news.example/c</guid></item>
<item><title>D</title><guid isPermaLink="false">https://news.example/?p=9</guid></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><link rel="self" href="/feed.atom"/><link href="https://news.example/"/>
<entry><link rel="enclosure" href="/x.mp3"/><link rel="alternate" type="text/html" href="/2"/><id>tag:x,1</id></entry>
<entry><link href="/1"/></entry><entry><id>https://news.example/3</id></entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
<item rdf:about="https://news.example/1"><title>x</title></item></rdf:RDF>"""
JSON_FEED = json.dumps({"version": "1.1", "items": [{"url": "https://news.example/2"}, {"id": "/1"}, 7, {"id": 3}]})
BROKEN_RSS = (
    "<rss><channel><item><title>A & B</title><link>https://news.example/a</link></item><item><link>https://news"
)


@pytest.mark.parametrize(
    ("feed", "paths"),
    [(RSS, "b?utm_source=rss a c"), (ATOM, "2 1 3"), (RDF, "1"), (JSON_FEED, "2 1"), ("\ufeff" + RDF, "1")],
)
def test_feeds_give_their_entries_in_order(feed: str, paths: str) -> None:
    assert feed_links(feed.encode(), BASE) == [f"https://news.example/{path}" for path in paths.split()]


def test_a_broken_feed_gives_what_is_whole() -> None:
    assert feed_links(BROKEN_RSS.encode(), BASE)[0] == "https://news.example/a"


@pytest.mark.parametrize(
    "content", [b"", b"<html><p>no feed", b"{", b'{"items": 3}', b"[1]", b"\x00\x01", b"[" * 100_000]
)
def test_what_is_no_feed_is_told(content: bytes) -> None:
    with pytest.raises(ParseFailureError):
        feed_links(content, BASE)


def test_a_page_names_its_feeds() -> None:
    page = b'<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head></html>'
    assert feeds_of_page(page, BASE) == ["https://news.example/feed.xml"]


def _sitemap(name: str, entry: str, *locations: str) -> str:
    entries = "".join(f"<{entry}><loc>{location}</loc></{entry}>" for location in locations)
    return f'<?xml version="1.0"?><{name} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</{name}>'


NEWS = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc>https://news.example/old</loc><lastmod>2020-01-01</lastmod><image:image><image:loc>https://news.example/i.png
</image:loc></image:image></url><url><loc> https://news.example/new </loc><lastmod>2021-05-05T10:00:00Z</lastmod>
<news:news><news:title>T</news:title></news:news></url></urlset>"""


def test_sitemaps() -> None:
    pages = _sitemap("urlset", "url", "https://news.example/a", "/b", "javascript:x")
    found = (["https://news.example/a", "https://news.example/b"], [])
    assert sitemap_links(pages.encode(), BASE) == found
    assert sitemap_links(gzip.compress(pages.encode()), BASE) == found
    index = _sitemap("sitemapindex", "sitemap", "https://news.example/s1.xml.gz", "https://news.example/s1.xml.gz")
    assert sitemap_links(index.encode(), BASE) == ([], ["https://news.example/s1.xml.gz"])
    assert sitemap_links(NEWS.encode(), BASE) == (["https://news.example/new", "https://news.example/old"], [])
    robots = b"User-agent: *\nSitemap: https://news.example/s1.xml\n# Sitemap: /no\nsitemap: /s2.xml"
    named = ["https://news.example/s1.xml", "https://news.example/s2.xml"]
    assert sitemap_links(robots, "https://news.example/robots.txt") == ([], named)
    assert sitemap_links(b"https://news.example/a\nhttps://news.example/b\n", BASE) == found


@pytest.mark.parametrize("content", [b"", b"<html>", b"\x1f\x8b", b"%PDF-", b"<!DOCTYPE x><x/>"])
def test_what_is_no_sitemap_is_told(content: bytes) -> None:
    with pytest.raises((ParseFailureError, ExchangeError)):
        sitemap_links(content, BASE)


def test_a_sitemap_that_unpacks_without_end_is_too_large() -> None:
    with pytest.raises(ExchangeError, match="50 MB is the limit"):
        sitemap_links(gzip.compress(bytes(50_000_001), 1), BASE)


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
    + '<!ENTITY file SYSTEM "file:///etc/hostname">]>'
)


@pytest.mark.parametrize(
    "content",
    [
        LAUGHS + "<rss><channel><item><link>&j;&file;</link></item></channel></rss>",
        "<rss>" + "<link " * 60_000,
        "<rss>" + '<link ">' * 60_000,
        "<rss>" + "<link '\"x>" * 60_000,
        "<feed>" + "<entry>" * 200_000,
        "<rss>" + "<link>" * 200_000,
        "<rss>" + "<link><![CDATA[" * 100_000,
        "<rss>" + "&a;" * 300_000,
    ],
    ids=lambda content: content[-12:],
)
def test_hostile_xml_takes_little_time(content: str) -> None:
    started = perf_counter()
    for read in (lambda body: feed_links(body, BASE), lambda body: sitemap_links(body, BASE)):
        try:
            found = str(read(content.encode()))
        except ParseFailureError:
            continue
        assert "haha" not in found
    assert perf_counter() - started < 3


@pytest.mark.parametrize(
    "content",
    [
        "<div>" * 300_000 + '<a href="/x/1">',
        "<a href=x>words " * 40_000,
        "<a" * 300_000,
        "<a href='" * 200_000,
        "<base href=x>" * 100_000,
        "<p>x<!--" * 200_000,
        "&#" * 300_000,
    ],
    ids=lambda content: content[-12:],
)
def test_hostile_html_takes_little_time(content: str) -> None:
    started = perf_counter()
    section_links(content.encode(), BASE, BASE)
    feeds_of_page(content.encode(), BASE)
    assert perf_counter() - started < 5


SECTION = """<html><head><base href="/about/news/"></head><body><nav><a href="/">Home</a>
<a href="/about/">About</a></nav>
<a href="/about/news/one">One</a><a href="two-things#top">Two</a><a href="/about/news/">News</a>
<a href="/about/news/tag/care/">Care</a><a href="/other/three">Three</a><a href="https://elsewhere.example/about/news/x">
X</a><a href="/about/news/photo.jpg">P</a><a href="mailto:a@b.example">M</a><a href="?page=2">Next</a><a href="">E</a>
<a href="/about/news/privacy-policy">Privacy</a></body></html>"""


def test_a_section_gives_its_articles_and_its_next_page() -> None:
    url = "https://site.example/about/news"
    links = section_links(SECTION.encode(), url, url)
    assert links.pages == ("https://site.example/about/news/one", "https://site.example/about/news/two-things")
    assert links.listings == ("https://site.example/about/news/?page=2",)


def test_a_section_that_moved_gives_what_is_below_its_new_place() -> None:
    page = b'<a href="/en/news/one">1</a><a href="/en/other">2</a><a href="/en/news/page/3">Next</a>'
    links = section_links(page, "https://site.example/en/news/page/2/", "https://www.site.example/news")
    assert links.pages == ("https://site.example/en/news/one",)


@pytest.mark.parametrize(
    "anchor",
    ['<a rel="next" href="/p/2">2</a>', '<link rel="next" href="/p/2">', '<a href="/p/2">Older posts</a>',
     '<a href="/p/2"><span>Next page</span> ›</a>', '<a href="/p/2" aria-label="Next">→</a>'],
)  # fmt: skip
def test_ways_to_say_next(anchor: str) -> None:
    assert section_links(f"<p>x{anchor}".encode(), BASE, BASE).listings == ("https://news.example/p/2",)


def test_a_search_gives_results_anywhere_on_the_site() -> None:
    page = b'<a href="/reports/a-report">R</a><a href="/search?q=x&page=2">Next</a><a href="/search?q=y">Y</a>'
    links = search_links(page, "https://site.example/search?q=x")
    assert links.pages == ("https://site.example/reports/a-report",)
    assert links.listings == ("https://site.example/search?q=x&page=2",)


def test_govuk_search_and_collections() -> None:
    url = "https://www.gov.uk/api/search.json?filter_organisations=ofsted&count=2"
    answer = {"total": 5, "start": 2, "results": [{"link": "/government/speeches/a"}, {"link": "https://x.example/"}]}
    links = govuk_links(json.dumps(answer).encode(), url)
    assert links.pages == ("https://www.gov.uk/api/content/government/speeches/a",)
    assert links.listings == (url + "&start=4",)
    assert govuk_links(json.dumps(answer | {"start": 3}).encode(), url).listings == ()
    item = {"base_path": "/c", "links": {"documents": [{"base_path": "/government/news/b"}, {}]}}
    assert govuk_links(json.dumps(item).encode(), url).pages == ("https://www.gov.uk/api/content/government/news/b",)
    for nonsense in (b"", b"[]", b'{"results": 3}', b'{"links": []}'):
        with pytest.raises(ParseFailureError):
            govuk_links(nonsense, url)


def test_days_of_hansard_newest_first_latest_version_only() -> None:
    names = "debates2016-05-09a.xml debates2016-05-10a.xml debates2016-05-10b.xml debates2016-05-10.xml ../ x.css"
    page = "".join(f'<a href="{name}">{name}</a>' for name in names.split()).encode()
    url = "https://record.example/debates/"
    assert hansard_links(page, url, None, None).pages == (
        url + "debates2016-05-10b.xml",
        url + "debates2016-05-09a.xml",
    )
    assert hansard_links(page, url, "2016-05-10", None).pages == (url + "debates2016-05-10b.xml",)
    assert hansard_links(page, url, None, "2016-05-09").pages == (url + "debates2016-05-09a.xml",)
    assert len(hansard_links(page, url, "2016", "2016-05").pages) == 2
    tei = b'<a href="ParlaMint-GB_2020-01-07-commons.xml">c</a><a href="ParlaMint-GB_2020-01-07-lords.xml">l</a>'
    assert len(hansard_links(tei, url, None, None).pages) == 2


def test_inspection_reports_of_providers() -> None:
    listing = b'<a href="/provider/44/80556">A</a><a href="/search?start=10">Next</a><a href="/contact-us">C</a>'
    url = "https://reports.example/search?q="
    assert ofsted_links(listing, url).listings == (
        "https://reports.example/provider/44/80556",
        "https://reports.example/search?start=10",
    )
    provider = (
        b'<a href="https://files.example/v1/file/50123">PDF</a><a href="/provider/44/1">B</a><a href="/x.pdf">P</a>'
    )
    links = ofsted_links(provider, "https://reports.example/provider/44/80556")
    assert links.pages == ("https://files.example/v1/file/50123", "https://reports.example/x.pdf")
    assert links.listings == ()


@given(st.binary(max_size=400), st.sampled_from(["", "<rss><item><link>", "<urlset><url><loc>", "<a href='", "{"]))
@settings(max_examples=60, deadline=None)
def test_any_bytes_give_links_or_a_parse_failure(noise: bytes, head: str) -> None:
    body = head.encode() + noise
    readers = (
        lambda: feed_links(body, BASE),
        lambda: sitemap_links(body, BASE),
        lambda: section_links(body, BASE, BASE),
        lambda: ofsted_links(body, BASE),
        lambda: govuk_links(body, BASE),
        lambda: hansard_links(body, BASE, None, None),
    )
    for read in readers:
        try:
            read()
        except (ParseFailureError, ExchangeError):
            continue
