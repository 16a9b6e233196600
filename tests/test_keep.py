"""Corrections: they win, are kept apart, survive rebuilds, can be undone; and the commands that make them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from discourse import corrections
from discourse.collect import gather
from discourse.errors import DiscourseError, QueryError
from discourse.overall import group_arguments, regroup
from discourse.pipeline import Stages, run
from discourse.query import arguments, info, positions, resolve_stakeholder, stakeholders_of, stale, statements
from discourse.store import Map
from discourse.store.check import problems
from discourse.store.derive import place
from discourse.store.read import Filter
from tests.conftest import PAGES

pytestmark = pytest.mark.usefixtures("either")


def by_text(store: Map, start: str) -> dict:
    return next(row for row in statements(store) if row["text"].startswith(start))


def sides(store: Map) -> dict[tuple[str, str], str]:
    return {(p["stakeholder"], p["topic"]): p["stance"] for p in positions(store)}


def sound(store: Map) -> bool:
    return list(problems(store)) == []


def rebuild(path: Path, pages: Path, stages: Stages) -> None:
    with Map.create(path) as store:
        run(gather([str(pages)]), store, stages)


def test_a_stance_said_by_a_person_wins_and_is_undone(built: Path) -> None:
    with Map.create(built) as store:
        before = statements(store)
        target = by_text(store, "Inspection is bad")
        number = corrections.correct_stance(store, target["id"], "inspection", "favour", who="Cy", why="irony")
        shown = by_text(store, "Inspection is bad")
        assert shown["stances"] == [{"topic": "inspection", "stance": "favour", "confidence": 1.0}]
        assert shown["corrected"] == ["inspection"]
        assert sides(store)["Ann Lee", "inspection"] == "favour"
        assert sound(store)
        corrections.undo(store, number, who="Cy")
        assert statements(store) == before
        assert [row["state"] for row in corrections.listed(store)] == ["undone"]
        assert sound(store)


def test_what_the_machine_said_is_kept_beside_the_correction(built: Path) -> None:
    with Map.create(built) as store:
        target = by_text(store, "Inspection is bad")
        corrections.correct_stance(store, target["id"], "inspection", "none", who="Cy", why="irony")
        assert by_text(store, "Inspection is bad")["stances"] == []
        machine = store.connection.execute(
            "SELECT stance, confidence FROM stance WHERE statement_id = ?", (target["id"],)
        ).fetchone()
        assert tuple(machine) == ("against", 0.9)
        (row,) = corrections.listed(store)
        assert (row["who"], row["why"], row["was"], row["value"]) == ("Cy", "irony", "against", "none")
        assert row["at"].startswith("20")


def test_a_statement_moved_to_another_topic_keeps_its_side(built: Path) -> None:
    with Map.create(built) as store:
        target = by_text(store, "Inspection is bad")
        number = corrections.correct_topic(store, target["id"], "inspection", "funding", who="Cy")
        assert [(s["topic"], s["stance"]) for s in by_text(store, "Inspection is bad")["stances"]] == [
            ("funding", "against")
        ]
        assert len(corrections.undo(store, number, who="Cy")) == 2
        with pytest.raises(QueryError, match="takes no side on funding"):
            corrections.correct_topic(store, target["id"], "funding", "inspection", who="Cy")


def test_another_speaker_a_new_one_and_none(built: Path) -> None:
    with Map.create(built) as store:
        target = by_text(store, "Inspection is bad")
        first = corrections.correct_speaker(store, target["id"], "The Board", who="Cy")
        assert by_text(store, "Inspection is bad")["speaker"] == "The Board"
        assert sides(store)["The Board", "inspection"] == "mixed"
        second = corrections.correct_speaker(store, target["id"], "Dee Poe", who="Cy")
        shown = by_text(store, "Inspection is bad")
        assert (shown["speaker"], shown["speaker_id"], shown["corrected"]) == ("Dee Poe", "dee-poe", ["speaker"])
        corrections.correct_speaker(store, target["id"], None, who="Cy")
        assert by_text(store, "Inspection is bad")["speaker"] is None
        assert sound(store)
        for number in (3, second, first):
            corrections.undo(store, number, who="Cy")
        assert by_text(store, "Inspection is bad")["speaker"] == "Ann Lee"
        assert "Dee Poe" not in {row["name"] for row in stakeholders_of(store)}
        assert sound(store)


def test_what_is_no_statement_is_shown_and_counted_nowhere(built: Path, embedder) -> None:
    from discourse.query import search

    with Map.create(built) as store:
        target = by_text(store, "Inspection is bad")
        corrections.not_a_statement(store, target["id"], who="Cy")
        assert target["id"] not in {row["id"] for row in statements(store)}
        assert target["id"] not in {row["id"] for row in search(store, "morale", embedder)}
        assert sides(store)["Ann Lee", "inspection"] == "favour"
        assert sound(store)


def test_stakeholders_merge_in_a_chain_and_come_apart_again(built: Path) -> None:
    with Map.create(built) as store:
        one = corrections.merge_stakeholders(store, ["Bo Ray"], "Ann Lee", who="Cy")
        two = corrections.merge_stakeholders(store, ["Ann Lee"], "The Board", who="Cy")
        assert {p["stakeholder"] for p in positions(store)} == {"The Board"}
        assert resolve_stakeholder(store, "bo ray") == "the-board"
        assert sound(store)
        corrections.undo(store, two, who="Cy")
        assert {p["stakeholder"] for p in positions(store)} == {"The Board", "Ann Lee"}
        corrections.undo(store, one, who="Cy")
        assert sides(store)["Bo Ray", "funding"] == "against"
        with pytest.raises(QueryError, match="cannot be merged into itself"):
            corrections.merge_stakeholders(store, ["Ann Lee"], "ann-lee", who="Cy")


def test_two_merged_into_each_other_stay_reachable(built: Path) -> None:
    with Map.create(built) as store:
        corrections.merge_stakeholders(store, ["Bo Ray"], "Ann Lee", who="Cy")
        with pytest.raises(QueryError):
            corrections.merge_stakeholders(store, ["Ann Lee"], "Bo Ray", who="Cy")
        assert sound(store)


def test_a_rename_and_a_split(built: Path, pages: Path, stages: Stages) -> None:
    with Map.create(built) as store:
        corrections.rename_stakeholder(store, "Ann Lee", "Dame Ann Lee", who="Cy")
        assert resolve_stakeholder(store, "Dame Ann Lee") == resolve_stakeholder(store, "Ann Lee") == "ann-lee"
        target = by_text(store, "I now think")
        corrections.split_stakeholder(store, "Ann Lee", "Ann Lee the younger", who="Cy", statements=[target["id"]])
        assert sides(store)["Ann Lee the younger", "inspection"] == "favour"
        assert sides(store)["Dame Ann Lee", "inspection"] == "against"
    rebuild(built, pages, stages)
    with Map.open(built) as store:
        assert sides(store)["Ann Lee the younger", "inspection"] == "favour"
        assert sides(store)["Dame Ann Lee", "inspection"] == "against"
        assert sound(store)


def test_corrections_survive_a_page_that_changes_around_them(built: Path, pages: Path, stages: Stages) -> None:
    with Map.create(built) as store:
        target = by_text(store, "Inspection is bad")
        corrections.correct_stance(store, target["id"], "inspection", "favour", who="Cy")
    page = pages / "2016-speech.md"
    page.write_text(PAGES[page.name].replace("Ann Lee: Inspection", "Bo Ray: Hello.\n\nAnn Lee: Inspection"))
    rebuild(built, pages, stages)
    with Map.open(built) as store:
        assert by_text(store, "Inspection is bad")["corrected"] == ["inspection"]
        assert sound(store)


def test_a_correction_finds_its_quotation_in_a_longer_statement(built: Path, pages: Path, stages: Stages) -> None:
    with Map.create(built) as store:
        target = by_text(store, "Inspection is bad")
        corrections.correct_stance(store, target["id"], "inspection", "favour", who="Cy")
    page = pages / "2016-speech.md"
    page.write_text(PAGES[page.name].replace("bad for morale.", "bad for morale. So there."))
    rebuild(built, pages, stages)
    with Map.open(built) as store:
        moved = by_text(store, "Inspection is bad")
        assert moved["id"] != target["id"]
        assert moved["corrected"] == ["inspection"]
        (row,) = corrections.listed(store)
        assert (row["target"], row["anchor"], row["state"]) == (target["id"], moved["id"], "standing")
        assert sound(store)


def test_a_correction_whose_quotation_is_gone_is_reported_and_comes_back(
    built: Path, pages: Path, stages: Stages
) -> None:
    with Map.create(built) as store:
        target = by_text(store, "Inspection is bad")
        corrections.correct_stance(store, target["id"], "inspection", "favour", who="Cy")
    page = pages / "2016-speech.md"
    page.write_text("---\ntitle: A speech\n---\n\nBo Ray: Nothing of the kind, and funding is bad.\n")
    rebuild(built, pages, stages)
    with Map.open(built) as store:
        assert corrections.listed(store)[0]["state"] == "lost"
        assert any("correction 1 is lost" in line for line in stale(store))
        assert sound(store)
    page.write_text(PAGES[page.name])
    rebuild(built, pages, stages)
    with Map.open(built) as store:
        assert by_text(store, "Inspection is bad")["corrected"] == ["inspection"]


@pytest.mark.parametrize(
    ("text", "prefix", "suffix", "at"),
    [
        ("a yes b yes c", "a ", " b", 2),
        ("a yes b yes c", "b ", " d", 8),
        ("a yes b yes c", "z ", " c", 8),
        ("a yes b", "z", "z", 2),
        ("a yes b yes c", "z", "z", None),
        ("none here", "", "", None),
    ],
)
def test_a_quotation_is_placed_by_what_stands_beside_it(text: str, prefix: str, suffix: str, at: int | None) -> None:
    assert place(text, "yes", prefix, suffix) == at


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda s: corrections.correct_stance(s, "ffff0000", "inspection", "favour", who="Cy"), "no statement"),
        (lambda s: corrections.correct_stance(s, "x", "inspection", "maybe", who="Cy"), "none of favour"),
        (lambda s: corrections.rename_stakeholder(s, "Ann Lee", "  ", who="Cy"), "name is empty"),
        (lambda s: corrections.split_stakeholder(s, "Ann Lee", "Other", who="Cy"), "say which statements"),
        (lambda s: corrections.undo(s, 7, who="Cy"), "no correction 7"),
        (lambda s: corrections.rename_stakeholder(s, "Ann Lee", "New", who=" "), "needs a name"),
    ],
)
def test_a_mistaken_correction_changes_nothing(built: Path, call, said: str) -> None:
    with Map.create(built) as store:
        before = statements(store)
        with pytest.raises(QueryError, match=said):
            call(store)
        assert statements(store) == before
        assert corrections.listed(store) == []


def test_arguments_follow_a_correction_at_once_and_at_the_next_run(built: Path, pages: Path, stages: Stages) -> None:
    with Map.create(built) as store:
        target = by_text(store, "Inspection is bad")
        store.connection.execute(
            "INSERT INTO argument VALUES ('a', 'inspection', 'against', ?, ?, '[]', NULL, ?)",
            (target["text"], target["id"], b""),
        )
        store.connection.execute("INSERT INTO member VALUES ('a', ?)", (target["id"],))
        corrections.correct_stance(store, target["id"], "inspection", "favour", who="Cy")
        assert sound(store)
        assert any(line.startswith("arguments") for line in stale(store))
    rebuild(built, pages, stages)
    with Map.open(built) as store:
        assert stale(store) == []


def test_info_tells_what_the_map_holds_and_how_it_was_made(built: Path) -> None:
    with Map.open(built) as store:
        found = info(store)
    assert found["counts"]["statement"] == 5
    assert (found["first"], found["last"]) == ("2016-05-01", "2020-03-02")
    assert found["made_with"]["stance_model"] == "fake fake-1"
    assert found["stale"] == []
    assert json.dumps(found)


@pytest.fixture
def cli(built: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    from discourse.cli import app

    monkeypatch.chdir(built.parent)

    def call(*words: str) -> tuple[str, str]:
        app([*words, "--map", built.name], standalone_mode=False)
        said = capsys.readouterr()
        return said.out, said.err

    return call


def test_the_commands_correct_list_undo_and_verify(cli) -> None:
    target = json.loads(cli("statements")[0])[0]["id"]
    for words in (
        ("correct", target[:8], "--topic", "inspection", "--stance", "favour", "--who", "Cy"),
        ("correct", target, "--speaker", "The Board", "--who", "Cy"),
        ("stakeholders", "merge", "Bo Ray", "--into", "Ann Lee", "--who", "Cy"),
        ("stakeholders", "rename", "Ann Lee", "Dame Ann Lee", "--who", "Cy"),
        ("stakeholders", "split", "The Board", "The Other Board", "--statement", target, "--who", "Cy"),
    ):
        out, err = cli(*words)
        assert out == ""
        assert "is stored and applied" in err
    assert [row["state"] for row in json.loads(cli("corrections")[0])] == ["standing"] * 6
    cli("undo", "1", "--who", "Cy")
    cli("stakeholders", "undo", "3", "--who", "Cy")
    assert [row["state"] for row in json.loads(cli("corrections")[0])].count("undone") == 2
    assert {row["name"] for row in json.loads(cli("stakeholders")[0])} >= {"Dame Ann Lee", "Bo Ray", "The Board"}
    out, _ = cli("verify")
    assert out.count("\n") == 1
    assert json.loads(cli("info")[0])["corrections"] == {"undone": 2, "standing": 4}


def test_verify_fails_with_every_problem_told(cli, built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Map.create(built) as store:
        connection = store.connection
        connection.execute("UPDATE statement SET start = start + 1 WHERE n = 1")
        connection.execute("UPDATE document SET version = 'x' WHERE rowid = 1")
        connection.execute("DELETE FROM shown WHERE n = 1")
        connection.execute("UPDATE stance SET confidence = 1.5 WHERE statement_id = (SELECT id FROM statement LIMIT 1)")
    with pytest.raises(DiscourseError, match="problems: build it anew"):
        cli("verify")
    out = capsys.readouterr().out
    for said in ("not at its offsets", "digest", "derived, but not stored", "confidence 1.5", "wait to be added up"):
        assert said in out


def test_positions_by_filter_equal_positions_kept(built: Path) -> None:
    with Map.open(built) as store:
        assert positions(store) == positions(store, Filter(since="1900"))


def points(store: Map) -> dict[frozenset[str], dict]:
    return {frozenset(row["statements"]): row for row in arguments(store, "ratings") if row["stance"] == "against"}


@pytest.fixture
def kept(gold: Path, tmp_path: Path) -> Path:
    """A copy of the sample's map that a test may write to."""
    path = tmp_path / "kept.db"
    shutil.copy(gold, path)
    return path


