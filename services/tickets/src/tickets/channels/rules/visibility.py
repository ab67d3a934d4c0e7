"""May an agent see or change a ticket? The one decision that every door asks for (CV-02, CV-05)."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from tickets.channels.rules.words import Subscribed


@dataclass(frozen=True)
class Access:
    """What ties an agent to channels. ``read_only`` are the channels where informal subscribers only look (C2)."""

    agent_id: UUID
    channels: dict[str, Subscribed]
    read_only: frozenset[str] = frozenset()


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


def may(access: Access, verb: Verb, *, channel: str, internal: bool) -> Verdict:
    """The decision about a ticket in ``channel``; an ``internal`` one never mails (CW-11).

    Its twin in SQL, for lists, is the join with the agent's subscriptions: `channels.queries.subscriptions_of`.
    """
    subscribed = access.channels.get(channel)
    if subscribed is None:
        return Verdict.HIDDEN
    if verb is Verb.READ:
        return Verdict.ALLOWED
    if subscribed is Subscribed.INFORMAL and channel in access.read_only:
        return Verdict.READ_ONLY
    if verb is Verb.MAIL and internal:
        return Verdict.INTERNAL
    return Verdict.ALLOWED
