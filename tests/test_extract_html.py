"""Web pages: main text with its block types, metadata, and what is refused."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from lxml import html as lxml_html

from discourse.errors import PageError
from discourse.evaluate.extraction import evaluate_extraction, word_f1
from discourse.extract import extract
from discourse.extract.htmlmain import main_parts
from discourse.extract.htmlmeta import metadata
from discourse.records import Document, Page

BODY = """
<p>The council of Wendle has closed its last home for children, after a vote that nobody lost any sleep over.</p>
<p>“We had no choice at all in the matter,” said Lena Marsh, the leader, who has led the council since 2011.</p>
<h2>What happens next</h2>
<p>Eleven children will move to other towns in the autumn, and their social workers will go on seeing them there.</p>
<blockquote>It is the end of something that my grandmother began with her own hands in this street.</blockquote>
<ul><li>The home opened in the spring of 1964.</li><li>It had room for twelve children and a dog.</li></ul>
<table><tr><th>Year</th><th>Children</th></tr><tr><td>2010</td><td>12</td></tr></table>
<p>Marlbeck and Dunwick have promised to help, and the department said that it would watch what happens closely.</p>
"""


def page(head: str = "", before: str = "", body: str = BODY, after: str = "") -> bytes:
    return (
        f"<!DOCTYPE html><html lang='en'><head>{head}</head><body><nav><a href=/>Home</a> <a href=/n>News</a></nav>"
        f"<main><article>{before}{body}</article>{after}</main><footer>About us. Terms.</footer></body></html>"
    ).encode()


def html_document(content: bytes, url: str | None = "https://www.wendlegazette.example/a") -> Document:
    return extract(Page(source="a.html", canonical=url or "a.html", content=content, url=url))[0]


def of_type(document: Document, kind: str) -> list[str]:
    return [document.text[b.start : b.end] for b in document.blocks if b.type == kind]


def test_block_types_survive_and_the_text_is_the_blocks() -> None:
    document = html_document(page())
    assert document.blocks[0].type == "paragraph"
    assert of_type(document, "heading") == ["What happens next"]
    assert of_type(document, "quotation") == [
        "It is the end of something that my grandmother began with her own hands in this street."
    ]
    assert of_type(document, "list")[0] == "The home opened in the spring of 1964."
    assert of_type(document, "table") == ["Year | Children", "2010 | 12"]
    assert "\n\n".join(document.text[b.start : b.end] for b in document.blocks) == document.text
    assert "Terms" not in document.text


LINKED = {
    "@type": "NewsArticle",
    "headline": "Last home closes",
    "author": [{"@type": "Person", "name": "Ada Lund"}, {"@type": "Person", "name": "Ben Okoro"}],
    "datePublished": "2019-02-27T09:00:00+00:00",
    "dateModified": "2019-03-01T09:00:00+00:00",
    "publisher": {"@type": "Organization", "name": "The Wendle Gazette"},
}


def test_linked_data_gives_authors_dates_and_publisher() -> None:
    head = (
        f"<title>Last home closes | Gazette</title><script type='application/ld+json'>{json.dumps(LINKED)}</script>"
        "<link rel='canonical' href='https://www.wendlegazette.example/last-home'>"
    )
    document = html_document(page(head, before="<h1>Last home closes</h1>"))
    assert document.title == "Last home closes"
    assert document.authors == ("Ada Lund", "Ben Okoro")
    assert document.published == "2019-02-27"
    assert ("modified", "2019-03-01") in document.facts
    assert document.publisher == "The Wendle Gazette"
    assert document.url == "https://www.wendlegazette.example/last-home"
    assert document.kind == "news"


@pytest.mark.parametrize(
    ("before", "authors", "role", "published"),
    [
        ("<p class='byline'>By Ada Lund, social affairs editor</p><time datetime='2020-05-06'>6 May</time>",
         ("Ada Lund",), "social affairs editor", "2020-05-06"),
        ("<p class='postmeta'>Posted by Ada Lund (founder, The Nook) on 6 May 2020 | 7 comments</p>",
         ("Ada Lund",), "founder, The Nook", None),
        ("<p class='meta'><b>Delivered by:</b> Ada Lund, head of care<br><b>Date:</b> 6 May 2020</p>",
         ("Ada Lund",), "head of care", "2020-05-06"),
        ("<div class='pubdate'>Published: 06:00 Wednesday 6 May 2020</div>", (), None, "2020-05-06"),
    ],
)  # fmt: skip
def test_bylines_and_dates_that_readers_see(
    before: str, authors: tuple[str, ...], role: str | None, published: str | None
) -> None:
    document = html_document(page("<title>Last home closes</title>", before=f"<h1>Last home closes</h1>{before}"))
    assert document.authors == authors
    assert document.author_role == role
    assert published is None or document.published == published


@pytest.mark.parametrize(
    ("title", "heading", "found"),
    [
        ("Last home closes - The Wendle Gazette", "<h1>The Wendle Gazette</h1>", "Last home closes"),
        ("Last home closes", "<h1>Last home in Wendle closes its doors</h1>", "Last home in Wendle closes its doors"),
        ("Last home closes | Gazette", "", "Last home closes"),
    ],
)
def test_the_title_is_the_headline_and_not_the_name_of_the_site(title: str, heading: str, found: str) -> None:
    document = html_document(page(f"<title>{title}</title>", before=heading))
    assert document.title == found


def test_the_name_of_the_site_is_told_by_its_address() -> None:
    document = html_document(page("<title>Last home closes - Wendle Gazette</title>"))
    assert document.publisher == "Wendle Gazette"


def test_readers_comments_are_left_out() -> None:
    talk = "".join(
        f"<li class='comment'><b>user{n}</b><p>I think that what this council does is a shame, "
        f"and so do my neighbours {n}.</p></li>"
        for n in range(5)
    )
    document = html_document(page(after=f"<section id='comments'><h3>5 comments</h3><ol>{talk}</ol></section>"))
    assert "my neighbours" not in document.text


def test_a_pull_quote_is_marked_and_a_standfirst_kept() -> None:
    quote = "<p>“We had no choice at all in the matter,” said Lena Marsh</p>"
    before = (
        "<h1>Last home closes</h1><p class='standfirst'>Eleven children must move to other towns after a late vote</p>"
    )
    document = html_document(page("<title>Last home closes</title>", before=before, body=BODY + quote))
    assert "Eleven children must move to other towns after a late vote" in of_type(document, "paragraph")
    assert "“We had no choice at all in the matter,” said Lena Marsh" not in of_type(document, "paragraph")


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252", "utf-16"])
def test_encodings(encoding: str) -> None:
    markup = page(
        before="<p>The café in Wendle will stay open, and so will the library that stands beside it.</p>"
    ).decode()
    charset = "<meta charset='windows-1252'>" if encoding == "windows-1252" else ""
    document = html_document(markup.replace("<head>", f"<head>{charset}").encode(encoding))
    assert "The café in Wendle" in document.text


def test_a_page_that_declares_the_wrong_encoding_is_read_as_what_it_is() -> None:
    content = page(
        "<meta charset='iso-8859-1'>", before="<p>The café in Wendle will stay open all through the winter.</p>"
    )
    assert "The café in Wendle" in html_document(content).text


@pytest.mark.parametrize(
    "content",
    [
        b"<html><body><nav><a href='/'>Home</a> <a href='/n'>News</a></nav></body></html>",
        b"<html><body><div id='root'></div><script>run()</script></body></html>",
        b"<html></html>",
        b"<!DOCTYPE html>",
    ],
)
def test_pages_without_a_main_text_are_refused(content: bytes) -> None:
    with pytest.raises(PageError, match=r"main text|cannot be parsed"):
        html_document(content)


def test_a_tree_that_was_read_is_as_it_was() -> None:
    head = '<meta property="og:title" content="A home closes"><meta name="author" content="Ada Lund">'
    tree = lxml_html.document_fromstring(page(head, before="<h1>A home closes</h1><p>By Ada Lund</p>"))
    before = lxml_html.tostring(tree)
    assert main_parts(tree, "https://www.wendlegazette.example/a")
    assert metadata(tree, "https://www.wendlegazette.example/a").authors == ("Ada Lund",)
    assert lxml_html.tostring(tree) == before


def test_a_list_of_entries_is_no_furniture() -> None:
    entries = "".join(f"<div><p>{n} weeks ago</p><p>{n} minutes to read</p></div>" for n in range(2, 20))
    document = html_document(f"<html><body><main><h1>Jobs</h1><div>{entries}</div></main></body></html>".encode())
    assert {block.type for block in document.blocks} <= {"list", "title"}
    assert "7 weeks ago" in document.text


BYLINES = [
    ("<p>By Ada Lund</p>", ("Ada Lund",), None),
    ("<div><span>By</span><span>Ada Lund</span></div>", ("Ada Lund",), None),
    ("<div>By</div><div>Ada Lund</div><div>3 May 2031</div>", ("Ada Lund",), "2031-05-03"),
    ("<h3>By <a href='/x'>Ada Lund</a>, <i>columnist</i></h3>", ("Ada Lund",), None),
    ("<p>A standfirst of many words that says what the text is about, so that readers know whether they want to read "
     "it or go on to the next one.</p><p>By Ada Lund May 3, 2031</p>", ("Ada Lund",), "2031-05-03"),
    ("<p>Published 3 May 2031 · 8 min read</p>", ("Bo Li",), "2031-05-03"),
    ("<p>By Fact Checked</p>", ("Bo Li",), None),
]  # fmt: skip


@pytest.mark.parametrize(("below", "authors", "published"), BYLINES)
def test_what_readers_see_under_the_headline(below: str, authors: tuple[str, ...], published: str | None) -> None:
    linked = '{"@type": "NewsArticle", "author": {"@type": "Person", "name": "Bo Li"}}'
    head = f"<title>Last home closes</title><script type='application/ld+json'>{linked}</script>"
    document = html_document(page(head, before=f"<h1>Last home closes</h1>{below}"))
    assert document.authors == authors
    assert document.published == published


@pytest.mark.parametrize(
    ("stamp", "address", "below", "published"),
    [
        ("2031-05-04T01:00:00Z", "https://x.example/2031/05/03/home", "", "2031-05-03"),
        ("2031-05-04T01:00:00Z", "https://x.example/home", "<p>May 3, 2031</p>", "2031-05-03"),
        ("2031-05-04T01:00:00Z", "https://x.example/home", "<p>May 3, 2034</p>", "2031-05-04"),
        ("2031-05-04T01:00:00Z", "https://x.example/2031/13/44/home", "<p>Published 1 May 2031</p>", "2031-05-01"),
    ],
)
def test_a_time_stamp_is_the_day_on_the_page(stamp: str, address: str, below: str, published: str) -> None:
    head = f"<title>Last home closes</title><meta property='article:published_time' content='{stamp}'>"
    content = page(head, before=f"<h1>Last home closes</h1>{below}")
    (document,) = extract(Page(address, address, content, "text/html", address))
    assert document.published == published


def test_a_stub_before_a_paywall_says_so() -> None:
    body = (
        "".join(BODY.partition("</p>")[:2])
        + "<p>Eleven children will move to other towns in the autumn of the year.</p>"
    )
    document = html_document(page(body=body, after="<div>Subscribe now to continue reading</div>"))
    assert dict(document.facts)["access"] == "cut short by a paywall or sign-in prompt"


@pytest.mark.parametrize(
    "content",
    [
        b"<html><body>" + b"<div>" * 20_000 + b"<p>deep</p>",
        b"<html><body>" + b"<b><i>" * 5_000 + b"x" * 1000,
        b"<html><head><script type='application/ld+json'>" + b"[" * 50_000 + b"</script></head>" + page(),
        page("<meta property='article:published_time' content='2020-99-99'>"),
        page().replace(b"council", b"coun\x00cil"),
        page(body=BODY + "<p>" + "<a href=x>y</a>" * 20_000 + "</p>"),
    ],
)
def test_hostile_pages_are_read_or_refused_in_time(content: bytes) -> None:
    try:
        document = html_document(content)
    except PageError:
        return
    assert document.published != "2020-99-99"
    assert all(0 <= block.start < block.end <= len(document.text) for block in document.blocks)


def test_the_figures_are_those_of_the_texts(tmp_path: Path) -> None:
    (tmp_path / "html").mkdir()
    (tmp_path / "ground-truth").mkdir()
    wanted = " ".join(html_document(page()).text.split())
    truth = {
        "url": "https://www.wendlegazette.example/a",
        "_internal": {"page_type": {"primary": "article"}},
        "ground_truth": {"title": "Last home closes", "author": None, "publish_date": None, "main_content": wanted},
    }
    (tmp_path / "html" / "1.html.gz").write_bytes(gzip.compress(page("<title>Last home closes</title>")))
    (tmp_path / "ground-truth" / "1.json").write_text(json.dumps(truth), encoding="utf-8")
    found = evaluate_extraction(tmp_path)
    assert found["pages"] == 1
    assert found["discourse"]["f1"] == {"all": 1.0, "article": 1.0}
    assert found["discourse"]["right"] == {"no author": 1.0, "no date": 1.0, "title": 1.0}
    assert 0 < found["trafilatura"]["f1"]["all"] <= 1


def test_word_f1() -> None:
    assert word_f1("the cat sat", "the cat sat") == 1.0
    assert word_f1("", "") == 1.0
    assert word_f1("a b", "") == 0.0
    assert word_f1("the cat", "the cat sat down") == pytest.approx(2 * 2 / 6)


def paragraphs(document: Document) -> list[str]:
    return [document.text[b.start : b.end] for b in document.blocks if b.type == "paragraph"]


def test_comments_that_a_line_counts_are_no_part_of_the_article_though_the_markup_does_not_say_so() -> None:
    talk = "".join(
        f"<li><p>user{n} says:</p><p>March {n + 1}, 2024 at 9:1{n} am</p><p>REMARK {n} I have lived in this town for "
        "forty years and I have never heard such a thing from anybody who had to pay for it in the end.</p></li>"
        for n in range(6)
    )
    after = f"<div class='responses'><h3>6 thoughts on “A title of some words”</h3><ol>{talk}</ol></div>"
    document = html_document(page(after=after).replace(b"<article>", b"").replace(b"</article>", b""))
    assert "REMARK" not in document.text
    assert document.published is None
    assert document.text.endswith("watch what happens closely.")


@pytest.mark.parametrize(
    "prompt",
    [
        "You have reached your limit of free articles this month.",
        "Become a member for £1 a week to carry on with this story.",
        "Unlock the whole piece with a digital pass.",
    ],
)
def test_a_paywall_in_other_words_is_told_and_its_prompt_is_no_text(prompt: str) -> None:
    document = html_document(page(after=f"<div><p>{prompt}</p></div>"))
    assert dict(document.facts)["access"] == "cut short by a paywall or sign-in prompt"
    assert prompt not in paragraphs(document)


def test_a_short_page_whose_linked_data_says_that_it_is_paid_for_is_cut_short() -> None:
    linked = {"@type": "NewsArticle", "headline": "A title", "isAccessibleForFree": False}
    document = html_document(page(head=f'<script type="application/ld+json">{json.dumps(linked)}</script>'))
    assert "access" in dict(document.facts)


def test_a_text_that_stands_in_linked_data_alone_keeps_its_paragraphs() -> None:
    told = [f"Sentence {n} of the text says that the council of Wendle will close its last home." for n in range(4)]
    linked = {"@type": "NewsArticle", "headline": "The last home", "articleBody": "\n\n".join(told)}
    script = f'<script type="application/ld+json">{json.dumps(linked)}</script>'
    document = html_document(f"<html><head>{script}</head><body><div id='root'></div></body></html>".encode())
    assert paragraphs(document) == told


def test_what_no_reader_sees_is_no_text() -> None:
    unseen = "<template><p>UNSEEN words of a template, which stand on no page that anybody reads.</p></template>"
    assert "UNSEEN" not in html_document(page(before=unseen)).text
