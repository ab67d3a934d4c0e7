"""What the search field of a list means: a ticket's number, or words of its subject."""

import re


def number_in(text: str, *, prefix: str) -> int | None:
    """The number, where the whole text is one: ``10042``, ``DS-10042``, ``[ds-10042]``; None: these are words."""
    found = re.fullmatch(rf"\[?(?:{re.escape(prefix)}-)?([1-9]\d{{0,14}})\]?", text.strip(), re.IGNORECASE)
    return int(found[1]) if found else None
