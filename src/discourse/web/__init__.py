"""The pages of a map and its JSON interface, served read-only."""

from discourse.web.app import create_app
from discourse.web.settings import Settings

__all__ = ["Settings", "create_app"]
