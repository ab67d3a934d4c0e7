"""Connects the doors of the staff with the app."""

from collections.abc import Callable

from chassis.app import App
from chassis.auth import CredentialKind, Resolve
from chassis.database import Database
from contracts.tickets import Authenticate, Authenticated, DescribeAgents
from tickets.settings import Settings
from tickets.staff import access, api_absences, letters, rpc
from tickets.staff.api_access import access_of_others
from tickets.staff.api_agents import agents, change_router
from tickets.staff.api_links import invitations, reset_router, setup_router
from tickets.staff.api_sessions import sessions, sign_in_router
from tickets.staff.api_tokens import tokens
from tickets.staff.jobs import CLEAN_EVERY, clean_access
from tickets.staff.links import MAIL_LINKS
from tickets.staff.passwords import Passwords


def resolve_here(database: Callable[[], Database]) -> Resolve:
    """Look credentials up in our own database: the owner of the answer need not ask the bus."""

    async def resolve(kind: CredentialKind, secret: str) -> Authenticated | None:
        async with database().transaction() as tx:
            return await access.identify(tx, kind, secret)

    return resolve


def wire(app: App, settings: Settings) -> None:
    """Declare what this noun serves, answers and does by the clock."""
    passwords = Passwords(settings.password_cost)
    app.serve(sign_in_router(passwords), sessions, tokens, agents, change_router(passwords), access_of_others)
    app.serve(reset_router(passwords), invitations, setup_router(passwords), api_absences.router)
    app.bus.answer(Authenticate, rpc.authenticate)
    app.bus.answer(DescribeAgents, rpc.describe_agents)
    app.job("clean-access", clean_access(app.database), every=CLEAN_EVERY)
    app.job(MAIL_LINKS, lambda: letters.mail_links(app, settings), every=letters.EVERY)
