"""HTTP: the settings of the desk."""

from typing import Annotated

from fastapi import Depends, Response

from chassis.auth import require
from chassis.http import Tx
from chassis.problems import Invalid, PreconditionRequired, refusals
from chassis.routes import Routes
from chassis.versions import IfMatch, StaleVersion, etag
from contracts.tickets import Authenticated, Permission
from tickets.errors import UnknownReference
from tickets.installation.models import Installation
from tickets.installation.operations import change_settings
from tickets.installation.queries import installation
from tickets.installation.shapes import SettingsOut, SettingsPatch
from tickets.settings import Settings

Reader = Annotated[Authenticated, Depends(require(Permission.TICKETS_READ))]
Admin = Annotated[Authenticated, Depends(require(Permission.STAFF_MANAGE))]


def routes(settings: Settings) -> Routes:
    """The routes, for the settings that the operator made."""
    router = Routes(prefix="/api/v1", tags=["settings"])

    @router.get("/settings", operation_id="get_settings")
    async def get_settings(tx: Tx, _who: Reader, response: Response) -> SettingsOut:
        """What holds for the whole desk."""
        return _shown(await installation(tx), settings, response)

    @router.patch(
        "/settings",
        operation_id="change_settings",
        responses=refusals(StaleVersion, UnknownReference, Invalid, PreconditionRequired),
    )
    async def patch_settings(
        tx: Tx, _who: Admin, patch: SettingsPatch, version: IfMatch, response: Response
    ) -> SettingsOut:
        """Change what holds for the whole desk."""
        return _shown(await change_settings(tx, patch, expected=version), settings, response)

    return router


def _shown(row: Installation, settings: Settings, response: Response) -> SettingsOut:
    response.headers["ETag"] = etag(row.version)
    return SettingsOut(
        default_channel=row.default_channel,
        reopen_days=row.reopen_days,
        ticket_prefix=settings.ticket_prefix,
        time_zone=settings.time_zone,
        version=row.version,
    )
