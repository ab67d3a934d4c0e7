"""Builds the contact service; the only file that knows every other."""

from chassis.app import App
from chassis.database import Clock, utc_now
from contracts.crm_match import FindContacts, GetContact, ListCompanyContacts
from contracts.ingest import MailReceived
from contracts.messages import Service
from crm_match import api, handlers, rpc
from crm_match.settings import Settings

__all__ = ["GATEWAY_PATHS", "Settings", "build"]

GATEWAY_PATHS: tuple[str, ...] = ("/api/v1/contacts", "/api/v1/companies")
"""What the gateway sends here, each with everything below it."""


def build(settings: Settings, *, clock: Clock = utc_now) -> App:
    """The whole service, ready to be run in any role."""
    app = App(Service.CRM_MATCH, settings, clock=clock)
    app.bus.listen_many(MailReceived, handlers.on_mail_received)
    app.bus.answer(GetContact, rpc.get_contact)
    app.bus.answer(FindContacts, rpc.find_contacts)
    app.bus.answer(ListCompanyContacts, rpc.list_company_contacts)
    app.serve(api.contacts, api.companies)
    return app
