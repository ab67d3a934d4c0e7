"""Builds the notification service; the only file that knows every other."""

from chassis.app import App
from chassis.database import Clock, utc_now
from contracts.messages import Service
from notify import handlers, jobs
from notify.api import routes
from notify.settings import Settings

__all__ = ["GATEWAY_PATHS", "Settings", "build"]

GATEWAY_PATHS: tuple[str, ...] = (
    "/api/v1/notifications",
    "/api/v1/notification-preferences",
)
"""What the gateway sends here, each with everything below it."""


def build(settings: Settings, *, clock: Clock = utc_now) -> App:
    """The whole service, ready to be run in any role."""
    app = App(Service.NOTIFY, settings, clock=clock)
    handlers.register(app.bus)
    jobs.register(app, settings)
    app.serve(routes(app))
    return app
