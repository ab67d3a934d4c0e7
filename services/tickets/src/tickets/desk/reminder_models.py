"""The table of reminders: times at which a ticket shows itself again to the agent who wanted that (DR-02)."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tickets.database import Base, is_any, table_of, words
from tickets.desk.models import Ticket
from tickets.desk.rules.words import IfCustomerReplies


class Reminder(Base):
    """One agent's reminder of one ticket.

    It waits until ``at``; from ``came_due_at`` on it is due, until it is removed or set anew.
    """

    __tablename__ = "reminder"

    ticket_id: Mapped[UUID] = mapped_column(sa.ForeignKey("ticket.id"), primary_key=True)
    agent_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agent.id"), primary_key=True)
    at: Mapped[datetime]
    text: Mapped[str]
    if_customer_replies: Mapped[IfCustomerReplies] = mapped_column(words(IfCustomerReplies))
    set_at: Mapped[datetime]
    came_due_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index("reminder_waiting", "at", postgresql_where=sa.text("came_due_at IS NULL")),
        sa.Index("reminder_of_agent", "agent_id", "at", "ticket_id"),
    )


_me = sa.bindparam("me", type_=sa.Uuid)

WAITS_FOR_ITS_TIME = Ticket.id.in_(
    sa.select(Reminder.ticket_id).where(Reminder.agent_id == _me, Reminder.came_due_at.is_(None))
)
"""Tickets that the agent ``me`` does not want to see in *Action required* before their reminder is due (LF-05)."""

REMINDER_IS_DUE = Ticket.id.in_(
    sa.select(Reminder.ticket_id).where(Reminder.agent_id == _me, Reminder.came_due_at.is_not(None))
)
"""Tickets whose reminder is due for the agent ``me``: in *Action required* whoever owns them (LF-05)."""

CANCELLED_BY_REPLY = sa.delete(table_of(Reminder)).where(
    is_any(Reminder.ticket_id, "tickets"),
    Reminder.came_due_at.is_(None),
    Reminder.if_customer_replies == sa.literal_column(f"'{IfCustomerReplies.CANCEL.value}'"),
)
"""Ends the reminders of ``tickets`` whose agents wanted to see a customer's reply at once."""
