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
_STEPS = (0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5)
"""Lines by which a label may be moved, in order of preference."""
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
        free = (
            down
            for down in (_down(region.y) + step * _LINE for step in _STEPS)
            if _LINE < down < HEIGHT - 6 and not _covered(across, down, half, points, regions)
        )
        regions.append({"name": region.name, "cx": round(across, 1), "cy": next(free, _down(region.y)), "half": half})
    return {"width": WIDTH, "height": HEIGHT, "points": points, "regions": regions}


def _covered(across: float, down: float, half: float, points: list[Row], regions: list[Row]) -> bool:
    """Whether a label would lie on a mark or on another label; `down` is its foot."""
    middle = down - _LINE / 3
    return any(
        abs(p["cx"] - across) < p["r"] + half and abs(p["cy"] - middle) < p["r"] + _LINE / 2 for p in points
    ) or any(abs(r["cx"] - across) < r["half"] + half and abs(r["cy"] - down) < _LINE for r in regions)


def _across(x: float) -> float:
    return round(_EDGE + x * (WIDTH - 2 * _EDGE), 1)


def _down(y: float) -> float:
    return round(_EDGE + y * (HEIGHT - 2 * _EDGE), 1)
