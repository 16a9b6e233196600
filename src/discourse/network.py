"""Discourse networks: who agrees with whom on how much, as in Discourse Network Analyzer, and their coalitions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import sqrt
from typing import Any, Literal

import networkx as nx

from discourse.errors import QueryError
from discourse.store import read
from discourse.store.filters import Filter, Row
from discourse.store.map import Map

Kind = Literal["congruence", "conflict", "subtract", "affiliation"]
Normalisation = Literal["none", "average", "jaccard", "cosine", "activity", "prominence"]
Duplicates = Literal["include", "document", "week", "month", "year"]
KINDS: tuple[Kind, ...] = ("congruence", "conflict", "subtract", "affiliation")
DUPLICATES: tuple[Duplicates, ...] = ("include", "document", "week", "month", "year")
NORMALISATIONS: dict[str, tuple[Normalisation, ...]] = {
    "one-mode": ("none", "average", "jaccard", "cosine"),
    "two-mode": ("none", "activity", "prominence"),
}
SEED = 20160510
_SIDES = ("favour", "against")

Uses = dict[str, Counter[tuple[str, str]]]
"""For each actor, how often it took each side of each topic."""


@dataclass(frozen=True, slots=True)
class Network:
    """Nodes with their attributes, and weighted edges between them; undirected unless it is an affiliation network."""

    kind: Kind
    nodes: dict[str, Row]
    edges: dict[tuple[str, str], float]
    coalitions: list[list[str]] = field(default_factory=list)
    polarisation: float | None = None
    since: str | None = None
    until: str | None = None

    def as_row(self) -> Row:
        """The network as plain data."""
        return {
            "kind": self.kind,
            "since": self.since,
            "until": self.until,
            "nodes": [{"id": name} | node for name, node in self.nodes.items()],
            "edges": [
                {"source": one, "target": other, "weight": round(weight, 6)}
                for (one, other), weight in self.edges.items()
            ],
            "coalitions": self.coalitions,
            "polarisation": self.polarisation,
        }


def network(
    store: Map,
    where: Filter | None = None,
    *,
    kind: Kind = "subtract",
    normalisation: Normalisation = "average",
    duplicates: Duplicates = "document",
    least: int = 1,
) -> Network:
    """The network of a map's stakeholders, or (affiliation) of stakeholders and topics.

    `least`: actors and topics with fewer statements (after duplicates are set aside) are left out.
    """
    stances = [row for row in read.shown_stances(store, where) if row["whose"] and row["name"]]
    uses = _frequent(count_uses(stances, duplicates), least)
    actors = {
        row["whose"]: {"name": row["name"], "kind": row["stakeholder_kind"], "group": row["grp"]} for row in stances
    }
    nodes = {actor: actors[actor] | {"statements": uses[actor].total()} for actor in sorted(uses)}
    since, until = (where.since, where.until) if where else (None, None)
    if kind == "affiliation":
        topics = sorted({topic for used in uses.values() for topic, _ in used})
        edges = affiliation(uses, normalisation)
        return Network(kind, nodes | {t: {"name": t, "kind": "topic"} for t in topics}, edges, since=since, until=until)
    edges = one_mode(uses, kind, normalisation)
    camps = coalitions(one_mode(uses, "congruence", normalisation), uses)
    places = {actor: number for number, camp in enumerate(camps, 1) for actor in camp}
    nodes = {actor: node | {"coalition": places[actor]} for actor, node in nodes.items()}
    return Network(kind, nodes, edges, camps, polarisation(uses, camps), since, until)


def windows(store: Map, where: Filter, days: int, step: int | None = None, **options: Any) -> list[Network]:
    """A network for each window of so many days, each `step` days (a window's length, unless given) after the last."""
    if days < 1 or (step is not None and step < 1):
        raise QueryError("a time window and its step must be one day or longer")
    dates = sorted(row["published"] for row in read.shown_stances(store, where) if row["published"])
    if not dates:
        return []
    start, last = _day(dates[0]), _day(dates[-1])
    found = []
    while start <= last:
        end = start + timedelta(days - 1)
        values = {name: getattr(where, name) for name in Filter.__slots__}
        window = Filter(**values | {"since": start.isoformat(), "until": end.isoformat()})
        found.append(network(store, window, **options))
        start += timedelta(step or days)
    return found


def count_uses(stances: Iterable[Row], duplicates: Duplicates) -> Uses:
    """How often each actor took each side of each topic; what counts once is settled by the duplicates policy:
    every statement, or one for each actor, topic and side in a document, calendar week, month or year."""
    seen = set()
    uses: Uses = defaultdict(Counter)
    for row in stances:
        when = _once(row, duplicates)
        key = (row["whose"], row["topic"], row["stance"], when)
        if when is None or key not in seen:
            seen.add(key)
            uses[row["whose"]][row["topic"], row["stance"]] += 1
    return dict(uses)


def one_mode(uses: Uses, kind: Kind, normalisation: Normalisation) -> dict[tuple[str, str], float]:
    """Ties between actors (Leifeld 2017): congruence adds up the products of how often two actors take the same side
    of a topic, conflict those of opposite sides, subtract is congruence less conflict. Ties of weight 0 are left out.
    """
    _check(normalisation, "one-mode")
    edges = {}
    actors = sorted(uses)
    for place, one in enumerate(actors):
        for other in actors[place + 1 :]:
            weight = _tie(uses[one], uses[other], kind)
            if weight:
                edges[one, other] = weight / _norm(uses[one], uses[other], normalisation)
    return edges


def affiliation(uses: Uses, normalisation: Normalisation) -> dict[tuple[str, str], float]:
    """Ties of actors to topics: times in favour less times against; divided by all that the actor said (activity) or
    by all that was said on the topic (prominence)."""
    _check(normalisation, "two-mode")
    said: Counter[str] = Counter()
    for used in uses.values():
        for (topic, _), times in used.items():
            said[topic] += times
    edges = {}
    for actor, used in uses.items():
        for topic in sorted({topic for topic, _ in used}):
            weight = float(used[topic, "favour"] - used[topic, "against"])
            if normalisation == "activity":
                weight /= used.total()
            elif normalisation == "prominence":
                weight /= said[topic]
            edges[actor, topic] = weight
    return edges


def coalitions(congruence: Mapping[tuple[str, str], float], actors: Iterable[str]) -> list[list[str]]:
    """Groups of actors with more congruence among them than chance gives (Louvain, seeded), largest first."""
    graph = nx.Graph()
    graph.add_nodes_from(sorted(actors))
    graph.add_weighted_edges_from((one, other, weight) for (one, other), weight in sorted(congruence.items()))
    if not graph:
        return []
    found = nx.community.louvain_communities(graph, weight="weight", seed=SEED)
    return sorted((sorted(camp) for camp in found), key=lambda camp: (-len(camp), camp))


def polarisation(uses: Uses, camps: Sequence[Sequence[str]]) -> float | None:
    """How far the coalitions are camps, -1 to 1: the share of ties that fit (congruence within a coalition, conflict
    between two) less the share that do not (conflict within, congruence between). 1: everybody agrees with their own
    and disagrees with all others; 0: sides have nothing to do with coalitions. None without ties or with one camp."""
    place = {actor: number for number, camp in enumerate(camps) for actor in camp}
    if len([camp for camp in camps if len(camp) > 1]) < 2:
        return None
    fits = total = 0.0
    for kind, sign in (("congruence", 1), ("conflict", -1)):
        for (one, other), weight in one_mode(uses, kind, "average").items():  # type: ignore[arg-type]  # two of the kinds
            total += weight
            fits += weight * (sign if place[one] == place[other] else -sign)
    return round(fits / total, 4) if total else None


def _tie(one: Counter[tuple[str, str]], other: Counter[tuple[str, str]], kind: Kind) -> float:
    weight = 0
    for (topic, side), times in one.items():
        opposite = _SIDES[side == "favour"]
        if kind != "conflict":
            weight += times * other[topic, side]
        if kind == "conflict":
            weight += times * other[topic, opposite]
        elif kind == "subtract":
            weight -= times * other[topic, opposite]
    return float(weight)


def _norm(one: Counter[tuple[str, str]], other: Counter[tuple[str, str]], normalisation: Normalisation) -> float:
    topics = [{topic for (topic, _), times in used.items() if times} for used in (one, other)]
    if normalisation == "average":
        return (len(topics[0]) + len(topics[1])) / 2
    if normalisation == "jaccard":
        return float(len(topics[0] | topics[1]))
    if normalisation == "cosine":
        return sqrt(sum(t * t for t in one.values())) * sqrt(sum(t * t for t in other.values()))
    return 1.0


def _frequent(uses: Uses, least: int) -> Uses:
    """Without rare topics, and then without actors that say little."""
    said: Counter[str] = Counter()
    for used in uses.values():
        for (topic, _), times in used.items():
            said[topic] += times
    kept = {a: Counter({key: n for key, n in used.items() if said[key[0]] >= least}) for a, used in uses.items()}
    return {actor: used for actor, used in kept.items() if used.total() >= max(least, 1)}


def _once(row: Row, duplicates: Duplicates) -> str | None:
    if duplicates == "include":
        return None
    if duplicates == "document" or not row["published"]:
        return str(row["document_id"])
    day = _day(row["published"])
    year, week, _ = day.isocalendar()
    return {"week": f"{year}-{week}", "month": f"{day.year}-{day.month}", "year": str(day.year)}[duplicates]


def _day(published: str) -> date:
    year, month, day = (*(int(part) for part in published[:10].split("-")), 1, 1)[:3]
    return date(year, month, day)


def _check(normalisation: str, mode: str) -> None:
    if normalisation not in NORMALISATIONS[mode]:
        allowed = ", ".join(NORMALISATIONS[mode])
        raise QueryError(f'normalisation "{normalisation}" is not one for a {mode} network: choose {allowed}')
