"""HTTP: contacts and companies, as the staff API shows them."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from chassis.auth import require
from chassis.http import Tx
from chassis.idempotency import IdempotencyKey, once
from chassis.inputs import Input
from chassis.paging import InvalidCursor
from chassis.problems import Invalid, PreconditionRequired, refusals
from chassis.routes import Routes
from chassis.versions import IfMatch, StaleVersion, etag
from contracts.tickets import Authenticated, Permission
from crm_match import operations, queries
from crm_match.errors import (
    CompanyExists,
    CompanyNotFound,
    ContactExists,
    ContactNotFound,
    InvalidPhone,
    UnknownCompany,
)
from crm_match.operations import ContactFields
from crm_match.rules.addresses import clean_address
from crm_match.rules.phones import clean_phone
from crm_match.rules.words import search_terms
from crm_match.settings import Settings

Reader = Annotated[Authenticated, Depends(require(Permission.CONTACTS_READ))]
Writer = Annotated[Authenticated, Depends(require(Permission.CONTACTS_WRITE))]


def _once_each(addresses: tuple[str, ...]) -> tuple[str, ...]:
    for address in addresses:
        if addresses.count(address) > 1:
            raise ValueError(f"'{address}' is there twice; case does not count")
    return addresses


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("leave out line breaks and other invisible characters")
    return text


Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_printable)
]
Address = Annotated[str, Field(max_length=320, json_schema_extra={"format": "email"}), AfterValidator(clean_address)]
Addresses = Annotated[tuple[Address, ...], Field(max_length=20), AfterValidator(_once_each)]
Phones = Annotated[tuple[Annotated[str, StringConstraints(min_length=1, max_length=40)], ...], Field(max_length=20)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]
Search = Annotated[str | None, Query(max_length=200, description="Beginnings of words, all of which must be there.")]
Cursor = Annotated[str | None, Query(max_length=1000, description="What the page before gave as `next`.")]
Limit = Annotated[int, Query(ge=1, le=200)]


class ContactIn(Input):
    """A new contact. The first address is the preferred one; the language is ISO 639-1, ``de`` or ``de-AT``."""

    name: Name
    addresses: Addresses = ()
    phones: Phones = ()
    language: Language = "en"
    company_id: UUID | None = None


class ContactPatch(Input):
    """What shall change; a field that is left out stays. Lists are replaced as a whole."""

    # A factory, because null is no name: the API document shows the field as optional and without a default.
    name: Name = Field(default_factory=str)
    addresses: Addresses = Field(default_factory=tuple)
    phones: Phones = Field(default_factory=tuple)
    language: Language = Field(default_factory=str)
    company_id: UUID | None = Field(default=None, description="null: no company any more.")


class ContactOut(BaseModel):
    """A contact, the preferred address first."""

    model_config = ConfigDict(from_attributes=True)

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


class ContactsOut(BaseModel):
    """A page of contacts in the order of their names."""

    model_config = ConfigDict(from_attributes=True)

    items: tuple[ContactOut, ...]
    next: str | None


class CompanyIn(Input):
    """A new company."""

    name: Name


class CompanyPatch(Input):
    """What shall change."""

    name: Name


class CompanyOut(BaseModel):
    """A company."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    version: int
    created_at: datetime
    changed_at: datetime


class CompaniesOut(BaseModel):
    """A page of companies in the order of their names."""

    model_config = ConfigDict(from_attributes=True)

    items: tuple[CompanyOut, ...]
    next: str | None


async def _region(request: Request) -> str:
    settings: Settings = request.app.state.app.settings
    return settings.phone_region


Region = Annotated[str, Depends(_region)]

contacts = Routes(prefix="/api/v1/contacts", tags=["contacts"])
companies = Routes(prefix="/api/v1/companies", tags=["companies"])


@contacts.get("", operation_id="list_contacts", responses=refusals(InvalidCursor))
async def list_contacts(
    tx: Tx, _who: Reader, q: Search = None, company_id: UUID | None = None, cursor: Cursor = None, limit: Limit = 50
) -> ContactsOut:
    """Contacts by name; ``q`` looks into names, addresses, phone numbers and company names."""
    terms = search_terms(q) if q else None
    page = await queries.list_contacts(tx, terms=terms, company_id=company_id, cursor=cursor, limit=limit)
    return ContactsOut.model_validate(page)


