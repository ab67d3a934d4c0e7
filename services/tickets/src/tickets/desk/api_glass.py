"""HTTP: break-glass, and who used it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import BaseModel, Field, StringConstraints

from chassis.auth import require
from chassis.database import Transaction
from chassis.http import Tx
from chassis.idempotency import IdempotencyKey, once
from chassis.inputs import Input
from chassis.paging import InvalidCursor, encode_cursor
from chassis.problems import Forbidden, Invalid, refusals
from chassis.routes import Routes
from contracts.tickets import Authenticated, Permission
from tickets.channels.queries import access_of
from tickets.channels.rules.glass import DEFAULT_MINUTES, LONGEST_MINUTES, SHORTEST_REASON
from tickets.database import AnyRow
from tickets.desk import glass
from tickets.desk.answers import AgentRef
from tickets.desk.api import Conf, Cursor, Limit, Number, Reader
from tickets.desk.queries import find_ticket
from tickets.desk.rules.subjects import reference
from tickets.errors import TicketIsMerged, TicketIsVisible, TicketNotFound

Admin = Annotated[Authenticated, Depends(require(Permission.STAFF_MANAGE))]

router = Routes(prefix="/api/v1", tags=["break-glass"])


class BreakGlassIn(Input):
    """Why an administrator must see this ticket. The ticket's people and the audit log get to read it."""

    reason: Annotated[
        str,
        StringConstraints(min_length=SHORTEST_REASON, max_length=1_000, strip_whitespace=True, pattern=r"^[^\x00]*$"),
    ]
    minutes: int = Field(default=DEFAULT_MINUTES, ge=1, le=LONGEST_MINUTES)


class BreakGlassOut(BaseModel):
    """An administrator opened a ticket, until ``ends_at``."""

    id: UUID
    ticket_number: int
    reference: str
    agent: AgentRef
    reason: str
    opened_at: datetime
    ends_at: datetime


class BreakGlassPage(BaseModel):
    """A page, the newest first; ``next`` is the cursor of the following page."""

    items: list[BreakGlassOut]
    next: str | None


@router.post(
    "/tickets/{number:int}/break-glass",
    operation_id="break_glass",
    status_code=201,
    response_model=BreakGlassOut,
    responses=refusals(TicketNotFound, TicketIsMerged, TicketIsVisible, Forbidden, Invalid),
)
async def break_glass(
    request: Request, tx: Tx, who: Admin, conf: Conf, number: Number, body: BreakGlassIn, key: IdempotencyKey = None
) -> Response:
    """Read one ticket of a channel that you do not subscribe to, for a limited time and with a reason (CV-11).

    This is the only route that tells an administrator whether the number exists. The ticket opens by its number, with
    its activities and files; lists, counters and search leave it out. An API token cannot do this.
    """
    if who.kind != "session":
        raise Forbidden("An API token cannot break glass. A person signs in and gives the reason.")

    async def work() -> BreakGlassOut:
        ticket, opened = await glass.break_glass(tx, who, number, reason=body.reason, minutes=body.minutes)
        return BreakGlassOut(
            id=opened.id,
            ticket_number=ticket.number,
            reference=reference(conf.ticket_prefix, ticket.number),
            agent={"id": who.agent_id, "name": who.name},
            reason=opened.reason,
            opened_at=opened.opened_at,
            ends_at=opened.ends_at,
        )

    return await once(tx, request, key=key, actor_id=who.agent_id, work=work, location=_location)


def _location(opened: BreakGlassOut) -> str:
    return f"/api/v1/tickets/{opened.ticket_number}/break-glass"


@router.delete(
    "/tickets/{number:int}/break-glass",
    operation_id="end_break_glass",
    status_code=204,
    responses=refusals(TicketNotFound),
)
async def end_break_glass(tx: Tx, who: Admin, number: Number) -> None:
    """Stop seeing a ticket before the time is over. Where nothing is open, nothing happens."""
    await glass.end_break_glass(tx, who, number)


@router.get(
    "/tickets/{number:int}/break-glass",
    operation_id="list_ticket_break_glass",
    responses=refusals(TicketNotFound, InvalidCursor),
)
async def list_ticket_break_glass(
    tx: Tx, who: Reader, conf: Conf, number: Number, cursor: Cursor = None, limit: Limit = 50
) -> BreakGlassPage:
    """Who opened this ticket by break-glass, and why; for everybody who sees the ticket."""
    ticket = await find_ticket(tx, await access_of(tx, who.agent_id), number)
    return await _page(tx, limit, cursor, prefix=conf.ticket_prefix, ticket_id=ticket.id)


@router.get("/tickets/break-glass", operation_id="list_break_glass", responses=refusals(InvalidCursor))
async def list_break_glass(tx: Tx, _who: Admin, conf: Conf, cursor: Cursor = None, limit: Limit = 50) -> BreakGlassPage:
    """Who opened which tickets by break-glass, in the whole installation; without their subjects."""
    return await _page(tx, limit, cursor, prefix=conf.ticket_prefix)


async def _page(
    tx: Transaction, limit: int, cursor: str | None, *, prefix: str, ticket_id: UUID | None = None
) -> BreakGlassPage:
    rows: Sequence[AnyRow] = await glass.openings(tx, limit=limit + 1, cursor=cursor, ticket_id=ticket_id)
    shown = rows[:limit]
    return BreakGlassPage(
        items=[
            BreakGlassOut(
                id=row.id,
                ticket_number=row.number,
                reference=reference(prefix, row.number),
                agent={"id": row.agent_id, "name": row.agent_name},
                reason=row.reason,
                opened_at=row.opened_at,
                ends_at=row.ends_at,
            )
            for row in shown
        ],
        next=encode_cursor(shown[-1].id) if len(rows) > limit else None,
    )
