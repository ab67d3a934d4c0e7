"""Dead letters: events that were given up, shown to administrators, and handled once more on request."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import sqlalchemy as sa
from fastapi import Depends, Query
from pydantic import BaseModel

from chassis import tables
from chassis.auth import require
from chassis.http import Tx
from chassis.listener import described
from chassis.problems import NotFound, refusals
from chassis.routes import Routes
from contracts.envelope import meta_from
from contracts.messages import EVENTS, Service
from contracts.tickets import Authenticated, Permission

if TYPE_CHECKING:
    from chassis.app import App

RETRY_BATCH = 20


class DeadLetterOut(BaseModel):
    """An event that was given up. ``error`` is why, ``body`` its beginning."""

    id: UUID
    subject: str
    error: str
    tries: int
    failed_at: datetime
    retry_asked_at: datetime | None
    body: str


class DeadLettersOut(BaseModel):
    """The open dead letters of a service, newest first."""

    dead_letters: list[DeadLetterOut]


def dead_letter_router(service: Service) -> Routes:
    """The routes for a service's dead letters."""
    name = service.replace("_", "-")
    router = Routes(prefix=f"/api/v1/dead-letters/{name}", tags=["dead letters"])
    administrator = Annotated[Authenticated, Depends(require(Permission.OPERATIONS_MANAGE))]

    @router.get("", operation_id=f"list_dead_letters_{service}")
    async def list_dead_letters(
        tx: Tx, _who: administrator, limit: Annotated[int, Query(ge=1, le=200)] = 50
    ) -> DeadLettersOut:
        """Events that this service gave up and nobody resolved yet."""
        rows = await tx.session.execute(
            sa.select(tables.dead_letter)
            .where(tables.dead_letter.c.resolved_at.is_(None))
            .order_by(tables.dead_letter.c.failed_at.desc())
            .limit(limit)
        )
        return DeadLettersOut(
            dead_letters=[
                DeadLetterOut(
                    id=row.id,
                    subject=row.subject,
                    error=row.error,
                    tries=row.tries,
                    failed_at=row.failed_at,
                    retry_asked_at=row.retry_asked_at,
                    body=row.body[:2000].decode("utf-8", "replace"),
                )
                for row in rows
            ]
        )

    @router.post(
        "/{letter_id}/retry", status_code=202, responses=refusals(NotFound), operation_id=f"retry_dead_letter_{service}"
    )
    async def retry_dead_letter(tx: Tx, _who: administrator, letter_id: UUID) -> None:
        """Handle the event once more; it leaves the list when that worked."""
        found = await tx.session.scalar(
            sa.update(tables.dead_letter)
            .where(tables.dead_letter.c.id == letter_id, tables.dead_letter.c.resolved_at.is_(None))
            .values(retry_asked_at=tx.now)
            .returning(tables.dead_letter.c.id)
        )
        if found is None:
            raise NotFound("There is no open dead letter with this id. Reload the list.")
        tx.wake("dead-letters")

    return router


async def retry_asked(app: "App") -> int:
    """Handle the dead letters that somebody asked to retry; returns how many were resolved."""
    async with app.database.transaction() as tx:
        rows = (
            await tx.session.execute(
                sa.select(tables.dead_letter)
                .where(tables.dead_letter.c.retry_asked_at.is_not(None), tables.dead_letter.c.resolved_at.is_(None))
                .limit(RETRY_BATCH)
            )
        ).all()
    resolved = 0
    for row in rows:
        error = await _retry(app, row.subject, headers=row.headers, body=row.body)
        values = {"error": error, "retry_asked_at": None} if error else {"resolved_at": app.database.clock()}
        async with app.database.transaction() as tx:
            await tx.session.execute(
                sa.update(tables.dead_letter)
                .where(tables.dead_letter.c.id == row.id)
                .values({**values, "tries": tables.dead_letter.c.tries + 1})
            )
        resolved += error is None
    return resolved


async def _retry(app: "App", subject: str, *, headers: dict[str, str], body: bytes) -> str | None:
    """Why it failed again, or None."""
    kind = EVENTS.get(".".join(subject.split(".")[:4]))
    if kind is None:
        return f"no event is published on {subject}"
    try:
        event = kind.model_validate_json(body).received_with(meta_from(headers))
        await app.bus.listener(Service(kind.owner)).handle([event])
    except Exception as error:  # noqa: BLE001  # the reason is shown with the dead letter
        return described(error)
    return None