@contacts.post(
    "",
    operation_id="create_contact",
    status_code=201,
    response_model=ContactOut,
    responses=refusals(ContactExists, Invalid, InvalidPhone, UnknownCompany),
)
async def create_contact(
    tx: Tx, who: Writer, request: Request, region: Region, contact: ContactIn, key: IdempotencyKey = None
) -> Response:
    """Create a contact. Several contacts may share an address; the same name with the same address is refused."""

    async def work() -> ContactOut:
        fields = ContactFields(**contact.model_dump() | {"phones": _phones(contact.phones, region)})
        return ContactOut.model_validate(await operations.create_contact(tx, fields))

    return await once(tx, request, key=key, actor_id=who.agent_id, work=work, location=_contact_url)


@contacts.get("/{contact_id}", operation_id="get_contact", responses=refusals(ContactNotFound))
async def get_contact(tx: Tx, _who: Reader, response: Response, contact_id: UUID) -> ContactOut:
    """One contact, with its version in ``ETag``."""
    contact = await queries.get_contact(tx, contact_id)
    response.headers["ETag"] = etag(contact.version)
    return ContactOut.model_validate(contact)


@contacts.patch(
    "/{contact_id}",
    operation_id="change_contact",
    responses=refusals(
        ContactNotFound, StaleVersion, ContactExists, PreconditionRequired, Invalid, InvalidPhone, UnknownCompany
    ),
)
async def change_contact(
    tx: Tx, _who: Writer, response: Response, region: Region, version: IfMatch, contact_id: UUID, patch: ContactPatch
) -> ContactOut:
    """Change a contact that was read in the version of ``If-Match``."""
    changes: dict[str, Any] = patch.model_dump(exclude_unset=True)
    if "phones" in changes:
        changes["phones"] = _phones(patch.phones, region)
    contact = await operations.change_contact(
        tx, contact_id, version=version, change=lambda fields: replace(fields, **changes)
    )
    response.headers["ETag"] = etag(contact.version)
    return ContactOut.model_validate(contact)


@companies.get("", operation_id="list_companies", responses=refusals(InvalidCursor))
async def list_companies(
    tx: Tx, _who: Reader, q: Search = None, cursor: Cursor = None, limit: Limit = 50
) -> CompaniesOut:
    """Companies by name."""
    terms = search_terms(q) if q else None
    return CompaniesOut.model_validate(await queries.list_companies(tx, terms=terms, cursor=cursor, limit=limit))


@companies.post(
    "",
    operation_id="create_company",
    status_code=201,
    response_model=CompanyOut,
    responses=refusals(CompanyExists, Invalid),
)
async def create_company(
    tx: Tx, who: Writer, request: Request, company: CompanyIn, key: IdempotencyKey = None
) -> Response:
    """Create a company. Its name is unique without regard to case."""

    async def work() -> CompanyOut:
        return CompanyOut.model_validate(await operations.create_company(tx, name=company.name))

    return await once(tx, request, key=key, actor_id=who.agent_id, work=work, location=_company_url)


@companies.get("/{company_id}", operation_id="get_company", responses=refusals(CompanyNotFound))
async def get_company(tx: Tx, _who: Reader, response: Response, company_id: UUID) -> CompanyOut:
    """One company, with its version in ``ETag``."""
    company = await queries.get_company(tx, company_id)
    response.headers["ETag"] = etag(company.version)
    return CompanyOut.model_validate(company)


@companies.patch(
    "/{company_id}",
    operation_id="change_company",
    responses=refusals(CompanyNotFound, StaleVersion, CompanyExists, PreconditionRequired, Invalid),
)
async def change_company(
    tx: Tx, _who: Writer, response: Response, version: IfMatch, company_id: UUID, patch: CompanyPatch
) -> CompanyOut:
    """Change a company that was read in the version of ``If-Match``."""
    company = await operations.change_company(tx, company_id, version=version, name=patch.name)
    response.headers["ETag"] = etag(company.version)
    return CompanyOut.model_validate(company)


def _phones(written: tuple[str, ...], region: str) -> tuple[str, ...]:
    try:
        return tuple(dict.fromkeys(clean_phone(phone, region=region) for phone in written))
    except ValueError as error:
        raise InvalidPhone(f"{error}.") from error


def _contact_url(contact: ContactOut) -> str:
    return f"/api/v1/contacts/{contact.id}"


def _company_url(company: CompanyOut) -> str:
    return f"/api/v1/companies/{company.id}"
