"""The tree of channels."""

from collections.abc import Mapping


def is_circle(key: str, parent: str, parents: Mapping[str, str | None]) -> bool:
    """Whether ``key`` would be above itself if it got this parent."""
    above: str | None = parent
    seen: set[str] = set()
    while above is not None and above not in seen:
        if above == key:
            return True
        seen.add(above)
        above = parents.get(above)
    return False
