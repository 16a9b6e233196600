"""GEXF 1.2, with every attribute typed, as Gephi and networkx read it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lxml import etree

from discourse.formats.base import UNREVIEWED, FormatError, read_bytes, writing
from discourse.formats.graph import TYPES, Attributes, Edge, Graph
from discourse.formats.graphml import check_ends, typed, written
from discourse.formats.safe_xml import clean, local, parse

NAMESPACE = "http://www.gexf.net/1.2draft"
"""The namespace of version 1.2, which all of these read."""
_READ = {name: name for name in TYPES} | {
    "float": "double",
    "long": "integer",
    "anyURI": "string",
    "liststring": "string",
}


def write(graph: Graph, path: Path) -> None:
    """Writes the graph; the attribute "label" is the node's label and "weight" the edge's weight besides."""
    root = etree.Element(f"{{{NAMESPACE}}}gexf", nsmap={None: NAMESPACE}, version="1.2")
    meta = etree.SubElement(root, f"{{{NAMESPACE}}}meta")
    etree.SubElement(meta, f"{{{NAMESPACE}}}description").text = UNREVIEWED
    default = "directed" if graph.directed else "undirected"
    inside = etree.SubElement(root, f"{{{NAMESPACE}}}graph", defaultedgetype=default, mode="static")
    for kind, types in (("node", graph.node_types), ("edge", graph.edge_types)):
        listed = etree.SubElement(inside, f"{{{NAMESPACE}}}attributes")
        listed.set("class", kind)
        for name, of in types.items():
            etree.SubElement(listed, f"{{{NAMESPACE}}}attribute", id=name, title=name, type=of)
    nodes = etree.SubElement(inside, f"{{{NAMESPACE}}}nodes")
    for name, attributes in graph.nodes.items():
        label = attributes.get("label")
        node = etree.SubElement(nodes, f"{{{NAMESPACE}}}node", id=clean(name))
        node.set("label", clean(name if label is None else str(label)))
        _add_values(node, attributes)
    edges = etree.SubElement(inside, f"{{{NAMESPACE}}}edges")
    for number, edge in enumerate(graph.edges):
        ends = {"id": str(number), "source": clean(edge.source), "target": clean(edge.target)}
        weight = edge.attributes.get("weight")
        ends |= {"weight": written(weight)} if weight is not None else {}
        _add_values(etree.SubElement(edges, f"{{{NAMESPACE}}}edge", ends), edge.attributes)
    with writing(path) as part:
        etree.ElementTree(root).write(str(part), encoding="utf-8", xml_declaration=True, pretty_print=True)


def _add_values(element: Any, attributes: Attributes) -> None:
    listed = etree.SubElement(element, f"{{{NAMESPACE}}}attvalues")
    for name, value in attributes.items():
        if value is not None:
            etree.SubElement(listed, f"{{{NAMESPACE}}}attvalue", {"for": name, "value": written(value)})


def read(path: Path) -> Graph:
    """The graph of a file; FormatError for attributes that are not declared, edges without nodes, ids twice."""
    root = parse(read_bytes(path), str(path))
    inside = next((element for element in root if local(element) == "graph"), None)
    if local(root) != "gexf" or inside is None:
        raise FormatError(f"{path}: not a gexf file with a graph")
    types: dict[str, dict[str, str]] = {"node": {}, "edge": {}}
    names: dict[tuple[str, str], str] = {}
    for listed in (element for element in inside if local(element) == "attributes"):
        for attribute in listed:
            kind, of = listed.get("class", "node"), _READ.get(attribute.get("type", ""))
            if of is None or kind not in types or not attribute.get("id"):
                raise FormatError(f"{path}, line {attribute.sourceline}: an attribute of no known type")
            names[kind, attribute.get("id")] = attribute.get("title", attribute.get("id"))
            types[kind][names[kind, attribute.get("id")]] = of
    nodes: dict[str, Attributes] = {}
    edges: list[Edge] = []
    for element in inside.iter():
        place = f"{path}, line {element.sourceline}"
        if local(element) == "node":
            name = element.get("id")
            if not name or name in nodes:
                raise FormatError(f"{place}: node {name!r:.60} has no id or stands twice")
            nodes[name] = _values(element, "node", names, types, place)
        elif local(element) == "edge":
            given = _values(element, "edge", names, types, place)
            edges.append(Edge(element.get("source", ""), element.get("target", ""), given))
    check_ends(nodes, edges, str(path))
    return Graph(nodes, edges, types["node"], types["edge"], inside.get("defaultedgetype") == "directed")


def _values(
    element: Any, kind: str, names: Mapping[tuple[str, str], str], types: Mapping[str, Mapping[str, str]], place: str
) -> Attributes:
    found: Attributes = {}
    for value in (v for child in element if local(child) == "attvalues" for v in child):
        name = names.get((kind, value.get("for", "")))
        if name is None:
            raise FormatError(f"{place}: attribute {value.get('for')!r:.40} is not declared")
        found[name] = typed(value.get("value", ""), types[kind][name], place)
    return found
