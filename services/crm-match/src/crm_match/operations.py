"""What changes contacts and companies; each change of a contact is told with `ContactChanged`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from chassis.database import Transaction
from chassis.ids import new_id
from chassis.versions import StaleVersion
from contracts.crm_match import ContactChanged
from crm_match import queries
from crm_match.errors import CompanyExists, ContactExists, UnknownCompany
from crm_match.models import Company, Contact, ContactAddress
from crm_match.queries import CompanyView, ContactView
from crm_match.rules.phones import phone_words
from crm_match.rules.words import words_of


@dataclass(frozen=True, kw_only=True)
class ContactFields:
    """What people write about a contact. ``addresses`` are in the form of `clean_address`, the preferred one first."""

    name: str
    addresses: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    language: str = "en"
    company_id: UUID | None = None


async def create_contact(tx: Transaction, fields: ContactFields, *, contact_id: UUID | None = None) -> ContactView:
    """A new contact. Raises `ContactExists` and `UnknownCompany`."""
    contact_id = contact_id or new_id()
    company = await _company_of(tx, fields.company_id)
    await _refuse_double(tx, fields, contact_id=contact_id)
    values = _columns(fields, company=company)
    await tx.session.execute(
        sa.insert(Contact).values(id=contact_id, version=1, created_at=tx.now, changed_at=tx.now, **values)
    )
    await _store_addresses(tx, contact_id, fields.addresses)
    tx.emit(ContactChanged(contact_id=contact_id))
    return await queries.get_contact(tx, contact_id)


async def change_contact(
    tx: Transaction, contact_id: UUID, *, version: int, change: Callable[[ContactFields], ContactFields]
) -> ContactView:
    """The contact, changed. Raises `ContactNotFound`, `StaleVersion`, `ContactExists`, `UnknownCompany`."""
    await tx.session.execute(sa.select(Contact.id).where(Contact.id == contact_id).with_for_update())
    now = await queries.get_contact(tx, contact_id)
    if now.version != version:
        raise StaleVersion("Somebody else changed this contact. Look at it as it is now and repeat.", current=now)
    fields = change(
        ContactFields(
            name=now.name,
            addresses=now.addresses,
            phones=now.phones,
            language=now.language,
            company_id=now.company_id,
        )
    )
    company = await _company_of(tx, fields.company_id)
    await _refuse_double(tx, fields, contact_id=contact_id)
    await tx.session.execute(
        sa.update(Contact)
        .where(Contact.id == contact_id)
        .values(version=Contact.version + 1, changed_at=tx.now, **_columns(fields, company=company))
    )
    if fields.addresses != now.addresses:
        await tx.session.execute(sa.delete(ContactAddress).where(ContactAddress.contact_id == contact_id))
        await _store_addresses(tx, contact_id, fields.addresses)
    tx.emit(ContactChanged(contact_id=contact_id))
    return await queries.get_contact(tx, contact_id)


async def create_company(tx: Transaction, *, name: str, company_id: UUID | None = None) -> CompanyView:
    """A new company. Raises `CompanyExists`."""
    company_id = company_id or new_id()
    await _refuse_taken_name(tx, name, company_id=company_id)
    row = {"id": company_id, "name": name, "words": words_of([name]), "version": 1}
    await _unless_taken(tx, name, sa.insert(Company).values(created_at=tx.now, changed_at=tx.now, **row))
    return await queries.get_company(tx, company_id)


async def change_company(tx: Transaction, company_id: UUID, *, version: int, name: str) -> CompanyView:
    """The company with this name; its contacts are told as changed, because their card names the company.

    Raises `CompanyNotFound`, `StaleVersion`, `CompanyExists`.
    """
    await tx.session.execute(sa.select(Company.id).where(Company.id == company_id).with_for_update())
    now = await queries.get_company(tx, company_id)
    if now.version != version:
        raise StaleVersion("Somebody else changed this company. Look at it as it is now and repeat.", current=now)
    await _refuse_taken_name(tx, name, company_id=company_id)
    words = words_of([name])
    change = sa.update(Company).where(Company.id == company_id)
    change = change.values(name=name, words=words, version=Company.version + 1, changed_at=tx.now)
    await _unless_taken(tx, name, change)
    told = await tx.session.scalars(
        sa.update(Contact).where(Contact.company_id == company_id).values(company_words=words).returning(Contact.id)
    )
    for contact_id in told:
        tx.emit(ContactChanged(contact_id=contact_id))
    return await queries.get_company(tx, company_id)


def _columns(fields: ContactFields, *, company: CompanyView | None) -> dict[str, object]:
    digits = (word for phone in fields.phones for word in phone_words(phone))
    return {
        "name": fields.name,
        "phones": list(fields.phones),
        "language": fields.language,
        "company_id": fields.company_id,
        "words": words_of([fields.name, *fields.addresses, *digits]),
        "company_words": words_of([company.name]) if company else [],
    }


async def _store_addresses(tx: Transaction, contact_id: UUID, addresses: Iterable[str]) -> None:
    rows = [
        {"contact_id": contact_id, "address": address, "position": position}
        for position, address in enumerate(addresses)
    ]
    if rows:
        await tx.session.execute(sa.insert(ContactAddress), rows)


async def _company_of(tx: Transaction, company_id: UUID | None) -> CompanyView | None:
    """The company, held until the commit so that its name cannot change under the contact's search words."""
    if company_id is None:
        return None
    query = sa.select(Company.id).where(Company.id == company_id).with_for_update(read=True)
    if await tx.session.scalar(query) is None:
        raise UnknownCompany("There is no company with this company_id. Create it first, or leave the field out.")
    return await queries.get_company(tx, company_id)


async def _refuse_double(tx: Transaction, fields: ContactFields, *, contact_id: UUID) -> None:
    """One person, one contact: the same name with the same address is not stored twice; either alone may be."""
    found = await queries.candidates_by_address(tx, fields.addresses)
    for address, candidates in found.items():
        for other in candidates:
            if other.contact_id != contact_id and other.name.casefold() == fields.name.casefold():
                raise ContactExists(
                    f"The contact '{other.name}' has the address {address} already. Change that contact instead.",
                    current={"id": str(other.contact_id), "name": other.name},
                )


async def _refuse_taken_name(tx: Transaction, name: str, *, company_id: UUID) -> None:
    other = await queries.company_of_name(tx, name)
    if other is not None and other.id != company_id:
        raise CompanyExists(
            f"There is a company '{other.name}' already. Take that one, or tell them apart by the name.",
            current={"id": str(other.id), "name": other.name},
        )


async def _unless_taken(tx: Transaction, name: str, change: sa.Insert | sa.Update) -> None:
    """Make the change; where another request took the name in this moment, raise `CompanyExists`."""
    try:
        async with tx.session.begin_nested():
            await tx.session.execute(change)
    except IntegrityError as error:
        raise CompanyExists(f"A company '{name}' was created just now. Search for it.") from error
