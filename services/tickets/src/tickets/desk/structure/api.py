"""HTTP: merging, splitting, linking tickets, and taking merges and splits back."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from chassis.database import Transaction
from chassis.http import Tx
from chassis.idempotency import IdempotencyKey, once
from chassis.problems import Invalid, PreconditionRequired, refusals
from chassis.routes import Routes
from chassis.versions import IfMatch, StaleVersion
from contracts.tickets import Authenticated
from tickets.channels.queries import access_of
from tickets.desk import queries
from tickets.desk.answers import TicketOut, answer
from tickets.desk.api import Conf, Number, Reader, Writer, acting
from tickets.desk.structure import linking, merging, splitting, undoing
from tickets.desk.structure.previewing import preview_merge
from tickets.desk.structure.relations import links_of
from tickets.desk.structure.shapes import LinkIn, Links, MergeIn, MergePreview, SplitIn, UndoIn
from tickets.errors import (
    ActivityNotFound,
    CannotLink,
    CannotMerge,
    CannotSplit,
    CannotUndo,
    ChangeNotFound,
    ChannelIsReadOnly,
    LinkNotFound,
    TicketIsMerged,
    TicketNotFound,
    UnknownReference,
)
from tickets.settings import Settings

router = Routes(prefix="/api/v1", tags=["tickets"])

Into = Annotated[int, Query(ge=1, le=2**53, description="The number of the ticket that would go on.")]


@router.get(
    "/tickets/{number:int}/merge-preview",
    operation_id="preview_merge",
    response_model=MergePreview,
    responses=refusals(TicketNotFound, TicketIsMerged),
)
async def get_merge_preview(tx: Tx, who: Reader, conf: Conf, number: Number, into: Into) -> Response:
    """What would happen if the ticket were merged into another one (TS-09)."""
    agent = await acting(tx, who)
    return answer(await preview_merge(tx, agent, number, into, prefix=conf.ticket_prefix))


@router.post(
    "/tickets/{number:int}/merge",
    operation_id="merge_ticket",
    response_model=TicketOut,
    responses=refusals(
        TicketNotFound, TicketIsMerged, ChannelIsReadOnly, StaleVersion, CannotMerge, Invalid, PreconditionRequired
    ),
)
async def merge_ticket(tx: Tx, who: Writer, conf: Conf, number: Number, asked: MergeIn, version: IfMatch) -> Response:
    """Merge the ticket into another one, which is the answer (AT-05). Its number leads there from now on."""
    target = await merging.merge(tx, await acting(tx, who), number, asked, expected=version, settings=conf)
    return await _shown(tx, who, target.number, conf)


async def _spot(number: Number, activity_id: UUID) -> tuple[int, UUID]:
    return number, activity_id


@router.post(
    "/tickets/{number:int}/activities/{activity_id}/split",
    operation_id="split_activity",
    status_code=201,
    response_model=TicketOut,
    responses=refusals(
        TicketNotFound,
        TicketIsMerged,
        ActivityNotFound,
        ChannelIsReadOnly,
        StaleVersion,
        CannotSplit,
        UnknownReference,
        Invalid,
        PreconditionRequired,
    ),
)
async def split_activity(
    request: Request,
    tx: Tx,
    who: Writer,
    conf: Conf,
    spot: Annotated[tuple[int, UUID], Depends(_spot)],
    asked: SplitIn,
    version: IfMatch,
    key: IdempotencyKey = None,
) -> Response:
    """Split the activity off into a new ticket, which is the answer (AT-04)."""

    async def work() -> TicketOut:
        agent = await acting(tx, who)
        made = await splitting.split(tx, agent, *spot, asked, expected=version, settings=conf)
        return await queries.ticket_view(tx, who.agent_id, made.number, prefix=conf.ticket_prefix)

    return await once(tx, request, key=key, actor_id=who.agent_id, work=work, location=_location)


def _location(ticket: TicketOut) -> str:
    return f"/api/v1/tickets/{ticket['number']}"


@router.post(
    "/tickets/{number:int}/undo",
    operation_id="undo_structural_change",
    response_model=TicketOut,
    responses=refusals(
        TicketNotFound,
        TicketIsMerged,
        ChangeNotFound,
        ChannelIsReadOnly,
        StaleVersion,
        CannotUndo,
        Invalid,
        PreconditionRequired,
    ),
)
async def undo_structural_change(
    tx: Tx, who: Writer, conf: Conf, number: Number, asked: UndoIn, version: IfMatch
) -> Response:
    """Take a merge or a split back: one of the ticket's ``undoable``. The answer is the ticket that goes on."""
    change = await undoing.undo(tx, await acting(tx, who), number, asked, expected=version, settings=conf)
    return await _shown(tx, who, await undoing.number_of(tx, change), conf)


async def _shown(tx: Transaction, who: Authenticated, number: int, conf: Settings) -> Response:
    ticket = await queries.ticket_view(tx, who.agent_id, number, prefix=conf.ticket_prefix)
    return answer(ticket, version=ticket["version"])


@router.get(
    "/tickets/{number:int}/links",
    operation_id="list_links",
    response_model=Links,
    responses=refusals(TicketNotFound),
)
async def list_links(tx: Tx, who: Reader, conf: Conf, number: Number) -> Response:
    """The ticket's links to tickets that the agent may see (TS-05)."""
    return answer(await _links(tx, who, number, conf))


@router.post(
    "/tickets/{number:int}/links",
    operation_id="link_ticket",
    status_code=201,
    response_model=Links,
    responses=refusals(TicketNotFound, TicketIsMerged, ChannelIsReadOnly, CannotLink, Invalid),
)
async def link_ticket(
    request: Request, tx: Tx, who: Writer, conf: Conf, number: Number, new: LinkIn, key: IdempotencyKey = None
) -> Response:
    """Link the ticket with another one; the answer is all of its links. A link that is there already stays."""

    async def work() -> Links:
        await linking.link(tx, await acting(tx, who), number, new)
        return await _links(tx, who, number, conf)

    return await once(
        tx, request, key=key, actor_id=who.agent_id, work=work, location=lambda _: f"/api/v1/tickets/{number}/links"
    )


@router.delete(
    "/tickets/{number:int}/links/{link_id}",
    operation_id="unlink_ticket",
    status_code=204,
    responses=refusals(TicketNotFound, TicketIsMerged, LinkNotFound, ChannelIsReadOnly, CannotLink),
)
async def unlink_ticket(tx: Tx, who: Writer, number: Number, link_id: UUID) -> None:
    """Remove a link."""
    await linking.unlink(tx, await acting(tx, who), number, link_id)


async def _links(tx: Transaction, who: Authenticated, number: int, conf: Settings) -> Links:
    ticket = await queries.find_ticket(tx, await access_of(tx, who.agent_id), number, follow=True)
    found = await links_of(tx, ticket.id, who.agent_id, seen=queries.SEEN, prefix=conf.ticket_prefix)
    return {"items": found}
