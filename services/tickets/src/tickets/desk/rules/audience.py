"""Who is told of what happens on a ticket, and why (CV-03, CV-07, CV-08)."""

from collections.abc import Collection, Iterable
from uuid import UUID

from contracts.tickets import ActorKind, Addressee, Reason
from tickets.channels.rules.told import EVERYBODY
from tickets.channels.rules.words import Occasion
from tickets.desk.rules.words import Kind

_OF_FIELD = {"channel": Occasion.MOVED, "owner": Occasion.ASSIGNED, "responsible": Occasion.ASSIGNED}


def of_changes(fields: Iterable[str]) -> frozenset[Occasion]:
    """What happened when these fields changed: a field without an occasion of its own counts as a status change."""
    return frozenset(_OF_FIELD.get(name, Occasion.STATUS_CHANGED) for name in fields)


def of_activity(kind: Kind, author: ActorKind, changed: Iterable[str]) -> frozenset[Occasion]:
    """What happened when this activity was added; ``changed`` are the fields that it names."""
    if kind is Kind.STATUS_CHANGE:
        return of_changes(changed) or frozenset({Occasion.STATUS_CHANGED})
    if kind is Kind.INCOMING and author is ActorKind.CONTACT:
        return frozenset({Occasion.CUSTOMER_WROTE})
    return frozenset({Occasion.ACTIVITY})


def audience(
    *,
    owner_id: UUID | None,
    responsible_id: UUID | None,
    watchers: Collection[UUID],
    standard: Collection[UUID],
    informal: Collection[UUID],
    actor_id: UUID | None,
    told: Collection[Reason] = EVERYBODY,
) -> tuple[Addressee, ...]:
    """Every agent to be told, once, with all reasons; never the actor, never one who may not see the ticket.

    ``standard`` and ``informal`` are the channel's subscribers; an informal one is told only for another reason.
    ``told`` are the roles that the channel tells of this (`channels.rules.told`): no other role is a reason.
    """
    reasons: dict[UUID, list[Reason]] = {}
    for reason, agents in (
        (Reason.OWNER, [owner_id] if owner_id else []),
        (Reason.RESPONSIBLE, [responsible_id] if responsible_id else []),
        (Reason.WATCHER, watchers),
        (Reason.SUBSCRIBER, standard),
    ):
        for agent_id in agents if reason in told else ():
            if agent_id != actor_id and (agent_id in standard or agent_id in informal):
                reasons.setdefault(agent_id, []).append(reason)
    return tuple(Addressee(agent_id=agent_id, reasons=tuple(reasons[agent_id])) for agent_id in sorted(reasons))
