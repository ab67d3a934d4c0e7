"""Starting a bulk action, and its undo; small ones are done at once, large ones by the job (TS-08)."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from chassis.ids import new_id
from contracts.tickets import Authenticated
from tickets.channels.queries import access_of
from tickets.database import table_of
from tickets.desk.bulk.models import BulkAction, BulkItem
from tickets.desk.bulk.shapes import Action
from tickets.desk.bulk.steps import refuse_rest, step
from tickets.desk.operations import Acting
from tickets.desk.rules.bulk import ItemState
from tickets.errors import BulkNotFound, CannotUndo
from tickets.settings import Settings
from tickets.staff.models import Agent
from tickets.staff.rules.permissions import allowed

BULK = "bulk"
"""The job that works large ones off."""

AT_ONCE = 100
"""Tickets that are done within the request; more are done in the background."""

BATCH = 50
"""Tickets of a transaction of the job: their locks are held for less than a second."""


async def start(
    tx: Transaction, acting: Acting, numbers: Sequence[int], action: Action, *, reason: str, settings: Settings
) -> BulkAction:
    """Begin a bulk action on the tickets with these numbers, each once."""
    bulk = BulkAction(
        id=new_id(),
        agent_id=acting.who.agent_id,
        at=tx.now,
        action=action.model_dump(mode="json"),
        reason=reason,
        permissions=sorted(acting.who.permissions),
    )
    tx.session.add(bulk)
    await tx.session.flush()
    rows = [{"bulk_id": bulk.id, "number": number, "state": ItemState.WAITING} for number in sorted(set(numbers))]
    if rows:
        await tx.session.execute(sa.insert(table_of(BulkItem)), rows)
    await _go_on(tx, acting, bulk, len(rows), settings)
    return bulk


async def find_bulk(tx: Transaction, agent_id: UUID, bulk_id: UUID, *, lock: bool = False) -> BulkAction:
    """A bulk action of this agent. Raises `BulkNotFound`."""
    bulk = await tx.session.get(BulkAction, bulk_id, with_for_update=lock or None)
    if bulk is None or bulk.agent_id != agent_id:
        raise BulkNotFound("You have no bulk action with this id.")
    return bulk


async def undo(tx: Transaction, acting: Acting, bulk_id: UUID, *, settings: Settings) -> BulkAction:
    """Put back what a bulk action changed, where nobody changed the ticket since.

    Raises `BulkNotFound`, and `CannotUndo` for one that is not finished or was undone already.
    """
    bulk = await find_bulk(tx, acting.who.agent_id, bulk_id, lock=True)
    if bulk.undone_at is not None:
        raise CannotUndo("It was undone already.")
    waiting = sa.select(BulkItem.number).where(BulkItem.bulk_id == bulk.id, BulkItem.state == ItemState.WAITING)
    if await tx.session.scalar(waiting.limit(1)) is not None:
        raise CannotUndo("It is still being done. Try again when it is finished.")
    bulk.undone_at = tx.now
    done = (
        sa.update(BulkItem)
        .where(BulkItem.bulk_id == bulk.id, BulkItem.state == ItemState.DONE)
        .values(state=ItemState.UNDO_WAITING)
        .returning(BulkItem.number)
    )
    numbers = (await tx.session.scalars(done)).all()
    await _go_on(tx, acting, bulk, len(numbers), settings)
    return bulk


async def _go_on(tx: Transaction, acting: Acting, bulk: BulkAction, count: int, settings: Settings) -> None:
    if count > AT_ONCE:
        tx.wake(BULK)
    else:
        await step(tx, acting, bulk, most=AT_ONCE, settings=settings)


async def do_batch(tx: Transaction, *, settings: Settings) -> int:
    """A batch of the oldest bulk action that waits; gives how many tickets were done. Two workers share the work.

    The agent may do what they may now, and not more than when they asked.
    """
    waits = sa.exists().where(
        BulkItem.bulk_id == BulkAction.id, BulkItem.state.in_((ItemState.WAITING, ItemState.UNDO_WAITING))
    )
    oldest = sa.select(BulkAction).where(waits).order_by(BulkAction.id).limit(1).with_for_update(skip_locked=True)
    bulk = await tx.session.scalar(oldest)
    if bulk is None:
        return 0
    agent = await tx.session.get_one(Agent, bulk.agent_id)
    permissions = allowed(agent.role) & frozenset(bulk.permissions)
    if not agent.active:
        await refuse_rest(tx, bulk, code="forbidden", detail="The agent who asked for it is not active any more.")
        return 1
    who = Authenticated(
        agent_id=agent.id,
        credential_id=bulk.id,
        kind="session",
        name=agent.name,
        role=agent.role,
        permissions=frozenset(permissions),
    )
    if "tickets:write" not in permissions:
        await refuse_rest(tx, bulk, code="forbidden", detail="The agent who asked for it may not change tickets now.")
        return 1
    acting = Acting(who=who, access=await access_of(tx, agent.id))
    return await step(tx, acting, bulk, most=BATCH, settings=settings)
