"""The guard against answering what one has not read: others' activities since the last one that was seen (TS-02)."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from contracts.tickets import ActorKind
from tickets.desk.models import Activity, Ticket
from tickets.desk.rules.words import Kind
from tickets.errors import NewActivities

MOST_NEW = 20
EXCERPT = 200
"""Characters of an activity that a refusal shows."""


async def nothing_new(tx: Transaction, ticket: Ticket, agent_id: UUID, *, since: UUID | None) -> None:
    """Refuse where others have written since; without ``since`` nothing is checked. The ticket is locked already.

    What the system notes down about the status is nobody's word. Raises `NewActivities`.
    """
    if since is None:
        return
    mine = (Activity.author_kind == ActorKind.AGENT) & (Activity.author_id == agent_id)
    routine = (Activity.author_kind == ActorKind.SYSTEM) & (Activity.kind == Kind.STATUS_CHANGE)
    newer = (
        sa.select(Activity)
        .where(Activity.ticket_id == ticket.id, Activity.id > since, ~sa.func.coalesce(mine, False), ~routine)
        .order_by(Activity.id)
        .limit(MOST_NEW)
    )
    found = (await tx.session.scalars(newer)).all()
    if found:
        raise NewActivities(
            "Others have written meanwhile. Read it, then send with its id as the last one that you have seen.",
            current={
                "ticket_version": ticket.version,
                "last_activity": str(found[-1].id),
                "activities": [_told(activity) for activity in found],
            },
        )


def _told(activity: Activity) -> dict[str, Any]:
    hidden = activity.hidden_at is not None
    return {
        "id": str(activity.id),
        "kind": activity.kind,
        "at": activity.at.isoformat(),
        "author": {"kind": activity.author_kind, "name": activity.author_name},
        "excerpt": "" if hidden else " ".join(activity.text[: 2 * EXCERPT].split())[:EXCERPT],
        "changes": activity.changes,
    }
