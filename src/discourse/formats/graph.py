"""The network of stakeholders and topics that a map's positions make, with what each attribute is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from discourse.annotations import Scalar
from discourse.formats.base import FormatError
from discourse.query import positions, topics_of
from discourse.store import read
from discourse.store.map import Map

TYPES = ("string", "integer", "double", "boolean")
NODE_TYPES: Mapping[str, str] = {
    "label": "string", "mode": "string", "kind": "string", "group": "string", "proposition": "string",
}  # fmt: skip
EDGE_TYPES: Mapping[str, str] = {
    "stance": "string", "sign": "integer", "weight": "double", "confidence": "double", "favour": "integer",
    "against": "integer", "sources": "integer", "first": "string", "last": "string", "reviewed": "boolean",
}  # fmt: skip
_SIGNS = {"favour": 1, "against": -1, "mixed": 0}

Attributes = dict[str, Scalar]


@dataclass(frozen=True, slots=True)
class Edge:
    """A line between two nodes."""

    source: str
    target: str
    attributes: Attributes


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes and edges with attributes, and the type of each attribute; None is left out of what is written."""

    nodes: dict[str, Attributes]
    edges: list[Edge]
    node_types: Mapping[str, str] = field(default_factory=lambda: NODE_TYPES)
    edge_types: Mapping[str, str] = field(default_factory=lambda: EDGE_TYPES)
    directed: bool = False

    def __post_init__(self) -> None:
        for kind, items, types in (
            ("node", self.nodes.values(), self.node_types),
            ("edge", (edge.attributes for edge in self.edges), self.edge_types),
        ):
            untyped = next((name for item in items for name in item if name not in types), None)
            if untyped:
                raise FormatError(f'a graph\'s {kind} has the attribute "{untyped}", which has no type: give it one')


def of_positions(store: Map) -> Graph:
    """Stakeholders on one side, topics on the other; each position is an edge whose weight is the number of
    statements it rests on and whose sign is 1 in favour, -1 against and 0 where it is mixed."""
    holders = {row["id"]: row for row in read.stakeholders(store)}
    topics = {row["id"]: row for row in topics_of(store)}
    corrected = {(row["whose"], row["topic"]) for row in read.shown_stances(store) if row["corrected"]}
    nodes: dict[str, Attributes] = {}
    edges = []
    for row in positions(store):
        holder, topic = f"stakeholder:{row['stakeholder_id']}", f"topic:{row['topic']}"
        known = holders.get(row["stakeholder_id"], {})
        nodes[holder] = {
            "label": row["stakeholder"], "mode": "stakeholder", "kind": row["kind"], "group": known.get("grp"),
        }  # fmt: skip
        about = topics.get(row["topic"], {})
        nodes[topic] = {
            "label": about.get("name", row["topic"]), "mode": "topic", "kind": "topic",
            "proposition": about.get("proposition"),
        }  # fmt: skip
        edge: Attributes = {"stance": row["stance"], "sign": _SIGNS[row["stance"]]}
        edge |= {"weight": float(row["favour"] + row["against"]), "confidence": float(row["confidence"])}
        edge |= {name: row[name] for name in ("favour", "against", "sources", "first", "last")}
        edge["reviewed"] = (row["stakeholder_id"], row["topic"]) in corrected
        edges.append(Edge(holder, topic, edge))
    return Graph(nodes, edges)
