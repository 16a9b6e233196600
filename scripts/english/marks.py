"""Typographic marks, which the teacher never saw, and the plain ones it knows; runs in both environments."""

# The teacher was trained on American text with straight quotation marks, plain dashes and dollars.
PLAIN = {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "--", "…": "...", "£": "$", "€": "$"}


def plain(word):
    """Give the word as the teacher would have met it."""
    return "".join(PLAIN.get(character, character) for character in word)
