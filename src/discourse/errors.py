"""The errors a user can do something about; each message says what is wrong and what to do next."""

from __future__ import annotations


class DiscourseError(Exception):
    """A mistake or obstacle outside the program, told in one line; the command line turns it into exit code 1."""


class PageError(DiscourseError):
    """One page could not be read or holds nothing to read; the run goes on without it."""


class CodebookError(DiscourseError):
    """The codebook is not valid; the message names the place and what is allowed there."""


class ModelError(DiscourseError):
    """A model folder is missing, incomplete or altered."""


class MapError(DiscourseError):
    """The map cannot be opened, is not a map, or was written by a newer version."""


class QueryError(DiscourseError):
    """A question that the map cannot answer as asked; the message says what would do."""
