"""What the clock does: send sign-in links, and forget what has ended."""

import logging
from datetime import timedelta
from urllib.parse import urlsplit

from chassis.app import App
from chassis.bus import Refused
from chassis.listener import Unavailable
from contracts.crm_match import FindContacts
from contracts.ingest import Mailbox, SendMail, SentReference
from portal import queries
from portal.operations import sign_in
from portal.queries import Link, SignInRequest
from portal.rules.addresses import same_address
from portal.settings import Settings
from portal.texts import sign_in_mail

log = logging.getLogger(__name__)

PAUSE = timedelta(seconds=2)
"""After this a link is tried again while the contact or the mail service cannot be reached."""


def register(app: App, settings: Settings) -> None:
    """Declare the jobs of this service."""
    desk = SignInDesk(app, settings)
    app.job("sign-in-mails", desk.send_links, every=5.0)
    app.job("forget", desk.forget, every=600.0)


class SignInDesk:
    """Finds out who asked for a link, and mails it to those who may sign in."""

    def __init__(self, app: App, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def send_links(self) -> int:
        """Work on the requests that are due; returns how many are done. Outages only delay."""
        async with self._app.database.transaction() as tx:
            requests = await sign_in.claim_requests(tx)
        left = list(requests)
        try:
            for request in requests:
                await self._serve(request)
                left.remove(request)
        except Unavailable as error:
            log.warning("sign-in links wait: %s", error)
            async with self._app.database.transaction() as tx:
                await sign_in.postpone_requests(tx, [request.id for request in left], pause=PAUSE)
        return len(requests) - len(left)

    async def forget(self) -> int:
        """Delete what has ended."""
        async with self._app.database.transaction() as tx:
            await sign_in.forget_old(tx)
        return 0

    async def _serve(self, request: SignInRequest) -> None:
        """Mail a link if somebody with this address may sign in, and close the request either way."""
        if self._app.database.clock() - request.asked_at <= self._settings.link_lifetime:
            await self._send_link(request)
        async with self._app.database.transaction() as tx:
            await sign_in.close_request(tx, request.id)

    async def _send_link(self, request: SignInRequest) -> None:
        found = {
            card.contact_id: card for card in (await self._app.bus.ask(FindContacts(address=request.address))).contacts
        }
        async with self._app.database.transaction() as tx:
            let_in = await queries.access_of_any(tx, list(found))
            if let_in is None:
                return
            card = found[let_in[0]]
            address = same_address(request.address, card.addresses)
            if address is None:
                return
            link = Link(contact_id=card.contact_id, access_id=let_in[1], address=address)
            token = await sign_in.create_link(tx, link, lifetime=self._settings.link_lifetime)
        await self._mail(request, link, token=token, language=card.language)

    async def _mail(self, request: SignInRequest, link: Link, *, token: str, language: str) -> None:
        """Hand the mail over under the request's id: a retry after a lost answer is the same mail and link."""
        public_url = self._settings.public_url.rstrip("/")
        mail = sign_in_mail(
            language,
            link=f"{public_url}/portal/sign-in#{token}",
            minutes=round(self._settings.link_lifetime.total_seconds() / 60),
        )
        try:
            await self._app.bus.ask(
                SendMail(
                    outgoing_id=request.id,
                    reference=SentReference(kind="sign_in_link", id=request.id),
                    to=(Mailbox(name="", address=link.address),),
                    subject=mail.subject,
                    text=mail.text,
                    message_id=f"{request.id}.sign-in@{urlsplit(public_url).hostname or 'localhost'}",
                    automatic=True,
                )
            )
        except Refused as refused:
            log.warning("a sign-in link for contact %s cannot be mailed: %s", link.contact_id, refused)
