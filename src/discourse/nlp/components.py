"""The language components as spaCy factories: quotes, attribution, stakeholders.

They write custom extensions: `Doc._.quotes` (list of Quote), `Doc._.reports` (list of Report) and
`Doc._.names` (list of Name).
"""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from discourse.nlp.lexicon import load_lexicon
from discourse.nlp.plain import plain_reports
from discourse.nlp.quotes import find_quotes
from discourse.nlp.reported import find_reports
from discourse.nlp.speech import find_speech
from discourse.nlp.stakeholders import find_names
from discourse.nlp.syntax import Reading

for _extension in ("quotes", "reports", "names"):
    if not Doc.has_extension(_extension):
        Doc.set_extension(_extension, default=None)


@Language.component("quotes", assigns=["doc._.quotes"])
def quotes(doc: Doc) -> Doc:
    """Find quotations, unless whoever made the Doc has set them already."""
    if doc._.quotes is None:
        doc._.quotes = find_quotes(doc.text)
    return doc


@Language.component("attribution", requires=["doc._.quotes"], assigns=["doc._.reports"])
def attribution(doc: Doc) -> Doc:
    """Find who is said to say, think or want what; by the parse where there is one, else by patterns."""
    reading = Reading(doc, tuple(doc._.quotes), load_lexicon())
    reports = find_reports(reading) if doc.has_annotation("DEP") else list(plain_reports(reading))
    doc._.reports = reports + find_speech(reading, reports)
    return doc


@Language.component("stakeholders", assigns=["doc._.names"])
def stakeholders(doc: Doc) -> Doc:
    """Find the names of persons, organisations and places."""
    doc._.names = find_names(doc)
    return doc
