"""The contacts of the demo desk, under ids that the other services' demo data names."""

from uuid import UUID

from chassis.database import Transaction
from crm_match import operations, queries
from crm_match.errors import CompanyNotFound, ContactNotFound
from crm_match.operations import ContactFields

FAMILIE_SCHULZ = UUID("01900000-0000-7000-8000-0000000c0001")
RIESE_GMBH = UUID("01900000-0000-7000-8000-0000000c0002")
SABINE_SCHULZ = UUID("01900000-0000-7000-8000-0000000c1001")
RUDOLF_RIESE = UUID("01900000-0000-7000-8000-0000000c1002")

COMPANIES = {FAMILIE_SCHULZ: "Familie Schulz", RIESE_GMBH: "Riese GmbH"}
CONTACTS = {
    SABINE_SCHULZ: ContactFields(
        name="Sabine Schulz",
        addresses=("sabine@schulz.example",),
        phones=("+49 30 23125001",),
        language="de",
        company_id=FAMILIE_SCHULZ,
    ),
    RUDOLF_RIESE: ContactFields(
        name="Rudolf Riese",
        addresses=("rudolf@riese.example",),
        phones=("+49 89 99998002",),
        language="de",
        company_id=RIESE_GMBH,
    ),
}


async def seed(tx: Transaction, *, password: str) -> None:
    """Create what is not there yet. Contacts have no password here; the argument is the same for every service."""
    del password
    for company_id, name in COMPANIES.items():
        try:
            await queries.get_company(tx, company_id)
        except CompanyNotFound:
            await operations.create_company(tx, name=name, company_id=company_id)
    for contact_id, fields in CONTACTS.items():
        try:
            await queries.get_contact(tx, contact_id)
        except ContactNotFound:
            await operations.create_contact(tx, fields, contact_id=contact_id)
