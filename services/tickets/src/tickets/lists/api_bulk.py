"""HTTP: one action on many tickets, which a selection or a filter names (TS-08)."""

from collections.abc import Sequence
from typing import Annotated, Self
from uuid import UUID

from fastapi import Request, Response
from pydantic import Field, model_validator

from chassis.http import Tx
from chassis.idempotency import IdempotencyKey, once
from chassis.inputs import Input
from chassis.paging import InvalidCursor
from chassis.problems import Invalid, refusals
from chassis.routes import Routes
from tickets.desk.answers import answer
from tickets.desk.api import Conf, Cursor, Limit, Reader, Writer, acting
from tickets.desk.bulk import operations
from tickets.desk.bulk.queries import bulk_view
from tickets.desk.bulk.shapes import Action, BulkOut
from tickets.desk.shapes import Note
from tickets.errors import BulkNotFound, CannotUndo, TooManyTickets
from tickets.lists.queries import Viewer, matching_numbers
from tickets.lists.shapes import Filters

router = Routes(prefix="/api/v1", tags=["lists"])

MOST_NUMBERS = 500
MOST_MATCHES = 5_000

TicketNumber = Annotated[int, Field(ge=1, le=2**53)]


class BulkIn(Input):
    """One action on the tickets with these ``numbers``, or on all that a list with this ``filter`` would show.

    A filter may match at most 5,000 tickets, wherever its own ``limit`` is.
    """

    numbers: Annotated[tuple[TicketNumber, ...], Field(min_length=1, max_length=MOST_NUMBERS)] | None = None
    filter: Filters | None = None
    action: Action
    reason: Note = ""

    @model_validator(mode="after")
    def _one_way_to_name_them(self) -> Self:
        if (self.numbers is None) is (self.filter is None):
            raise ValueError("name the tickets by 'numbers' or by 'filter', and not by both")
        if self.filter is not None and self.filter.cursor is not None:
            raise ValueError("a bulk action has no pages: leave out the filter's 'cursor'")
        return self


@router.post(
    "/tickets/bulk",
    operation_id="start_bulk_action",
    status_code=201,
    response_model=BulkOut,
    responses=refusals(TooManyTickets, Invalid),
)
async def start_bulk_action(
    request: Request, tx: Tx, who: Writer, conf: Conf, asked: BulkIn, key: IdempotencyKey = None
) -> Response:
    """Do one thing to many tickets; each is done or refused as it would be alone.

    Up to 100 are done when the answer comes. More are done in the background: read the bulk action until it is
    ``finished``.
    """

    async def work() -> BulkOut:
        numbers: Sequence[int] | None = asked.numbers
        if asked.filter is not None:
            viewer = Viewer(agent_id=who.agent_id, now=tx.now, settings=conf)
            numbers = await matching_numbers(tx, viewer, asked.filter, most=MOST_MATCHES)
        agent = await acting(tx, who)
        bulk = await operations.start(tx, agent, numbers or (), asked.action, reason=asked.reason, settings=conf)
        return await bulk_view(tx, bulk)

    return await once(tx, request, key=key, actor_id=who.agent_id, work=work, location=_location)


def _location(bulk: BulkOut) -> str:
    return f"/api/v1/tickets/bulk/{bulk['id']}"


@router.get(
    "/tickets/bulk/{bulk_id}",
    operation_id="get_bulk_action",
    response_model=BulkOut,
    responses=refusals(BulkNotFound, InvalidCursor),
)
async def get_bulk_action(tx: Tx, who: Reader, bulk_id: UUID, cursor: Cursor = None, limit: Limit = 200) -> Response:
    """How far one of one's own bulk actions is, and how each ticket fared."""
    bulk = await operations.find_bulk(tx, who.agent_id, bulk_id)
    return answer(await bulk_view(tx, bulk, limit=limit, cursor=cursor))


@router.post(
    "/tickets/bulk/{bulk_id}/undo",
    operation_id="undo_bulk_action",
    response_model=BulkOut,
    responses=refusals(BulkNotFound, CannotUndo),
)
async def undo_bulk_action(tx: Tx, who: Writer, conf: Conf, bulk_id: UUID) -> Response:
    """Put back what a bulk action changed. A ticket that was changed since stays as it is, and the result says so."""
    bulk = await operations.undo(tx, await acting(tx, who), bulk_id, settings=conf)
    return answer(await bulk_view(tx, bulk))
