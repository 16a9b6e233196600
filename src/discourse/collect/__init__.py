"""Sources into pages: files, folders and addresses; what cannot be read is told with its reason."""

from discourse.collect.files import read_files
from discourse.collect.inputs import gather
from discourse.collect.refusal import Refusal

__all__ = ["Refusal", "gather", "read_files"]
