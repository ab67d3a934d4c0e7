"""What the desk does by the clock: it hands mails to the mail service and moves tickets out of deleted statuses."""

import logging

from chassis.app import App
from chassis.bus import Refused
from chassis.listener import Unavailable
from tickets.channels.workflow_operations import SETTLE_STATUSES
from tickets.desk import deliveries, settling
from tickets.desk.posting import SEND_MAIL

log = logging.getLogger(__name__)

EVERY = 10.0
SETTLE_EVERY = 60.0
MOST = 50


def schedule(app: App) -> None:
    """Declare the jobs."""
    app.job(SEND_MAIL, lambda: send_mail(app), every=EVERY)
    app.job(SETTLE_STATUSES, lambda: settling.settle_statuses(app), every=SETTLE_EVERY)


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
