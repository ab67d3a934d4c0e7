"""HTTP: when an agent is away, and who acts for them."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from chassis.auth import require
from chassis.http import Tx
from chassis.inputs import Input, Moment
from chassis.problems import refusals
from chassis.routes import Routes
from contracts.tickets import Authenticated, Permission
from tickets.staff import absences
from tickets.staff.absences import Away
from tickets.staff.callers import Anyone, Owner
from tickets.staff.errors import AgentNotFound, InvalidAbsence, NotAway

Reader = Annotated[Authenticated, Depends(require(Permission.STAFF_READ))]
Administrator = Annotated[Authenticated, Depends(require(Permission.STAFF_MANAGE))]


_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _in_our_time(moment: datetime) -> datetime:
    if not _EARLIEST <= moment < _LATEST:
        raise ValueError(f"from {_EARLIEST:%Y} on, and before {_LATEST:%Y}")
    return moment


Time = Annotated[Moment, AfterValidator(_in_our_time)]


class AbsenceIn(Input):
    """An absence. Without ``ends_at`` it lasts until somebody ends it; the substitute acts in what they see anyway."""

    starts_at: Time
    ends_at: Time | None = None
    substitute_id: UUID | None = Field(default=None, description="An active agent: gets the notices of who is away.")


class AbsenceOut(BaseModel):
    """The present or the next absence of an agent."""

    model_config = ConfigDict(from_attributes=True)

    starts_at: AwareDatetime
    ends_at: AwareDatetime | None
    substitute_id: UUID | None


router = Routes(prefix="/api/v1/agents", tags=["agents"])


@router.get("/me/absence", operation_id="get_my_absence", responses=refusals(NotAway))
async def get_my_absence(tx: Tx, who: Anyone) -> AbsenceOut:
    """One's own present or next absence."""
    return await _absence(tx, who.agent_id)


@router.put("/me/absence", operation_id="set_my_absence", responses=refusals(InvalidAbsence))
async def set_my_absence(tx: Tx, who: Owner, absence: AbsenceIn) -> AbsenceOut:
    """Say when one is away and who acts meanwhile; it replaces what was said before."""
    return await _set(tx, who.agent_id, absence, actor=who)


@router.delete("/me/absence", operation_id="end_my_absence", status_code=204)
async def end_my_absence(tx: Tx, who: Owner) -> None:
    """One is there again, or will not be away."""
    await absences.end_absence(tx, who.agent_id, actor=who)


@router.get("/{agent_id}/absence", operation_id="get_absence", responses=refusals(AgentNotFound, NotAway))
async def get_absence(tx: Tx, _who: Reader, agent_id: UUID) -> AbsenceOut:
    """The present or the next absence of an agent."""
    return await _absence(tx, agent_id)


@router.put("/{agent_id}/absence", operation_id="set_absence", responses=refusals(AgentNotFound, InvalidAbsence))
async def set_absence(tx: Tx, who: Administrator, agent_id: UUID, absence: AbsenceIn) -> AbsenceOut:
    """Say for an agent when they are away and who acts meanwhile; it replaces what was said before."""
    return await _set(tx, agent_id, absence, actor=who)


@router.delete("/{agent_id}/absence", operation_id="end_absence", status_code=204, responses=refusals(AgentNotFound))
async def end_absence(tx: Tx, who: Administrator, agent_id: UUID) -> None:
    """The agent is there again, or will not be away."""
    await absences.end_absence(tx, agent_id, actor=who)


async def _absence(tx: Tx, agent_id: UUID) -> AbsenceOut:
    away = await absences.get_absence(tx, agent_id)
    if away is None:
        raise NotAway("The agent is not away, and nobody has said when they will be.")
    return AbsenceOut.model_validate(away)


async def _set(tx: Tx, agent_id: UUID, absence: AbsenceIn, *, actor: Authenticated) -> AbsenceOut:
    away = Away(starts_at=absence.starts_at, ends_at=absence.ends_at, substitute_id=absence.substitute_id)
    return AbsenceOut.model_validate(await absences.set_absence(tx, agent_id, away, actor=actor))
