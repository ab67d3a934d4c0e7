"""Finding the ticket of a mail (MT-04), and why matching is not permission (MT-05)."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from contracts.ingest import MailKind, MailReceived
from tickets.desk.rules.tokens import Token

FORGED = "It carries a token in our form that no key of ours signed."

LONGEST_KEY = 300
"""Characters of a Message-ID that are kept as they are; a longer one is known by its hash."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """A message of which we know the ticket; ``sent`` by us, or received."""

    ticket_id: UUID
    sent: bool


@dataclass(frozen=True, kw_only=True)
class Target:
    """A ticket that a mail may belong to. ``expired``: closed for so long that a reply opens a new one (C8)."""

    ticket_id: UUID
    reference: str
    expired: bool


class Verdict(StrEnum):
    """What becomes of a mail."""

    ATTACH = "attach"
    OPEN = "open"
    MACHINE = "machine"


@dataclass(frozen=True, kw_only=True)
class Filing:
    """``ticket_id`` is where the mail goes, or the ticket that a new one possibly follows up.

    ``proven``: it names something that only those know who got a mail of the ticket. Without that there is only the
    address in its From line, which anybody can write.
    """

    verdict: Verdict
    explanation: str
    ticket_id: UUID | None = None
    proven: bool = False


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a mail names, as far as it is known.

    ``signed`` are its tokens that are ours (`rules.tokens`), ``forged`` says that it has others in our form.
    ``known`` are the messages that it names, ``numbers`` those in its subject, ``by_id`` and ``by_number`` the tickets.
    """

    signed: Sequence[Token] = ()
    forged: bool = False
    known: Mapping[str, Known]
    numbers: Sequence[int]
    by_id: Mapping[UUID, Target]
    by_number: Mapping[int, Target]


@dataclass(frozen=True)
class _Match:
    target: Target
    how: str
    answers_us: bool
    proven: bool = True


def message_key(message_id: str) -> str:
    """How a Message-ID is remembered: as it is, or hashed where it is too long for an index."""
    if len(message_id) <= LONGEST_KEY:
        return message_id
    return f"sha256:{hashlib.sha256(message_id.encode()).hexdigest()}"


def own_key(mail: MailReceived) -> str:
    """The mail's own key; one without a Message-ID is known by its raw bytes."""
    return message_key(mail.message_id) if mail.message_id else f"raw:{mail.raw_sha256}"


def digest(mail: MailReceived) -> bytes:
    """What makes two mails with one Message-ID the same mail (MT-03): the content, not the way that it came."""
    parts = (
        mail.sender.address.lower() if mail.sender else "",
        mail.subject,
        mail.text,
        mail.html or "",
        *(attachment.sha256 for attachment in mail.attachments),
    )
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest()


def referenced_ids(mail: MailReceived) -> tuple[str, ...]:
    """Message-IDs of the messages that a mail is about, the closest first."""
    reported = (mail.reported_message_id,) if mail.reported_message_id else ()
    return tuple(dict.fromkeys((*reported, *mail.in_reply_to, *reversed(mail.references))))


def referenced_keys(mail: MailReceived) -> tuple[str, ...]:
    """Keys of the messages that a mail is about, the closest first."""
    return tuple(dict.fromkeys(message_key(message_id) for message_id in referenced_ids(mail)))


def past_reopening(*, closed_at: datetime | None, reopen_days: int | None, now: datetime) -> bool:
    """Whether a reply opens a new ticket instead of this one (C8)."""
    return closed_at is not None and reopen_days is not None and now - closed_at > timedelta(days=reopen_days)


def file_mail(mail: MailReceived, evidence: Evidence, *, takes_part: Callable[[UUID], bool]) -> Filing:
    """Where a mail goes. ``takes_part`` says whether its sender takes part in a ticket.

    What we signed comes first, then Message-IDs that we know, then numbers (MT-04). A token that is not ours is as
    good as none, and is told to the agents.

    A bounce, and an automatic reply, go into the ticket whose mail they answer and nowhere else: unmatched they would
    only make noise, so the mail ledger keeps them as machine mail. Every other mail that matches no ticket opens one,
    bulk and automatically generated mail too, because a monitoring alert or a job portal's application is work.
    """
    matches = [*_signed(evidence), *_referenced(mail, evidence)]
    candidates = [*matches, *_numbered(evidence)]
    match mail.kind:
        case MailKind.BOUNCE:
            filing = _machine([match for match in matches if match.answers_us])
        case MailKind.AUTO_REPLY:
            filing = _machine([match for match in candidates if match.answers_us or takes_part(match.target.ticket_id)])
        case _:
            filing = _ordinary(mail, candidates, takes_part)
    return replace(filing, explanation=f"{filing.explanation} {FORGED}") if evidence.forged else filing


def _signed(evidence: Evidence) -> list[_Match]:
    """Mails and tickets that tokens of ours name; where a mail is by now, its store knows better than its token."""
    found = []
    for token in evidence.signed:
        if token.message_id is None:
            target = evidence.by_number.get(token.number)
            how = "It went to the signed reply address of {}."
        else:
            known = evidence.known.get(message_key(token.message_id))
            target = evidence.by_id.get(known.ticket_id) if known else evidence.by_number.get(token.number)
            how = "Its headers name a mail of {} that we signed."
        if target is not None:
            found.append(_Match(target, how.format(target.reference), answers_us=True))
    return found


def _referenced(mail: MailReceived, evidence: Evidence) -> list[_Match]:
    return [
        _Match(evidence.by_id[found.ticket_id], "Its headers name a message of this ticket.", found.sent)
        for key in referenced_keys(mail)
        if (found := evidence.known.get(key)) is not None and found.ticket_id in evidence.by_id
    ]


def _numbered(evidence: Evidence) -> list[_Match]:
    return [
        _Match(target, f"Its subject has the number {target.reference}.", answers_us=False, proven=False)
        for number in evidence.numbers
        if (target := evidence.by_number.get(number)) is not None
    ]


def _machine(matches: Sequence[_Match]) -> Filing:
    if not matches:
        return Filing(verdict=Verdict.MACHINE, explanation="A machine's mail that answers no mail of ours.")
    first = matches[0]
    return Filing(verdict=Verdict.ATTACH, ticket_id=first.target.ticket_id, explanation=first.how, proven=first.proven)


def _ordinary(mail: MailReceived, matches: Sequence[_Match], takes_part: Callable[[UUID], bool]) -> Filing:
    sender = mail.sender.address if mail.sender else "its sender"
    for match in matches:
        if takes_part(match.target.ticket_id) and not match.target.expired:
            return Filing(
                verdict=Verdict.ATTACH,
                ticket_id=match.target.ticket_id,
                explanation=f"{match.how} {sender} takes part in it.",
                proven=match.proven,
            )
    if not matches:
        return Filing(verdict=Verdict.OPEN, explanation="It names no ticket, so it opened this one.")
    first = matches[0].target
    why = "which was closed too long ago" if takes_part(first.ticket_id) else f"but {sender} takes no part in it"
    return Filing(
        verdict=Verdict.OPEN,
        ticket_id=first.ticket_id,
        explanation=f"It possibly belongs to {first.reference}, {why}.",
    )
