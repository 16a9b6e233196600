"""Attribution: a document's statements, each with its speaker, cue, kind and exact place."""

from discourse.attribute.attributor import Attributor, attribute

__all__ = ["Attributor", "attribute"]
