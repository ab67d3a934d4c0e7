"""Who outside sees and who may write what in a ticket that others were merged into (TS-09, attacks 15 and 16).

An activity has a *home*: the ticket that it was written in. A merge brings it into another ticket and leaves the home
as it is. Each home has its own contact, who sees it under its own number and nothing else; its own participants, who
may add to it by mail; and its own thread of mails, in which only its own Message-IDs occur.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Home:
    """A ticket of a family: the living one, or one that was merged into it. ``contact_address`` in lower case."""

    ticket_id: UUID
    contact_address: str | None


def shown_to(home: UUID, *, written_in: UUID, also: Collection[UUID], shown_outside: bool) -> bool:
    """Whether the contact of ``home`` sees an activity. Its twin in SQL is `portal.shown_in`."""
    return shown_outside and (written_in == home or home in also)


def home_of_mail(matched: UUID, family: Sequence[UUID], *, takes_part: Callable[[UUID], bool]) -> UUID | None:
    """Where a mail that names something of ``matched`` is written, None: its sender takes part nowhere in the family.

    ``family`` has the living ticket first. A sender who takes part in one ticket of a family may add to all of it,
    because it is one ticket now, and always writes at home: what they write is shown to nobody else's contact.
    """
    return next((home for home in (matched, *family) if takes_part(home)), None)


def home_of_reply(last: UUID, homes: Sequence[Home], *, recipients: Collection[str] | None) -> UUID:
    """Where our mail is written. ``last`` is the home of the last incoming mail, which a reply answers.

    Recipients that an agent chose count more: a mail to the contact of one home and not to that of the last one
    belongs to that home, with its number, its subject and its thread.
    """
    if not recipients:
        return last
    addressed = [home.ticket_id for home in homes if home.contact_address in recipients]
    return last if last in addressed or not addressed else addressed[0]


def also_shown_in(written_in: UUID, homes: Sequence[Home], *, recipients: Collection[str]) -> tuple[UUID, ...]:
    """Other homes whose contacts got a mail openly (bcc does not count): they see it, too."""
    return tuple(
        home.ticket_id for home in homes if home.ticket_id != written_in and home.contact_address in recipients
    )
