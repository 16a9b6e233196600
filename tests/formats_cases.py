"""Coded texts for the round trips: what hypothesis draws, and how they are compared."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from discourse.annotations import Annotation, Coded, Text, identified, mark

WORDS = [
    "Ann",
    "said",
    "“no”",
    "naïve",
    "\U0001f600",
    "\n\n",
    "e\u0301",
    "<b>&amp;",
    "=1+1",
    '"',
    ";",
    "\u2028",
    "\t",
    "日本",
]
CODERS = ["machine", "Bo Ray", "c=3", "ünal"]
LABELS = ["favour", "against", "a b", "x=y", "O", "<&>", "naïve \U0001f600", "B-x", "_20_", "a_b"]
LAYERS = ["label", "stance:funding", "speaker", "a b", "naïve"]


@st.composite
def texts(draw: st.DrawFn, number: int) -> Text:
    words = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12))
    return Text(f"doc-{number}", draw(st.sampled_from(["", " ", "\n"])) + " ".join(words), None)


@st.composite
def coded(
    draw: st.DrawFn, *, coders: list[str] = CODERS, layers: list[str] = LAYERS, labels: list[str] = LABELS,
    times: bool = True, wholes: bool = True, relations: bool = True, pieces: bool = False, notes: bool = True,
    facts: bool = True,
) -> Coded:  # fmt: skip
    """Texts and annotations, restricted to what a format can hold."""
    documents = [draw(texts(number)) for number in range(draw(st.integers(1, 3)))]
    found: dict[str, Annotation] = {}
    for text in documents:
        spans: list[Annotation] = []
        for _ in range(draw(st.integers(0, 4))):
            more: dict[str, Any] = {}
            if times and draw(st.booleans()):
                more["time"] = "2024-05-01T10:00:00Z"
            if notes and draw(st.booleans()):
                more["note"] = draw(st.sampled_from(["why; not", "two\nlines", "\U0001f600"]))
            if facts and draw(st.booleans()):
                more["attributes"] = (("confidence", 0.25), ("cue", "said that"), ("sure", True))
            layer, label, coder = (draw(st.sampled_from(x)) for x in (layers, labels, coders))
            if wholes and draw(st.integers(0, 3)) == 0:
                annotation = identified(Annotation(text.id, text.digest, layer, label, coder, **more))
            else:
                start = draw(st.integers(0, len(text.text) - 1))
                end = draw(st.integers(start + 1, len(text.text)))
                if pieces and end - start > 4 and draw(st.booleans()):
                    more["pieces"] = ((start, start + 1), (end - 2, end))
                annotation = mark(text, start, end, layer, label, coder, **more)
                spans.append(annotation)
            found[annotation.id] = annotation
        first = spans[:1]
        alike = [s for s in spans if s.id != first[0].id and (s.coder, s.time) == (first[0].coder, first[0].time)]
        if relations and alike:
            ends = {"source": first[0].id, "target": alike[0].id, "time": first[0].time}
            relation = identified(Annotation(text.id, text.digest, "reply", "answers", first[0].coder, **ends))
            found[relation.id] = relation
    return Coded(tuple(documents), tuple(found.values()))


def facts_of(coded: Coded, *but: str) -> list[tuple[Any, ...]]:
    """Every annotation by what it says, ids of relations' ends resolved, without the named fields."""
    by_id = {a.id: a for a in coded.annotations}
    names = [
        n for n in ("document", "digest", "layer", "label", "coder", "start", "end", "quotation", "prefix", "suffix",
                    "time", "pieces", "note", "attributes") if n not in but
    ]  # fmt: skip

    def own(a: Annotation) -> tuple[Any, ...]:
        return tuple(getattr(a, name) for name in names)

    rows = []
    for a in coded.annotations:
        ends = tuple(own(by_id[end]) for end in (a.source, a.target) if end is not None)
        rows.append((*own(a), ends))
    return sorted(rows, key=repr)
