"""Connects the doors of the desk's settings with the app."""

from chassis.app import App
from tickets.installation import api
from tickets.settings import Settings


def wire(app: App, settings: Settings) -> None:
    """Declare what the settings serve."""
    app.serve(api.routes(settings))
