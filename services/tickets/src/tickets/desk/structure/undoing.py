"""Taking a merge or a split back, as long as nothing was built upon it (TS-09)."""

from typing import assert_never

import sqlalchemy as sa

from chassis.database import Transaction
from tickets.channels.rules.visibility import Verb
from tickets.desk.changing import refuse_stale
from tickets.desk.models import Ticket
from tickets.desk.operations import Acting
from tickets.desk.queries import authorised, find_ticket
from tickets.desk.rules.structure import Change
from tickets.desk.structure.families import lock_families
from tickets.desk.structure.merging import take_apart
from tickets.desk.structure.models import StructuralChange
from tickets.desk.structure.relations import built_upon
from tickets.desk.structure.shapes import UndoIn
from tickets.desk.structure.splitting import put_together
from tickets.errors import CannotUndo, ChangeNotFound, TicketNotFound
from tickets.settings import Settings


async def undo(
    tx: Transaction, acting: Acting, number: int, asked: UndoIn, *, expected: int, settings: Settings
) -> StructuralChange:
    """Undo a merge or a split. The agent must be allowed to change both tickets.

    Raises what `find_ticket` does, `StaleVersion`, `ChangeNotFound` and `CannotUndo`.
    """
    missing = ChangeNotFound("The ticket has no such merge or split that you may see.")
    change = await tx.session.get(StructuralChange, asked.change_id)
    if change is None:
        await find_ticket(tx, acting.access, number, Verb.CHANGE)
        raise missing
    await lock_families(tx, ids=[change.ticket_id, change.other_id])
    ticket = await find_ticket(tx, acting.access, number, Verb.CHANGE)
    if ticket.id not in {change.ticket_id, change.other_id}:
        raise missing
    await refuse_stale(tx, acting, ticket, expected, prefix=settings.ticket_prefix)
    await tx.session.refresh(change)
    goes_on = await tx.session.get_one(Ticket, change.ticket_id)
    other = await tx.session.get_one(Ticket, change.other_id)
    try:
        for one in (goes_on, other):
            authorised(acting.access, Verb.CHANGE, one)
    except TicketNotFound as error:
        raise missing from error
    await _refuse_too_late(tx, change)
    prefix = settings.ticket_prefix
    match change.kind:
        case Change.MERGE:
            await take_apart(tx, acting, change, source=other, target=goes_on, reason=asked.reason, prefix=prefix)
        case Change.SPLIT:
            await put_together(tx, acting, change, origin=goes_on, other=other, reason=asked.reason, prefix=prefix)
        case _:
            assert_never(change.kind)
    change.undone_at = tx.now
    return change


async def _refuse_too_late(tx: Transaction, change: StructuralChange) -> None:
    if change.undone_at is not None:
        raise CannotUndo("It was undone already. Read the ticket again.")
    later = sa.select(StructuralChange.id).where(StructuralChange.id == change.id, built_upon(StructuralChange))
    if await tx.session.scalar(later) is not None:
        raise CannotUndo("One of the two tickets was merged or split since. Undo that first.")


async def number_of(tx: Transaction, change: StructuralChange) -> int:
    """The number of the ticket that goes on."""
    return (await tx.session.get_one(Ticket, change.ticket_id)).number
