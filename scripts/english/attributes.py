"""Tables that turn Penn tags and dependency labels into universal parts of speech and features.

Parts of speech follow the official `en_core_web_*` pipelines; features follow Universal Dependencies English.
"""

from __future__ import annotations

# Penn tag -> (universal part of speech, features).
TAGS = {
    "$": ("SYM", ""),
    "''": ("PUNCT", "PunctSide=Fin|PunctType=Quot"),
    ",": ("PUNCT", "PunctType=Comm"),
    "-LRB-": ("PUNCT", "PunctSide=Ini|PunctType=Brck"),
    "-RRB-": ("PUNCT", "PunctSide=Fin|PunctType=Brck"),
    ".": ("PUNCT", "PunctType=Peri"),
    ":": ("PUNCT", ""),
    "ADD": ("X", ""),
    "AFX": ("ADJ", "Hyph=Yes"),
    "CC": ("CCONJ", "ConjType=Cmp"),
    "CD": ("NUM", "NumType=Card"),
    "DT": ("DET", ""),
    "EX": ("PRON", ""),
    "FW": ("X", "Foreign=Yes"),
    "HYPH": ("PUNCT", "PunctType=Dash"),
    "IN": ("ADP", ""),
    "JJ": ("ADJ", "Degree=Pos"),
    "JJR": ("ADJ", "Degree=Cmp"),
    "JJS": ("ADJ", "Degree=Sup"),
    "LS": ("X", "NumType=Ord"),
    "MD": ("AUX", "VerbForm=Fin"),
    "NFP": ("PUNCT", ""),
    "NN": ("NOUN", "Number=Sing"),
    "NNP": ("PROPN", "Number=Sing"),
    "NNPS": ("PROPN", "Number=Plur"),
    "NNS": ("NOUN", "Number=Plur"),
    "PDT": ("DET", ""),
    "POS": ("PART", ""),
    "PRP": ("PRON", "PronType=Prs"),
    "PRP$": ("PRON", "Poss=Yes|PronType=Prs"),
    "RB": ("ADV", ""),
    "RBR": ("ADV", "Degree=Cmp"),
    "RBS": ("ADV", "Degree=Sup"),
    "RP": ("ADP", ""),
    "SYM": ("SYM", ""),
    "TO": ("PART", ""),
    "UH": ("INTJ", ""),
    "VB": ("VERB", "VerbForm=Inf"),
    "VBD": ("VERB", "Tense=Past|VerbForm=Fin"),
    "VBG": ("VERB", "Aspect=Prog|Tense=Pres|VerbForm=Part"),
    "VBN": ("VERB", "Aspect=Perf|Tense=Past|VerbForm=Part"),
    "VBP": ("VERB", "Tense=Pres|VerbForm=Fin"),
    "VBZ": ("VERB", "Number=Sing|Person=3|Tense=Pres|VerbForm=Fin"),
    "WDT": ("PRON", ""),
    "WP": ("PRON", ""),
    "WP$": ("PRON", "Poss=Yes"),
    "WRB": ("SCONJ", ""),
    "XX": ("X", ""),
    "_SP": ("SPACE", ""),
    "``": ("PUNCT", "PunctSide=Ini|PunctType=Quot"),
}

VERB_TAGS = ("VB", "VBD", "VBG", "VBN", "VBP", "VBZ")
# Forms of "be" with the tags they must have to be one; without a tag nothing else is written so.
# (Patterns name every case: spaCy evaluates a pattern's "IN" on every token of the text.)
FORMS_OF_BE = {
    **dict.fromkeys(("be", "am", "is", "are", "was", "were", "been", "'re", "'m", "’re", "’m"), ""),
    "being": "VBG",
    "'s": "VBZ",
    "’s": "VBZ",
}

