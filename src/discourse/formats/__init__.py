"""The exchange formats, by the names that `discourse export --to` and `annotations import --from` take."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from discourse.annotations import Coded
    from discourse.store.map import Map


@dataclass(frozen=True, slots=True)
class Exchange:
    """One format: its module, what is written of a map ("" where it is read alone) and whether it can be imported."""

    module: str
    of: str
    reads: bool = False
    writer: str = "write"


FORMATS: dict[str, Exchange] = {
    "aif": Exchange("aif", "arguments"),
    "annotations": Exchange("standoff", "annotations", True),
    "annotations-csv": Exchange("flat", "annotations", True),
    "brat": Exchange("brat", "annotations", True),
    "cas-json": Exchange("cas_json", "annotations", True),
    "conll": Exchange("conll", "annotations", True),
    "csv": Exchange("tables", "tables", writer="write_csv_tables"),
    "datasette": Exchange("datasette", "tables"),
    "dna": Exchange("dna", "stances", True),
    "dna-csv": Exchange("dna_csv", "stances"),
    "doccano": Exchange("doccano", "annotations", True),
    "gexf": Exchange("gexf", "network"),
    "graphml": Exchange("graphml", "network"),
    "huggingface": Exchange("huggingface", "annotations", True),
    "jsonl": Exchange("tables", "tables", writer="write_json_lines"),
    "label-studio": Exchange("label_studio", "annotations", True),
    "parquet": Exchange("tables", "tables", writer="write_parquet"),
    "qdc": Exchange("refi", "topics", writer="write_codebook"),
    "qdpx": Exchange("refi", "annotations", True),
    "site": Exchange("", "pages"),
    "spacy": Exchange("spacy_bin", "annotations", True),
    "web-annotation": Exchange("web_annotation", "annotations", True),
    "xaif": Exchange("aif", "arguments", writer="write_xaif"),
    "xlsx": Exchange("tables", "tables", writer="write_excel"),
}


def export(store: Map, name: str, out: Path) -> None:
    """Writes what a map holds in the format of this name; FormatError where there is none or it cannot be written."""
    exchange = _known(name)
    if exchange.of == "pages":
        from discourse.web.copy import write_site

        write_site(store, out)
        return
    write = getattr(_module(exchange), exchange.writer)
    if exchange.of == "tables":
        write(store, out)
    elif exchange.of == "network":
        from discourse.formats.graph import of_positions

        write(of_positions(store), out)
    elif exchange.of == "arguments":
        from discourse.formats.aif import of_map, ties_of

        write(of_map(store), out, ties_of(store))
    elif exchange.of == "topics":
        from discourse.formats.codes import of_topics

        write(of_topics(_topics(store)), out)
    elif exchange.of == "stances":
        from discourse.formats.from_map import coded, stances_alone

        more = [_topics(store)] if name == "dna-csv" else [_topics(store), _stakeholders(store)]
        write(stances_alone(coded(store)), out, *more)
    else:
        from discourse.formats.from_map import coded

        write(coded(store), out)


def read(name: str, path: Path) -> Coded:
    """The texts and annotations of a file or folder in the format of this name."""
    exchange = _known(name)
    if not exchange.reads:
        from discourse.formats.base import FormatError

        readable = ", ".join(key for key, value in FORMATS.items() if value.reads)
        raise FormatError(f'"{name}" cannot be imported as annotations: these can: {readable}')
    found: Coded = _module(exchange).read(path)
    return found


def by_coder(coded: Coded, coder: str) -> Coded:
    """The same annotations as the work of one coder."""
    return replace(coded, annotations=tuple(replace(a, coder=coder) for a in coded.annotations))


def _known(name: str) -> Exchange:
    if name not in FORMATS:
        from discourse.formats.base import FormatError

        raise FormatError(f'no format "{name}": there are {", ".join(FORMATS)}')
    return FORMATS[name]


def _module(exchange: Exchange) -> Any:
    return importlib.import_module(f"discourse.formats.{exchange.module}")


def _topics(store: Map) -> list[Any]:
    from discourse.query import topics_of
    from discourse.records import Topic

    return [Topic(row["id"], row["name"], row["proposition"]) for row in topics_of(store)]


def _stakeholders(store: Map) -> list[Any]:
    from discourse.records import Stakeholder
    from discourse.store import read as stored

    return [
        Stakeholder(row["id"], row["name"], row["kind"], row["grp"], tuple(row["aliases"]), url=row["url"])
        for row in stored.stakeholders(store)
    ]
