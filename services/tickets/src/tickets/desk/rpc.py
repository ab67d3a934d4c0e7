"""The requests that the desk answers."""

from chassis.app import App
from chassis.database import Transaction
from chassis.paging import InvalidCursor
from contracts.messages import Problem, Reply
from contracts.tickets import DescribeTickets, PortalGetTicket, PortalListTickets, TicketHead, TicketHeads
from tickets.desk.portal import customer_ticket, customer_tickets
from tickets.desk.queries import heads_for
from tickets.desk.rules.subjects import reference
from tickets.settings import Settings

MOST_TICKETS = 200
MOST_CONTACTS = 1_000


def answer(app: App, settings: Settings) -> None:
    """Declare the answers."""
    prefix = settings.ticket_prefix

    async def describe_tickets(tx: Transaction, asked: DescribeTickets) -> Reply:
        if len(asked.ticket_ids) > MOST_TICKETS:
            return Problem(code="invalid_request", detail=f"Ask for at most {MOST_TICKETS} tickets at once.")
        rows = await heads_for(tx, asked.agent_id, asked.ticket_ids)
        return TicketHeads(
            tickets=tuple(
                TicketHead(
                    ticket_id=row.id,
                    number=row.number,
                    reference=reference(prefix, row.number),
                    subject=row.subject,
                    channel=row.channel,
                    channel_name=row.channel_name,
                    status=row.status_name,
                )
                for row in rows
            )
        )

    async def portal_list_tickets(tx: Transaction, asked: PortalListTickets) -> Reply:
        contacts = asked.viewer.contact_ids[:MOST_CONTACTS]
        limit = max(1, min(asked.limit, MOST_TICKETS))
        try:
            return await customer_tickets(tx, contacts, cursor=asked.cursor, limit=limit, prefix=prefix)
        except InvalidCursor as error:
            return Problem(code=error.code, detail=error.detail)

    async def portal_get_ticket(tx: Transaction, asked: PortalGetTicket) -> Reply:
        contacts = asked.viewer.contact_ids[:MOST_CONTACTS]
        ticket = await customer_ticket(tx, contacts, asked.number, prefix=prefix)
        return ticket or Problem(code="not_found", detail="There is no ticket with this number.")

    app.bus.answer(DescribeTickets, describe_tickets)
    app.bus.answer(PortalListTickets, portal_list_tickets)
    app.bus.answer(PortalGetTicket, portal_get_ticket)
