"""The sample corpus and its gold: whole, consistent, two-sided, and about nobody real."""

from __future__ import annotations

import html
import json
import re
import tomllib
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "corpus" / "sample"
GOLD = ROOT / "annotations" / "sample"
NOT_PAGES = {"README.md", "codebook.toml"}
CHANGED = {("Sunita Bhogal", "outsourcing"), ("Pauline Escott", "ratings")}
POPULAR = (
    "outsourcing",
    "inspection-value",
    "ratings",
    "sector-led-improvement",
    "funding",
    "workforce",
)


def read_lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (GOLD / name).read_text(encoding="utf-8").splitlines()]


DOCUMENTS = read_lines("documents.jsonl")
STATEMENTS = read_lines("statements.jsonl")
CODEBOOK = tomllib.loads((SAMPLE / "codebook.toml").read_text(encoding="utf-8"))
PACKAGED = tomllib.loads((ROOT / "codebook.toml").read_text(encoding="utf-8"))


def page_text(name: str) -> str:
    """The words of a page without markup, white space collapsed."""
    if name.endswith(".pdf"):
        text = (ROOT / "scripts" / "sample_report.txt").read_text(encoding="utf-8")
    else:
        text = (SAMPLE / name).read_text(encoding="utf-8")
    if name.endswith(".json"):
        text = json.loads(text)["details"]["body"]
    if name.endswith(".xml"):
        text = "\n".join("".join(p.itertext()) for p in ElementTree.fromstring(text).iter("p"))
    elif name.endswith((".html", ".json")):
        text = html.unescape(re.sub(r"</?(?:em|a|i|phrase)\b[^>]*>", "", text))
        text = re.sub(r"<[^>]+>", "\n", text)
    return re.sub(r"[ \u00a0]+", " ", text)


def test_every_page_is_described_once() -> None:
    pages = {path.name for path in SAMPLE.iterdir()} - NOT_PAGES
    assert Counter(document["file"] for document in DOCUMENTS) == Counter(pages)
    assert len(pages) >= 18
    assert {path.rsplit(".", 1)[1] for path in pages} == {"html", "json", "xml", "pdf", "txt", "md"}


def test_kinds_and_special_pages_are_there() -> None:
    kinds = Counter(document["kind"] for document in DOCUMENTS)
    assert set(kinds) == {"speech", "opinion", "editorial", "news", "report", "hansard", "release", "other"}
    assert sum(document["near_empty"] for document in DOCUMENTS) == 1
    (copy,) = (document for document in DOCUMENTS if document["syndicated_of"])
    assert copy["syndicated_of"] in {document["file"] for document in DOCUMENTS}
    years = {document["published"][:4] for document in DOCUMENTS if document["published"]}
    assert min(years) == "2015"
    assert max(years) == "2024"


@pytest.mark.parametrize("name", sorted({statement["document"] for statement in STATEMENTS}))
def test_statements_stand_on_their_page(name: str) -> None:
    text = page_text(name)
    raw = (SAMPLE / name).read_bytes().decode("utf-8", "ignore")
    for statement in (s for s in STATEMENTS if s["document"] == name):
        assert "\n" not in statement["text"]
        assert statement["text"] == statement["text"].strip()
        assert len(statement["prefix"]) <= 32
        assert len(statement["suffix"]) <= 32
        anchored = statement["prefix"] + statement["text"] + statement["suffix"]
        assert anchored in text, statement["text"][:60]
        if statement["start"] is None:
            assert not name.endswith((".txt", ".md"))
        else:
            assert raw[statement["start"] : statement["end"]] == statement["text"]


def test_anchors_are_unique() -> None:
    anchors = Counter((s["document"], s["record"], s["prefix"], s["text"], s["suffix"]) for s in STATEMENTS)
    assert max(anchors.values()) == 1


def test_fields_hold_known_values() -> None:
    topics = {topic["id"] for topic in CODEBOOK["topic"]}
    kinds = {item["name"]: item["kind"] for item in CODEBOOK["stakeholder"]}
    for statement in STATEMENTS:
        assert statement["kind"] in {"direct", "indirect", "mixed", "authored", "record"}
        assert (statement["speaker"] is None) == (statement["speaker_kind"] is None)
        assert statement["speaker_kind"] in {None, "person", "organisation", "group"}
        assert kinds.get(statement["speaker"], statement["speaker_kind"]) == statement["speaker_kind"]
        assert (statement["record"] is not None) == statement["document"].endswith(".xml")
        if statement["kind"] in {"authored", "record"}:
            assert statement["cue"] is None
            assert statement["speaker"] is not None
        stated = [stance["topic"] for stance in statement["stances"]]
        assert len(stated) == len(set(stated))
        assert set(stated) <= topics
        assert {stance["stance"] for stance in statement["stances"]} <= {"favour", "against"}


