"""A bulk action, ticket by ticket: each in a savepoint of its own, with the authorisation that it has alone (TS-08)."""

from typing import Any, assert_never
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from chassis.problems import Refusal
from tickets.channels.rules.visibility import Verb
from tickets.desk import operations
from tickets.desk.bulk.models import BulkAction, BulkItem
from tickets.desk.bulk.shapes import (
    ACTION,
    Action,
    ChangeTags,
    MoveTo,
    SetMarker,
    SetOwner,
    SetPriority,
    SetStatus,
    Watch,
)
from tickets.desk.changing import change_ticket
from tickets.desk.models import Ticket
from tickets.desk.operations import Acting
from tickets.desk.queries import find_ticket
from tickets.desk.rules.bulk import ItemState
from tickets.desk.shapes import TicketPatch
from tickets.desk.structure.families import lock_families
from tickets.settings import Settings

CHANGED_SINCE = "changed_since"
WAITING = (ItemState.WAITING, ItemState.UNDO_WAITING)


async def step(tx: Transaction, acting: Acting, bulk: BulkAction, *, most: int, settings: Settings) -> int:
    """Do, or undo, at most so many tickets of a bulk action; gives how many.

    All of their tickets are locked first, in the order in which everybody locks tickets: editors and other bulk
    actions wait, and nobody waits in a circle.
    """
    waiting = sa.select(BulkItem).where(BulkItem.bulk_id == bulk.id, BulkItem.state.in_(WAITING))
    claimed = waiting.order_by(BulkItem.number).limit(most).with_for_update(skip_locked=True)
    items = (await tx.session.scalars(claimed)).all()
    await lock_families(tx, numbers=[item.number for item in items])
    action = ACTION.validate_python(bulk.action)
    for item in items:
        undo = item.state is ItemState.UNDO_WAITING
        try:
            async with tx.session.begin_nested():
                found = await (
                    _undo(tx, acting, item, action, settings) if undo else _do(tx, acting, item, bulk, settings)
                )
        except Refusal as refusal:
            found = {
                "state": ItemState.NOT_UNDONE if undo else ItemState.REFUSED,
                "code": refusal.code,
                "detail": refusal.detail,
            }
        for name, value in found.items():
            setattr(item, name, value)
    return len(items)


async def refuse_rest(tx: Transaction, bulk: BulkAction, *, code: str, detail: str) -> None:
    """Nothing more of a bulk action is done: its agent may not do it any more."""
    for waiting, after in zip(WAITING, (ItemState.REFUSED, ItemState.NOT_UNDONE), strict=True):
        await tx.session.execute(
            sa.update(BulkItem)
            .where(BulkItem.bulk_id == bulk.id, BulkItem.state == waiting)
            .values(state=after, code=code, detail=detail)
        )


async def _do(tx: Transaction, acting: Acting, item: BulkItem, bulk: BulkAction, settings: Settings) -> dict[str, Any]:
    action = ACTION.validate_python(bulk.action)
    ticket = await find_ticket(tx, acting.access, item.number, Verb.READ if isinstance(action, Watch) else Verb.CHANGE)
    version, before = ticket.version, _before(ticket, action)
    if isinstance(action, Watch):
        await operations.watch(tx, acting, item.number, action.agent_id or acting.who.agent_id)
    else:
        patch = TicketPatch.model_validate(action.model_dump(exclude={"kind"}) | {"reason": bulk.reason})
        await _change(tx, acting, ticket, patch, settings)
    if ticket.version == version:
        return {"state": ItemState.UNCHANGED}
    return {"state": ItemState.DONE, "before": before, "version": ticket.version}


async def _undo(tx: Transaction, acting: Acting, item: BulkItem, action: Action, settings: Settings) -> dict[str, Any]:
    ticket = await find_ticket(tx, acting.access, item.number, Verb.READ if isinstance(action, Watch) else Verb.CHANGE)
    if ticket.version != item.version:
        return {
            "state": ItemState.NOT_UNDONE,
            "code": CHANGED_SINCE,
            "detail": "Somebody changed the ticket since. Change it by hand if it should go back.",
        }
    if isinstance(action, Watch):
        await operations.unwatch(tx, acting, item.number, action.agent_id or acting.who.agent_id)
    else:
        await _change(tx, acting, ticket, TicketPatch.model_validate(item.before), settings)
    return {"state": ItemState.UNDONE, "code": None, "detail": None}


async def _change(tx: Transaction, acting: Acting, ticket: Ticket, patch: TicketPatch, settings: Settings) -> None:
    await change_ticket(tx, acting, ticket.number, patch, expected=ticket.version, contact=None, settings=settings)


def _before(ticket: Ticket, action: Action) -> dict[str, Any]:
    """What an undo puts back, as a `TicketPatch`."""
    match action:
        case SetStatus() | SetOwner() | SetPriority() | SetMarker():
            [column] = type(action).model_fields.keys() - {"kind"}
            return {column: _text(getattr(ticket, column))}
        case MoveTo():
            agents = {"owner_id": _text(ticket.owner_id), "responsible_id": _text(ticket.responsible_id)}
            return {"channel": ticket.channel, "status": ticket.status} | agents
        case ChangeTags():
            return {"tags": ticket.tags}
        case Watch():
            return {}
        case _:
            assert_never(action)


def _text(value: UUID | str | None) -> str | None:
    return None if value is None else str(value)
