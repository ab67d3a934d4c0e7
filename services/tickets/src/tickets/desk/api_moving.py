"""HTTP: what a move to another channel would do, asked before it is done (CV-06)."""

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel

from chassis.http import Tx
from chassis.problems import refusals
from chassis.routes import Routes
from tickets.channels.queries import access_of
from tickets.channels.rules.visibility import Verb, Verdict, may
from tickets.desk.api import Number, Reader
from tickets.desk.changing import channels_for_move
from tickets.desk.queries import find_ticket, watcher_ids
from tickets.desk.rules.words import Origin
from tickets.desk.shapes import Key
from tickets.errors import TicketNotFound, UnknownReference

router = Routes(prefix="/api/v1", tags=["tickets"])


class MovePreviewOut(BaseModel):
    """What a move would do. ``visible_after``: whether the caller would still see the ticket; if not, warn first.

    Owner and responsible person are released where they do not see the channel; ``watchers_left_out`` is how many
    watchers would not be told any more. ``status_after`` is the status's key there.
    """

    channel: str
    visible_after: bool
    changeable_after: bool
    owner_released: bool
    responsible_released: bool
    watchers_left_out: int
    status_after: str
    status_changes: bool


@router.get(
    "/tickets/{number:int}/move-preview",
    operation_id="preview_move",
    responses=refusals(TicketNotFound, UnknownReference),
)
async def preview_move(
    tx: Tx, who: Reader, number: Number, channel: Annotated[Key, Query(description="Where it would go.")]
) -> MovePreviewOut:
    """What moving the ticket to a channel would do; nothing is changed. The move itself is a change of the ticket."""
    access = await access_of(tx, who.agent_id)
    ticket = await find_ticket(tx, access, number)
    channels = await channels_for_move(tx, ticket.channel, channel)
    target, place = channels[channel], channels[ticket.channel].flow.same_or_first(ticket.status)
    after = target.flow.same_or_like(place)
    change = may(access, Verb.CHANGE, channel=channel, internal=ticket.origin is Origin.INTERNAL, ticket_id=ticket.id)
    watchers = await watcher_ids(tx, ticket.id)
    return MovePreviewOut(
        channel=channel,
        visible_after=change is not Verdict.HIDDEN,
        changeable_after=change is Verdict.ALLOWED,
        owner_released=ticket.owner_id is not None and not target.sees(ticket.owner_id),
        responsible_released=ticket.responsible_id is not None and not target.sees(ticket.responsible_id),
        watchers_left_out=sum(not target.sees(agent_id) for agent_id in watchers),
        status_after=after.key,
        status_changes=after.key != ticket.status,
    )
