"""Contacts and companies on a real PostgreSQL: what is stored, found, told and refused."""

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from chassis.app import App
from chassis.database import Transaction
from chassis.versions import StaleVersion
from crm_match import demo, operations, queries
from crm_match.errors import CompanyExists, ContactExists, UnknownCompany
from crm_match.models import Contact, ContactAddress
from crm_match.operations import ContactFields
from crm_match.queries import MOST_CANDIDATES
from crm_match.rules.words import search_terms

SABINE = ContactFields(name="Sabine Schulz", addresses=("sabine@schulz.example", "schulz@work.example"), language="de")


async def found(tx: Transaction, asked: str) -> list[str]:
    """The names that a search finds."""
    page = await queries.list_contacts(tx, terms=search_terms(asked), company_id=None, cursor=None, limit=50)
    return [contact.name for contact in page.items]


async def test_a_contact_keeps_the_order_of_its_addresses(app: App) -> None:
    async with app.database.transaction() as tx:
        contact = await operations.create_contact(tx, SABINE)
        turned = await operations.change_contact(
            tx,
            contact.id,
            version=1,
            change=lambda now: replace(now, addresses=("schulz@work.example", "sabine@schulz.example")),
        )
    assert contact.addresses == ("sabine@schulz.example", "schulz@work.example")
    assert turned.addresses == ("schulz@work.example", "sabine@schulz.example")
    assert turned.version == 2


async def test_a_change_that_is_based_on_an_old_version_is_refused_with_the_current_state(app: App) -> None:
    async with app.database.transaction() as tx:
        contact = await operations.create_contact(tx, SABINE)
        await operations.change_contact(tx, contact.id, version=1, change=lambda now: replace(now, language="en"))
        with pytest.raises(StaleVersion) as refusal:
            await operations.change_contact(
                tx, contact.id, version=1, change=lambda now: replace(now, name="S. Schulz")
            )
        now = await queries.get_contact(tx, contact.id)
    assert refusal.value.current == now
    assert (now.name, now.language) == ("Sabine Schulz", "en")


async def test_the_same_name_with_the_same_address_is_not_stored_twice(app: App) -> None:
    async with app.database.transaction() as tx:
        first = await operations.create_contact(tx, SABINE)
        with pytest.raises(ContactExists) as refusal:
            await operations.create_contact(tx, replace(SABINE, name="SABINE schulz", addresses=SABINE.addresses[1:]))
        assert await tx.session.scalar(sa.select(sa.func.count()).select_from(Contact)) == 1
    assert refusal.value.current == {"id": str(first.id), "name": "Sabine Schulz"}


async def test_several_contacts_may_share_an_address(app: App) -> None:
    async with app.database.transaction() as tx:
        first = await operations.create_contact(tx, SABINE)
        second = await operations.create_contact(tx, replace(SABINE, name="Stefan Schulz"))
        sharing = await queries.contacts_of_address(tx, "schulz@work.example")
    assert [contact.id for contact in sharing] == [first.id, second.id]
    assert sharing[1].addresses == SABINE.addresses


async def test_no_more_candidates_are_named_than_somebody_can_choose_from(app: App) -> None:
    async with app.database.transaction() as tx:
        for number in range(MOST_CANDIDATES + 3):
            await operations.create_contact(
                tx, ContactFields(name=f"Clerk {number}", addresses=("info@riese.example",))
            )
        candidates = await queries.candidates_by_address(tx, ["info@riese.example", "nobody@riese.example"])
        sharing = await queries.contacts_of_address(tx, "info@riese.example")
    assert set(candidates) == {"info@riese.example"}
    assert len(candidates["info@riese.example"]) == len(sharing) == MOST_CANDIDATES


async def test_a_contact_of_a_company_that_does_not_exist_is_refused(app: App) -> None:
    async with app.database.transaction() as tx:
        with pytest.raises(UnknownCompany):
            await operations.create_contact(tx, replace(SABINE, company_id=uuid4()))


@pytest.mark.parametrize(
    "asked",
    [
        "sabine",
        "SCHU sab",
        "sabine@schulz.example",
        "work.example",
        "müller",
        "mueller",
        "muller gmbh",
        "+49 30 2312",
        "030 23125001",
        "sabine muller",
    ],
)
async def test_a_contact_is_found_by_name_address_phone_and_company(app: App, asked: str) -> None:
    async with app.database.transaction() as tx:
        company = await operations.create_company(tx, name="Müller GmbH")
        await operations.create_contact(tx, replace(SABINE, phones=("+49 30 23125001",), company_id=company.id))
        await operations.create_contact(tx, ContactFields(name="Rudolf Riese", addresses=("rudolf@riese.example",)))
        assert await found(tx, asked) == ["Sabine Schulz"]


