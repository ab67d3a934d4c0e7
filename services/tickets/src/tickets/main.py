"""Builds the ticket core; the only file that knows every noun."""

from chassis.app import App
from chassis.database import Clock, utc_now
from contracts.messages import Service
from tickets.channels import wiring as channels
from tickets.desk import wiring as desk
from tickets.installation import wiring as installation
from tickets.lists import wiring as lists
from tickets.properties import wiring as properties
from tickets.settings import Settings
from tickets.staff import wiring as staff

__all__ = ["GATEWAY_PATHS", "Settings", "build"]

GATEWAY_PATHS: tuple[str, ...] = (
    "/api/v1/tickets",
    "/api/v1/activities",
    "/api/v1/views",
    "/api/v1/channels",
    "/api/v1/statuses",
    "/api/v1/session",
    "/api/v1/sessions",
    "/api/v1/tokens",
    "/api/v1/agents",
    "/api/v1/colour-markers",
    "/api/v1/priorities",
    "/api/v1/custom-fields",
    "/api/v1/tags",
    "/api/v1/reminders",
    "/api/v1/settings",
)
"""What the gateway sends here, each with everything below it."""


def build(settings: Settings, *, clock: Clock = utc_now) -> App:
    """The whole service, ready to be run in any role."""
    app = App(Service.TICKETS, settings, clock=clock, resolve=staff.resolve_here(lambda: app.database))
    for noun in (installation, channels, properties, desk, lists, staff):
        noun.wire(app, settings)
    return app
