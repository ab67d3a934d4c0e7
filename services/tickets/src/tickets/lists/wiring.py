"""Connects the doors of lists with the app."""

from chassis.app import App
from tickets.lists import api, api_bulk, api_views
from tickets.lists.upkeep import EVERY, UPKEEP, upkeep
from tickets.settings import Settings


def wire(app: App, _settings: Settings) -> None:
    """Declare what lists serve, and what they do by the clock."""
    app.serve(api.router, api_bulk.router, api_views.router)
    app.job(UPKEEP, upkeep(app.database), every=EVERY)
