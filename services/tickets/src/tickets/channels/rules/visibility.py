"""May an agent see or change a ticket? The one decision that every door asks for (CV-02, CV-05, CV-11).

What a role or the scopes of an API token allow is asked before, route by route (`tickets.permissions`); it takes away
and never gives: an administrator without a subscription sees as little as anybody else. This is the whole table:

| what ties the agent to the ticket          | read    | change    | mail                          |
|--------------------------------------------|---------|-----------|-------------------------------|
| standard subscription to its channel       | allowed | allowed   | allowed; *internal*: refused  |
| informal subscription                      | allowed | allowed   | allowed; *internal*: refused  |
| informal, the channel lets those only read | allowed | read only | read only (C2)                |
| break-glass, as long as it lasts (CV-11)   | allowed | read only | read only                     |
| nothing of that                            | hidden  | hidden    | hidden                        |

Being the **owner, responsible person or watcher** of a ticket gives nothing: whoever does not subscribe to its channel
does not see it (CV-05). A move releases an owner and a responsible person who would not see it; a watcher is kept, told
nothing, and told again should they see it again. **Light agents** and **API tokens** stand in the row of their agent.
**Services** that ask on the bus for an agent (`DescribeTickets`) get what that agent's lists show, without break-glass;
the portal's requests are about contacts and never pass here. Break-glass opens the ticket by its number, with its
activities and files; lists, counters and search leave it out.

Twins in SQL: `desk.queries.SEEN` for lists (without break-glass) and `desk.queries.REACHED` for one ticket (with it).
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from tickets.channels.rules.words import Subscribed


@dataclass(frozen=True)
class Access:
    """What ties an agent to channels and tickets.

    ``read_only`` are the channels where informal subscribers only look (C2), ``opened`` the tickets that break-glass
    holds open for the agent now (CV-11).
    """

    agent_id: UUID
    channels: dict[str, Subscribed]
    read_only: frozenset[str] = frozenset()
    opened: frozenset[UUID] = frozenset()


class Verb(StrEnum):
    """What an agent wants to do with a ticket."""

    READ = "read"
    CHANGE = "change"
    MAIL = "mail"


class Verdict(StrEnum):
    """``HIDDEN``: for this agent the ticket does not exist."""

    ALLOWED = "allowed"
    HIDDEN = "hidden"
    READ_ONLY = "read_only"
    INTERNAL = "internal"


class Tie(StrEnum):
    """What ties an agent to a ticket: a row of the table above."""

    STANDARD = "standard"
    INFORMAL = "informal"
    INFORMAL_READ_ONLY = "informal_read_only"
    BREAK_GLASS = "break_glass"
    NOTHING = "nothing"


TABLE: dict[Tie, dict[Verb, Verdict]] = {
    Tie.STANDARD: dict.fromkeys(Verb, Verdict.ALLOWED),
    Tie.INFORMAL: dict.fromkeys(Verb, Verdict.ALLOWED),
    Tie.INFORMAL_READ_ONLY: dict.fromkeys(Verb, Verdict.READ_ONLY) | {Verb.READ: Verdict.ALLOWED},
    Tie.BREAK_GLASS: dict.fromkeys(Verb, Verdict.READ_ONLY) | {Verb.READ: Verdict.ALLOWED},
    Tie.NOTHING: dict.fromkeys(Verb, Verdict.HIDDEN),
}


def tie(access: Access, *, channel: str, ticket_id: UUID | None = None) -> Tie:
    """What ties the agent to a ticket in ``channel``, the strongest first. Without an id: to a ticket yet to come."""
    match access.channels.get(channel):
        case Subscribed.STANDARD:
            return Tie.STANDARD
        case Subscribed.INFORMAL:
            return Tie.INFORMAL_READ_ONLY if channel in access.read_only else Tie.INFORMAL
        case None:
            return Tie.BREAK_GLASS if ticket_id in access.opened else Tie.NOTHING


def may(access: Access, verb: Verb, *, channel: str, internal: bool, ticket_id: UUID | None = None) -> Verdict:
    """The decision about a ticket in ``channel``; an ``internal`` one never mails (CW-11)."""
    verdict = TABLE[tie(access, channel=channel, ticket_id=ticket_id)][verb]
    if verdict is Verdict.ALLOWED and verb is Verb.MAIL and internal:
        return Verdict.INTERNAL
    return verdict
