"""Builds the ticket core; the only file that knows every noun."""

from chassis.app import App
from chassis.database import Clock, utc_now
from contracts.messages import Service
from tickets.audit import wiring as audit
from tickets.channels import wiring as channels
from tickets.desk import wiring as desk
from tickets.installation import wiring as installation
from tickets.lists import wiring as lists
from tickets.live import wiring as live
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
    "/api/v1/workflows",
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
    "/api/v1/drafts",
    "/api/v1/uploads",
    "/api/v1/templates",
    "/api/v1/writing-preferences",
    "/api/v1/live",
    "/api/v1/audit",
    "/api/v1/groups",
    "/api/v1/password-resets",
    "/api/v1/setup",
)
"""What the gateway sends here, each with everything below it."""


def build(settings: Settings, *, clock: Clock = utc_now) -> App:
    """The whole service, ready to be run in any role."""
    app = App(Service.TICKETS, settings, clock=clock, resolve=staff.resolve_here(lambda: app.database))
    for noun in (audit, installation, channels, properties, desk, lists, live, staff):
        noun.wire(app, settings)
    if settings.web_folder is not None:
        app.show(settings.web_folder)
    return app
