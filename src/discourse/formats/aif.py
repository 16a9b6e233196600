"""Argument maps in the Argument Interchange Format, as JSON that AIFdb and OVA read, and as xAIF."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from discourse.formats.base import (
    UNREVIEWED,
    FormatError,
    a_list,
    a_string,
    an_object,
    parse_json,
    read_bytes,
    writing,
)  # fmt: skip
from discourse.query import arguments, links, topics_of
from discourse.store import read as stored
from discourse.store.map import Map

_SCHEMES = {"favour": ("RA", "Default Inference"), "against": ("CA", "Default Conflict")}


@dataclass(frozen=True, slots=True)
class Said:
    """One statement that makes a point: who said it, when, and its words."""

    speaker: str
    text: str
    date: str = ""
    id: str = field(default="", compare=False)
    """The statement's id in its map."""


@dataclass(frozen=True, slots=True)
class Point:
    """A point for or against a proposition, with those who made it."""

    proposition: str
    stance: str
    key_point: str
    said: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Tie:
    """One statement supports another, or answers it."""

    source: Said
    target: Said
    kind: str


def of_map(store: Map) -> list[Point]:
    """The arguments of a map as points."""
    propositions = {topic["id"]: topic["proposition"] for topic in topics_of(store)}
    found = []
    for argument in arguments(store):
        rows = stored.statements_by_id(store, argument["statements"])
        said = tuple(
            Said(rows[i]["speaker"] or "unknown", rows[i]["text"], rows[i]["published"] or "", i)
            for i in argument["statements"]
            if i in rows
        )
        found.append(Point(propositions[argument["topic"]], argument["stance"], argument["key_point"], said))
    return found


def ties_of(store: Map) -> list[Tie]:
    """The links between statements of a map."""
    return [
        Tie(_said_by(row["from"], row["document"]), _said_by(row["to"], row["document"]), row["kind"])
        for row in links(store)
    ]


def _said_by(statement: dict[str, Any], document: dict[str, Any]) -> Said:
    return Said(statement["speaker"] or "unknown", statement["text"], document["published"] or "", statement["id"])


def write(points: Sequence[Point], path: Path, ties: Sequence[Tie] = ()) -> None:
    """Writes an AIF file: propositions, points and statements as I-nodes, points joined to propositions by RA (for)
    or CA (against), statements to points by MA (rephrase), and to what was said (L) by YA (asserting)."""
    with writing(path) as part:
        part.write_text(json.dumps(_graph(points, ties), ensure_ascii=False, indent=1), encoding="utf-8")


def write_xaif(points: Sequence[Point], path: Path, ties: Sequence[Tie] = ()) -> None:
    """Writes the same graph as xAIF, with its texts and an empty analysis of dialogue."""
    whole: dict[str, Any] = {
        "AIF": _graph(points, ties),
        "text": "\n".join(said.text for point in points for said in point.said),
    }
    whole |= {"dialog": False, "OVA": {}, "status": UNREVIEWED}
    with writing(path) as part:
        part.write_text(json.dumps(whole, ensure_ascii=False, indent=1), encoding="utf-8")


class _Builder:
    def __init__(self) -> None:
        self.nodes: list[dict[str, Any]] = []
        self.edges: list[dict[str, Any]] = []
        self.locutions: list[dict[str, Any]] = []
        self.people: dict[str, str] = {}
        self.statements: dict[str, tuple[str, str]] = {}
        """The nodes of the content and the locution of each statement with an id."""

    def node(self, kind: str, text: str, *from_nodes: str, to: str | None = None, **more: str) -> str:
        name = str(len(self.nodes) + 1)
        self.nodes.append({"nodeID": name, "text": text, "type": kind, **more})
        for source, target in [(n, name) for n in from_nodes] + ([(name, to)] if to else []):
            self.edges.append({"edgeID": str(len(self.edges) + 1), "fromID": source, "toID": target})
        return name

    def statement(self, said: Said) -> tuple[str, str]:
        """The nodes of a statement's content and locution; those made before, for one with an id."""
        if said.id in self.statements:
            return self.statements[said.id]
        person = self.people.setdefault(said.speaker, str(len(self.people) + 1))
        content = self.node("I", said.text)
        spoken = self.node("L", f"{said.speaker} : {said.text}", timestamp=said.date)
        self.node("YA", "Asserting", spoken, to=content, scheme="Asserting")
        self.locutions.append({"nodeID": spoken, "personID": person, "start": said.date})
        if said.id:
            self.statements[said.id] = (content, spoken)
        return content, spoken

    def tie(self, tie: Tie) -> None:
        """A link between two statements."""
        source, target = self.statement(tie.source), self.statement(tie.target)
        if tie.kind == "supports":
            self.node("RA", "Default Inference", source[0], to=target[0], scheme="Default Inference")
        else:
            self.node("TA", "Default Transition", target[1], to=source[1], scheme="Default Transition")