# Personal pronouns and possessives: features by tag and lower-case form.
PRONOUNS = {
    ("PRP", "i"): "Case=Nom|Number=Sing|Person=1|PronType=Prs",
    ("PRP", "me"): "Case=Acc|Number=Sing|Person=1|PronType=Prs",
    ("PRP", "you"): "Person=2|PronType=Prs",
    ("PRP", "he"): "Case=Nom|Gender=Masc|Number=Sing|Person=3|PronType=Prs",
    ("PRP", "him"): "Case=Acc|Gender=Masc|Number=Sing|Person=3|PronType=Prs",
    ("PRP", "she"): "Case=Nom|Gender=Fem|Number=Sing|Person=3|PronType=Prs",
    ("PRP", "her"): "Case=Acc|Gender=Fem|Number=Sing|Person=3|PronType=Prs",
    ("PRP", "it"): "Gender=Neut|Number=Sing|Person=3|PronType=Prs",
    ("PRP", "we"): "Case=Nom|Number=Plur|Person=1|PronType=Prs",
    ("PRP", "us"): "Case=Acc|Number=Plur|Person=1|PronType=Prs",
    ("PRP", "they"): "Case=Nom|Number=Plur|Person=3|PronType=Prs",
    ("PRP", "them"): "Case=Acc|Number=Plur|Person=3|PronType=Prs",
    ("PRP$", "my"): "Number=Sing|Person=1|Poss=Yes|PronType=Prs",
    ("PRP$", "your"): "Person=2|Poss=Yes|PronType=Prs",
    ("PRP$", "his"): "Gender=Masc|Number=Sing|Person=3|Poss=Yes|PronType=Prs",
    ("PRP$", "her"): "Gender=Fem|Number=Sing|Person=3|Poss=Yes|PronType=Prs",
    ("PRP$", "its"): "Gender=Neut|Number=Sing|Person=3|Poss=Yes|PronType=Prs",
    ("PRP$", "our"): "Number=Plur|Person=1|Poss=Yes|PronType=Prs",
    ("PRP$", "their"): "Number=Plur|Person=3|Poss=Yes|PronType=Prs",
}

# Patterns of spaCy's Matcher on one token -> attributes; later entries win.
RULES: list[tuple[list[dict[str, object]], dict[str, str]]] = [
    *[([{"TAG": tag, "DEP": dep}], {"POS": "AUX"}) for tag in VERB_TAGS for dep in ("aux", "auxpass")],
    *[([{"LOWER": form, "TAG": tag} if tag else {"LOWER": form}], {"POS": "AUX"}) for form, tag in FORMS_OF_BE.items()],
    *[([{"TAG": "TO", "DEP": dep}], {"POS": "ADP"}) for dep in ("prep", "dative", "agent")],
    *[([{"TAG": "DT", "DEP": dep}], {"POS": "PRON"}) for dep in ("nsubj", "dobj", "pobj", "nsubjpass", "attr", "conj")],
    ([{"TAG": "IN", "DEP": "mark"}], {"POS": "SCONJ"}),
    *[([{"TAG": "RB", "LOWER": form}], {"POS": "PART", "MORPH": "Polarity=Neg"}) for form in ("not", "n't", "n’t")],
    *[([{"TAG": tag, "LOWER": form}], {"MORPH": morph}) for (tag, form), morph in PRONOUNS.items()],
    ([{"IS_SPACE": True}], {"TAG": "_SP", "POS": "SPACE", "MORPH": ""}),
]

# Forms whose lemma the rules and WordNet's exception lists miss or get wrong: British doubled consonants,
# auxiliaries, contractions and pronouns. `’s` counts as "be", which it mostly is.
_DOUBLED = {
    "l": "cancel channel counsel enrol equal fuel fulfil instil label level marshal model signal travel tunnel",
    "s": "focus",
    "p": "worship",
}
_AUXILIARIES = {
    "be": "be am is are was were been being 'm 're 's",
    "have": "have has had having 've",
    "do": "do does did doing done",
    "will": "will wo 'll",
    "would": "would 'd",
    "can": "can ca",
    "shall": "shall sha",
}
_PRONOUNS = {"I": "i me", "he": "he him", "we": "we us", "they": "they them"}
# A part of speech with a table of its own needs every form in it, or capitals stay.
_SELF = {
    "aux": "could should may might must ought need dare used get got",
    "part": "to 's '",
    "pron": """you she her it its my mine your yours his hers our ours their theirs one ones this that these those who
    whom whose which what whoever whatever whichever there here all any some none both each either neither another other
    others such everyone everybody everything someone somebody something anyone anybody anything nobody nothing myself
    yourself himself herself itself ourselves yourselves themselves oneself""",
}


def _by_form(forms: dict[str, str]) -> dict[str, list[str]]:
    """Give form -> [lemma], contractions with both kinds of apostrophe."""
    pairs = [(form, lemma) for lemma, several in forms.items() for form in several.split()]
    return {variant: [lemma] for form, lemma in pairs for variant in (form, form.replace("'", "’"))}


def _own(pos: str) -> dict[str, str]:
    """Give the forms that are their own lemma."""
    return {form: form for form in _SELF[pos].split()}


# Part of speech -> lower-case form -> lemmas.
LEMMA_EXCEPTIONS: dict[str, dict[str, list[str]]] = {
    "verb": {
        base + consonant + ending: [base]
        for consonant, bases in _DOUBLED.items()
        for base in bases.split()
        for ending in ("ed", "ing")
    },
    "aux": _by_form(_AUXILIARIES | _own("aux")),
    "pron": _by_form(_PRONOUNS | _own("pron")),
    "part": _by_form({"not": "not n't"} | _own("part")),
}
