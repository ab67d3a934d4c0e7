"""Connects the doors of properties with the app."""

from chassis.app import App
from tickets.properties import api, api_fields
from tickets.settings import Settings


def wire(app: App, _settings: Settings) -> None:
    """Declare what properties serve."""
    app.serve(api.router, api_fields.router)
