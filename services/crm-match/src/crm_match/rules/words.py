"""The words under which a contact or a company is found, and those that somebody asks for.

Case and accents do not count. An umlaut is found with and without its e: Müller by *muller* and by *mueller*.
"""

import re
import unicodedata
from collections.abc import Iterable

from crm_match.rules.phones import typed_phone

MAX_WORD = 100
MAX_TERMS = 10

_WORD = re.compile(r"[^\W_]+")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def words_of(texts: Iterable[str]) -> list[str]:
    """Every word of the texts in the form it is found by, each once, sorted."""
    found: set[str] = set()
    for text in texts:
        lower = unicodedata.normalize("NFKC", text).casefold()
        for spelling in {lower, lower.translate(_UMLAUTS)}:
            found.update(word[:MAX_WORD] for word in _WORD.findall(_without_accents(spelling)))
    return sorted(found)


def search_terms(asked: str) -> tuple[str, ...]:
    """The beginnings of words that must all be there; none where nothing was asked that could be found."""
    if (digits := typed_phone(asked)) is not None:
        return (digits,)
    plain = _without_accents(unicodedata.normalize("NFKC", asked).casefold())
    return tuple(dict.fromkeys(word[:MAX_WORD] for word in _WORD.findall(plain)))[:MAX_TERMS]


def _without_accents(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
