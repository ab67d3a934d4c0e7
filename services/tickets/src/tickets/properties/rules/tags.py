"""Tags: what people write, and what makes two of them the same (TS-03)."""

import unicodedata

LONGEST = 50
"""Characters of a tag."""

MOST = 30
"""Tags of a ticket."""


def shown(text: str) -> str:
    """A tag as people see it: trimmed, single spaces, composed characters. Raises ValueError if it is none."""
    tag = " ".join(unicodedata.normalize("NFC", text).split())
    if not tag or len(tag) > LONGEST:
        raise ValueError(f"a tag has 1 to {LONGEST} characters")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in tag):
        raise ValueError("a tag may not contain control characters")
    return tag


def canonical(tag: str) -> str:
    """What tickets hold of a tag: two tags with the same canonical form are one."""
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", tag).casefold()).split())
