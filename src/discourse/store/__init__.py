"""The map in its file: the only code that speaks SQL to it."""

from discourse.store.map import Map

__all__ = ["Map"]