def _graph(points: Sequence[Point], ties: Sequence[Tie]) -> dict[str, Any]:
    made = _Builder()
    propositions: dict[str, str] = {}
    for point in points:
        if point.stance not in _SCHEMES:
            raise FormatError(f'"{point.stance}" is neither favour nor against')
        if point.proposition not in propositions:
            propositions[point.proposition] = made.node("I", point.proposition)
        key = made.node("I", point.key_point)
        kind, scheme = _SCHEMES[point.stance]
        made.node(kind, scheme, key, to=propositions[point.proposition], scheme=scheme)
        for said in point.said:
            content, _ = made.statement(said)
            made.node("MA", "Default Rephrase", content, to=key, scheme="Default Rephrase")
    for tie in ties:
        made.tie(tie)
    participants = [{"participantID": number, "firstname": name, "surname": ""} for name, number in made.people.items()]
    return {
        "nodes": made.nodes, "edges": made.edges, "schemefulfillments": [], "locutions": made.locutions,
        "participants": participants,
    }  # fmt: skip


def read(path: Path) -> list[Point]:
    """The points of an AIF or xAIF file of this layout; FormatError for edges that end nowhere and ids that stand
    twice. Parts of a graph that are no point for or against a proposition are passed over."""
    place = str(path)
    whole = an_object(parse_json(read_bytes(path), place), place)
    graph = an_object(whole.get("AIF", whole), place)
    nodes: dict[str, dict[str, Any]] = {}
    for node in a_list(graph.get("nodes"), f"{place}, nodes"):
        node = an_object(node, f"{place}, nodes")
        name = str(node.get("nodeID"))
        if name in nodes:
            raise FormatError(f"{place}: node {name:.40} stands twice")
        nodes[name] = node | {"text": a_string(node.get("text", ""), place)}
    after: dict[str, list[str]] = {}
    before: dict[str, list[str]] = {}
    for edge in a_list(graph.get("edges"), f"{place}, edges"):
        edge = an_object(edge, f"{place}, edges")
        source, target = str(edge.get("fromID")), str(edge.get("toID"))
        if source not in nodes or target not in nodes:
            raise FormatError(f"{place}: edge {edge.get('edgeID')!r:.40} ends at no node")
        after.setdefault(source, []).append(target)
        before.setdefault(target, []).append(source)
    people = _people(graph, place)
    stances = {kind: stance for stance, (kind, _) in _SCHEMES.items()}
    found = []
    for name, node in nodes.items():
        if node.get("type") not in stances:
            continue
        for key in before.get(name, []):
            for proposition in after.get(name, []):
                if any(nodes[n].get("type") == "YA" for n in before.get(proposition, [])):
                    continue  # it supports what somebody said: a link, no point
                said = tuple(_said(nodes, before, people, key))
                stance = stances[str(node["type"])]
                found.append(Point(nodes[proposition]["text"], stance, nodes[key]["text"], said))
    return found


def _people(graph: dict[str, Any], place: str) -> dict[str, str]:
    """Who spoke each locution."""
    listed = [an_object(p, place) for p in a_list(graph.get("participants") or [], f"{place}, participants")]
    names = {str(p.get("participantID")): f"{p.get('firstname', '')} {p.get('surname', '')}".strip() for p in listed}
    spoken = [an_object(x, place) for x in a_list(graph.get("locutions") or [], f"{place}, locutions")]
    return {str(x.get("nodeID")): names.get(str(x.get("personID")), "unknown") for x in spoken}


def _said(nodes: dict[str, Any], before: dict[str, list[str]], people: dict[str, str], key: str) -> list[Said]:
    found = []
    for rephrase in before.get(key, []):
        if nodes[rephrase].get("type") != "MA":
            continue
        for content in before.get(rephrase, []):
            asserting = [n for n in before.get(content, []) if nodes[n].get("type") == "YA"]
            for spoken in (n for a in asserting for n in before.get(a, [])):
                date = str(nodes[spoken].get("timestamp") or "")
                found.append(Said(people.get(spoken, "unknown"), nodes[content]["text"], date))
    return found
