"""How a mail of an agent's leaves: at once, or after a while in which it can be taken back."""

from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from tickets.desk.models import Ticket
from tickets.desk.posting import Leaving
from tickets.desk.shapes import ReplyIn, TicketIn
from tickets.desk.writing.models import WritingPreference

KEPT_OF_A_TICKET = frozenset({"text", "html", "to", "cc", "bcc", "attachments", "from_account", "signature"})
"""What a draft keeps of a mail that opened a ticket; the rest is in the ticket."""

NOT_KEPT = frozenset({"last_seen_activity"})


async def leaving_of(
    tx: Transaction, agent_id: UUID, mail: ReplyIn | TicketIn, *, ticket: Ticket | None = None
) -> Leaving:
    """What the request says, else what the agent prefers, else at once.

    ``ticket`` is the one that is answered, as it was before: a mail that is taken back gives back what came with it.
    """
    undo = mail.undo_seconds
    if undo is None:
        undo = await preferred_undo(tx, agent_id) or 0
    fields = KEPT_OF_A_TICKET if isinstance(mail, TicketIn) else set(ReplyIn.model_fields) - NOT_KEPT
    kept = {"content": mail.model_dump(mode="json", include=set(fields), exclude_unset=True)} if undo else None
    if kept is not None and ticket is not None:
        kept["before"] = {"status": ticket.status, "owner_id": str(ticket.owner_id) if ticket.owner_id else None}
    return Leaving(account=mail.from_account, undo_seconds=undo, kept=kept)


async def preferred_undo(tx: Transaction, agent_id: UUID) -> int | None:
    """How long an agent wants to be able to take mails back, in seconds; None: never said."""
    return await tx.session.scalar(
        sa.select(WritingPreference.undo_seconds).where(WritingPreference.agent_id == agent_id)
    )


async def prefer_undo(tx: Transaction, agent_id: UUID, seconds: int | None) -> None:
    """Remember what an agent prefers."""
    await tx.session.merge(WritingPreference(agent_id=agent_id, undo_seconds=seconds))
