"""The traps of FastStream and NATS (docs/architecture.md), each against the real server."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import sqlalchemy as sa
from chassis import tables
from chassis.app import App, Role
from chassis.database import Transaction
from chassis.testing import NatsServer, RunApp
from contracts.crm_match import SenderMatched
from contracts.messages import Problem, Reply, Service
from contracts.portal import ReplySubmitted, TicketSubmitted
from contracts.tickets import SubmissionFiled

MakeApp = Callable[[Service], Awaitable[App]]


async def eventually(condition: Callable[[], bool], *, seconds: float = 10) -> None:
    """Wait until the condition holds; fails the test after ``seconds``."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


async def test_an_emitted_event_is_handled_once_after_the_commit(
    bare_app: MakeApp, run_app: RunApp, nats: NatsServer
) -> None:
    seen: list[UUID] = []

    async def on_submission_filed(_tx: Transaction, event: SubmissionFiled) -> None:
        seen.append(event.submission_id)

    tickets = await bare_app(Service.TICKETS)
    portal = await bare_app(Service.PORTAL)
    portal.bus.listen(SubmissionFiled, on_submission_filed)
    tickets.bus.subscribe = lambda *, worker: None  # type: ignore[method-assign]  # only its relay is wanted
    await run_app(tickets, Role.WORKER)
    await run_app(portal, Role.WORKER)
    submission = uuid4()
    async with tickets.database.transaction() as tx:
        tx.emit(SubmissionFiled(submission_id=submission))
    await eventually(lambda: seen == [submission])
