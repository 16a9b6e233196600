"""Everything that knows spaCy: the English pipeline and what it finds in one paragraph."""
