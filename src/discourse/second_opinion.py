"""What another stance model makes of the statements of a map, beside the stances that the map holds."""

from __future__ import annotations

from discourse import embed
from discourse.codebook import parse_codebook
from discourse.overall import unpacked
from discourse.records import Stance, Statement
from discourse.stance import load_stance_model
from discourse.stance.scorer import Scorer
from discourse.store import read
from discourse.store.map import Map


def second_opinion(store: Map, model: str) -> list[Stance]:
    """The stances that the model of this name gives to the map's statements on its topics; the map stays as it is."""
    embedder = embed.load_embedder(store.setting("embedder") or "minilm")
    book = parse_codebook(store.setting("codebook") or "", f"{store.path} (its codebook)")
    scorer = Scorer(load_stance_model(model, embedder=embedder), embedder, book.topics)
    names = Statement.__dataclass_fields__.keys()
    found: list[Stance] = []
    for entry in read.page_entries(store):
        rows = read.page_statements(store, entry.canonical)
        if rows:
            statements = [Statement(**{name: row[name] for name in names}) for row in rows]
            found += scorer.score(statements, unpacked(b"".join(row["vector"] for row in rows), len(rows)))
    return found
