"""Who is told of what happens on a ticket, and why (CV-03, CV-07)."""

from collections.abc import Collection
from uuid import UUID

from contracts.tickets import Addressee, Reason


def audience(
    *,
    owner_id: UUID | None,
    responsible_id: UUID | None,
    watchers: Collection[UUID],
    standard: Collection[UUID],
    informal: Collection[UUID],
    actor_id: UUID | None,
) -> tuple[Addressee, ...]:
    """Every agent to be told, once, with all reasons; never the actor, never one who may not see the ticket.

    ``standard`` and ``informal`` are the channel's subscribers; an informal one is told only for another reason.
    """
    reasons: dict[UUID, list[Reason]] = {}
    for reason, agents in (
        (Reason.OWNER, [owner_id] if owner_id else []),
        (Reason.RESPONSIBLE, [responsible_id] if responsible_id else []),
        (Reason.WATCHER, watchers),
        (Reason.SUBSCRIBER, standard),
    ):
        for agent_id in agents:
            if agent_id != actor_id and (agent_id in standard or agent_id in informal):
                reasons.setdefault(agent_id, []).append(reason)
    return tuple(Addressee(agent_id=agent_id, reasons=tuple(reasons[agent_id])) for agent_id in sorted(reasons))
