"""HTTP: an agent's reminders (DR-02)."""

from datetime import datetime

from pydantic import BaseModel

from chassis.http import Tx
from chassis.paging import InvalidCursor
from chassis.problems import Invalid, refusals
from chassis.routes import Routes
from tickets.desk import reminders
from tickets.desk.api import Conf, Cursor, Limit, Number, Reader, acting
from tickets.desk.reminder_models import Reminder
from tickets.desk.rules.subjects import reference
from tickets.desk.rules.words import IfCustomerReplies
from tickets.desk.shapes import ReminderIn
from tickets.errors import ReminderNotFound, ReminderTooFarOrPast, TicketIsMerged, TicketNotFound

router = Routes(prefix="/api/v1", tags=["reminders"])


class ReminderOut(BaseModel):
    """A reminder; ``due`` says that its time has come and the ticket is in *Action required* because of it."""

    at: datetime
    text: str
    if_customer_replies: IfCustomerReplies
    set_at: datetime
    due: bool


class ReminderOfTicket(ReminderOut):
    """A reminder with its ticket."""

    number: int
    reference: str
    subject: str


class ReminderPage(BaseModel):
    """A page of reminders; ``next`` is the cursor of the following page."""

    items: list[ReminderOfTicket]
    next: str | None


@router.get("/reminders", operation_id="list_reminders", responses=refusals(InvalidCursor))
async def list_reminders(tx: Tx, who: Reader, conf: Conf, cursor: Cursor = None, limit: Limit = 50) -> ReminderPage:
    """The agent's own reminders, the earliest first."""
    rows, later = await reminders.reminder_page(tx, who.agent_id, cursor=cursor, limit=limit)
    items = [
        ReminderOfTicket(
            number=row.number,
            reference=reference(conf.ticket_prefix, row.number),
            subject=row.subject,
            **reminder_out(row.Reminder).model_dump(),
        )
        for row in rows
    ]
    return ReminderPage(items=items, next=later)


@router.get(
    "/tickets/{number:int}/reminder",
    operation_id="get_reminder",
    responses=refusals(TicketNotFound, TicketIsMerged, ReminderNotFound),
)
async def get_reminder(tx: Tx, who: Reader, number: Number) -> ReminderOut:
    """The agent's own reminder of a ticket."""
    return reminder_out(await reminders.get_reminder(tx, await acting(tx, who), number))


@router.put(
    "/tickets/{number:int}/reminder",
    operation_id="set_reminder",
    responses=refusals(TicketNotFound, TicketIsMerged, ReminderTooFarOrPast, Invalid),
)
async def set_reminder(tx: Tx, who: Reader, number: Number, wanted: ReminderIn) -> ReminderOut:
    """Be reminded of a ticket. Until then it is not in the agent's *Action required*; other agents notice nothing."""
    return reminder_out(await reminders.set_reminder(tx, await acting(tx, who), number, wanted))


@router.delete(
    "/tickets/{number:int}/reminder",
    operation_id="remove_reminder",
    status_code=204,
    responses=refusals(TicketNotFound, TicketIsMerged),
)
async def remove_reminder(tx: Tx, who: Reader, number: Number) -> None:
    """Remove the reminder: one that waits is given up, one that is due is done with."""
    await reminders.remove_reminder(tx, await acting(tx, who), number)


def reminder_out(reminder: Reminder) -> ReminderOut:
    """A reminder as the API shows it."""
    return ReminderOut(
        at=reminder.at,
        text=reminder.text,
        if_customer_replies=reminder.if_customer_replies,
        set_at=reminder.set_at,
        due=reminder.came_due_at is not None,
    )
