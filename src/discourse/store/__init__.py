"""The map in its file or database: the only code that speaks SQL to it."""

from discourse.store.map import Map

__all__ = ["Map"]
