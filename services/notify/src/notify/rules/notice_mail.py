"""What a mail notice says: one ticket in full, or several as a list."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from contracts.tickets import Reason, TicketHead
from notify.rules.fan_out import RANKED, NoticeKind
from notify.texts import LISTED, Catalogue, catalogue, enumerated

LONGEST_SUBJECT = 150
"""Characters of a ticket's subject in a mail's subject; the ticket has the rest."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_REASONS = tuple(Reason)


@dataclass(frozen=True, kw_only=True)
class News:
    """What happened on one ticket, why the agent is told, and how many notices that were."""

    head: TicketHead
    kinds: frozenset[NoticeKind]
    reasons: frozenset[Reason]
    notices: int


@dataclass(frozen=True, kw_only=True)
class Letter:
    """Subject and text of a mail; ``channel`` where it is about one ticket."""

    subject: str
    text: str
    channel: str | None = None


def compose(news: Sequence[News], *, language: str, public_url: str) -> Letter:
    """The mail for these tickets, at least one."""
    words = catalogue(language)
    if len(news) == 1:
        return _single(news[0], words, public_url)
    return _bundle(news, words, public_url)


def _single(one: News, words: Catalogue, public_url: str) -> Letter:
    happened = _happened(one, words)
    head = one.head
    reasons = [words.reasons[reason].format(channel=_one_line(head.channel_name)) for reason in _sorted(one)]
    reasons += [words.asked] if NoticeKind.REMINDER in one.kinds else []
    return Letter(
        subject=f"[{head.reference}] {happened[0]}: {_one_line(head.subject)}",
        text="\n".join(
            [
                f"{head.reference}  {_one_line(head.subject)}",
                *(f"  {line}" for line in happened),
                "",
                link(head.number, public_url),
                "",
                words.why.format(why=enumerated(reasons, words.conjunction)),
                words.switch_off,
                "",
            ]
        ),
        channel=head.channel,
    )


def _bundle(news: Sequence[News], words: Catalogue, public_url: str) -> Letter:
    total = sum(one.notices for one in news)
    lines = [words.bundle_opening, ""]
    for one in news[:LISTED]:
        reasons = [words.short_reasons[reason].format(channel=one.head.channel_name) for reason in _sorted(one)]
        reasons += [words.short_asked] if NoticeKind.REMINDER in one.kinds else []
        lines += [
            f"{one.head.reference}  {_one_line(one.head.subject)}",
            f"  {', '.join(_happened(one, words))}",
            f"  {words.why_short.format(why=', '.join(reasons))}",
            f"  {link(one.head.number, public_url)}",
            "",
        ]
    if len(news) > LISTED:
        lines += [words.more.format(count=len(news) - LISTED), ""]
    lines += [words.switch_off, ""]
    return Letter(subject=words.bundle_subject.format(notices=total, tickets=len(news)), text="\n".join(lines))


def _happened(one: News, words: Catalogue) -> list[str]:
    kinds = sorted(one.kinds, key=RANKED.index)
    return [words.kinds[kind].format(channel=one.head.channel_name) for kind in kinds]


def _sorted(one: News) -> list[Reason]:
    return sorted(one.reasons, key=_REASONS.index)


def link(number: int, public_url: str) -> str:
    """Where the staff app shows the ticket."""
    return f"{public_url.rstrip('/')}/t/{number}"


def _one_line(subject: str) -> str:
    """The subject without anything that could end a header line, and not too long."""
    line = " ".join(_CONTROL.sub(" ", subject).split())
    return line if len(line) <= LONGEST_SUBJECT else f"{line[: LONGEST_SUBJECT - 1]}…"
