"""The request SendMail: checked, stored, answered; the sending comes later."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from chassis.database import Transaction
from contracts.ingest import MailQueued, SendMail
from contracts.messages import Problem, Reply
from ingest.rules.addresses import is_address
from ingest.rules.compose import CannotComposeError, wire_address
from ingest.sending.operations import queue
from ingest.sending.queries import is_queued, sender_for


def send_mail(*, send_for: timedelta) -> Callable[[Transaction, SendMail], Awaitable[Reply]]:
    """The answer to `SendMail`; ``send_for`` is how long a mail is tried."""

    async def answer(tx: Transaction, request: SendMail) -> Reply:
        if await is_queued(tx, request.outgoing_id):
            return MailQueued(outgoing_id=request.outgoing_id)
        recipients = list(dict.fromkeys(box.address for box in (*request.to, *request.cc, *request.bcc)))
        if fault := recipient_fault(recipients):
            return Problem(code="invalid_recipient", detail=fault)
        sender = await sender_for(tx, request.channel, account=request.account)
        if sender is None and request.account is not None:
            return Problem(
                code="no_account",
                detail=f"'{request.account[:60]}' is no active mail account of the channel, nor the default one.",
            )
        if sender is None:
            return Problem(code="no_account", detail="There is no active mail account to send from. Add one first.")
        await queue(tx, request, sender=sender, recipients=recipients, send_for=send_for)
        return MailQueued(outgoing_id=request.outgoing_id)

    return answer


def recipient_fault(recipients: list[str]) -> str | None:
    """Why a mail cannot go to these, or None."""
    if not recipients:
        return "The mail has no recipient. Name at least one in to, cc or bcc."
    for address in recipients:
        if not is_address(address):
            return f"'{address[:100]}' is not a mail address."
        try:
            wire_address(address)
        except CannotComposeError as refused:
            return refused.detail
    return None
