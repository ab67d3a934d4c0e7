"""Connects the door of the audit log with the app."""

from chassis.app import App
from tickets.audit import api
from tickets.settings import Settings


def wire(app: App, _settings: Settings) -> None:
    """Declare what the audit log serves."""
    app.serve(api.router)
