"""What the writer of a mail wrote this time, without what is quoted and without signatures.

Only shortens what is shown: the whole text stays beside it. In doubt a line is kept, because a quote too much is folded
by a glance and an answer that is missing is lost. Linear in the number of lines.
"""

from dataclasses import dataclass

from ingest.rules import reply_marks as marks
from ingest.rules.html_text import SIGNED, html_to_text, is_marked

MAX_READ = 512 * 1024
"""Characters of a text in which quotes are looked for."""

MAX_INTROS = 2_000
"""Lines of one mail that are looked at as the beginning of a quote's introduction, where they could be one."""

MAX_SIGNATURE = 10
"""Lines below a mark that is no proper ``-- ``; longer ones are text below a ruler."""

_WRAPPED = 4
"""Lines over which an attribution may be wrapped."""

_RULERS = frozenset("-_*=—")
_KINDS = 3
"""Different labels that make a header block."""

_MAX_INDENT = 3
"""Blanks before a quote mark."""

_MAX_ADDRESSED = 160
"""Characters of a line with a verb and an address that introduces a quote although it names no date."""

_MORE, _MORE_NAMES = 2, 6
"""Lines over which a line of a header block is wrapped, and one with recipients."""

_BLOCK = 14
"""Lines within which the labels of a header block stand."""


@dataclass(frozen=True, slots=True)
class Reply:
    """``found`` tells whether anything was left out; without that the text may quote in a way unknown to us."""

    text: str
    found: bool


def reply_of(text: str, html: str | None, *, is_rendered: bool) -> str:
    """The answer in a mail. ``is_rendered``: the text was made from the HTML, so that shows more than the text does."""
    if html is None or not is_marked(html):
        return from_text(text).text
    if is_rendered:
        return from_text(html_to_text(html, folding=True)).text
    plain = from_text(text)
    if plain.found:
        return plain.text
    marked = from_text(html_to_text(html, folding=True))
    return marked.text if marked.found and marked.text in _squeezed_pair(marked.text, text) else plain.text


def _squeezed_pair(answer: str, text: str) -> tuple[str, ...]:
    """The answer, if the plain text holds its words in this order: else the HTML is of another text."""
    return (answer,) if "".join(answer.split()) in "".join(text.split()) else ()


def from_text(text: str) -> Reply:
    """The answer in plain text; a text of more than `MAX_READ` characters is taken for an answer as a whole."""
    if len(text) > MAX_READ:
        return Reply(text.strip(), found=False)
    lines = text.split("\n")
    if not any(hint in text for hint in marks.HINTS):
        answer = "\n".join(_unsigned(lines)).strip()
        return Reply(answer or text.strip(), found=False)
    kept, quoted = _without_quotes(lines)
    kept = _without_signatures(kept)
    answer = "\n".join(line for line in kept if line is not None).strip("\n")
    answer = _squeezed(answer)
    if not answer.strip() and not all(_is_quote(line) or not line.strip() for line in lines):
        return Reply(text.strip(), found=False)
    return Reply(answer.strip(), found=quoted or len(answer) < len(text.strip()))


def _squeezed(text: str) -> str:
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text


def _is_quote(line: str) -> bool:
    stripped = line.lstrip(" ")
    return stripped.startswith(">") and len(line) - len(stripped) <= _MAX_INDENT and not stripped.startswith(">From ")


def _without_quotes(lines: list[str]) -> tuple[list[str | None], bool]:
    """The lines, those that are quoted as None, and whether there are any.

    Behind an introduction that no quote mark follows everything is quoted.
    """
    kept: list[str | None] = []
    at, found, looks = 0, False, MAX_INTROS
    near = _near_ends(lines)
    while at < len(lines):
        line = lines[at]
        may_introduce = looks > 0 and _may_introduce(line, near=near[at])
        looks -= may_introduce
        if may_introduce and (end := _intro_end(lines, at, may_attribute=near[at])):
            found = True
            at = end
            _drop_rulers(kept)
            if _quote_follows(lines, end):
                kept.append(None)
                continue
            if marks.ANSWERS_INSIDE.search("\n".join(filter(None, kept))[:2_000]):
                kept += lines[end:]
            break
        if _is_quote(line):
            found = True
            kept.append(None)
        else:
            kept.append(line)
        at += 1
    return kept, found


def _near_ends(lines: list[str]) -> list[bool]:
    """For each line whether it or one of the next could end an attribution: nearly all texts have few of those."""
    near = [False] * len(lines)
    for number, line in enumerate(lines):
        if _is_quote(line) or marks.ENDING.search(line[-12:]):
            for at in range(max(0, number - _WRAPPED + 1), number + 1):
                near[at] = True
    return near


def _quote_follows(lines: list[str], at: int) -> bool:
    """Whether the next line that is not empty is marked as a quote."""
    for line in lines[at : at + 4]:
        if line.strip():
            return _is_quote(line)
    return False


def _drop_rulers(kept: list[str | None]) -> None:
    """Take back the ruler that was drawn over the quote."""
    while kept and ((last := kept[-1]) is None or not last.strip() or marks.DIVIDER.match(last)):
        if last is None:
            return
        kept.pop()


def _may_introduce(line: str, *, near: bool) -> bool:
    """Whether it is worth looking at a line."""
    if not line or line[:1] == ">":
        return False
    return near or ":" in line or line.lstrip(" \t")[:1] in _RULERS


