"""What tells something about contacts and companies."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY, aggregate_order_by
from sqlalchemy.orm import InstrumentedAttribute

from chassis.database import Transaction
from chassis.paging import decode_cursor, encode_cursor
from contracts.crm_match import ContactCard
from crm_match.errors import CompanyNotFound, ContactNotFound
from crm_match.models import Company, Contact, ContactAddress
from crm_match.rules.match import Candidate

Item = TypeVar("Item")

MOST_CANDIDATES = 20
"""Contacts that are named for one address; more than that nobody can choose from."""

MOST_COLLEAGUES = 500
"""Contacts of a company whose tickets one contact may be shown."""


@dataclass(frozen=True, kw_only=True)
class CompanyView:
    """A company as it is now."""

    id: UUID
    name: str
    version: int
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class ContactView:
    """A contact as it is now, the preferred address first."""

    id: UUID
    name: str
    addresses: tuple[str, ...]
    phones: tuple[str, ...]
    language: str
    company_id: UUID | None
    company_name: str | None
    version: int
    created_at: datetime
    changed_at: datetime

    def card(self) -> ContactCard:
        """What other services are told."""
        return ContactCard(
            contact_id=self.id,
            name=self.name,
            addresses=self.addresses,
            language=self.language,
            company_id=self.company_id,
            company_name=self.company_name,
        )


@dataclass(frozen=True, kw_only=True)
class Page(Generic[Item]):
    """Items in the order of their names; ``next`` is the cursor of the page behind them."""

    items: tuple[Item, ...]
    next: str | None


async def candidates_by_address(tx: Transaction, addresses: Collection[str]) -> dict[str, tuple[Candidate, ...]]:
    """The contacts of each of these addresses in the form of `address_key`, at most 20 each, in one query."""
    place = sa.func.row_number().over(partition_by=ContactAddress.address, order_by=ContactAddress.contact_id)
    having = (
        sa.select(ContactAddress.address, ContactAddress.contact_id, place.label("place"))
        .where(ContactAddress.address.in_(addresses))
        .subquery()
    )
    rows = await tx.session.execute(
        sa.select(having.c.address, Contact.id, Contact.name, Contact.company_id, Company.name.label("company_name"))
        .join(Contact, Contact.id == having.c.contact_id)
        .outerjoin(Company, Company.id == Contact.company_id)
        .where(having.c.place <= MOST_CANDIDATES)
        .order_by(Contact.id)
    )
    found: defaultdict[str, list[Candidate]] = defaultdict(list)
    for row in rows:
        found[row.address].append(
            Candidate(contact_id=row.id, name=row.name, company_id=row.company_id, company_name=row.company_name)
        )
    return {address: tuple(candidates) for address, candidates in found.items()}


async def get_contact(tx: Transaction, contact_id: UUID) -> ContactView:
    """One contact. Raises `ContactNotFound`."""
    row = (await tx.session.execute(_contacts().where(Contact.id == contact_id))).one_or_none()
    if row is None:
        raise ContactNotFound("There is no contact with this id. It may have been removed; search again.")
    return _contact(row)


async def contacts_of_address(tx: Transaction, address: str) -> tuple[ContactView, ...]:
    """The contacts that have this address in the form of `address_key`; at most 20."""
    rows = await tx.session.execute(
        _contacts()
        .join(ContactAddress, ContactAddress.contact_id == Contact.id)
        .where(ContactAddress.address == address)
        .order_by(Contact.id)
        .limit(MOST_CANDIDATES)
    )
    return tuple(_contact(row) for row in rows)


async def company_contacts(tx: Transaction, contact_id: UUID) -> tuple[UUID, ...]:
    """The contacts of this one's company by id, at most 500 and itself always; raises `ContactNotFound`."""
    company_id = (await get_contact(tx, contact_id)).company_id
    if company_id is None:
        return (contact_id,)
    colleagues = await tx.session.scalars(
        sa.select(Contact.id)
        .where(Contact.company_id == company_id, Contact.id != contact_id)
        .order_by(Contact.id)
        .limit(MOST_COLLEAGUES - 1)
    )
    return tuple(sorted((contact_id, *colleagues)))


