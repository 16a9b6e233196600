"""What is in a map, how it was made, and what in it is out of date."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from discourse import __version__
from discourse.records import digest
from discourse.store import corrections, links, read
from discourse.store.map import Map


def info(store: Map) -> dict[str, Any]:
    """Counts, period, publishers, code, models, codebook, runs, corrections, and what is stale."""
    documents = read.documents(store)
    dates = sorted(d["published"][:10] for d in documents if d["published"])
    pages = read.page_entries(store)
    return {
        "map": str(store.path),
        "bytes": store.connection.size(),
        "counts": read.counts(store),
        "first": dates[0] if dates else None,
        "last": dates[-1] if dates else None,
        "undated": sum(1 for d in documents if not d["published"]),
        "kinds": dict(Counter(d["kind"] for d in documents).most_common()),
        "publishers": dict(Counter(d["publisher"] or "unknown" for d in documents).most_common()),
        "languages": dict(Counter(d["language"] or "unknown" for d in documents).most_common()),
        "events": len({d["event"] for d in documents}),
        "refused": [{"source": p.source, "reason": p.reason} for p in pages if p.outcome == "refused"],
        "made_with": {
            name: store.setting(name) for name in ("version", "pipeline", "stance_model", "embedder", "threshold")
        },
        "codebook": digest(store.setting("codebook") or ""),
        "topics": len(json.loads(store.setting("topics") or "[]")),
        "runs": read.runs(store),
        "corrections": dict(Counter(row["state"] for row in corrections.listed(store))),
        "stale": stale(store),
        "reviewed": False,
    }


def stale(store: Map) -> list[str]:
    """What in the map is out of date, a sentence each; what the next `discourse run` would do anew."""
    found = []
    pages = [p for p in read.page_entries(store) if p.outcome == "done"]
    made = Counter(p.fingerprint for p in pages)
    if len(made) > 1:
        newest = read.newest_fingerprint(store)
        count = sum(times for fingerprint, times in made.items() if fingerprint != newest)
        found.append(f"{count} pages were made with other models or another codebook than the last run")
    if store.setting("version") not in (None, __version__):
        found.append(f"made by version {store.setting('version')}, and this is {__version__}")
    if pages and not store.setting("arguments"):
        found.append("arguments: statements or corrections have changed since they were grouped")
    if waiting := links.due(store):
        found.append(f"links: {len(waiting)} documents have changed since theirs were told")
    lost = [row for row in corrections.listed(store) if row["state"] == "lost"]
    found += [f"correction {row['batch']} is lost: its quotation is on no page any more" for row in lost]
    unfinished = [run for run in read.runs(store) if run["ended"] is None]
    if unfinished and unfinished[-1] == read.runs(store)[-1]:
        found.append(f"the run of {unfinished[-1]['started']} did not finish")
    return found
