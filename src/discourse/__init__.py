"""Who said what, where exactly, on which topic, for or against: a stance map of a sector's debate."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from discourse.notebook import Map as Map

__version__ = "0.1.0"
__all__ = ["Map", "__version__"]


def __getattr__(name: str) -> object:
    """`discourse.Map`, loaded when it is first asked for, so that the command line starts without pandas."""
    if name == "Map":
        from discourse.notebook import Map

        return Map
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
