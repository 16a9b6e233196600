"""Which language a text is in, from its function words."""

from __future__ import annotations

import re
from collections import Counter

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_READ = 6_000
"""Characters looked at: enough to tell, whatever the length."""
_FEWEST_WORDS = 8
_LEAST_SHARE = 0.12
"""Share of function words below which a text counts as undecidable (lists, tables, other languages)."""
_LEAST_LEAD = 1.3
"""How many times the runner-up's share the best language needs."""

_FUNCTION_WORDS = {
    "en": "the of and to in a is that for it was on with as be are this by have from at not which but they or an "
    "has had we their been were more who will would can what there she he his her our about if all when said i "
    "you your do so than its into should could because",
    "cy": "yn y a i o ar mae yr am ei fod wedi eu gan gyda oedd hefyd ac mewn sydd bod bydd neu hyn dros nid "
    "fel ein i'r a'r o'r mwy rhai sy oes roedd ond na pob ni chi maen",
    "fr": "le la les de des et un une du en est que qui dans pour pas sur au par plus ce il avec sont elle aux "
    "ne se sa ses cette ont été mais leur nous vous ou je son comme",
    "de": "der die das und in den von zu mit ist für auf im nicht eine ein als auch es dem sich des werden an "
    "sind bei wird aus dass wir hat sie einen nach oder einer ich haben war",
    "es": "de la que el en y los del se las por un para con una su al lo como más es no sus le ha me si sin "
    "sobre este ya entre cuando todo esta ser son dos también fue había era muy",
    "it": "di che e la il un a per in una mi sono ho non ma lo ha le si ti i con cosa se io come da ci questo "
    "qui del della alla è nel gli dei delle anche più dal al",
    "nl": "de het een van en in is dat op te zijn met voor niet aan er om ook als maar dan bij nog uit naar heeft "
    "hebben werd wordt deze over door zich ze hij die kan geen wij",
    "pt": "de a o que e do da em um para com não uma os no se na por mais as dos como mas ao ele das à seu sua "
    "ou quando muito nos já eu também só pelo pela até isso",
    "pl": "w i na z do nie się że to jest o od za po jak przez dla są ale czy tak tego przy lub być był oraz który",
    "ga": "agus an na ar le go is a i do tá sé bhí ag don leis chun níl atá nach mar gan faoi seo sin ó",
}
_SETS = {code: frozenset(words.split()) for code, words in _FUNCTION_WORDS.items()}


def detect_language(text: str) -> str | None:
    """The ISO 639-1 code of the text's language, or None where its words do not tell.

    Compares the share of function words of ten languages that UK pages are met in (en, cy, ga and some of the
    neighbours'). Texts of fewer than eight words, tables and other scripts are undecidable.
    """
    words = Counter(_WORD.findall(text[:_READ].lower().replace("’", "'")))
    total = words.total()
    if total < _FEWEST_WORDS:
        return None
    shares = ((sum(words[word] for word in words.keys() & known) / total, code) for code, known in _SETS.items())
    ranked = sorted(shares, reverse=True)
    (best, code), (second, _) = ranked[0], ranked[1]
    return code if best >= _LEAST_SHARE and best >= _LEAST_LEAD * second else None
