"""Who said what, where exactly, on which topic, for or against: a stance map of a sector's debate."""

__version__ = "0.1.0"
