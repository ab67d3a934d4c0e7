"""What the clock does: bundle notices into mails, send them, forget what is old."""

import logging
from collections.abc import Sequence
from urllib.parse import urlsplit
from uuid import UUID

import sqlalchemy as sa

from chassis.app import App
from chassis.bus import Refused
from chassis.listener import Unavailable
from contracts.ingest import Mailbox, SendMail, SentReference
from contracts.tickets import AgentCard, DescribeAgents, DescribeTickets, TicketHead
from notify import operations, queries
from notify.rules.notice_mail import Letter, News, compose
from notify.rules.timing import next_try
from notify.settings import Settings

log = logging.getLogger(__name__)

MOST_IDS = 200
"""Ids that the ticket core takes in one request."""

Claimed = sa.Row[tuple[UUID, UUID, object, int]]


def register(app: App, settings: Settings) -> None:
    """Declare the jobs of this service."""
    post = MailRoom(app, settings)
    app.job("bundle", post.bundle, every=1.0)
    app.job("send-mails", post.send, every=5.0)
    app.job("forget", post.forget, every=3600.0)


class MailRoom:
    """Turns waiting notices into mails that leave once."""

    def __init__(self, app: App, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def bundle(self) -> int:
        """Make a mail of what waits for each agent; returns how many."""
        async with self._app.database.transaction() as tx:
            return await operations.bundle_notices(
                tx, quiet=self._settings.mail_quiet, longest_wait=self._settings.mail_longest_wait
            )

    async def forget(self) -> int:
        """Delete what is older than its time; returns how much."""
        async with self._app.database.transaction() as tx:
            return await operations.forget_old(tx, keep=self._settings.keep)

    async def send(self) -> int:
        """Send the mails that are due; returns how many left. What cannot be reached now is asked again later."""
        async with self._app.database.transaction() as tx:
            mails = await operations.claim_mails(tx)
        left = list(mails)
        try:
            agents = await self._agents([mail.agent_id for mail in mails])
            for mail in mails:
                await self._send(mail, agents.get(mail.agent_id))
                left.remove(mail)
        except Unavailable as error:
            log.warning("mail notices wait: %s", error)
            pause = next_try(max(mail.tries for mail in left))
            async with self._app.database.transaction() as tx:
                await operations.postpone_mails(tx, [mail.id for mail in left], pause=pause)
        return len(mails) - len(left)

    async def _agents(self, ids: Sequence[UUID]) -> dict[UUID, AgentCard]:
        if not ids:
            return {}
        cards = await self._app.bus.ask(DescribeAgents(agent_ids=tuple(ids)))
        return {card.agent_id: card for card in cards.agents}

    async def _send(self, mail: Claimed, agent: AgentCard | None) -> None:
        """Send one mail with what its agent may see now, and close it."""
        news: list[News] = []
        if agent is not None and agent.active:
            async with self._app.database.transaction() as tx:
                lines = await queries.notices_of_mail(tx, mail.id)
            heads = await self._heads(mail.agent_id, [line.ticket_id for line in lines])
            news = grouped(lines, heads)
        if agent is not None and news:
            letter = compose(news, language=agent.language, public_url=self._settings.public_url)
            if not await self._handed_over(mail, letter, agent):
                return
        async with self._app.database.transaction() as tx:
            await operations.close_mail(tx, mail.id, told=[one.head.ticket_id for one in news])

    async def _heads(self, agent_id: UUID, ticket_ids: Sequence[UUID]) -> dict[UUID, TicketHead]:
        """The tickets among these that the agent may see at this moment."""
        ids = tuple(dict.fromkeys(ticket_ids))
        heads: dict[UUID, TicketHead] = {}
        for start in range(0, len(ids), MOST_IDS):
            part = DescribeTickets(agent_id=agent_id, ticket_ids=ids[start : start + MOST_IDS])
            heads |= {head.ticket_id: head for head in (await self._app.bus.ask(part)).tickets}
        return heads

    async def _handed_over(self, mail: Claimed, letter: Letter, agent: AgentCard) -> bool:
        """Whether the mail need not be tried again: it is queued, or its address is refused for good."""
        host = urlsplit(self._settings.public_url).hostname or "localhost"
        request = SendMail(
            outgoing_id=mail.id,
            reference=SentReference(kind="notice", id=mail.id),
            channel=letter.channel,
            to=(Mailbox(name=agent.name, address=agent.email),),
            subject=letter.subject,
            text=letter.text,
            message_id=f"{mail.id}.notice@{host}",
            automatic=True,
        )
        try:
            await self._app.bus.ask(request)
        except Refused as refused:
            return await self._refused(mail, refused)
        return True

    async def _refused(self, mail: Claimed, refused: Refused) -> bool:
        """Whether to give up: a wrong address at once, anything else when it has lasted too long."""
        async with self._app.database.transaction() as tx:
            lasted = tx.now - mail.created_at
            if refused.problem.code == "invalid_recipient" or lasted > self._settings.mail_give_up:
                log.error("a mail notice to agent %s was given up: %s", mail.agent_id, refused)
                await operations.close_mail(tx, mail.id, told=[])
                return False
            log.warning("a mail notice to agent %s is refused, it is tried again: %s", mail.agent_id, refused)
            await operations.postpone_mails(tx, [mail.id], pause=next_try(mail.tries))
        return False


def grouped(lines: Sequence[queries.Line], heads: dict[UUID, TicketHead]) -> list[News]:
    """The lines by ticket, in the order of each ticket's first; without the tickets that have no head."""
    by_ticket: dict[UUID, list[queries.Line]] = {}
    for line in lines:
        by_ticket.setdefault(line.ticket_id, []).append(line)
    return [
        News(
            head=heads[ticket_id],
            kinds=frozenset(line.kind for line in mine),
            reasons=frozenset(reason for line in mine for reason in line.reasons),
            notices=len(mine),
        )
        for ticket_id, mine in by_ticket.items()
        if ticket_id in heads
    ]
