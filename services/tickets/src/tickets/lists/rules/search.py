"""What the search field means: a ticket's number or its beginning, words, phrases, and what must not be there."""

import re
from dataclasses import dataclass

MAX_TERMS = 20
"""Terms that count; nobody types more of them."""

SHORTEST_BEGINNING = 3
"""Letters before the asterisk of ``rech*``: a shorter beginning would be in nearly every ticket."""

MAX_DIGITS = 12
"""Of a ticket's number."""

_TERM = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')
_NUMBER = r"\[?(?:{prefix}-)?([1-9]\d{{0,14}})\]?(?:…|\.\.\.|\*)?"
_LETTERS = re.compile(r"\w", re.UNICODE)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A search, taken apart. ``number`` is what the whole text is, or begins; the text is a term all the same."""

    number: int | None = None
    terms: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    beginnings: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    @property
    def wanted(self) -> tuple[str, ...]:
        """What may be marked in a text that was found."""
        return (*self.terms, *(word for phrase in self.phrases for word in phrase.split()))


def asked(text: str, *, prefix: str) -> Asked:
    """The meaning of what somebody typed: ``word "a phrase" begin* -without``."""
    terms: dict[str, list[str]] = {"terms": [], "phrases": [], "beginnings": [], "without": []}
    for found in list(_TERM.finditer(text))[:MAX_TERMS]:
        minus, phrase, word = found.groups()
        written = phrase if phrase is not None else word
        if not _LETTERS.search(written):
            continue
        beginning = written[:-1]
        if minus:
            terms["without"].append(written)
        elif phrase is not None:
            terms["phrases"].append(written)
        elif written.endswith("*") and beginning.isalnum() and len(beginning) >= SHORTEST_BEGINNING:
            terms["beginnings"].append(beginning)
        else:
            terms["terms"].append(written)
    number = number_in(text, prefix=prefix)
    return Asked(number=number, **{name: tuple(words) for name, words in terms.items()})


def number_in(text: str, *, prefix: str) -> int | None:
    """The number, where the whole text is one: ``10042``, ``DS-10042``, ``[ds-10042]``, ``DS-100…``; None: words."""
    found = re.fullmatch(_NUMBER.format(prefix=re.escape(prefix)), text.strip(), re.IGNORECASE)
    return int(found[1]) if found else None


def numbers_from(number: int) -> list[tuple[int, int]]:
    """The ranges of the numbers that begin with the digits of this one, which is the first range."""
    ranges = [(number * 10**more, (number + 1) * 10**more - 1) for more in range(MAX_DIGITS)]
    return [(low, high) for low, high in ranges if high < 10**MAX_DIGITS] or [(number, number)]
