"""What the contact service tells and what it can be asked."""

from typing import Literal
from uuid import UUID

from contracts.messages import Event, Reply, Request, Shape


class ContactCard(Shape):
    """A contact, as other services need it. The first address is the preferred one."""

    contact_id: UUID
    name: str
    addresses: tuple[str, ...]
    language: str
    company_id: UUID | None = None
    company_name: str | None = None


class SenderMatched(Event):
    """The sender of a mail was looked up (MA-05): exactly one contact, none, or several to choose from."""

    mail_id: UUID
    outcome: Literal["matched", "unknown", "ambiguous"]
    contact_id: UUID | None = None
    contact_name: str | None = None
    company_id: UUID | None = None
    company_name: str | None = None
    candidates: tuple[UUID, ...] = ()


class ContactChanged(Event):
    """A contact was created or changed. Thin: whoever needs more asks with `GetContact`."""

    contact_id: UUID


class ContactFound(Reply):
    """A contact."""

    contact: ContactCard


class GetContact(Request[ContactFound], reply=ContactFound):
    """A contact by its id. Problems: ``not_found``."""

    contact_id: UUID


class ContactsFound(Reply):
    """The contacts that have this address."""

    contacts: tuple[ContactCard, ...]


class FindContacts(Request[ContactsFound], reply=ContactsFound):
    """The contacts of an address, compared without regard to case (MA-05); at most 20."""

    address: str


class CompanyContacts(Reply):
    """The contacts of a company by id, the one who was asked about among them."""

    contact_ids: tuple[UUID, ...]


class ListCompanyContacts(Request[CompanyContacts], reply=CompanyContacts):
    """Who belongs to the company of a contact now; at most 500, and the contact alone where there is no company.

    For the visibility ``company`` of an external access (PX-05). Problems: ``not_found``.
    """

    contact_id: UUID
