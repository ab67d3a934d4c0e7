"""Which language a page has, by what the browser prefers (RFC 9110 §12.5.4)."""

from collections.abc import Sequence


def preferred(accept_language: str, offered: Sequence[str]) -> str:
    """The best of the offered primary languages (``de``, ``en``); the first one where none is wanted."""
    wished: list[tuple[float, str]] = []
    for part in accept_language.lower().split(",")[:20]:
        tag, _, parameter = part.partition(";")
        weight = _weight(parameter.strip())
        language = tag.strip().partition("-")[0]
        if weight > 0 and language in offered:
            wished.append((weight, language))
    return max(wished, key=lambda wish: wish[0])[1] if wished else offered[0]


def _weight(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    if not parameter:
        return 1.0
    try:
        return float(value) if name.strip() == "q" else 0.0
    except ValueError:
        return 0.0
