"""The demo's external access: both contacts of the demo desk may sign in."""

from uuid import UUID

from chassis.database import Transaction
from portal import queries
from portal.errors import AccessNotFound
from portal.operations import accesses
from portal.rules.access import AccessFields, ChannelUse, Section, Visibility

CUSTOMER_PORTAL = UUID("01900000-0000-7000-8000-0000000e0001")
SABINE_SCHULZ = UUID("01900000-0000-7000-8000-0000000c1001")
RUDOLF_RIESE = UUID("01900000-0000-7000-8000-0000000c1002")
"""Contacts of the contact service's demo; a test compares the ids."""


async def seed(tx: Transaction, *, password: str) -> None:
    """Create what is not there yet. Customers have no password; the argument is the same for every service."""
    del password
    try:
        await queries.get_access(tx, CUSTOMER_PORTAL)
    except AccessNotFound:
        fields = AccessFields(
            name="Customer portal",
            active=True,
            sections=frozenset({Section.TICKETS}),
            visibility=Visibility.OWN,
            channels={"support": ChannelUse.USE, "sales": ChannelUse.USE},
        )
        await accesses.create_access(tx, fields, access_id=CUSTOMER_PORTAL)
    for contact_id in (SABINE_SCHULZ, RUDOLF_RIESE):
        await accesses.add_contact(tx, CUSTOMER_PORTAL, contact_id=contact_id)
