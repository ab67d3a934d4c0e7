"""Builds the portal; the only file that knows every other."""

from chassis.app import App
from chassis.database import Clock, utc_now
from contracts.messages import Service
from contracts.tickets import SubmissionFiled
from portal import handlers, jobs
from portal.api import customers, pages, staff
from portal.settings import Settings

__all__ = ["GATEWAY_PATHS", "Settings", "build"]

GATEWAY_PATHS: tuple[str, ...] = (
    "/portal",
    "/api/v1/external-accesses",
)
"""What the gateway sends here, each with everything below it."""


def build(settings: Settings, *, clock: Clock = utc_now) -> App:
    """The whole service, ready to be run in any role."""
    app = App(Service.PORTAL, settings, clock=clock)
    app.bus.listen(SubmissionFiled, handlers.on_submission_filed)
    jobs.register(app, settings)
    app.serve(staff.routes(app), customers.routes(app, settings), pages.routes())
    return app
