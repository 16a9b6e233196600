"""Questions that a map answers: positions, search, statements, arguments."""

from discourse.query.about import info, stale
from discourse.query.compare import compare, compare_sets
from discourse.query.linked import linked, links, links_of, on_topic
from discourse.query.names import resolve_stakeholder, resolve_statement, resolve_topic, stakeholders_of, topics_of
from discourse.query.positions import RollUp, no_evidence, positions
from discourse.query.rows import arguments, gone_from_pages, statements
from discourse.query.search import facets, match_expression, more_like, search

__all__ = [
    "RollUp",
    "arguments",
    "compare",
    "compare_sets",
    "facets",
    "gone_from_pages",
    "info",
    "linked",
    "links",
    "links_of",
    "match_expression",
    "more_like",
    "no_evidence",
    "on_topic",
    "positions",
    "resolve_stakeholder",
    "resolve_statement",
    "resolve_topic",
    "search",
    "stakeholders_of",
    "stale",
    "statements",
    "topics_of",
]