async def list_contacts(
    tx: Transaction, *, terms: tuple[str, ...] | None, company_id: UUID | None, cursor: str | None, limit: int
) -> Page[ContactView]:
    """A page of contacts by name; ``terms`` are beginnings of words, None asks for all. Raises `InvalidCursor`."""
    sort_name = sa.func.lower(Contact.name)
    query = _contacts().add_columns(sort_name.label("sort_name")).order_by(sort_name, Contact.id).limit(limit + 1)
    if terms is not None:
        query = query.where(_beginning_with(Contact.search, terms))
    if company_id is not None:
        query = query.where(Contact.company_id == company_id)
    if cursor is not None:
        name, last = decode_cursor(cursor, str, UUID)
        query = query.where(sa.tuple_(sort_name, Contact.id) > sa.tuple_(sa.literal(name), sa.literal(last)))
    rows = (await tx.session.execute(query)).all()
    return Page(
        items=tuple(_contact(row) for row in rows[:limit]),
        next=encode_cursor(rows[limit - 1].sort_name, rows[limit - 1].id) if len(rows) > limit else None,
    )


async def get_company(tx: Transaction, company_id: UUID) -> CompanyView:
    """One company. Raises `CompanyNotFound`."""
    row = (await tx.session.execute(_companies().where(Company.id == company_id))).one_or_none()
    if row is None:
        raise CompanyNotFound("There is no company with this id. It may have been removed; search again.")
    return _company(row)


async def company_of_name(tx: Transaction, name: str) -> CompanyView | None:
    """The company of this name without regard to case, if there is one."""
    row = (await tx.session.execute(_companies().where(sa.func.lower(Company.name) == sa.func.lower(name)))).first()
    return _company(row) if row is not None else None


async def list_companies(
    tx: Transaction, *, terms: tuple[str, ...] | None, cursor: str | None, limit: int
) -> Page[CompanyView]:
    """A page of companies by name; ``terms`` are beginnings of words, None asks for all. Raises `InvalidCursor`."""
    sort_name = sa.func.lower(Company.name)
    query = _companies().add_columns(sort_name.label("sort_name")).order_by(sort_name).limit(limit + 1)
    if terms is not None:
        query = query.where(_beginning_with(Company.search, terms))
    if cursor is not None:
        (name,) = decode_cursor(cursor, str)
        query = query.where(sort_name > sa.literal(name))
    rows = (await tx.session.execute(query)).all()
    return Page(
        items=tuple(_company(row) for row in rows[:limit]),
        next=encode_cursor(rows[limit - 1].sort_name) if len(rows) > limit else None,
    )


def _beginning_with(search: InstrumentedAttribute[str], terms: tuple[str, ...]) -> sa.ColumnElement[bool]:
    """Whether every term begins a word. The terms hold letters and digits only, so they need no escape."""
    if not terms:
        return sa.false()
    asked = " & ".join(f"'{term}':*" for term in terms)
    matches: sa.ColumnElement[bool] = search.bool_op("@@")(sa.cast(sa.cast(asked, sa.Text), TSQUERY))
    return matches


def _contacts() -> sa.Select[Any]:
    ordered = sa.func.array_agg(aggregate_order_by(ContactAddress.address, ContactAddress.position))
    addresses = sa.select(ordered).where(ContactAddress.contact_id == Contact.id).correlate(Contact).scalar_subquery()
    return sa.select(
        Contact.id,
        Contact.name,
        addresses.label("addresses"),
        Contact.phones,
        Contact.language,
        Contact.company_id,
        Company.name.label("company_name"),
        Contact.version,
        Contact.created_at,
        Contact.changed_at,
    ).outerjoin(Company, Company.id == Contact.company_id)


def _contact(row: sa.Row[Any]) -> ContactView:
    return ContactView(
        id=row.id,
        name=row.name,
        addresses=tuple(row.addresses or ()),
        phones=tuple(row.phones),
        language=row.language,
        company_id=row.company_id,
        company_name=row.company_name,
        version=row.version,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )


def _companies() -> sa.Select[UUID, str, int, datetime, datetime]:
    return sa.select(Company.id, Company.name, Company.version, Company.created_at, Company.changed_at)


def _company(row: sa.Row[UUID, str, int, datetime, datetime]) -> CompanyView:
    return CompanyView(
        id=row.id, name=row.name, version=row.version, created_at=row.created_at, changed_at=row.changed_at
    )