def test_arguments_merge_split_and_rename_and_stay_so(kept: Path) -> None:
    with Map.create(kept) as store:
        before = points(store)
        one, other = sorted(before, key=len)[-2:]
        ids = [before[group]["id"] for group in (one, other)]
        merged = corrections.merge_arguments(store, [ids[0]], ids[1], who="Cy")
        assert one | other in points(store)
        assert points(store)[one | other]["id"] in ids
        corrections.rename_argument(store, points(store)[one | other]["id"], "Too simple", who="Cy")
        regroup(store)
        assert points(store)[one | other]["name"] == "Too simple"
        away = sorted(one)[:2]
        split = corrections.split_argument(store, points(store)[one | other]["id"], away, who="Cy")
        regroup(store)
        assert {frozenset(away), (one | other) - set(away)} <= points(store).keys()
        assert sound(store)
        for number in (split, 2, merged):
            corrections.undo(store, number, who="Cy")
        assert {group: row["key_point"] for group, row in points(store).items()} == {
            group: row["key_point"] for group, row in before.items()
        }
        assert sound(store)


def test_only_topics_whose_stances_or_points_changed_are_grouped_anew(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grouped: list[str] = []

    def group_noted(store: Map, topic: str):  # type: ignore[no-untyped-def]
        grouped.append(topic)
        return group_arguments(store, topic)

    with Map.create(kept) as store:
        regroup(store)
        before = arguments(store)
        monkeypatch.setattr("discourse.overall.group_arguments", group_noted)
        regroup(store)
        assert grouped == []
        member = min(next(iter(points(store))))
        number = corrections.correct_stance(store, member, "ratings", "favour", who="Cy")
        corrections.undo(store, number, who="Cy")
        assert arguments(store) != before, "the argument has lost its member"
        regroup(store)
        assert grouped == ["ratings"]
        assert {frozenset(row["statements"]) for row in arguments(store)} == {
            frozenset(row["statements"]) for row in before
        }
        one, other = [row["id"] for row in points(store).values()][:2]
        corrections.merge_arguments(store, [one], other, who="Cy")
        assert grouped == ["ratings", "ratings"]


def test_only_arguments_of_one_side_can_be_one(kept: Path) -> None:
    with Map.create(kept) as store:
        rows = arguments(store, "ratings")
        favour = next(row["id"] for row in rows if row["stance"] == "favour")
        against = next(row for row in rows if row["stance"] == "against")
        for call in (
            lambda: corrections.merge_arguments(store, [favour], against["id"], who="Cy"),
            lambda: corrections.merge_arguments(store, [favour], favour, who="Cy"),
            lambda: corrections.split_argument(store, against["id"], against["statements"], who="Cy"),
            lambda: corrections.rename_argument(store, "ffff", "x", who="Cy"),
        ):
            with pytest.raises(QueryError):
                call()
        assert corrections.listed(store) == []


def test_the_commands_on_arguments(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from discourse.cli import app

    def call(*words: str) -> str:
        app([*words, "--map", str(kept)], standalone_mode=False)
        return capsys.readouterr().out

    first = json.loads(call("arguments", "--topic", "ratings"))[0]
    assert first.keys() >= {"id", "topic", "stance", "key_point", "statements", "stakeholders", "stability"}
    call("arguments", "rename", first["id"], "The name", "--who", "Cy")
    assert json.loads(call("arguments", "--topic", "ratings"))[0]["name"] == "The name"
    call("arguments", "split", first["id"], "--statement", first["statements"][0], "--who", "Cy")
    call("arguments", "undo", "2", "--who", "Cy")
    assert json.loads(call("arguments", "--topic", "ratings"))[0]["statements"] == first["statements"]
