"""Requests: a contact by its id, the contacts of an address, and those of a contact's company."""

from chassis.database import Transaction
from contracts.crm_match import (
    CompanyContacts,
    ContactFound,
    ContactsFound,
    FindContacts,
    GetContact,
    ListCompanyContacts,
)
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


async def list_company_contacts(tx: Transaction, request: ListCompanyContacts) -> CompanyContacts | Problem:
    """Who belongs to the contact's company now."""
    try:
        return CompanyContacts(contact_ids=await queries.company_contacts(tx, request.contact_id))
    except ContactNotFound as refusal:
        return Problem(code="not_found", detail=refusal.detail)
