"""The staff API of notifications: my list, my counter, what I have read, and how I want to be told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from chassis.app import App
from chassis.auth import require
from chassis.http import Tx
from chassis.inputs import Input
from chassis.paging import InvalidCursor, decode_cursor, encode_cursor
from chassis.problems import NotNow, refusals
from chassis.routes import Routes
from contracts.tickets import Authenticated, DescribeTickets, Permission, Reason, TicketHead
from notify import operations, queries
from notify.errors import NotificationNotFound
from notify.rules.fan_out import NoticeKind, Way

Agent = Annotated[Authenticated, Depends(require(Permission.NOTIFICATIONS_READ))]


class NotifiedTicketOut(BaseModel):
    """The ticket of a notification, as I may see it now."""

    ticket_id: UUID
    number: int
    reference: str
    subject: str
    channel: str
    channel_name: str
    status: str


class NotificationOut(BaseModel):
    """Something that happened on a ticket, and every reason why I am told (CV-07)."""

    id: UUID
    kind: NoticeKind
    reasons: list[Reason]
    at: datetime
    read_at: datetime | None
    ticket: NotifiedTicketOut


class NotificationPageOut(BaseModel):
    """A page, newest first. It may hold fewer than asked for: what I may no longer see is left out."""

    items: list[NotificationOut]
    next: str | None


class NotificationCountersOut(BaseModel):
    """Unread notifications on tickets that I may see; ``capped`` when there are more than were counted."""

    unread: int
    capped: bool


class ReadUpToIn(Input):
    """Which notification is the newest that I have seen."""

    up_to: UUID = Field(description="This notification and all older ones become read.")


class NotificationPreferences(Input):
    """The ways on which I am told."""

    in_app: bool
    mail: bool


def routes(app: App) -> Routes:
    """The routes; those that ask the ticket core hold no database connection meanwhile."""
    router = Routes(prefix="/api/v1", tags=["notifications"])

    @router.get("/notifications", operation_id="list_notifications", responses=refusals(InvalidCursor, NotNow))
    async def list_notifications(
        who: Agent,
        unread: Annotated[bool, Query(description="Only those that I have not read.")] = False,
        cursor: Annotated[str | None, Query(max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
    ) -> NotificationPageOut:
        """My notifications, newest first."""
        before = decode_cursor(cursor, UUID)[0] if cursor else None
        async with app.database.transaction() as tx:
            lines = await queries.list_notifications(tx, who.agent_id, unread=unread, before=before, limit=limit)
        heads = await _visible(app, who, [line.ticket_id for line in lines])
        return NotificationPageOut(
            items=[_out(line, heads[line.ticket_id]) for line in lines if line.ticket_id in heads],
            next=encode_cursor(lines[-1].id) if len(lines) == limit else None,
        )

    @router.get("/notifications/counters", operation_id="count_notifications", responses=refusals(NotNow))
    async def count_notifications(who: Agent) -> NotificationCountersOut:
        """How many notifications I have not read."""
        async with app.database.transaction() as tx:
            tickets = await queries.unread_tickets(tx, who.agent_id)
        heads = await _visible(app, who, tickets)
        return NotificationCountersOut(
            unread=sum(ticket_id in heads for ticket_id in tickets), capped=len(tickets) == queries.COUNTED
        )

    @router.post(
        "/notifications/{notification_id}/read",
        status_code=204,
        operation_id="read_notification",
        responses=refusals(NotificationNotFound),
    )
    async def read_notification(tx: Tx, who: Agent, notification_id: UUID) -> None:
        """I have read this one."""
        await operations.mark_read(tx, who.agent_id, notification_id=notification_id)

    @router.post(
        "/notifications/read",
        status_code=204,
        operation_id="read_notifications_up_to",
        responses=refusals(NotificationNotFound),
    )
    async def read_notifications_up_to(tx: Tx, who: Agent, body: ReadUpToIn) -> None:
        """I have read this one and all older ones."""
        await operations.mark_read_up_to(tx, who.agent_id, notification_id=body.up_to)

    @router.get("/notification-preferences", operation_id="get_notification_preferences")
    async def get_notification_preferences(tx: Tx, who: Agent) -> NotificationPreferences:
        """How I am told."""
        return _preferences(await queries.preferences(tx, who.agent_id))

    @router.put("/notification-preferences", operation_id="set_notification_preferences")
    async def set_notification_preferences(
        tx: Tx, who: Agent, body: NotificationPreferences
    ) -> NotificationPreferences:
        """Choose how I am told, from now on."""
        await operations.set_preferences(tx, who.agent_id, ways={Way.IN_APP: body.in_app, Way.MAIL: body.mail})
        return body

    return router


async def _visible(app: App, who: Authenticated, ticket_ids: Sequence[UUID]) -> dict[UUID, TicketHead]:
    """The heads of those tickets that the agent may see; the ticket core takes at most 200 at once."""
    if not ticket_ids:
        return {}
    asked = DescribeTickets(agent_id=who.agent_id, ticket_ids=tuple(dict.fromkeys(ticket_ids)))
    return {head.ticket_id: head for head in (await app.bus.ask(asked)).tickets}


def _out(line: queries.Line, head: TicketHead) -> NotificationOut:
    return NotificationOut(
        id=line.id,
        kind=line.kind,
        reasons=list(line.reasons),
        at=line.at,
        read_at=line.read_at,
        ticket=NotifiedTicketOut(**head.model_dump()),
    )


def _preferences(ways: dict[Way, bool]) -> NotificationPreferences:
    return NotificationPreferences(in_app=ways[Way.IN_APP], mail=ways[Way.MAIL])
