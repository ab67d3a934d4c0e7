"""The doors to the bus: mails whose sender is matched, and questions about contacts."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from nats import connect

from chassis import tables
from chassis.app import App, Role
from chassis.testing import NatsServer, RunApp, SettingsFor
from contracts.crm_match import CompanyContacts, ContactFound, FindContacts, GetContact, ListCompanyContacts
from contracts.envelope import headers_for
from contracts.ingest import MailReceived
from contracts.messages import Problem, Service
from contracts.topology import inbox_prefix
from crm_match import operations, rpc
from crm_match.main import Settings, build
from crm_match.operations import ContactFields

Emitted = Callable[[App, str], Awaitable[list[dict[str, Any]]]]
MakeMail = Callable[[str | None], MailReceived]

MATCHED = "crm_match.evt.sender_matched.v1"


async def test_a_batch_of_mails_is_matched_with_one_look_up(app: App, mail_from: MakeMail, emitted: Emitted) -> None:
    async with app.database.transaction() as tx:
        company = await operations.create_company(tx, name="Familie Schulz")
        sabine = await operations.create_contact(
            tx,
            ContactFields(
                name="Sabine Schulz",
                addresses=("sabine@schulz.example", "family@schulz.example"),
                company_id=company.id,
            ),
        )
        stefan = await operations.create_contact(
            tx, ContactFields(name="Stefan Schulz", addresses=("family@schulz.example",))
        )
    mails = [
        mail_from("SABINE@schulz.EXAMPLE"),
        mail_from("stranger@elsewhere.example"),
        mail_from("family@schulz.example"),
        mail_from(None),
        mail_from("sabine@schulz.example"),
    ]
    asked = []
    engine = app.database.engine.sync_engine
    sa.event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    await app.bus.listener(Service.INGEST).handle(mails)
    assert len([statement for statement in asked if "FROM contact_address" in statement]) == 1
    told = await emitted(app, MATCHED)
    assert [event["mail_id"] for event in told] == [str(mail.mail_id) for mail in mails]
    assert [event["outcome"] for event in told] == ["matched", "unknown", "ambiguous", "unknown", "matched"]
    assert told[0]["contact_id"] == told[4]["contact_id"] == str(sabine.id)
    assert (told[0]["contact_name"], told[0]["company_name"]) == ("Sabine Schulz", "Familie Schulz")
    assert told[2]["contact_id"] is None
    assert told[2]["candidates"] == [str(sabine.id), str(stefan.id)]
    assert [event["headers"]["ce-correlationid"] for event in told] == [mail.meta.correlation_id for mail in mails]


async def test_a_mail_that_is_delivered_twice_is_matched_once(app: App, mail_from: MakeMail, emitted: Emitted) -> None:
    mail = mail_from("sabine@schulz.example")
    for _ in range(2):
        await app.bus.listener(Service.INGEST).handle([mail])
    assert len(await emitted(app, MATCHED)) == 1


async def test_a_sender_with_any_text_for_an_address_is_unknown(
    app: App, mail_from: MakeMail, emitted: Emitted
) -> None:
    texts = [
        "",
        "@",
        "no address",
        "a@b\x00.example".replace("\x00", "\u2400"),
        "ä" * 5000 + "@ß.example",
        "a@\ud7ff.example",
    ]
    await app.bus.listener(Service.INGEST).handle([mail_from(text) for text in texts])
    assert [event["outcome"] for event in await emitted(app, MATCHED)] == ["unknown"] * len(texts)


async def test_a_contact_is_told_by_its_id_and_by_any_of_its_addresses(app: App) -> None:
    async with app.database.transaction() as tx:
        sabine = await operations.create_contact(
            tx,
            ContactFields(name="Sabine Schulz", addresses=("sabine@schulz.example", "s@work.example"), language="de"),
        )
        by_id = await rpc.get_contact(tx, GetContact(contact_id=sabine.id))
        by_address = await rpc.find_contacts(tx, FindContacts(address=" S@Work.Example"))
        nobody = await rpc.find_contacts(tx, FindContacts(address="nobody@work.example"))
    assert isinstance(by_id, ContactFound)
    assert by_id.contact.addresses == ("sabine@schulz.example", "s@work.example")
    assert by_id.contact.language == "de"
    assert by_address.contacts == (by_id.contact,)
    assert nobody.contacts == ()


async def test_an_unknown_id_is_answered_with_a_problem(app: App) -> None:
    async with app.database.transaction() as tx:
        answer = await rpc.get_contact(tx, GetContact(contact_id=uuid4()))
    assert isinstance(answer, Problem)
    assert answer.code == "not_found"


async def test_the_contacts_of_a_company_are_told_as_they_are_now(app: App) -> None:
    async with app.database.transaction() as tx:
        company = await operations.create_company(tx, name="Riese GmbH")
        here = ContactFields(name="Rudolf Riese", company_id=company.id)
        rudolf = await operations.create_contact(tx, here)
        rita = await operations.create_contact(tx, ContactFields(name="Rita Riese", company_id=company.id))
        alone = await operations.create_contact(tx, ContactFields(name="Sabine Schulz"))
        both = await rpc.list_company_contacts(tx, ListCompanyContacts(contact_id=rita.id))
        herself = await rpc.list_company_contacts(tx, ListCompanyContacts(contact_id=alone.id))
        await operations.change_contact(
            tx, rita.id, version=rita.version, change=lambda fields: replace(fields, company_id=None)
        )
        left = await rpc.list_company_contacts(tx, ListCompanyContacts(contact_id=rita.id))
        nobody = await rpc.list_company_contacts(tx, ListCompanyContacts(contact_id=uuid4()))
    assert both == CompanyContacts(contact_ids=tuple(sorted((rudolf.id, rita.id))))
    assert herself == CompanyContacts(contact_ids=(alone.id,))
    assert left == CompanyContacts(contact_ids=(rita.id,))
    assert isinstance(nobody, Problem)


async def test_on_the_real_bus_a_mail_leads_to_a_published_match(
    settings_for: SettingsFor, run_app: RunApp, nats: NatsServer, mail_from: MakeMail, emitted: Emitted
) -> None:
    app = build(Settings(**await settings_for(Service.CRM_MATCH)))
    await run_app(app, Role.WORKER)
    async with app.database.transaction() as tx:
        await operations.create_contact(tx, ContactFields(name="Sabine", addresses=("sabine@schulz.example",)))
    mail = mail_from("Sabine@Schulz.example")
    ingest = await connect(
        nats.url, user="ingest", password=nats.passwords["ingest"], inbox_prefix=inbox_prefix("ingest").encode()
    )
    try:
        headers = headers_for(mail, mail.meta)
        await ingest.jetstream().publish(mail.bus_subject(), mail.model_dump_json().encode(), headers=headers)
    finally:
        await ingest.close()
    async with asyncio.timeout(10):
        while await published(app) < 2:
            await asyncio.sleep(0.05)
    (told,) = await emitted(app, MATCHED)
    assert (told["mail_id"], told["outcome"]) == (str(mail.mail_id), "matched")


async def published(app: App) -> int:
    """How many events the stream has acknowledged."""
    async with app.database.transaction() as tx:
        query = sa.select(sa.func.count()).select_from(tables.outbox).where(tables.outbox.c.stream_seq.is_not(None))
        return int(await tx.session.scalar(query) or 0)
