"""Sources into pages: files, folders and addresses; what cannot be read is told with its reason."""

from discourse.collect.files import read_files
from discourse.collect.inputs import Refusal, gather

__all__ = ["Refusal", "gather", "read_files"]
