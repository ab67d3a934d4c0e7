"""Who the sender of a mail is: the contact service says so before or after the mail itself is filed (CR-01)."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.database import Transaction
from contracts.crm_match import SenderMatched
from tickets.channels.queries import channel_facts
from tickets.database import is_one_of, table_of
from tickets.desk.journal import SYSTEM, Journal
from tickets.desk.models import Activity, MailSender, Ticket


async def link_senders(tx: Transaction, matches: Sequence[SenderMatched]) -> None:
    """Remember who sent the mails, and give the contact to the tickets that they opened.

    A ticket gets a contact once, from a mail of the address that it answers to; whoever writes later does not take it
    over. Where the mail is not filed yet, filing it finds what is remembered here.
    """
    by_mail = {match.mail_id: match for match in matches}
    rows = [
        {
            "mail_id": mail_id,
            "outcome": match.outcome,
            "contact_id": match.contact_id,
            "contact_name": match.contact_name,
            "company_id": match.company_id,
            "company_name": match.company_name,
            "candidates": [str(candidate) for candidate in match.candidates],
        }
        for mail_id, match in sorted(by_mail.items())
    ]
    upsert = insert(table_of(MailSender))
    columns = {name: upsert.excluded[name] for name in rows[0] if name != "mail_id"}
    await tx.session.execute(upsert.on_conflict_do_update(index_elements=["mail_id"], set_=columns), rows)
    telling: dict[object, SenderMatched] = {
        mail_id: match for mail_id, match in by_mail.items() if match.outcome == "matched" or match.candidates
    }
    if telling:
        await _link(tx, telling)


async def _link(tx: Transaction, matches: dict[object, SenderMatched]) -> None:
    statement = (
        sa.select(Ticket, Activity.mail_id)
        .join(Activity, sa.func.coalesce(Activity.written_in, Activity.ticket_id) == Ticket.id)
        .where(
            is_one_of(Activity.mail_id, matches),
            Ticket.contact_id.is_(None),
            sa.func.lower(Activity.sender["address"].astext) == sa.func.lower(Ticket.contact_address),
        )
        .order_by(Ticket.id, Activity.id)
        .with_for_update(of=Ticket)
    )
    found = (await tx.session.execute(statement)).all()
    journal = Journal(tx, await channel_facts(tx, {row.Ticket.channel for row in found}))
    for row in found:
        ticket, match = row.Ticket, matches[row.mail_id]
        if ticket.contact_id is None and match.contact_id is not None:
            ticket.contact_id, ticket.contact_name = match.contact_id, match.contact_name
            ticket.company_id, ticket.company_name = match.company_id, match.company_name
            journal.change(ticket, "contact", actor=SYSTEM, because=match, quiet=True)
        elif ticket.contact_id is None and match.candidates:
            journal.change(ticket, "contact_candidates", actor=SYSTEM, because=match, quiet=True)
    await journal.write()
