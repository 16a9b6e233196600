"""Measures the time and the memory that every exchange format takes to write and to read, each in its own process.

    python scripts/bench_formats.py OUT --annotations 100000
    python scripts/bench_formats.py OUT --map 100k.db

Texts and annotations are invented and drawn by the seed: a hundred annotations a text, four layers, two coders, spans
that overlap. With --map the formats that are written of a map alone (tables, networks, arguments) are measured on it:
scripts/make_map.py makes one. Seconds are those of the processor, and beside them those of the clock; memory is the
peak of the whole process, with what is written or read, in megabytes.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

from discourse.annotations import Coded, Text, mark
from discourse.formats import FORMATS, export, read

WORDS = (
    "the", "council", "said", "that", "inspection", "drives", "improvement", "“money", "is", "short”", "for",
    "families", "in", "naïve", "日本", "\U0001f600", "areas",
)  # fmt: skip
LAYERS = {
    "statement": ("direct", "indirect", "authored"),
    "stance:funding": ("favour", "against"),
    "stance:inspection": ("favour", "against"),
    "speaker": tuple(f"Speaker {i}" for i in range(50)),
}
CODERS = ("machine", "ann")
EACH = 100
"""Annotations in a text."""


def invented(count: int, seed: int) -> Coded:
    """Texts of about 5,000 characters with spans at word edges."""
    random = np.random.default_rng(seed)
    texts, found = [], []
    for number in range(-(-count // EACH)):
        words = random.choice(WORDS, 800).tolist()
        edges = np.cumsum([0] + [len(word) + 1 for word in words])
        text = Text(f"doc-{number}", " ".join(words), f"Text {number}", (("kind", "news"), ("published", "2020-03-02")))
        texts.append(text)
        marked: set[tuple[int, int, str, str]] = set()
        while len(marked) < min(EACH, count - number * EACH):
            layer, coder = list(LAYERS)[int(random.integers(4))], CODERS[int(random.integers(2))]
            first = int(random.integers(0, 780))
            last = first + int(random.integers(1, 20))
            if (first, last, layer, coder) in marked:
                continue
            marked.add((first, last, layer, coder))
            label = LAYERS[layer][int(random.integers(len(LAYERS[layer])))]
            start, end = int(edges[first]), int(edges[last]) - 1
            found.append(mark(text, start, end, layer, label, coder, id=f"a{number}-{len(marked)}"))
    return Coded(tuple(texts), tuple(found))


def one(step: str, name: str, place: Path, count: int, seed: int, of: Path | None) -> dict[str, object]:
    """One measurement, in this process."""
    size = None
    if step == "export":
        from discourse.store import Map

        with Map.open(of or place) as store:
            cpu, clock = process_time(), perf_counter()
            export(store, name, place)
    elif step == "write":
        from importlib import import_module

        given = invented(count, seed)
        module, exchange = import_module(f"discourse.formats.{FORMATS[name].module}"), FORMATS[name]
        cpu, clock = process_time(), perf_counter()
        getattr(module, exchange.writer)(given, place)
        size = len(given.annotations)
    else:
        cpu, clock = process_time(), perf_counter()
        size = len(read(name, place).annotations)
    took = {"cpu": process_time() - cpu, "clock": perf_counter() - clock}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"format": name, "step": step, "annotations": size, **took, "peak_mb": peak}


def apart(out: Path, step: str, name: str, options: argparse.Namespace) -> None:
    """One measurement in a new process, as a row of the table."""
    command = [sys.executable, __file__, str(out), "--one", step, name, "--annotations", str(options.annotations)]
    command += ["--seed", str(options.seed)] + (["--map", str(options.map)] if options.map else [])
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"| `{name}` | {step} | {done.stderr.strip().splitlines()[-1][:120]} | | | |", flush=True)
        return
    row = json.loads(done.stdout)
    held = f"{row['annotations']:,}" if row["annotations"] is not None else ""
    figures = f"{row['cpu']:.1f} | {row['clock']:.1f} | {row['peak_mb']:.0f}"
    print(f"| `{name}` | {step} | {held} | {figures} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="a folder to write into")
    parser.add_argument("--annotations", type=int, default=100_000)
    parser.add_argument("--map", type=Path, default=None)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--formats", nargs="*", default=None, help="these alone")
    parser.add_argument("--one", nargs=2, default=None, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        step, name = options.one
        place = options.out / f"{name}.out"
        print(json.dumps(one(step, name, place, options.annotations, options.seed, options.map)))
        return
    options.out.mkdir(parents=True, exist_ok=True)
    print("| format | step | annotations | CPU s | clock s | peak MB |\n|---|---|---|---|---|---|", flush=True)
    for name in options.formats or FORMATS:
        place = options.out / f"{name}.out"
        steps = ("export",) if options.map else ("write", "read") if FORMATS[name].reads else ()
        for step in steps:
            if step != "read":
                shutil.rmtree(place, ignore_errors=True)
                place.unlink(missing_ok=True)
            apart(options.out, step, name, options)


if __name__ == "__main__":
    main()
