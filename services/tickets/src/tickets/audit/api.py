"""HTTP: the audit log, for those who may read it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from chassis.auth import require
from chassis.http import Tx
from chassis.inputs import Moment
from chassis.paging import InvalidCursor
from chassis.problems import refusals
from chassis.routes import Routes
from contracts.tickets import Authenticated, Permission
from tickets.audit import queries
from tickets.audit.models import AuditEntry
from tickets.audit.rules.chain import ActorKind

Auditor = Annotated[Authenticated, Depends(require(Permission.AUDIT_READ))]


class AuditActorOut(BaseModel):
    """Who did it; ``name`` as it was then. ``credential`` tells a browser's session from an API token."""

    kind: ActorKind
    id: UUID | None
    name: str
    credential: str | None


class AuditEntryOut(BaseModel):
    """An entry. ``hash`` is hexadecimal and covers the entry and ``previous``, the hash before it."""

    seq: int
    id: UUID
    at: datetime
    actor: AuditActorOut
    address: str
    user_agent: str
    action: str
    subject: str
    details: dict[str, Any]
    previous: str
    hash: str


class AuditPageOut(BaseModel):
    """Entries, newest first."""

    items: list[AuditEntryOut]
    next: str | None


class AuditFilters(BaseModel):
    """Which entries are wanted; a filter that is left out lets everything through."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    actor: UUID | None = Field(default=None, description="What this agent did.")
    action: str | None = Field(default=None, pattern=r"^[a-z_]{1,40}\.[a-z_]{1,40}$", description="`agent.changed` …")
    subject: str | None = Field(
        default=None, max_length=320, pattern=r"^[^\x00]*$", description="Whom it was done to: `agent:<id>`."
    )
    since: Moment | None = Field(default=None, description="From this time on.")
    until: Moment | None = Field(default=None, description="Before this time.")
    cursor: str | None = Field(default=None, max_length=1000, description="What the page before gave as `next`.")
    limit: int = Field(default=100, ge=1, le=200)


router = Routes(prefix="/api/v1/audit", tags=["audit"])


@router.get("", operation_id="list_audit_entries", responses=refusals(InvalidCursor))
async def list_audit_entries(tx: Tx, _who: Auditor, wanted: Annotated[AuditFilters, Query()]) -> AuditPageOut:
    """Who changed what about the desk itself, when and from where (TS-11)."""
    filters = queries.Wanted(
        actor_id=wanted.actor,
        action=wanted.action,
        subject=wanted.subject,
        since=wanted.since,
        until=wanted.until,
    )
    entries, following = await queries.page(tx, filters, cursor=wanted.cursor, limit=wanted.limit)
    return AuditPageOut(items=[_entry_out(entry) for entry in entries], next=following)


def _entry_out(entry: AuditEntry) -> AuditEntryOut:
    return AuditEntryOut(
        seq=entry.seq,
        id=entry.id,
        at=entry.at,
        actor=AuditActorOut(
            kind=entry.actor_kind, id=entry.actor_id, name=entry.actor_name, credential=entry.credential_kind
        ),
        address=entry.address,
        user_agent=entry.user_agent,
        action=entry.action,
        subject=entry.subject,
        details=entry.details,
        previous=entry.previous.hex(),
        hash=entry.hash.hex(),
    )
