"""Snippets: the part of a text where most of what was searched for stands, in pieces that are marked or not.

Pieces are plain text; whoever shows them marks them up, so that nothing in a mail can pass for markup.
"""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 240
"""Characters of a snippet, about."""

BEFORE = 60
"""Characters before the first word that is marked."""

LOOKED_AT = 20_000
"""Characters of a text; search knows no more of it either."""

_WORD = re.compile(r"[^\W_]+")
_SPACE = re.compile(r"\s+")
_UMLAUT = re.compile(r"([aou])e")


@dataclass(frozen=True)
class Piece:
    """A part of a snippet; ``hit`` where it is what was searched for."""

    text: str
    hit: bool


@lru_cache(maxsize=50_000)
def beginning_of(word: str) -> str:
    """The first letters, which no stem changes: what two words must have in common to be forms of one."""
    letters = unicodedata.normalize("NFKD", word[:8].lower().replace("ß", "ss"))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _UMLAUT.sub(r"\1", plain)[:3]


def worth_asking(texts: Collection[str], wanted: Collection[str]) -> set[str]:
    """The words in the texts that may be forms of those that were searched for; the database knows which are."""
    beginnings = {beginning_of(word) for term in wanted for word in _WORD.findall(term)}
    if not beginnings:
        return set()
    words = {word.lower() for text in texts for word in _WORD.findall(text[:LOOKED_AT])}
    return {word for word in words if beginning_of(word) in beginnings}


def snippet(text: str, hits: Collection[str]) -> Sequence[Piece]:
    """The best part of a text; ``hits`` are words in lower case. Without any of them it is the beginning."""
    shown = _SPACE.sub(" ", text[: LOOKED_AT if hits else LOOKED_AT // 10]).strip()
    found = [match for match in _WORD.finditer(shown) if match[0].lower() in hits]
    start = _start(shown, [match.start() for match in found], [match[0].lower() for match in found])
    end = min(len(shown), start + LONGEST)
    if end < len(shown):
        end = shown.rfind(" ", start, end) if " " in shown[start:end] else end
    pieces: list[Piece] = []
    at = start
    for match in found:
        if match.start() >= start and match.end() <= end:
            pieces += [Piece(shown[at : match.start()], hit=False), Piece(match[0], hit=True)]
            at = match.end()
    pieces.append(Piece(shown[at:end], hit=False))
    if start > 0:
        pieces.insert(0, Piece("… ", hit=False))
    if end < len(shown):
        pieces.append(Piece(" …", hit=False))
    return [piece for piece in pieces if piece.text]


def _start(shown: str, places: Sequence[int], words: Sequence[str]) -> int:
    """Where the snippet begins: before the place with the most different words behind it."""
    if not places or places[-1] < LONGEST - BEFORE:
        return 0
    reach = LONGEST - BEFORE
    best, most = 0, -1
    for index, place in enumerate(places[:500]):
        near = {words[other] for other in range(index, len(places)) if places[other] < place + reach}
        if len(near) > most:
            best, most = place, len(near)
    start = max(best - BEFORE, 0)
    return start if start == 0 else min(shown.find(" ", start, best) + 1 or best, best)
