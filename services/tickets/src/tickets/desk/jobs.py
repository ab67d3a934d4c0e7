"""What the desk does by the clock: mails, reminders, bulk actions, merges of tags, deleted statuses."""

import logging

from chassis.app import App
from chassis.bus import Refused
from chassis.listener import Unavailable
from tickets.channels.workflow_operations import SETTLE_STATUSES
from tickets.desk import deliveries, settling
from tickets.desk.bulk import operations as bulk
from tickets.desk.bulk.operations import BULK
from tickets.desk.posting import SEND_MAIL
from tickets.desk.presence.operations import forget_absent
from tickets.desk.reading.operations import forget_marks
from tickets.desk.reminders import SHOW_REMINDERS, show_next_due
from tickets.desk.tags import MERGE_TAGS, merge_next_batch
from tickets.desk.writing.uploads import forget_expired
from tickets.settings import Settings

log = logging.getLogger(__name__)

EVERY = 2.0
"""Seconds; a mail that can be taken back leaves at most so much later than it could."""

SETTLE_EVERY = 60.0
MOST = 50
FORGET_EVERY = 900.0
CLEAN_PRESENCE_EVERY = 60.0
CLEAN_MARKS_EVERY = 3_600.0


def schedule(app: App, settings: Settings) -> None:
    """Declare the jobs."""
    app.job(BULK, lambda: do_bulk(app, settings), every=EVERY)
    app.job(SEND_MAIL, lambda: send_mail(app), every=EVERY)
    app.job(SETTLE_STATUSES, lambda: settling.settle_statuses(app), every=SETTLE_EVERY)
    app.job("clean-presence", lambda: clean_presence(app), every=CLEAN_PRESENCE_EVERY)
    app.job("clean-read-marks", lambda: clean_read_marks(app), every=CLEAN_MARKS_EVERY)
    app.job(SHOW_REMINDERS, lambda: show_reminders(app), every=EVERY)
    app.job(MERGE_TAGS, lambda: merge_tags(app), every=EVERY)
    app.job("forget-uploads", lambda: forget_uploads(app), every=FORGET_EVERY)


async def clean_read_marks(app: App) -> int:
    """Forget old marks of reading that say nothing any more; gives how many."""
    async with app.database.transaction() as tx:
        return await forget_marks(tx)


async def show_reminders(app: App) -> int:
    """Show due reminders, one transaction each; gives how many were looked at."""
    for done in range(MOST):
        async with app.database.transaction() as tx:
            if not await show_next_due(tx):
                return done
    return MOST


async def merge_tags(app: App) -> int:
    """Carry out one batch of a merge of tags; gives 0 when nothing is left."""
    async with app.database.transaction() as tx:
        return await merge_next_batch(tx)


async def do_bulk(app: App, settings: Settings) -> int:
    """A batch of a bulk action, in one transaction; gives how many tickets were done."""
    async with app.database.transaction() as tx:
        return await bulk.do_batch(tx, settings=settings)


async def forget_uploads(app: App) -> int:
    """Delete uploads that nobody used in time; gives how many."""
    async with app.database.transaction() as tx:
        return await forget_expired(tx)


async def clean_presence(app: App) -> int:
    """Forget who left tickets a while ago."""
    async with app.database.transaction() as tx:
        await forget_absent(tx)
    return 0


async def send_mail(app: App) -> int:
    """Hand due mails over, one transaction each; gives how many were tried.

    The mail service knows a mail by its id, so one that is handed over twice (after a crash in between) leaves once.
    """
    for done in range(MOST):
        async with app.database.transaction() as tx:
            claimed = await deliveries.claim_due_mail(tx)
            if claimed is None:
                return done
            mail, request = claimed
            try:
                await app.bus.ask(request)
            except Refused as refusal:
                await deliveries.refused(tx, mail, refusal.problem.detail)
            except Unavailable:
                deliveries.try_later(tx, mail)
            except ValueError as error:
                log.exception("a mail cannot be handed over: %s", mail.id)
                await deliveries.refused(tx, mail, f"It cannot be handed to the mail service: {error}")
            else:
                deliveries.handed_over(mail)
    return MOST
