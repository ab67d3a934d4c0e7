"""Connects the doors of lists with the app."""

from chassis.app import App
from tickets.lists import api, api_bulk
from tickets.settings import Settings


def wire(app: App, _settings: Settings) -> None:
    """Declare what lists serve."""
    app.serve(api.router, api_bulk.router)
