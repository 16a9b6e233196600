"""Write the teacher's weights as plain arrays; runs in the teacher's own environment (spaCy 2.3.9)."""

import json
import sys
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")

import en_core_web_sm  # noqa: E402
import numpy as np  # noqa: E402


def walk(model):
    yield model
    for layer in getattr(model, "_layers", []):
        yield from walk(layer)


def layers_of(model, name):
    found = []
    for layer in walk(model):
        if type(layer).__name__ == name and not any(layer is other for other in found):
            found.append(layer)
    return found


def tok2vec_arrays(name, model):
    arrays = {}
    embeddings = layers_of(model, "HashEmbed")
    arrays[f"{name}.seeds"] = np.array([layer.seed for layer in embeddings])
    for i, layer in enumerate(embeddings):
        arrays[f"{name}.E{i}"] = np.array(layer.vectors)
    for i, norm in enumerate(layers_of(model, "LayerNorm")):
        maxout = norm._layers[0]
        arrays[f"{name}.G{i}"], arrays[f"{name}.lb{i}"] = np.array(norm.G), np.array(norm.b)
        arrays[f"{name}.W{i}"], arrays[f"{name}.b{i}"] = np.array(maxout.W), np.array(maxout.b)
    return arrays


def main(folder):
    nlp = en_core_web_sm.load()
    arrays = {"tagger.labels": np.array(list(nlp.get_pipe("tagger").labels))}
    for name in ("tagger", "parser", "ner"):
        pipe = nlp.get_pipe(name)
        arrays.update(tok2vec_arrays(name, pipe.model.tok2vec))
        if name == "tagger":
            softmax = layers_of(pipe.model, "Softmax")[0]
            arrays["tagger.W"], arrays["tagger.b"] = np.array(softmax.W), np.array(softmax.b)
            continue
        for part in ("lower", "upper"):
            layer = getattr(pipe.model, part)
            arrays[f"{name}.{part}_W"], arrays[f"{name}.{part}_b"] = np.array(layer.W), np.array(layer.b)
        arrays[f"{name}.lower_pad"] = np.array(pipe.model.lower.pad)
        moves = list(pipe.move_names)
        # spaCy 2 leaves its internal class `U-`, which stands before `O`, out of the names.
        arrays[f"{name}.moves"] = np.array([*moves[:-1], "U-", "O"] if name == "ner" else moves)
    labels = {str(k): dict(v) for k, v in nlp.get_pipe("parser").moves.labels.items()}
    folder = Path(folder)
    (folder / "teacher.json").write_text(json.dumps({"parser_labels": labels}), encoding="utf-8")
    np.savez_compressed(folder / "teacher.npz", **arrays)


if __name__ == "__main__":
    main(sys.argv[1])
