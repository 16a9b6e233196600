"""GraphML, with every attribute typed, as Gephi, igraph, networkx and visone read it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lxml import etree

from discourse.annotations import Scalar
from discourse.formats.base import UNREVIEWED, FormatError, read_bytes, writing
from discourse.formats.graph import Attributes, Edge, Graph
from discourse.formats.safe_xml import clean, local, parse

NAMESPACE = "http://graphml.graphdrawing.org/xmlns"
_WRITTEN = {"string": "string", "integer": "int", "double": "double", "boolean": "boolean"}
_READ = {
    "string": "string",
    "int": "integer",
    "long": "integer",
    "float": "double",
    "double": "double",
    "boolean": "boolean",
}


def write(graph: Graph, path: Path) -> None:
    """Writes the graph; control characters in texts become U+FFFD, since XML cannot hold them."""
    root = etree.Element(f"{{{NAMESPACE}}}graphml", nsmap={None: NAMESPACE})
    root.append(etree.Comment(f" {UNREVIEWED} "))
    for kind, types in (("node", graph.node_types), ("edge", graph.edge_types)):
        for name, of in types.items():
            key = {"id": f"{kind}-{name}", "for": kind, "attr.name": name, "attr.type": _WRITTEN[of]}
            etree.SubElement(root, f"{{{NAMESPACE}}}key", key)
    default = "directed" if graph.directed else "undirected"
    inside = etree.SubElement(root, f"{{{NAMESPACE}}}graph", id="map", edgedefault=default)
    for name, attributes in graph.nodes.items():
        node = etree.SubElement(inside, f"{{{NAMESPACE}}}node", id=clean(name))
        _add_data(node, "node", attributes)
    for number, edge in enumerate(graph.edges):
        ends = {"id": f"e{number}", "source": clean(edge.source), "target": clean(edge.target)}
        _add_data(etree.SubElement(inside, f"{{{NAMESPACE}}}edge", ends), "edge", edge.attributes)
    with writing(path) as part:
        etree.ElementTree(root).write(str(part), encoding="utf-8", xml_declaration=True, pretty_print=True)


def _add_data(element: Any, kind: str, attributes: Attributes) -> None:
    for name, value in attributes.items():
        if value is not None:
            etree.SubElement(element, f"{{{NAMESPACE}}}data", key=f"{kind}-{name}").text = written(value)


def written(value: Scalar) -> str:
    """A value as XML Schema writes it."""
    return ("true" if value else "false") if isinstance(value, bool) else clean(str(value))


def typed(value: str, of: str, place: str) -> Scalar:
    """The value of the type; FormatError where it is none."""
    try:
        if of == "boolean" and value in ("true", "false", "1", "0"):
            return value in ("true", "1")
        return {"integer": int, "double": float, "string": str}[of](value)  # type: ignore[no-any-return]
    except (ValueError, KeyError):
        raise FormatError(f'{place}: "{value:.40}" is no {of}') from None


def read(path: Path) -> Graph:
    """The graph of a file; FormatError for attributes without a type, edges without nodes and ids that stand twice."""
    root = parse(read_bytes(path), str(path))
    if local(root) != "graphml":
        raise FormatError(f"{path}: its root is {local(root)}, not graphml")
    keys: dict[str, tuple[str, str, str]] = {}
    for key in (element for element in root if local(element) == "key"):
        of = _READ.get(key.get("attr.type", "string"))
        if of is None or not key.get("id"):
            raise FormatError(f"{path}, line {key.sourceline}: attr.type {key.get('attr.type')!r:.40} is not known")
        keys[key.get("id")] = (key.get("for", "all"), key.get("attr.name", key.get("id")), of)
    inside = next((element for element in root if local(element) == "graph"), None)
    if inside is None:
        raise FormatError(f"{path}: holds no graph")
    nodes: dict[str, Attributes] = {}
    edges: list[Edge] = []
    for element in inside:
        place = f"{path}, line {element.sourceline}"
        if local(element) == "node":
            name = element.get("id")
            if not name or name in nodes:
                raise FormatError(f"{place}: node {name!r:.60} has no id or stands twice")
            nodes[name] = _data(element, keys, place)
        elif local(element) == "edge":
            edges.append(Edge(element.get("source", ""), element.get("target", ""), _data(element, keys, place)))
    check_ends(nodes, edges, str(path))
    types = {
        kind: {name: of for which, name, of in keys.values() if which in (kind, "all")} for kind in ("node", "edge")
    }
    return Graph(nodes, edges, types["node"], types["edge"], inside.get("edgedefault") == "directed")


def _data(element: Any, keys: Mapping[str, tuple[str, str, str]], place: str) -> Attributes:
    found: Attributes = {}
    for data in (child for child in element if local(child) == "data"):
        if data.get("key") not in keys:
            raise FormatError(f"{place}: key {data.get('key')!r:.40} is not declared")
        _, name, of = keys[data.get("key")]
        found[name] = typed(data.text or "", of, place)
    return found


def check_ends(nodes: Mapping[str, Attributes], edges: list[Edge], place: str) -> None:
    """FormatError where an edge ends at no node."""
    for edge in edges:
        for end in (edge.source, edge.target):
            if end not in nodes:
                raise FormatError(f'{place}: an edge ends at "{end:.60}", which is no node')