def test_topics_are_the_packaged_ones_but_for_the_inspectorate() -> None:
    packaged = {topic["id"]: topic["proposition"] for topic in PACKAGED["topic"]}
    sample = {topic["id"]: topic["proposition"] for topic in CODEBOOK["topic"]}
    assert "Ofcal" in sample.pop("inspectorate-remit")
    packaged.pop("ofsted-remit")
    assert sample == packaged
    assert len(sample) == 11
    for topic in (*PACKAGED["topic"], *CODEBOOK["topic"]):
        assert min(len(topic["examples_favour"]), len(topic["examples_against"])) >= 3
        assert topic["terms"]


@pytest.mark.parametrize("topic", [topic["id"] for topic in CODEBOOK["topic"]])
def test_every_topic_has_both_sides(topic: str) -> None:
    speakers: dict[str, list[str | None]] = defaultdict(list)
    for statement in STATEMENTS:
        for stance in statement["stances"]:
            if stance["topic"] == topic:
                speakers[stance["stance"]].append(statement["speaker"])
    least = 4 if topic in POPULAR else 3
    for side in ("favour", "against"):
        assert len(speakers[side]) >= 3
        assert len(set(speakers[side]) - {None}) >= least


def test_two_change_their_mind_and_nobody_else() -> None:
    sides: dict[tuple[str, str], set[str]] = defaultdict(set)
    for statement in STATEMENTS:
        for stance in statement["stances"]:
            if statement["speaker"]:
                sides[statement["speaker"], stance["topic"]].add(stance["stance"])
    assert {key for key, found in sides.items() if len(found) == 2} == CHANGED
    changes = read_lines("changes.jsonl")
    assert {(change["stakeholder"], change["topic"]) for change in changes} == CHANGED
    texts = {(s["document"], s["text"]) for s in STATEMENTS}
    for change in changes:
        assert change["from"]["date"] < change["to"]["date"]
        assert change["from"]["stance"] != change["to"]["stance"]
        assert all((change[end]["document"], change[end]["text"]) in texts for end in ("from", "to"))


def test_points_are_made_by_several_speakers() -> None:
    rows = {(s["document"], s["prefix"], s["text"]): s for s in STATEMENTS}
    points = read_lines("points.jsonl")
    assert {(point["topic"], point["stance"]) for point in points} == {
        (topic, side) for topic in POPULAR for side in ("favour", "against")
    }
    for point in points:
        made = [rows[s["document"], s["prefix"], s["text"]] for s in point["statements"]]
        stance = {"topic": point["topic"], "stance": point["stance"]}
        assert all(stance in statement["stances"] for statement in made)
        assert len({statement["speaker"] for statement in made}) >= 4


def test_nobody_real_is_quoted() -> None:
    real = {name for item in PACKAGED["stakeholder"] for name in (item["name"], *item.get("aliases", []))}
    spoken = {statement["speaker"] for statement in STATEMENTS}
    listed = {name for item in CODEBOOK["stakeholder"] for name in (item["name"], *item.get("aliases", []))}
    assert not real & (spoken | listed)
    for name in (document["file"] for document in DOCUMENTS):
        text = page_text(name)
        assert not [word for word in real if re.search(rf"\b{re.escape(word)}\b", text)], name


def test_links_lead_to_invented_hosts() -> None:
    for path in SAMPLE.iterdir():
        if path.suffix in {".html", ".json", ".toml"}:
            hosts = re.findall(r"https?://([^/\"'<\s]+)", path.read_text(encoding="utf-8"))
            assert {host for host in hosts if not host.endswith(".example")} <= {"schema.org", "purl.org"}


def test_sources_are_listed_with_their_terms() -> None:
    sources = tomllib.loads((ROOT / "corpus" / "sources.toml").read_text(encoding="utf-8"))["source"]
    assert len(sources) >= 25
    assert len({source["id"] for source in sources}) == len({source["url"] for source in sources}) == len(sources)
    kinds = {
        *("feed", "sitemap", "pages", "section", "search"),
        *("govuk", "hansard", "ofsted", "warc", "folder"),
    }
    for source in sources:
        assert source["kind"] in kinds
        assert source["url"].startswith("https://")
        assert all(source[key].strip() for key in ("name", "publisher", "terms"))
