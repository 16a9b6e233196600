"""Annotate tokens with the teacher; runs in the teacher's own environment (spaCy 2.3.9), nowhere else.

Reads JSON lines {words, spaces, starts} and writes the same lines with tags, heads, deps and ents added.
With `--free` the teacher sees the text as it is and splits sentences itself.
"""

import json
import sys
import warnings

warnings.filterwarnings("ignore")

import en_core_web_sm  # noqa: E402
from marks import plain  # noqa: E402
from spacy.tokens import Doc  # noqa: E402


def main(source, target, free):
    nlp = en_core_web_sm.load()
    with open(source, encoding="utf-8") as lines, open(target, "w", encoding="utf-8") as out:
        batch = []
        for line in lines:
            batch.append(json.loads(line))
            if len(batch) == 200:
                write(nlp, batch, out, free)
                batch = []
        write(nlp, batch, out, free)


def write(nlp, batch, out, free):
    docs = [
        Doc(nlp.vocab, words=r["words"] if free else [plain(w) for w in r["words"]], spaces=r["spaces"]) for r in batch
    ]
    if not free:
        for record, doc in zip(batch, docs, strict=True):
            for token, start in zip(doc, record["starts"], strict=True):
                token.is_sent_start = start
    for _, pipe in nlp.pipeline:
        docs = list(pipe.pipe(docs))
    for record, doc in zip(batch, docs, strict=True):
        record["tags"] = [t.tag_ for t in doc]
        record["heads"] = [t.head.i for t in doc]
        record["deps"] = [t.dep_ for t in doc]
        record["starts"] = [t.i == 0 or bool(t.is_sent_start) for t in doc]
        record["ents"] = [(e.start, e.end, e.label_) for e in doc.ents]
        out.write(json.dumps(record) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:] == ["--free"])
