"""From a picture of arguments to marks of a drawing: places, sizes, and labels that do not lie on one another."""

from __future__ import annotations

from math import sqrt

from discourse.picture import picture
from discourse.store.map import Map
from discourse.store.read import Row

WIDTH, HEIGHT = 720, 440
_EDGE = 34
_LINE = 17
"""Height of a label."""
_LETTER = 7
"""Width of a letter, about."""


def laid_out(store: Map, topic: str) -> Row:
    """What a template needs to draw a topic's arguments."""
    found = picture(store, topic)
    most = max((len(point["statements"]) for point in found.points), default=1)
    points = [
        point
        | {"cx": _across(point["x"]), "cy": _down(point["y"])}
        | {"r": round(7 + 11 * sqrt(len(point["statements"]) / most), 1)}
        for point in found.points
    ]
    points.sort(key=lambda point: (-point["r"], point["id"]))
    regions: list[Row] = []
    for region in sorted(found.regions, key=lambda region: region.y):
        half = len(region.name) * _LETTER / 2
        across = min(max(_across(region.x), half), WIDTH - half)
        down = max(_down(region.y), float(_LINE))
        while any(abs(r["cy"] - down) < _LINE and abs(r["cx"] - across) < r["half"] + half for r in regions):
            down += _LINE
        regions.append({"name": region.name, "cx": round(across, 1), "cy": min(down, HEIGHT - 6), "half": half})
    return {"width": WIDTH, "height": HEIGHT, "points": points, "regions": regions}


def _across(x: float) -> float:
    return round(_EDGE + x * (WIDTH - 2 * _EDGE), 1)


def _down(y: float) -> float:
    return round(_EDGE + y * (HEIGHT - 2 * _EDGE), 1)
