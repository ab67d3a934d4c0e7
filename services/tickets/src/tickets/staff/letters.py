"""Mails the one-time links that were asked for, by way of the mail service."""

import logging
from urllib.parse import urlsplit

from chassis.app import App
from chassis.bus import Refused
from chassis.listener import Unavailable
from contracts.ingest import Mailbox, SendMail, SentReference
from tickets.settings import Settings
from tickets.staff import links
from tickets.staff.links import Made, Wish
from tickets.staff.rules.letters import compose
from tickets.staff.rules.links import url_of

log = logging.getLogger(__name__)

EVERY = 10.0
REFERENCE = "access_link"
"""The kind of `SentReference`: nothing listens for the fate of these mails, whoever gets none asks again."""


async def mail_links(app: App, settings: Settings) -> int:
    """Make and mail the links that are due; gives how many requests were looked at.

    A link is committed before its mail is handed over: one that arrives always works.
    """
    async with app.database.transaction() as tx:
        wishes = await links.take_wishes(tx)
    for wish in wishes:
        made: Made | None = None
        if not wish.ended:
            async with app.database.transaction() as tx:
                made = await links.make_for(tx, wish)
        done = made is None or await _handed_over(app, settings, wish, made)
        async with app.database.transaction() as tx:
            await (links.close_wish(tx, wish) if done else links.try_later(tx, wish))
    return len(wishes)


async def _handed_over(app: App, settings: Settings, wish: Wish, made: Made) -> bool:
    """Whether there is nothing left to do: the mail is queued, or this address will never be accepted."""
    link = url_of(wish.purpose, made.secret, public_url=settings.public_url)
    letter = compose(wish.purpose, language=made.agent.language, name=made.agent.name, link=link)
    host = urlsplit(settings.public_url).hostname or "localhost"
    request = SendMail(
        outgoing_id=made.id,
        reference=SentReference(kind=REFERENCE, id=made.id),
        to=(Mailbox(name=made.agent.name, address=made.agent.email),),
        subject=letter.subject,
        text=letter.text,
        message_id=f"{made.id}.link@{host}",
        automatic=True,
    )
    try:
        await app.bus.ask(request)
    except Refused as refused:
        log.warning("a link for agent %s is refused: %s", made.agent.id, refused)
        return refused.problem.code == "invalid_recipient"
    except Unavailable as error:
        log.warning("a link for agent %s waits: %s", made.agent.id, error)
        return False
    return True
