"""Variables in templates and signatures: names from a list that are replaced by values, and nothing else (attack 24).

There is no expression, no attribute, no call: ``{{7*7}}`` is an unknown variable, named and refused when it is saved.
"""

import html as escaping
import re
from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar

import nh3

T = TypeVar("T")

_VARIABLE = re.compile(r"\{\{(.{0,200}?)\}\}", re.DOTALL)
_BREAK = re.compile(r"<br\s*/?>|</(?:p|div|li|tr|h[1-6]|blockquote|pre|ul|ol|table)>", re.IGNORECASE)

FALLBACK = ("en", "de")
"""The languages that are taken where there is no variant in the wanted one, in this order; then any."""


def unknown_variables(*texts: str, known: Collection[str]) -> list[str]:
    """What stands between double braces and is no known variable, in order of appearance."""
    named = [found.strip() for text in texts for found in _VARIABLE.findall(text)]
    return [name for name in dict.fromkeys(named) if name not in known]


def filled(html: str, values: Mapping[str, str]) -> str:
    """HTML with the values in the place of their variables, escaped; unknown variables stay as they are."""
    return _VARIABLE.sub(lambda found: _value(found, values, escape=True), html)


def filled_line(text: str, values: Mapping[str, str]) -> str:
    """One line of plain text with the values in the place of their variables."""
    return " ".join(_VARIABLE.sub(lambda found: _value(found, values, escape=False), text).split())


def _value(found: re.Match[str], values: Mapping[str, str], *, escape: bool) -> str:
    value = values.get(found[1].strip())
    if value is None:
        return found[0]
    return escaping.escape(value) if escape else value


def in_language(variants: Mapping[str, T], *wanted: str) -> T:
    """The variant in the first language that there is one in, else in a fallback, else any. There is at least one."""
    for language in (*wanted, *FALLBACK):
        if language in variants:
            return variants[language]
    return next(iter(variants.values()))


def plain_text(html: str) -> str:
    """HTML as plain text: lines where it has blocks, no markup."""
    bare = escaping.unescape(nh3.clean(_BREAK.sub("\n", html), tags=set()))
    lines = [" ".join(line.split()) for line in bare.replace("\xa0", " ").split("\n")]
    return "\n".join(_without_double_gaps(lines)).strip()


def _without_double_gaps(lines: Sequence[str]) -> list[str]:
    return [line for at, line in enumerate(lines) if line or (at and lines[at - 1])]


def escaped(text: str) -> str:
    """Plain text as HTML, its lines kept."""
    return escaping.escape(text).replace("\n", "<br>")
