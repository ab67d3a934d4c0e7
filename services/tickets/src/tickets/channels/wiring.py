"""Connects the doors of channels with the app."""

from chassis.app import App
from tickets.settings import Settings


def wire(app: App, settings: Settings) -> None:
    """Declare what this noun serves, listens to, answers and does by the clock."""
