"""Requests: a contact by its id, and the contacts of an address."""

from chassis.database import Transaction
from contracts.crm_match import ContactFound, ContactsFound, FindContacts, GetContact
from contracts.messages import Problem
from crm_match import queries
from crm_match.errors import ContactNotFound
from crm_match.rules.addresses import address_key


async def get_contact(tx: Transaction, request: GetContact) -> ContactFound | Problem:
    """The card of a contact."""
    try:
        contact = await queries.get_contact(tx, request.contact_id)
    except ContactNotFound as refusal:
        return Problem(code="not_found", detail=refusal.detail)
    return ContactFound(contact=contact.card())


async def find_contacts(tx: Transaction, request: FindContacts) -> ContactsFound:
    """The cards of everybody with this address."""
    contacts = await queries.contacts_of_address(tx, address_key(request.address))
    return ContactsFound(contacts=tuple(contact.card() for contact in contacts))
