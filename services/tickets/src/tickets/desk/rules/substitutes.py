"""Who is told in place of an owner or responsible person who is away."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from contracts.tickets import Addressee, Reason

_STANDS_IN = (Reason.OWNER, Reason.RESPONSIBLE)


def who_acts(told: Sequence[Addressee]) -> set[UUID]:
    """Those among the addressees whom a substitute could stand in for."""
    return {one.agent_id for one in told if any(reason in one.reasons for reason in _STANDS_IN)}


def with_substitutes(
    told: Sequence[Addressee],
    substitutes: Mapping[UUID, UUID],
    *,
    sees: Callable[[UUID], bool],
    actor_id: UUID | None,
) -> tuple[Addressee, ...]:
    """The addressees and the substitutes of those who are away, each once, with every reason.

    A substitute is told for the reason of the one who is away: consumers of events know no other word for it. One who
    may not see the ticket is not told, and neither is the actor (CV-03, CV-07).
    """
    reasons = {one.agent_id: list(one.reasons) for one in told}
    for one in told:
        substitute = substitutes.get(one.agent_id)
        if substitute is None or substitute == actor_id or not sees(substitute):
            continue
        mine = reasons.setdefault(substitute, [])
        mine.extend(reason for reason in one.reasons if reason in _STANDS_IN and reason not in mine)
    ordered = {agent_id: [reason for reason in Reason if reason in reasons[agent_id]] for agent_id in sorted(reasons)}
    return tuple(Addressee(agent_id=agent_id, reasons=tuple(why)) for agent_id, why in ordered.items() if why)