def _intro_end(lines: list[str], at: int, *, may_attribute: bool) -> int:
    """The line behind the introduction of a quote that begins at ``at``; 0 where none does."""
    line = lines[at]
    if line.lstrip(" \t")[:1] in _RULERS and (marks.ORIGINAL.match(line) or marks.FORWARDED.match(line)):
        return _skip_block(lines, at + 1)
    if not may_attribute:
        return _block_end(lines, at)
    if marks.FORWARDED.match(line):
        return _skip_block(lines, at + 1)
    return _block_end(lines, at) or _attribution_end(lines, at)


def _skip_block(lines: list[str], at: int) -> int:
    """Behind the header block that follows a ruler, if one does."""
    first = next((n for n in range(at, min(at + 3, len(lines))) if lines[n].strip()), at)
    return (_block_end(lines, first) if first < len(lines) else 0) or at


def _label(line: str) -> str | None:
    match = marks.LABEL.match(line)
    return marks.LABEL_OF.get(match[1].strip().lower().rstrip(".")) if match else None


def _block_end(lines: list[str], at: int) -> int:
    """Behind a block like ``From: … Sent: … To: … Subject: …``, with at least three of these; 0 where there is none.

    Empty lines between its lines are between all of them, or end it.
    """
    if _label(lines[at]) not in {"from", "date", "subject", "to"}:
        return 0
    kinds: dict[str, int] = {}
    last, others, is_spaced = at, 0, False
    for number in range(at, min(at + _BLOCK, len(lines))):
        line = lines[number]
        kind = _label(line)
        if kind and (kind not in kinds or kind == "cc"):
            kinds.setdefault(kind, number)
            last, others = number, 0
        elif kind or (not line.strip() and len(kinds) > 1 and not is_spaced):
            break
        elif line.strip():
            others += 1
            if others > (_MORE_NAMES if {"to", "cc"} & kinds.keys() else _MORE):
                break
        if len(kinds) == 1:
            is_spaced = not line.strip()
    if "from" not in kinds or kinds["from"] > at + 3 or len(kinds) < _KINDS or not {"date", "subject"} & kinds.keys():
        return 0
    return last + 1


def _attribution_end(lines: list[str], at: int) -> int:
    """Behind a line like ``On Monday Anna wrote:``, wrapped or not; 0 where there is none."""
    joined = ""
    for number in range(at, min(at + _WRAPPED, len(lines))):
        line = lines[number]
        is_tail = bool(marks.TAIL.match(line)) and bool(joined)
        if not line.strip() or (_is_quote(line) and not is_tail):
            return number if joined and _is_attribution(joined, lines, number, ends=False) else 0
        joined = f"{joined} {line.strip()}" if joined else line.strip()
        if len(joined) > marks.MAX_INTRO:
            return 0
        if (is_tail or marks.ENDING.search(line)) and _is_attribution(joined, lines, number + 1, ends=True):
            return number + 1
    return 0


def _is_attribution(text: str, lines: list[str], at: int, *, ends: bool) -> bool:
    """Whether the text introduces a quote, given the lines behind it."""
    if marks.QUOTING.match(text):
        return True
    if not marks.VERB.search(text):
        return ends and _quote_follows(lines, at) and _names_somebody(text)
    dated, addressed = bool(marks.DATE.search(text)), bool(marks.ADDRESS.search(text))
    if _quote_follows(lines, at):
        return ends or dated or addressed
    if not ends:
        return False
    return (
        (dated and bool(marks.OPENING.match(text)))
        or (dated and addressed)
        or (addressed and len(text) < _MAX_ADDRESSED)
    )


def _names_somebody(text: str) -> bool:
    """Whether a line without a verb, such as ``12.01.2026 10:00, Anna <anna@x>:``, only says who and when."""
    return bool(marks.ADDRESS.search(text) and marks.DATE.search(text) and len(text) < _MAX_ADDRESSED)


def _without_signatures(kept: list[str | None]) -> list[str | None]:
    """The lines without signatures; each ends where a quote begins, or with the mail."""
    out: list[str | None] = []
    start = 0
    for number in range(len(kept) + 1):
        if number == len(kept) or kept[number] is None:
            out += _unsigned([line for line in kept[start:number] if line is not None])
            if number < len(kept):
                out.append("")
            start = number + 1
    return out


def _unsigned(lines: list[str]) -> list[str]:
    """One stretch of own text without its signature."""
    lines = [line for line in lines if not line.startswith(SIGNED) and not marks.REPLY_ABOVE.match(line)]
    for number, line in enumerate(lines):
        below = len(lines) - number - 1
        if (
            line[:2] in marks.SIGNATURE_STARTS
            and marks.SIGNATURE.match(line)
            and (line.startswith("-- ") or below <= MAX_SIGNATURE)
        ):
            lines = lines[:number]
            break
        if (
            line.startswith("_____")
            and marks.RULE.match(line)
            and below <= MAX_SIGNATURE
            and _is_footer(lines[number + 1 :])
        ):
            lines = lines[:number]
            break
    end = len(lines)
    while end and (not lines[end - 1].strip() or marks.MOBILE.match(lines[end - 1])):
        end -= 1
    return lines[:end]


def _is_footer(lines: list[str]) -> bool:
    return any(marks.FOOTER.search(line[:500]) for line in lines[:6])