@pytest.mark.parametrize("asked", ["abine", "sabine rudolf", "23125001", "%", "???"])
async def test_what_begins_no_word_of_a_contact_does_not_find_it(app: App, asked: str) -> None:
    async with app.database.transaction() as tx:
        await operations.create_contact(tx, replace(SABINE, phones=("+49 30 23125001",)))
        assert await found(tx, asked) == []


async def test_after_a_company_got_another_name_its_contacts_are_found_by_that_and_told_as_changed(app: App) -> None:
    async with app.database.transaction() as tx:
        company = await operations.create_company(tx, name="Riese GmbH")
        contact = await operations.create_contact(tx, replace(SABINE, company_id=company.id))
    async with app.database.transaction() as tx:
        changed = await operations.change_company(tx, company.id, version=1, name="Zwerg AG")
        assert await found(tx, "zwerg") == ["Sabine Schulz"]
        assert await found(tx, "riese") == []
        assert (await queries.get_contact(tx, contact.id)).company_name == "Zwerg AG"
        assert [row["subject"] for row in tx._rows] == ["crm_match.evt.contact_changed.v1"]
    assert changed.version == 2


async def test_a_company_name_is_taken_without_regard_to_case(app: App) -> None:
    async with app.database.transaction() as tx:
        first = await operations.create_company(tx, name="Riese GmbH")
        second = await operations.create_company(tx, name="Zwerg AG")
        with pytest.raises(CompanyExists) as creating:
            await operations.create_company(tx, name="RIESE gmbh")
        with pytest.raises(CompanyExists):
            await operations.change_company(tx, second.id, version=1, name="riese GmbH")
        respelled = await operations.change_company(tx, first.id, version=1, name="RIESE GmbH")
    assert creating.value.current == {"id": str(first.id), "name": "Riese GmbH"}
    assert respelled.name == "RIESE GmbH"


async def test_of_two_requests_that_create_the_same_company_at_once_one_is_refused(app: App) -> None:
    async def create_second() -> None:
        async with app.database.transaction() as tx:
            await operations.create_company(tx, name="riese gmbh")

    async with app.database.transaction() as tx:
        await operations.create_company(tx, name="Riese GmbH")
        second = asyncio.create_task(create_second())
        await asyncio.sleep(0.2)
        assert not second.done()
    with pytest.raises(CompanyExists):
        await second


async def test_pages_of_contacts_follow_each_other_without_gap_or_overlap(app: App) -> None:
    names = [f"Contact {number:02}" for number in range(7)] + ["contact 03", "contact 03"]
    seen: list[UUID] = []
    async with app.database.transaction() as tx:
        for name in names:
            await operations.create_contact(tx, ContactFields(name=name))
        cursor, lengths = None, []
        while True:
            page = await queries.list_contacts(tx, terms=None, company_id=None, cursor=cursor, limit=4)
            seen += [contact.id for contact in page.items]
            lengths.append(len(page.items))
            if (cursor := page.next) is None:
                break
    assert lengths == [4, 4, 1]
    assert len(set(seen)) == len(names)


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (sa.select(ContactAddress.contact_id).where(ContactAddress.address == "a@b"), "contact_address_by_address"),
        (sa.select(Contact.id).order_by(sa.func.lower(Contact.name), Contact.id).limit(51), "contact_by_name"),
        (
            sa.select(Contact.id)
            .where(Contact.company_id == uuid4())
            .order_by(sa.func.lower(Contact.name), Contact.id)
            .limit(51),
            "contact_by_company",
        ),
        (sa.select(Contact.id).where(queries._beginning_with(Contact.search, ("schulz",))), "contact_search"),
    ],
)
async def test_the_queries_of_lists_and_look_ups_use_their_index(app: App, query: sa.Select[UUID], index: str) -> None:
    plan = query.compile(app.database.engine, compile_kwargs={"literal_binds": True})
    async with app.database.transaction() as tx:
        await tx.session.execute(sa.text("SET LOCAL enable_seqscan = off"))
        rows = await tx.session.execute(sa.text(f"EXPLAIN {plan}".replace(":*", r"\:*")))
        assert index in "\n".join(rows.scalars())


async def test_the_demo_contacts_can_be_seeded_again_and_again(app: App) -> None:
    for _ in range(2):
        async with app.database.transaction() as tx:
            await demo.seed(tx, password="unused")
    async with app.database.transaction() as tx:
        page = await queries.list_contacts(tx, terms=None, company_id=None, cursor=None, limit=50)
    assert [(contact.name, contact.company_name) for contact in page.items] == [
        ("Rudolf Riese", "Riese GmbH"),
        ("Sabine Schulz", "Familie Schulz"),
    ]
